"""Email addresses: validation, and comparison regardless of case."""

import re
from typing import Any

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email

_ENCODED_WORD = re.compile(r"=\?.*\?")
# Domains of one service where a name is the same mailbox at each (at Apple's: if it has it at all), and how it compares
# names.
_SAME_MAILBOX: dict[tuple[str, ...], dict[int, Any]] = {
    ("gmail.com", "googlemail.com"): str.maketrans("", "", "."),
    ("icloud.com", "me.com", "mac.com"): {},
    ("proton.me", "protonmail.com", "protonmail.ch", "pm.me"): str.maketrans("", "", ".-_"),
    ("yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru"): str.maketrans(".", "-"),
}
# Services where anything@NAME.DOMAIN reaches NAME@DOMAIN.
_NAMES_IN_DOMAINS = ("fastmail.com", "fastmail.fm")
# Number of labels of the deepest domain on the list.
_DEEPEST = max(domain.count(".") for domain in blocklist) + 1


class BadAddress(ValueError):  # noqa: N818 - the name used in the design
    """The text is not an address mail can go to; str() explains why to the person who typed it."""


def clean_address(address: str, *, refuse_disposable: bool) -> str:
    """Return the normalised address (RFC 5321: local part as typed, domain in lower-case ASCII).

    Raises BadAddress if the syntax is wrong, or if the domain is disposable and disposable domains are refused.
    The domain is not looked up, so that a name server that is down turns no readers away.
    """
    try:
        # strict: at most 64 characters before the @ (RFC 5321, 4.5.3.1.1). Mail servers refuse longer names.
        valid = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from error
    # Programs that send mail may decode it, and then the mail goes to another address (RFC 2047, 5, forbids it here).
    if _ENCODED_WORD.search(valid.local_part):
        raise BadAddress("The part before the @ is encoded. Please enter the address as you read it.")
    if refuse_disposable and _is_disposable(valid.ascii_domain):
        raise BadAddress("Addresses at this domain stop working within hours. Please use a permanent one.")
    return valid.ascii_email or valid.normalized


def _is_disposable(domain: str) -> bool:
    """Return whether the domain or one of its parent domains is on the list."""
    labels = domain.split(".")[-_DEEPEST:]
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def mailbox_of(address: str) -> str:
    """Return the key shared by all spellings that reach the same mailbox: for counting, never for sending.

    What follows a "+" is a tag nearly everywhere (RFC 5233). Gmail and Proton ignore dots, and Proton hyphens and
    underscores too; Yandex treats dots as hyphens. All three have several domains. At Fastmail, a subdomain may be the
    name.
    """
    local, _, domain = address_key(address).rpartition("@")
    name, _, parent = domain.partition(".")
    if parent in _NAMES_IN_DOMAINS:
        local, domain = name, parent
    local = local.partition("+")[0] or local
    for domains, spelling in _SAME_MAILBOX.items():
        if domain in domains:
            return f"{local.translate(spelling)}@{domains[0]}"
    return f"{local}@{domain}"


def address_key(address: str) -> str:
    """Return the key that all spellings of one address share: the whole address, case-folded."""
    return address.strip().casefold()
