"""Pieces of mail that only need to be joined: encoded once, as whole lines on the wire."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from quopri import encodestring
from typing import NamedTuple

# Where a piece goes in a skeleton: a name between marks that occur in no text, because no one outside knows them, and
# that no inliner changes.
MARK = secrets.token_hex(8)
SLOT = re.compile(rf"slot-{MARK}-([a-z_]+)-slot")
# A piece that does not end with a line ends with a soft line break, which decodes to nothing (RFC 2045, 6.7).
SOFT_LINE_BREAK = b"=\r\n"
# The maximum line is 76 characters; this leaves room for the soft break's "=".
LINE = 72


class MimeFragment(NamedTuple):
    """An encoded piece of text."""

    text: str
    wire: bytes
    size: int


def slot(name: str) -> str:
    """Return the mark of a slot."""
    return f"slot-{MARK}-{name}-slot"


def open_slot(name: str) -> MimeFragment:
    """Return a slot as a piece for `Holed` to cut at."""
    return MimeFragment(slot(name), slot(name).encode(), 0)


def encode_piece(text: str) -> MimeFragment:
    """Encode a piece once, so that it can be joined many times."""
    # Line feeds are hard breaks in the text; on the wire they are CR LF.
    encoded = encodestring(text.encode(), quotetabs=False).replace(b"\n", b"\r\n")
    if not encoded.endswith(b"\r\n") and encoded:
        encoded += SOFT_LINE_BREAK
    return MimeFragment(text, stuffed(encoded), len(text.encode()))


def join_fragments(pieces: Sequence[MimeFragment]) -> MimeFragment:
    """Join several pieces into one."""
    text, wire = "".join([piece.text for piece in pieces]), b"".join([piece.wire for piece in pieces])
    return MimeFragment(text, wire, sum([piece.size for piece in pieces]))


def stuffed(lines: bytes) -> bytes:
    """Double the dot that starts a line (RFC 5321, 4.5.2)."""
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines.replace(b"\r\n.", b"\r\n..")


class Holed(NamedTuple):
    """A piece cut at every occurrence of one slot, so that filling them all is a single join."""

    texts: list[str]
    wires: list[bytes]
    # The size of the text without what goes into the holes, in bytes of UTF-8.
    size: int
    holes: int

    @classmethod
    def of(cls, piece: MimeFragment, name: str) -> "Holed":
        """Cut a piece at the slots with a name, as made by `open_slot`."""
        mark = open_slot(name)
        texts = piece.text.split(mark.text)
        return cls(texts, piece.wire.split(mark.wire), piece.size, len(texts) - 1)


class Filled(NamedTuple):
    """Consecutive holed pieces and what goes into all their holes, joined when needed."""

    pieces: Sequence[Holed]
    filling: MimeFragment

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join([self.filling.text.join(piece.texts) for piece in self.pieces])

    @property
    def wire(self) -> bytes:
        """The bytes on the wire."""
        join = self.filling.wire.join
        return b"".join([join(piece.wires) for piece in self.pieces])

    @property
    def size(self) -> int:
        """The size of the text, in bytes of UTF-8."""
        return sum(self.sizes)

    @property
    def sizes(self) -> list[int]:
        """The size of each piece's text, in bytes of UTF-8."""
        size = self.filling.size
        return [piece.size + piece.holes * size for piece in self.pieces]


@dataclass(frozen=True)
class Skeleton:
    """A rendered template cut at its slots: literal pieces and the names of the slots between them."""

    literals: list[MimeFragment]
    names: list[str]

    @classmethod
    def of(cls, rendered: str) -> "Skeleton":
        """Cut a rendered template at its slots."""
        parts = SLOT.split(rendered)
        return cls([encode_piece(text) for text in parts[::2]], parts[1::2])

    def fill(self, pieces: Mapping[str, Sequence[MimeFragment]]) -> list[MimeFragment]:
        """Return all pieces in order."""
        filled: list[MimeFragment] = [self.literals[0]]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            filled += pieces[name]
            filled.append(literal)
        return filled

    def text(self, values: Mapping[str, MimeFragment | Filled]) -> str:
        """Return the text with a value in each slot."""
        parts = [self.literals[0].text]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            parts += (values[name].text, literal.text)
        return "".join(parts)
