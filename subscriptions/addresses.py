"""Addresses: checked, and compared whatever their case."""

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email


class BadAddress(ValueError):  # noqa: N818 - the word of the design
    """The text is no address mail can go to; str() says why in words for its writer."""


def clean(address: str, *, refuse_disposable: bool) -> str:
    """Return the address in its normal form (RFC 5321 local part as typed, domain in lower case and in ASCII).

    Raises BadAddress where the syntax is wrong or the domain is a disposable one and these are refused.
    The domain is not looked up: a name server that is down must not turn readers away.
    """
    try:
        found = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from error
    if refuse_disposable and _is_disposable(found.ascii_domain):
        raise BadAddress("Addresses of this domain vanish within hours. Please use one you keep.")
    return found.ascii_email or found.normalized


def _is_disposable(domain: str) -> bool:
    """Whether the domain, or one it lies under, is on the list."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def key_of(address: str) -> str:
    """Return what two spellings of one address share: the whole of it in folded case."""
    return address.strip().casefold()
