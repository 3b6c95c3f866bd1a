"""Retention of uploaded addresses: until the list is done or abandoned, or their owner asks for deletion."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import models, transaction

from subscriptions.addresses import BadAddress, address_key, clean_address
from subscriptions.models import Roster

# How long to keep a list that no one continues with.
IMPORT_RETENTION = timedelta(days=7)
# Replaces an address whose owner had it deleted. It is not an address, so the line imports no one.
ERASED = "erased"
# The text between separators.
CELL_PATTERN = re.compile(r'[^,;\t|"\r\n]+')
# What may be an address, and is then read as the import reads it.
INTERNATIONALISED = re.compile(r"[^\s@,;|\"<>()\[\]]{1,64}@[^\s@,;|\"<>()\[\]]{1,255}")
LINE_END = re.compile(r"(\r\n|\r|\n)")


def forget_old(now: datetime) -> int:
    """Delete the lists that were uploaded a while ago and never imported; return how many."""
    idle = Roster.objects.exclude(status__in=[Roster.Status.IMPORTING, Roster.Status.DONE])
    return idle.filter(created_at__lt=now - IMPORT_RETENTION).delete()[0]


def lists_with(address: str) -> list[Roster]:
    """Return the lists still kept that contain an address."""
    has_address = _test_for(address)
    return [roster for roster in _retained() if has_address(_text(roster))]


@transaction.atomic
def erase_address(address: str) -> None:
    """Empty the lines of an address in all lists still kept. The lines stay, so that no position in a list shifts."""
    has_address = _test_for(address)
    for roster in _retained().select_for_update():
        text = _text(roster)
        if not has_address(text):
            continue
        lines = [_emptied(line, has_address) if has_address(line) else line for line in LINE_END.split(text)]
        roster.content = "".join(lines).encode(roster.encoding)
        roster.save(update_fields=["content"])


def _retained() -> models.QuerySet[Roster]:
    return Roster.objects.exclude(content=b"")


def _text(roster: Roster) -> str:
    return bytes(roster.content).decode(roster.encoding)


def _test_for(address: str) -> Callable[[str], bool]:
    """Return a function that tells whether a text has an address in it as a whole, in any of its spellings."""
    key = address_key(address)
    pattern = re.compile(rf"(?<![\w.+-]){re.escape(key)}(?![\w-]|\.\w)", re.IGNORECASE)

    def has_address(text: str) -> bool:
        if pattern.search(text):
            return True
        # An internationalised domain is stored in ASCII, whichever way a list writes it.
        foreign = () if text.isascii() else INTERNATIONALISED.finditer(text)
        return any(not match[0].isascii() and _key_of(match[0]) == key for match in foreign)

    return has_address


def _key_of(text: str) -> str:
    """Return the key of an address as an import would read it; "" if it is none."""
    try:
        return address_key(clean_address(text.strip("'’.:"), refuse_disposable=False))
    except BadAddress:
        return ""


def _emptied(line: str, has_address: Callable[[str], bool]) -> str:
    """Return a line with only its separators, and a word in place of the address."""
    return CELL_PATTERN.sub(lambda cell: ERASED if has_address(cell[0]) else "", line)
