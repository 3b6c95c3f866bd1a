"""Read the SPF record of a domain, and everything it includes (RFC 7208)."""

import re
from dataclasses import dataclass, field

from digest.health.mail_dns.lookup import Lookup, NoDomainError

# RFC 7208, 4.6.4.
MOST_LOOKUPS, MOST_VOID = 10, 2
# No sound record nests this deep.
DEEPEST = 30
LOOKING_UP = {"include", "a", "mx", "ptr", "exists", "redirect"}
TERM = re.compile(
    r"(?P<qualifier>[+?~-]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?P<rest>(?:[:/].*)?)"
    r"|(?P<modifier>[a-z][a-z0-9_.-]*)=(?P<value>.*)",
    re.IGNORECASE,
)
NEEDS_VALUE = {"include", "ip4", "ip6", "exists"}


class SpfError(Exception):
    """Receivers treat the record as invalid (“permerror”); the message says why."""


@dataclass
class Spf:
    """What a record amounts to."""

    # The qualifier for all other servers: "+", "?", "~", "-", or "" if the record has none.
    of_others: str = ""
    lookups: int = 0
    void: int = 0
    includes: set[str] = field(default_factory=set)
    # The domains whose records are being read, outermost first.
    seen: list[str] = field(default_factory=list)


def read(lookup: Lookup, domain: str) -> Spf | None:
    """Return what a domain's record amounts to, or None if it has none. Raises SpfError, and lookup's SilentError."""
    record = _record(lookup, domain)
    if record is None:
        return None
    spf = Spf()
    spf.of_others = _follow(lookup, domain, record, spf)
    if spf.lookups > MOST_LOOKUPS:
        raise SpfError(f"it needs {spf.lookups} look-ups, but only {MOST_LOOKUPS} are allowed")
    return spf


def _record(lookup: Lookup, domain: str) -> str | None:
    records = [text for text in lookup.texts(domain) if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    if len(records) > 1:
        raise SpfError(f"{domain} has {len(records)} SPF records, but only one is allowed")
    return records[0] if records else None


def _follow(lookup: Lookup, domain: str, record: str, spf: Spf) -> str:
    """Count the look-ups of a record and those it includes, and return its qualifier for all other servers."""
    if domain in spf.seen:
        raise SpfError(f"{domain} includes itself")
    if len(spf.seen) >= DEEPEST:
        raise SpfError(f"it needs far more than {MOST_LOOKUPS} look-ups")
    spf.seen.append(domain)
    of_others, redirect = "", ""
    for word in record.split()[1:]:
        name, qualifier, value = _term(word)
        spf.lookups += name in LOOKING_UP and not (name == "redirect" and of_others)
        if name == "all":
            of_others = qualifier
            # Receivers never read what comes after it.
            break
        if name == "include":
            _include(lookup, value, spf)
        elif name == "redirect":
            redirect = value
        elif name in {"a", "mx"} and "%" not in value and spf.lookups <= MOST_LOOKUPS:
            _count_void(lookup, value or domain, name, spf)
    if redirect and not of_others and "%" not in redirect:
        spf.includes.add(redirect)
        of_others = _follow(lookup, redirect, _needed(lookup, redirect), spf)
    spf.seen.pop()
    return of_others


def _term(word: str) -> tuple[str, str, str]:
    """Return a term's name, qualifier and value."""
    match = TERM.fullmatch(word)
    if not match:
        raise SpfError("it has an invalid term")
    if match["modifier"]:
        return match["modifier"].lower(), "", match["value"].lower().rstrip(".")
    name, rest = match["name"].lower(), match["rest"]
    value = rest[1:].partition("/")[0].lower().rstrip(".") if rest.startswith(":") else ""
    if (name in NEEDS_VALUE and not value) or (name == "all" and rest):
        raise SpfError(f"“{name}” is malformed")
    return name, match["qualifier"] or "+", value


def _include(lookup: Lookup, domain: str, spf: Spf) -> None:
    if "%" in domain:
        # A macro: its value depends on the mail.
        return
    spf.includes.add(domain)
    if spf.lookups <= MOST_LOOKUPS:
        _follow(lookup, domain, _needed(lookup, domain), spf)


def _needed(lookup: Lookup, domain: str) -> str:
    record = _record(lookup, domain)
    if record is None:
        raise SpfError(f"{domain}, which it includes, has no SPF record")
    return record


def _count_void(lookup: Lookup, name: str, kind: str, spf: Spf) -> None:
    """Count a look-up that finds nothing; receivers may give up after two."""
    try:
        kinds = ("MX",) if kind == "mx" else ("A", "AAAA")
        spf.void += not any(lookup.records(name, record) for record in kinds)
    except NoDomainError:
        spf.void += 1
