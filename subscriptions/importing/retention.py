"""Addresses in uploaded lists: gone once the list is done, once it was left lying, or once their owner asks."""

import re
from datetime import datetime, timedelta

from django.db import models, transaction

from subscriptions.addresses import address_key
from subscriptions.models import Roster

# How long a list is kept that nobody goes on with.
IMPORT_RETENTION = timedelta(days=7)
# Stands in a line in place of an address whose owner had it deleted: no address, so that the line brings in nobody.
ERASED = "erased"
# What stands between separators.
CELL_PATTERN = re.compile(r'[^,;\t|"\r\n]+')
LINE_END = re.compile(r"(\r\n|\r|\n)")


def forget_old(now: datetime) -> int:
    """Delete the lists that were uploaded a while ago and never brought in; return how many."""
    idle = Roster.objects.exclude(status__in=[Roster.Status.IMPORTING, Roster.Status.DONE])
    return idle.filter(created_at__lt=now - IMPORT_RETENTION).delete()[0]


def lists_with(address: str) -> list[Roster]:
    """Return the lists still kept in which an address stands."""
    pattern = _pattern(address)
    return [roster for roster in _retained() if pattern.search(_text(roster))]


@transaction.atomic
def erase_address(address: str) -> None:
    """Empty the lines of an address in all lists still kept. Each stays a line, so that no place in a list moves."""
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
    """Return what finds an address as a whole, whatever its case."""
    return re.compile(rf"(?<![\w.+-]){re.escape(address_key(address))}(?![\w-]|\.\w)", re.IGNORECASE)


def _emptied(line: str, pattern: re.Pattern[str]) -> str:
    """Return a line with its separators alone, and a word where the address stood."""
    return CELL_PATTERN.sub(lambda cell: ERASED if pattern.search(cell[0]) else "", line)
