"""Ask the DNS."""

from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.name
import dns.resolver
from django.conf import settings

DNS_TIMEOUT_SECONDS = 3.0
# Names that lead nowhere (RFC 2606, RFC 6761, RFC 8375).
PRIVATE = ("localhost", "test", "example", "invalid", "local", "internal", "lan", "home.arpa")


class SilentError(Exception):
    """The name server gave no answer: none in time, or a failure. Whether the record is there nobody knows."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The name server gave no answer for {name}.")


class NoDomainError(Exception):
    """There is no such name (NXDOMAIN)."""


@dataclass
class Lookup:
    """A resolver, and the questions that the checks ask it."""

    resolver: dns.resolver.Resolver

    @classmethod
    def of_this_machine(cls) -> "Lookup":
        """Return one that asks the name servers of this machine."""
        resolver = dns.resolver.Resolver()
        resolver.lifetime = resolver.timeout = DNS_TIMEOUT_SECONDS
        return cls(resolver)

    def records(self, name: str, kind: str) -> list[Any]:
        """Return the records of a name, none where it has none of the kind; NoDomainError, SilentError."""
        try:
            answer = self.resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            raise NoDomainError(name) from None
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise SilentError(name) from error
        return list(answer.rrset or [])

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each with its pieces joined; none where the name is not there."""
        try:
            records = self.records(name, "TXT")
        except NoDomainError:
            return []
        return [b"".join(record.strings).decode("ascii", "replace") for record in records]


def sender_domain() -> str:
    """Return the domain of MAIL_FROM, in small letters."""
    return str(settings.MAIL_DOMAIN).lower().rstrip(".")


def reason_to_skip() -> str:
    """Say why there is nothing to ask about the sender's domain; "" where there is."""
    domain = sender_domain()
    if settings.MAIL_PROVIDER == "outbox":
        return "No mail leaves this machine: MAIL_PROVIDER is outbox."
    if "." not in domain or domain.endswith(tuple(f".{ending}" for ending in PRIVATE)):
        return f"{domain} is no domain of the public DNS."
    return ""


def are_aligned(one: str, other: str, *, strict: bool = False) -> bool:
    """Say whether DMARC counts two domains as one (RFC 7489, 3.1): the same, or one below the other.

    Two siblings below a domain of one's own are aligned too; without the list of public suffixes nobody can tell.
    """
    return one == other or (not strict and (one.endswith(f".{other}") or other.endswith(f".{one}")))
