"""Addresses: checked, and compared whatever their case."""

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email

# Two names of one service.
GMAIL = ("gmail.com", "googlemail.com")
# Labels of the longest domain on the list.
_DEEPEST = max(domain.count(".") for domain in blocklist) + 1


class BadAddress(ValueError):  # noqa: N818 - the word of the design
    """The text is no address mail can go to; str() says why in words for its writer."""


def clean_address(address: str, *, refuse_disposable: bool) -> str:
    """Return the address in its normal form (RFC 5321 local part as typed, domain in lower case and in ASCII).

    Raises BadAddress where the syntax is wrong or the domain is a disposable one and these are refused.
    The domain is not looked up: a name server that is down must not turn readers away.
    """
    try:
        valid = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from error
    if refuse_disposable and _is_disposable(valid.ascii_domain):
        raise BadAddress("Addresses at this domain stop working within hours. Please use a permanent one.")
    return valid.ascii_email or valid.normalized


def _is_disposable(domain: str) -> bool:
    """Whether the domain, or one it lies under, is on the list."""
    labels = domain.split(".")[-_DEEPEST:]
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def mailbox_of(address: str) -> str:
    """Return what the spellings share that end up in one mailbox, for counting: never to write to.

    What follows a "+" is a tag nearly everywhere (RFC 5233), and Gmail reads over dots.
    """
    local, _, domain = address_key(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in GMAIL:
        local, domain = local.replace(".", ""), GMAIL[0]
    return f"{local}@{domain}"


def address_key(address: str) -> str:
    """Return what two spellings of one address share: the whole of it in folded case."""
    return address.strip().casefold()
