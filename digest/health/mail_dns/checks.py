"""The DNS checks of the sender's domain."""

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings

from digest.health.mail_dns import dkim, dmarc, senders, spf
from digest.health.mail_dns.lookup import (
    Lookup,
    NoDomainError,
    SilentError,
    are_aligned,
    reason_to_skip,
    sender_domain,
)
from digest.health.result import CheckResult, Reporter

MX, SPF, DKIM = Reporter("MX"), Reporter("SPF"), Reporter("DKIM")
DMARC, ALIGNMENT = Reporter("DMARC"), Reporter("alignment")

SHORT_BITS, USUAL_BITS = 1024, 2048
ASK_AGAIN = "Try again later, or use another name server."
GUIDE = "See “Getting mail delivered” in docs/running.md."

Examination = Callable[[Lookup, str], Iterable[CheckResult]]


def asked_of(report: Reporter, examination: Examination) -> Callable[[], Iterator[CheckResult]]:
    """Return a check that queries this machine's name servers about the sender's domain, if that is public."""

    def examine() -> Iterator[CheckResult]:
        if reason := reason_to_skip():
            yield report.skipped(reason)
            return
        try:
            yield from examination(Lookup.of_this_machine(), sender_domain())
        except SilentError as silence:
            yield report.warn(str(silence), ASK_AGAIN)

    return examine


def mail_can_come_back(lookup: Lookup, domain: str) -> Iterator[CheckResult]:
    """Look for a server that accepts mail for the sender: replies, and mail to the abuse mailbox."""
    action = f"Publish an MX record for {domain}, or set MAIL_FROM to a domain that accepts email."
    try:
        servers = lookup.records(domain, "MX")
        if not servers and (lookup.records(domain, "A") or lookup.records(domain, "AAAA")):
            yield MX.warn(f"{domain} has no MX record, so email goes to its A or AAAA record.", action)
        elif not servers:
            yield MX.bad(
                f"{domain} has no MX record, so replies don’t arrive, and some servers refuse its email.", action
            )
        elif all(str(server.exchange) == "." for server in servers):
            yield MX.bad(f"{domain} says it doesn’t accept email (RFC 7505).", action)
        else:
            yield MX.ok(f"{domain} has {len(servers)}.")
    except NoDomainError:
        yield MX.bad(f"The domain {domain} doesn’t exist.", "Register it, or fix MAIL_FROM.")


def servers_are_allowed(lookup: Lookup, domain: str) -> Iterator[CheckResult]:
    """Check the SPF record of the domain that bounces go to."""
    domain, sender = senders.signing_domain(domain), senders.sender()
    try:
        record = spf.read(lookup, domain)
    except spf.SpfError as error:
        yield SPF.bad(f"The record of {domain} is invalid: {error}.", f"Fix the record. {GUIDE}")
        return
    allowed = f"include:{sender.spf}" if sender.spf else "mx"
    if record is None:
        report = SPF.warn if sender.has_own_envelope else SPF.bad
        yield report(f"{domain} has no SPF record.", f"Publish “v=spf1 {allowed} ~all”, as your provider says. {GUIDE}")
    elif record.of_others == "+":
        yield SPF.bad(f"The record of {domain} lets anyone send (+all).", "End it with ~all.")
    elif sender.spf and sender.spf not in record.includes:
        yield SPF.warn(
            f"The record of {domain} doesn’t include {sender.spf}.",
            f"Add {allowed}, unless your provider uses its own domain for bounces, with its own record.",
        )
    elif record.of_others in {"", "?"}:
        yield SPF.warn(f"The record of {domain} says nothing about other servers.", "End it with ~all.")
    elif record.void > spf.MOST_VOID:
        yield SPF.warn(
            f"{record.void} names in the record of {domain} don’t resolve. Some servers give up after two.",
            "Remove them.",
        )
    else:
        yield SPF.ok(f"The record of {domain} is fine, and needs {record.lookups} of {spf.MOST_LOOKUPS} look-ups.")


def keys_are_published(lookup: Lookup, domain: str) -> Iterator[CheckResult]:
    """Check the DKIM key of each known selector."""
    domain, names = senders.signing_domain(domain), senders.selectors()
    if not names:
        yield DKIM.skipped(
            f"We can’t tell from here which keys {senders.sender_service()} signs with.",
            "Set DKIM_SELECTORS to the part before ._domainkey in the record it gave you.",
        )
        return
    results = [result for name in names for result in _key(lookup, name, domain)]
    if results:
        yield from results
    else:
        yield DKIM.bad(
            f"{domain} has no key under {', '.join(names)}.",
            f"Publish the record your provider gives you. If it has another name, set DKIM_SELECTORS. {GUIDE}",
        )


