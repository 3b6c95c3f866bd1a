"""Settings that hold host names and email addresses; internationalised domains are turned into ASCII."""

import re
from email.headerregistry import Address
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from config import env
from config.punycode import ascii_address, ascii_domain


def mailbox(name: str, default: str) -> str:
    """Return `Name <address>` or an address, or "" if nothing is set and there is no default."""
    value = env.text(name, default)
    if not value and not default:
        return value
    parsed = getaddresses([value])
    try:
        if len(parsed) == 1 and value.isprintable() and all(parsed[0][1].rpartition("@")):
            shown, address = parsed[0][0], ascii_address(parsed[0][1])
            return value if address in value else str(Address(shown, addr_spec=address))
    except ValueError:
        pass
    raise env.invalid_value(name, "a mailbox such as Daily Papers <papers@example.org>")


def admins(name: str) -> list[tuple[str, str]]:
    """Return a comma-separated list of email addresses for Django's ADMINS; raise ImproperlyConfigured otherwise."""
    try:
        addresses = [ascii_address(address) for address in env.word_list(name)]
        for address in addresses:
            validate_email(address)
    except (ValueError, ValidationError):
        raise env.invalid_value(name, "email addresses, separated by commas") from None
    return [("", address) for address in addresses]


def hosts(name: str, default: str) -> list[str]:
    """Return a comma-separated list of host names; raise ImproperlyConfigured otherwise.

    `.example.org` stands for all names below it, `*` for any.
    """
    try:
        # Set but empty, as a line of the settings file that was not filled in, it would shut out everyone.
        names = [ascii_domain(word) for word in env.word_list(name, default) or [default]]
    except ValueError:
        names = [""]
    if not all(re.fullmatch(r"\*|\[[0-9A-Fa-f:.]+\]|\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*", word) for word in names):
        raise env.invalid_value(name, "host names such as papers.example.org, separated by commas")
    return names
