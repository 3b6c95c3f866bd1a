"""Cursor pagination: read to the end, with a check of the count, never in a loop."""

from collections.abc import Callable, Iterator
from typing import Any

from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError

# Only an endless list would have more.
MOST_CURSORS = 500

# A cursor → the entries of its page, the next cursor, and how many entries there are in all, None if unknown.
AskPage = Callable[[str], tuple[list[dict[str, Any]], str, "int | None"]]


def walk(
    name: str, ask: AskPage, read_record: Callable[[dict[str, Any]], PaperRecord], place: HarvestPosition, *, first: str
) -> Iterator[HarvestPage]:
    """Yield the pages from the place's cursor on, or from the first. SourceError if fewer came than there are.

    A list ends with an empty page, without a next cursor, or when the cursor stays the same. One that was cut short is
    requested again from the start, because its last page clears the cursor.
    """
    cursor = place.cursor or first
    count, is_whole = 0, not place.cursor
    for _ in range(MOST_CURSORS):
        entries, following, total = ask(cursor)
        count += len(entries)
        is_last = not entries or not following or following == cursor or (is_whole and total == count)
        yield read_page(entries, read_record, "" if is_last else following)
        if is_last:
            # A run that resumes in the middle cannot count what came before.
            if is_whole and total is not None and count < total:
                raise SourceError(f"{name}: expected {total} entries, found {count}; they will be fetched again")
            return
        cursor = following
    raise SourceError(f"{name}: expected the list to end within {MOST_CURSORS} pages")


def read_page(
    entries: list[dict[str, Any]], read_record: Callable[[dict[str, Any]], PaperRecord], cursor: str
) -> HarvestPage:
    """Return the page of these entries; one that cannot be read is named in `skipped`."""
    records: list[PaperRecord] = []
    skipped: list[str] = []
    for entry in entries:
        try:
            records.append(read_record(entry))
        except SourceError as error:
            skipped.append(str(error))
    return HarvestPage(records, skipped, cursor=cursor)
