"""Reads a file of addresses as a table: its encoding, its separator, and what each column is."""

import contextlib
import csv
import io
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from django.utils import timezone

from subscriptions.importing import status_columns, status_words
from subscriptions.models import Roster

MAX_ROSTER_BYTES = 64 * 2**20
MOST_LINES = 1_000_000
# What a column may be, and what others call it: only letters and digits, without accents.
HEADINGS_BY_FIELD: dict[str, set[str]] = {
    "email": {
        *("email", "mail", "emailaddress", "emails", "emailadresse", "emailadress", "mailadresse", "useremail"),
        *("subscriberemail", "contactemail", "primaryemail", "memberemail", "emailid", "courriel", "emailcim"),
        *("adresseemail", "adressemail", "adressedemail", "adressecourriel", "adresseelectronique", "adresemail"),
        *("correo", "correoelectronico", "direcciondecorreo", "direcciondecorreoelectronico", "direccionemail"),
        *("indirizzoemail", "postaelettronica", "emailadres", "mailadres", "epost", "epostadress", "epostadresse"),
        *("enderecodeemail", "sahkoposti", "eposta", "почта", "электроннаяпочта", "адресэлектроннойпочты"),
        *("邮箱", "电子邮件", "电子邮箱", "邮件地址", "メールアドレス", "이메일"),
    },
    "topics": {"topics", "topic", "tags", "interests", "lists"},
    "time_zone": {"timezone", "tz", "zeitzone", "fuseauhoraire", "zonahoraria", "fusoorario", "tijdzone"},
    "local_time": {"time", "hour", "localtime", "deliverytime"},
    "frequency": {"frequency", "howoften", "rhythm"},
    "consented_at": {"consentedat", "confirmedat", "optintime", "confirmtime"},
    "consent": {"consent", "proof", "source", "wording", "consenttext", "optinsource"},
}
# Used if no other column is named after email: these may be a postal address or a name.
PERHAPS_EMAIL = {"address", "adresse", "subscriber", "recipient"}
# Tried after UTF-8, in this order; the first in which the header names a column of addresses is used.
# cp1252, from Windows, is Latin-1 with quotes and the euro; Latin-1 reads what cp1252 cannot.
ENCODINGS = ("cp1252", "latin-1", "gb18030", "shift_jis", "cp1251")
# A first line that names the separator, as Excel writes and reads it.
_SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?[,;\s]*', re.I)
# UTF-16 without a byte order mark: this share of every other byte is zero, and none of those in between.
_WIDE = 0.4
UNCLOSED = 'Line {}: a quote (") is opened there but never closed. Close it or remove it.'
LONGEST_HEAD = 20_000
SEPARATORS = ",;\t|"
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}\.[^\s@<>\".]{2,63}")
# The number of a line in the file, and its cells.
NumberedRow = tuple[int, list[str]]


class RosterError(Exception):
    """A file that cannot be a list of addresses; str() explains why to its owner."""


def take_in(name: str, content: bytes, who: str, purpose: str = Roster.Purpose.SUBSCRIBERS) -> Roster:
    """Store an uploaded file and guess its columns; raise RosterError if it cannot be a list."""
    if len(content) > MAX_ROSTER_BYTES:
        raise RosterError(
            f"The file is {len(content) // 2**20} MB. The limit is {MAX_ROSTER_BYTES // 2**20} MB, so please split it."
        )
    encoding, text = decoded(content)
    lines = rows(text)
    if len(lines) - 1 > MOST_LINES:
        raise RosterError(f"The file has {len(lines) - 1} lines. The limit is {MOST_LINES}, so please split it.")
    if len(lines) < 2:  # noqa: PLR2004 - a header and one more
        raise RosterError("The file needs a header line and at least one more line.")
    return Roster.objects.create(
        name=name[:255].replace("\0", ""),
        content=content,
        encoding=encoding,
        purpose=purpose,
        lines=len(lines) - 1,
        columns=guessed(lines[0]),
        status_columns=status_columns.columns_of(lines[0], lines[1:]),
        uploaded_by=who,
        created_at=timezone.now(),
    )