def _key(lookup: Lookup, selector: str, domain: str) -> Iterator[CheckResult]:
    name = f"{selector}._domainkey.{domain}"
    try:
        key = dkim.read(lookup, selector, domain)
    except dkim.DkimError as error:
        yield DKIM.bad(f"{name} {error}.", "Publish the record again, exactly as the provider gives it.")
        return
    if key is None:
        # A provider uses only some of its usual names, but all those that the operator set must exist.
        if selector in settings.DKIM_SELECTORS:
            yield DKIM.bad(f"{name} doesn’t exist.", "Publish the record your provider gives you.")
    elif key.bits and key.bits < SHORT_BITS:
        yield DKIM.bad(
            f"{name} has {key.bits} bits, too few for the signature to count.", "Create a key with 2048 bits."
        )
    elif key.is_testing:
        yield DKIM.warn(f"{name} is marked as a test (t=y), so some servers ignore it.", "Remove t=y.")
    elif key.bits and key.bits < USUAL_BITS:
        yield DKIM.warn(f"{name} has {key.bits} bits.", "Create a key with 2048 bits.")
    else:
        yield DKIM.ok(f"{name} has {f'{key.bits} bits' if key.bits else 'an Ed25519 key'}.")


def policy_is_published(lookup: Lookup, domain: str) -> Iterator[CheckResult]:
    """Check the DMARC record that applies to the sender."""
    try:
        policy = dmarc.read(lookup, domain)
    except dmarc.DmarcError as error:
        yield DMARC.bad(f"The record is invalid: {error}.", f"Fix the record. {GUIDE}")
        return
    if policy is None:
        yield DMARC.bad(
            f"{domain} has no DMARC record. Gmail and Yahoo require one from larger senders.",
            f"Publish “v=DMARC1; p=none; rua=mailto:…” at _dmarc.{domain}. {GUIDE}",
        )
    elif policy.policy == "none":
        yield DMARC.warn(
            f"The policy of {policy.domain} is none, which only monitors.",
            "Read its reports, and change it to quarantine once they’re clean.",
        )
    elif not policy.has_reports:
        yield DMARC.warn(f"The record of {policy.domain} doesn’t ask for reports.", "Add rua=mailto:… to it.")
    else:
        part = "" if policy.share == 100 else f" for {policy.share}% of email"  # noqa: PLR2004
        yield DMARC.ok(f"The policy of {policy.domain} is {policy.policy}{part}.")


def signature_is_the_senders(lookup: Lookup, domain: str) -> Iterator[CheckResult]:
    """Compare the domain that signs the mail with the domain of MAIL_FROM, as DMARC does."""
    signed = senders.signing_domain(domain)
    try:
        policy = dmarc.read(lookup, domain)
    except dmarc.DmarcError:
        policy = None
    is_strict = policy is not None and policy.is_dkim_strict
    if not are_aligned(signed, domain, strict=is_strict):
        why = "and DMARC is strict (adkim=s)" if are_aligned(signed, domain) else "another domain"
        yield ALIGNMENT.bad(
            f"MAIL_FROM is at {domain}, but email is signed for {signed}: {why}.",
            f"Set MAIL_FROM to an address at {signed}.",
        )
    elif not senders.selectors():
        yield ALIGNMENT.skipped(
            "We can’t tell which domain signs email without sending one.",
            f"Check an email that arrived: its DKIM-Signature must have d={domain}.",
        )
    elif any(_is_key(lookup, selector, signed) for selector in senders.selectors()):
        yield ALIGNMENT.ok(f"There’s a key for {signed}, which matches MAIL_FROM at {domain}.")
    else:
        yield ALIGNMENT.bad(
            f"Nothing signs for {domain}: the provider’s own signature doesn’t count for DMARC.",
            f"Set up the domain {domain} at the provider. {GUIDE}",
        )


def _is_key(lookup: Lookup, selector: str, domain: str) -> bool:
    try:
        return dkim.read(lookup, selector, domain) is not None
    except dkim.DkimError:
        return False
