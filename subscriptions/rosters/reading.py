"""A file of addresses as lines of cells: its encoding, its separator, and which column is what."""

import csv
import io
from collections.abc import Sequence

from django.utils import timezone

from subscriptions.models import Roster

LARGEST = 64 * 2**20
MOST_LINES = 1_000_000
# What a column may be, and how others call it.
FIELDS: dict[str, set[str]] = {
    "email": {"email", "e-mail", "mail", "address", "email address", "e-mail address", "adresse", "correo"},
    "topics": {"topics", "topic", "tags", "interests", "lists"},
    "time_zone": {"time zone", "timezone", "time_zone", "tz"},
    "local_time": {"time", "hour", "local time", "local_time", "delivery time"},
    "frequency": {"frequency", "how often", "rhythm"},
    "consented_at": {"consented at", "consented_at", "confirmed at", "confirmed_at", "opt-in time", "confirm_time"},
    "consent": {"consent", "proof", "source", "wording", "consent text", "opt-in source"},
}


class RosterError(Exception):
    """A file that cannot be a list of addresses; str() says why in words for its owner."""


def take_in(name: str, content: bytes, who: str) -> Roster:
    """Keep an uploaded file and guess its columns; RosterError where it is none."""
    if len(content) > LARGEST:
        raise RosterError(f"The file has {len(content) // 2**20} MB; {LARGEST // 2**20} MB fit. Split it.")
    encoding, text = decoded(content)
    lines = rows(text)
    if len(lines) - 1 > MOST_LINES:
        raise RosterError(f"The file has {len(lines) - 1} lines; {MOST_LINES} fit. Split it.")
    if len(lines) < 2:  # noqa: PLR2004 - a head and one more
        raise RosterError("The file needs a line of names at the top and at least one line below it.")
    return Roster.objects.create(
        name=name[:255],
        content=content,
        encoding=encoding,
        lines=len(lines) - 1,
        columns=guessed(lines[0]),
        uploaded_by=who,
        created_at=timezone.now(),
    )


def decoded(content: bytes) -> tuple[str, str]:
    """Return the encoding of a file and its text: with a mark at its beginning, as UTF-8, or as Latin-1 at last."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\0" in content:
        raise RosterError("This is no text. Save it as CSV first.")
    try:
        return "utf-8", content.decode()
    except UnicodeDecodeError:
        # Windows' own: Latin-1 with quotes and the euro. What it does not know, Latin-1 does.
        try:
            return "cp1252", content.decode("cp1252")
        except UnicodeDecodeError:
            return "latin-1", content.decode("latin-1")


def _decoded(content: bytes, encoding: str) -> tuple[str, str]:
    try:
        return encoding, content.decode(encoding)
    except UnicodeDecodeError:
        raise RosterError(f"The file says that it is {encoding}, and is not.") from None


def rows(text: str) -> list[list[str]]:
    """Return the lines of a text as cells, empty ones left out; RosterError where quotes are not closed."""
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [[cell.strip() for cell in row] for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise RosterError(f"Line {reader.line_num}: {error}.") from None


def rows_of(roster: Roster) -> list[list[str]]:
    """Return the lines of a list that is kept, the head first."""
    return rows(bytes(roster.content).decode(roster.encoding))


def guessed(head: Sequence[str]) -> dict[str, int]:
    """Return what the names at the top say: the column of each field that one of them means."""
    names = [" ".join(name.casefold().split()) for name in head]
    return {
        field: next(index for index, name in enumerate(names) if name in known)
        for field, known in FIELDS.items()
        if known & set(names)
    }