def decoded(content: bytes) -> tuple[str, str]:
    """Return a file's encoding and text: by its byte order mark, as UTF-8, or as whatever fits best."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    beginning = content[:1000]
    for encoding, zeros, letters in (
        ("utf-16-le", beginning[1::2], beginning[::2]),
        ("utf-16-be", beginning[::2], beginning[1::2]),
    ):
        if zeros.count(0) > _WIDE * len(zeros) and not letters.count(0):
            return _decoded(content, encoding)
    if b"\0" in content:
        raise RosterError("This isn’t a text file. Please save it as CSV.")
    try:
        return "utf-8", content.decode()
    except UnicodeDecodeError:
        return _guessed_encoding(content)


def _decoded(content: bytes, encoding: str) -> tuple[str, str]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise RosterError(f"The file says it’s {encoding}, but it isn’t.") from None
    before, nul, _ = text.partition("\0")
    if nul:
        raise RosterError(
            f"Line {len(before.splitlines()) or 1} contains a NUL character. Please save the file again as CSV."
        )
    return encoding, text


def _guessed_encoding(content: bytes) -> tuple[str, str]:
    """Return the first encoding that reads the whole file and in which a column has a name for addresses."""
    texts = {}
    for encoding in ENCODINGS:
        with contextlib.suppress(UnicodeDecodeError):
            texts[encoding] = content.decode(encoding)
    fitting = (encoding for encoding, text in texts.items() if "email" in guessed(_head(text)[1]))
    encoding = next(fitting, next(iter(texts)))
    return encoding, texts[encoding]


def rows(text: str) -> list[list[str]]:
    """Return the lines of a text as cells, header first."""
    return [cells for _, cells in numbered(text)]


def numbered(text: str) -> list[NumberedRow]:
    """Return the lines of a text as (number in the file, cells), without empty ones.

    Raises RosterError if a quote opens but does not close: what follows it would be lost as part of one cell.
    """
    separator, skipped = _separator(text)
    lines = list(io.StringIO(text, newline=""))[skipped:]
    reader = csv.reader(lines, delimiter=separator)
    numbered_rows: list[NumberedRow] = []
    begin = 0
    try:
        for row in reader:
            if reader.line_num - begin > 1 or reader.line_num == len(lines):
                head = numbered_rows[0][1] if numbered_rows else []
                if _is_unclosed(lines[begin : reader.line_num], row, separator, head):
                    opened = begin + _opening_line(lines[begin : reader.line_num], separator)
                    raise RosterError(UNCLOSED.format(opened + skipped + 1))
            cells = [cell.strip() for cell in row]
            if any(cells):
                numbered_rows.append((begin + skipped + 1, cells))
            begin = reader.line_num
    except csv.Error as error:
        raise RosterError(f"Line {begin + skipped + 1}: {error}.") from None
    return _with_head(numbered_rows)


def rows_of(roster: Roster) -> list[list[str]]:
    """Return the lines of a stored list, header first."""
    return [cells for _, cells in numbered_rows_of(roster)]


def numbered_rows_of(roster: Roster) -> list[NumberedRow]:
    """Return the lines of a stored list with their numbers in the file, header first."""
    return numbered(bytes(roster.content).decode(roster.encoding))


def guessed(head: Sequence[str]) -> dict[str, int]:
    """Return the column of each field that the header names."""
    names = [status_words.normalised_word(name) for name in head]
    fields = (
        HEADINGS_BY_FIELD if HEADINGS_BY_FIELD["email"] & set(names) else {**HEADINGS_BY_FIELD, "email": PERHAPS_EMAIL}
    )
    return {
        field: next(index for index, name in enumerate(names) if name in headings)
        for field, headings in fields.items()
        if headings & set(names)
    }


def _with_head(numbered_rows: list[NumberedRow]) -> list[NumberedRow]:
    """Return the numbered_rows with a header; a file that begins with an address has none of its own."""
    if not numbered_rows or not any(_ADDRESS.fullmatch(cell) for cell in numbered_rows[0][1]):
        return numbered_rows
    head = ["email" if _ADDRESS.fullmatch(cell) else "" for cell in numbered_rows[0][1]]
    return [(0, head), *numbered_rows]


def _separator(text: str) -> tuple[str, int]:
    """Return the separator of the cells, and how many lines to skip before the header."""
    first = text[:LONGEST_HEAD].splitlines()[:1]
    if first and (named := _SEPARATOR_LINE.fullmatch(first[0])):
        return named[1], 1
    return _head(text)[0], 0


def _head(text: str) -> tuple[str, list[str]]:
    """Return the separator of a header, and its names: one of them is for addresses, or it has the most cells."""
    beginning = text[:LONGEST_HEAD].lstrip("\r\n")
    best: tuple[str, list[str]] = (",", [])
    for separator in SEPARATORS:
        with contextlib.suppress(csv.Error):
            names = next(csv.reader(io.StringIO(beginning, newline=""), delimiter=separator), [])
            if ("email" in guessed(names), len(names)) > ("email" in guessed(best[1]), len(best[1])):
                best = (separator, names)
    return best


def _is_unclosed(lines: Sequence[str], row: Sequence[str], separator: str, head: Sequence[str]) -> bool:
    """Return whether lines are one record by mistake: a quote does not close, or closes where another opens."""
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        # Letters after a closing quote do no harm within a line.
        return len(lines) > 1 or lines[0].count('"') % 2 == 1
    column = guessed(head).get("email", 0)
    further = (line for cell in row for line in cell.splitlines()[1:])
    return any(_reads_as_a_line(line, separator, column, len(head)) for line in further)


def _reads_as_a_line(text: str, separator: str, column: int, width: int) -> bool:
    """Return whether a line within a cell is really a line of the list: its address is where addresses are."""
    cells = text.split(separator)
    is_long_enough = len(cells) > column and (len(cells) > 1 or width <= 1)
    return is_long_enough and bool(_ADDRESS.fullmatch(cells[column].strip(' "')))


def _opening_line(lines: Sequence[str], separator: str) -> int:
    """Return the index of the line with the opening quote that is not closed properly."""
    begins = re.compile(rf'(?:\A|(?<=[{re.escape(separator)}\r\n]))"')
    # A quoted cell, with doubled quotes inside, up to a separator or the end of its line.
    whole = re.compile(rf'"(?:[^"]++|"")*+"(?=[{re.escape(separator)}\r\n]|\Z)')
    text, position = "".join(lines), 0
    while opening := begins.search(text, position):
        cell = whole.match(text, opening.start())
        if cell is None:
            ends = list(accumulate(map(len, lines)))
            return bisect_right(ends, opening.start())
        position = cell.end()
    return 0
