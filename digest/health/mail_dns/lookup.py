"""Query the DNS."""

from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.name
import dns.resolver
from django.conf import settings

DNS_TIMEOUT_SECONDS = 3.0
# Names that do not exist in the public DNS (RFC 2606, RFC 6761, RFC 8375).
PRIVATE = ("localhost", "test", "example", "invalid", "local", "internal", "lan", "home.arpa")


class SilentError(Exception):
    """The name server gave no answer in time, or failed. Whether the record exists is unknown."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The name server gave no answer for {name}.")


class NoDomainError(Exception):
    """The name does not exist (NXDOMAIN)."""


@dataclass
class Lookup:
    """A resolver, with the queries that the checks need."""

    resolver: dns.resolver.Resolver

    @classmethod
    def of_this_machine(cls) -> "Lookup":
        """Return a lookup that queries this machine's name servers."""
        resolver = dns.resolver.Resolver()
        resolver.lifetime = resolver.timeout = DNS_TIMEOUT_SECONDS
        return cls(resolver)

    def records(self, name: str, kind: str) -> list[Any]:
        """Return a name's records of one kind, empty if it has none. Raises NoDomainError, SilentError."""
        try:
            answer = self.resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            raise NoDomainError(name) from None
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise SilentError(name) from error
        return list(answer.rrset or [])

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each with its pieces joined; empty if the name does not exist."""
        try:
            records = self.records(name, "TXT")
        except NoDomainError:
            return []
        return [b"".join(record.strings).decode("ascii", "replace") for record in records]


def sender_domain() -> str:
    """Return the domain of MAIL_FROM, in lower case."""
    return str(settings.MAIL_DOMAIN).lower().rstrip(".")


def reason_to_skip() -> str:
    """Return why there is nothing to look up for the sender's domain; "" if there is something."""
    domain = sender_domain()
    if settings.MAIL_PROVIDER == "outbox":
        return "No email leaves this machine, because MAIL_PROVIDER is outbox."
    if "." not in domain or domain.endswith(tuple(f".{ending}" for ending in PRIVATE)):
        return f"{domain} isn’t a public domain."
    return ""


def are_aligned(one: str, other: str, *, strict: bool = False) -> bool:
    """Return whether DMARC counts two domains as one (RFC 7489, 3.1): the same, or one below the other.

    Two siblings below one registered domain are aligned too, but without the list of public suffixes we cannot tell.
    """
    return one == other or (not strict and (one.endswith(f".{other}") or other.endswith(f".{one}")))
