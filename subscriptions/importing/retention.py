"""Retention of uploaded addresses: until the list is done or abandoned, or their owner asks for deletion."""

import re
from datetime import datetime, timedelta

from django.db import models, transaction

from subscriptions.addresses import address_key
from subscriptions.models import Roster

# How long to keep a list that no one continues with.
IMPORT_RETENTION = timedelta(days=7)
# Replaces an address whose owner had it deleted. It is not an address, so the line imports no one.
ERASED = "erased"
# The text between separators.
CELL_PATTERN = re.compile(r'[^,;\t|"\r\n]+')
LINE_END = re.compile(r"(\r\n|\r|\n)")


def forget_old(now: datetime) -> int:
    """Delete the lists that were uploaded a while ago and never imported; return how many."""
    idle = Roster.objects.exclude(status__in=[Roster.Status.IMPORTING, Roster.Status.DONE])
    return idle.filter(created_at__lt=now - IMPORT_RETENTION).delete()[0]


def lists_with(address: str) -> list[Roster]:
    """Return the lists still kept that contain an address."""
    pattern = _pattern(address)
    return [roster for roster in _retained() if pattern.search(_text(roster))]


@transaction.atomic
def erase_address(address: str) -> None:
    """Empty the lines of an address in all lists still kept. The lines stay, so that no position in a list shifts."""
    pattern = _pattern(address)
    for roster in _retained().select_for_update():
        text = _text(roster)
        if not pattern.search(text):
            continue
        lines = [_emptied(line, pattern) if pattern.search(line) else line for line in LINE_END.split(text)]
        roster.content = "".join(lines).encode(roster.encoding)
        roster.save(update_fields=["content"])


def _retained() -> models.QuerySet[Roster]:
    return Roster.objects.exclude(content=b"")


def _text(roster: Roster) -> str:
    return bytes(roster.content).decode(roster.encoding)


def _pattern(address: str) -> re.Pattern[str]:
    """Return the pattern that finds an address as a whole, regardless of case."""
    return re.compile(rf"(?<![\w.+-]){re.escape(address_key(address))}(?![\w-]|\.\w)", re.IGNORECASE)


def _emptied(line: str, pattern: re.Pattern[str]) -> str:
    """Return a line with only its separators, and a word in place of the address."""
    return CELL_PATTERN.sub(lambda cell: ERASED if pattern.search(cell[0]) else "", line)
