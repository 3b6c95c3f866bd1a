"""One guard for every request a stranger can steer: which addresses are public, and that we connect to those."""

import socket
import ssl
from contextlib import contextmanager

import pytest

from digest.panel import link_checker
from digest.sources import fetching
from digest.sources.fetch_request import FetchError
from digest.sources.fetching import Fetcher
from digest.sources.public_address import NotPublicError, is_public, public_address
from tests.support.fake_source import Reply

PUBLIC = "93.184.216.34"

LOCAL = [
    # IPv4 (RFC 6890 and IANA's registry of special-purpose addresses)
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1"),
    *("192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "255.255.255.255"),
    *("224.0.0.1", "239.255.255.250"),
    # IPv6
    *("::", "::1", "::127.0.0.1", "::8.8.8.8", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254"),
    *("ff02::1", "ff0e::1", "100::1", "2001:db8::1", "2001:10::1", "3fff::1", "3ffe::1", "4000::1", "5f00::1"),
    # Mapped, translated
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"),
    # NAT64, both prefixes
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::169.254.169.254", "64:ff9b::192.0.0.192", "64:ff9b:1::7f00:1"),
    *("64:ff9b:1::808:808", "64:ff9b:1:ffff::1"),
    # 6to4, Teredo, ISATAP
    *("2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::1", "2002:c0a8:1::", "2001:0:7f00:1::", "2001::1"),
    *("2001:0:808:808:0:0:80ff:fffe", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1"),
    # Not addresses at all
    *("", "localhost", "1.2.3", "0x7f.1", "2130706433"),
]
OPEN = [
    *("1.1.1.1", PUBLIC, "100.63.255.255", "100.128.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.254"),
    *("2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
    "2606:4700::5efe:8.8.8.8",
]


@pytest.mark.parametrize("address", LOCAL)
def test_an_address_that_leads_into_our_own_network_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OPEN)
def test_an_internet_address_is_public(address):
    assert is_public(address)


def resolver(*answers):
    """A resolver that gives these answers in turn, then the last one for ever. An answer is a list of addresses."""
    remaining, real = list(answers), socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        if not str(host).endswith((".example", ".org")):
            return real(host, port, *args, **kwargs)
        addresses = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize("answer", [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], []])
def test_a_host_with_one_private_address_is_refused(monkeypatch, answer):
    monkeypatch.setattr(socket, "getaddrinfo", resolver(answer))

    with pytest.raises(NotPublicError):
        public_address("example.org", 443)


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost"])
def test_other_spellings_of_this_machine_are_refused(spelling):
    with pytest.raises(NotPublicError):
        public_address(spelling, 80)


def test_an_impossible_host_name_is_a_network_error():
    with pytest.raises(OSError, match="is not a host name"):
        public_address("a" * 70 + ".example", 80)


# --- Both callers connect to the address that was checked ---


@contextmanager
def leading_to(monkeypatch, server):
    """A network in which PUBLIC is a server on this machine; yields the addresses connected to."""
    connect, connections = socket.create_connection, []

    def create_connection(address, *args, **kwargs):
        connections.append(address[0])
        host, port = server if address[0] == PUBLIC else address
        return connect((host, port), *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    yield connections


def at(source):
    host, port = source.url.removeprefix("http://").split(":")
    return host, int(port)


def test_a_sources_redirect_is_followed_to_the_address_that_was_checked(source, waits, monkeypatch):
    source.says(Reply(status=302, headers={"Location": "http://papers.example/feed?x=1"}), "the feed")
    monkeypatch.setattr(socket, "getaddrinfo", resolver([PUBLIC], ["127.0.0.1"]))

    with leading_to(monkeypatch, at(source)) as connections:
        answer = Fetcher().get(source.url)

    assert answer.body == b"the feed"
    assert connections == ["127.0.0.1", PUBLIC]
    assert source.requests[1].headers["Host"] == "papers.example"
    assert source.requests[1].query == {"x": "1"}


def test_each_hop_is_checked_again_even_on_a_host_that_was_public_before(source, waits, monkeypatch):
    there = {"Location": "http://papers.example/a"}
    source.says(Reply(status=302, headers=there), Reply(status=302, headers={"Location": "/b"}), "the secret")
    monkeypatch.setattr(socket, "getaddrinfo", resolver([PUBLIC], ["127.0.0.1"]))

    with leading_to(monkeypatch, at(source)), pytest.raises(FetchError, match=r"papers\.example, which is not public"):
        Fetcher().get(source.url)

    assert [request.path for request in source.requests] == ["/", "/a"]


def test_a_redirect_back_to_the_address_from_the_settings_is_followed(source, waits, monkeypatch):
    away, home = {"Location": "http://papers.example/a"}, {"Location": f"{source.url}/b"}
    source.says(Reply(status=302, headers=away), Reply(status=302, headers=home), "home")
    monkeypatch.setattr(socket, "getaddrinfo", resolver([PUBLIC]))

    with leading_to(monkeypatch, at(source)):
        assert Fetcher().get(source.url).body == b"home"


class StopError(OSError):
    """Raised to stop at TLS."""


@pytest.fixture
def names(monkeypatch):
    """The names that certificates are requested for; nothing is sent over TLS."""
    connections = []

    def wrap_socket(self, sock, *args, server_hostname=None, **kwargs):
        connections.append((server_hostname, self.check_hostname, self.verify_mode == ssl.CERT_REQUIRED))
        raise StopError

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap_socket)
    return connections


def test_a_redirect_to_https_requires_a_certificate_for_the_host_name(source, waits, monkeypatch, names):
    source.says(Reply(status=302, headers={"Location": "https://papers.example/"}))
    monkeypatch.setattr(socket, "getaddrinfo", resolver([PUBLIC]))

    with leading_to(monkeypatch, at(source)), pytest.raises((FetchError, StopError)):
        Fetcher(waits=(0,)).get(source.url)

    assert set(names) == {("papers.example", True, True)}


def test_the_link_checker_connects_to_the_address_that_was_checked(source, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolver([PUBLIC], ["127.0.0.1"]))

    with leading_to(monkeypatch, (at(source)[0], 1)) as connections:
        link_checker.failure_reason("http://code.example/")

    assert connections == [PUBLIC]


def test_the_link_checker_requires_a_certificate_for_the_host_name(source, monkeypatch, names):
    monkeypatch.setattr(socket, "getaddrinfo", resolver([PUBLIC]))

    with leading_to(monkeypatch, at(source)):
        assert link_checker.failure_reason("https://code.example/")

    assert names == [("code.example", True, True)]


@pytest.mark.parametrize("address", ["64:ff9b::7f00:1", "2002:7f00:1::", "fec0::1", "192.0.0.192", "224.0.0.1"])
def test_both_callers_refuse_the_same_addresses(source, waits, monkeypatch, address):
    source.says(Reply(status=302, headers={"Location": "http://papers.example/"}))
    monkeypatch.setattr(socket, "getaddrinfo", resolver([address]))

    with pytest.raises(FetchError, match="refused a redirect"):
        Fetcher().get(source.url)
    assert link_checker.failure_reason("http://papers.example/") == "leads to a private address"
    assert fetching.public_address is link_checker.public_address
