"""A server that sends one byte at a time keeps nobody waiting for longer than a whole request may take."""

import socket
import threading
import time

import pytest

from digest.panel import link_checker
from digest.sources import fetching
from digest.sources.deadline import Deadline
from digest.sources.fetching import Fetcher, FetchError

pytestmark = pytest.mark.storeless

# Far more bytes than a request waits for here; a test that fails ends after them.
BYTES, PAUSE_SECONDS = 400, 0.05
WHERE_IT_STOPS = {
    "before the status": b"",
    "in a header": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "in a body of unknown length": b"HTTP/1.1 200 OK\r\n\r\n",
    "in a body": b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n",
    "in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n190\r\n",
    "in a compressed body": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\3",
}


@pytest.fixture
def trickle():
    """Start a server that sends these bytes and then one at a time; return its address."""
    servers = []

    def serve(server, first):
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(10_000)
                    connection.sendall(first)
                    for _ in range(BYTES):
                        time.sleep(PAUSE_SECONDS)
                        connection.sendall(b"a")
                    start.was_heard_out = True
                except OSError:
                    continue

    def start(first):
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=serve, args=(server, first), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    start.was_heard_out = False
    yield start
    for server in servers:
        server.close()


@pytest.mark.parametrize("where", WHERE_IT_STOPS)
def test_an_answer_that_trickles_in_is_abandoned_wherever_it_is_slow(trickle, monkeypatch, where):
    monkeypatch.setattr(fetching, "MAX_FETCH_SECONDS", 0.3)
    with pytest.raises(FetchError, match="took longer"):
        Fetcher(waits=()).get(trickle(WHERE_IT_STOPS[where]))


@pytest.mark.parametrize("where", ["before the status", "in a header"])
def test_the_link_checker_does_not_wait_for_an_answer_that_trickles_in(trickle, monkeypatch, where):
    monkeypatch.setattr(link_checker, "MAX_CHECK_SECONDS", 0.3)
    monkeypatch.setattr(link_checker, "public_address", lambda host, _: host)

    link_checker.failure_reason(trickle(WHERE_IT_STOPS[where]))

    assert not trickle.was_heard_out


def test_a_connection_that_is_opened_too_late_is_ended_at_once():
    one, other = socket.socketpair()
    with Deadline(0) as deadline, one, other:
        deadline.watch(one)
        assert deadline.has_passed
        assert one.recv(1) == b""


def test_a_connection_outlives_a_deadline_that_was_kept():
    one, other = socket.socketpair()
    with one, other:
        with Deadline(60) as deadline:
            deadline.watch(one)
        other.sendall(b"a")
        assert one.recv(1) == b"a"
    assert not deadline.has_passed
