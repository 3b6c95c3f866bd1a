"""Find the DMARC record that applies to a domain (RFC 7489)."""

from dataclasses import dataclass

from digest.health.mail_dns.dkim import tags
from digest.health.mail_dns.lookup import Lookup

POLICIES = {"none", "quarantine", "reject"}
# A single label (a top-level domain) publishes nothing for the domains below it.
SHORTEST = 2


class DmarcError(Exception):
    """Receivers treat the record as invalid; the message says why."""


@dataclass(frozen=True)
class Dmarc:
    """The policy for mail that is not shown to come from the sender."""

    domain: str
    policy: str
    has_reports: bool
    share: int
    is_dkim_strict: bool
    is_spf_strict: bool


def read(lookup: Lookup, domain: str) -> Dmarc | None:
    """Return the record of a domain, or else of the nearest domain above that has one; None if there is none.

    Raises DmarcError, and lookup's SilentError. Without a list of public suffixes, each domain above is queried, as in
    the coming version of DMARC.
    """
    labels = domain.split(".")
    for start in range(len(labels) - SHORTEST + 1):
        name = ".".join(labels[start:])
        records = [text for text in lookup.texts(f"_dmarc.{name}") if text.replace(" ", "").startswith("v=DMARC1")]
        if len(records) > 1:
            raise DmarcError(f"_dmarc.{name} has {len(records)} records, but only one is allowed")
        if records:
            return _parse(records[0], name, is_above=start > 0)
    return None


def _parse(record: str, domain: str, *, is_above: bool) -> Dmarc:
    try:
        fields = {name.lower(): value for name, value in tags(record).items()}
        share = int(fields.get("pct", "100"))
    except ValueError:
        raise DmarcError(f"_dmarc.{domain} is malformed") from None
    policy = fields.get("p", "").lower()
    if policy not in POLICIES:
        raise DmarcError(f"_dmarc.{domain} needs a “p=” of none, quarantine or reject")
    below = fields.get("sp", policy).lower()
    return Dmarc(
        domain=domain,
        policy=below if is_above and below in POLICIES else policy,
        has_reports=bool(fields.get("rua")),
        share=share,
        is_dkim_strict=fields.get("adkim", "r").lower() == "s",
        is_spf_strict=fields.get("aspf", "r").lower() == "s",
    )
