"""Pieces of mail that only need to be joined: encoded once, whole lines on the wire."""

import re
from dataclasses import dataclass
from quopri import encodestring

# Where a piece stands in a skeleton: a name between marks that no text of ours holds and no inliner touches.
SLOT = re.compile(r"slot--([a-z]+\d*)--slot")
# A soft line break ends a piece that does not end a line: it decodes to nothing (RFC 2045, 6.7).
SOFT = b"=\r\n"
# Of a line of 76 characters, with room for the soft break's "=".
LINE = 72


@dataclass(frozen=True)
class Piece:
    """A piece of text, and its bytes on the wire: quoted-printable, dot-stuffed, whole lines."""

    text: str
    wire: bytes
    # Of the text, in bytes of UTF-8.
    size: int


def slot(name: str) -> str:
    """Return the mark of a slot."""
    return f"slot--{name}--slot"


def piece(text: str) -> Piece:
    """Encode a piece once, to be joined many times."""
    # Line feeds are hard breaks in the text; on the wire they are CR LF.
    encoded = encodestring(text.encode(), quotetabs=False).replace(b"\n", b"\r\n")
    if not encoded.endswith(b"\r\n") and encoded:
        encoded += SOFT
    return Piece(text, stuffed(encoded), len(text.encode()))


def joined(pieces: list[Piece]) -> Piece:
    """Make one piece of several."""
    text, wire = "".join([piece.text for piece in pieces]), b"".join([piece.wire for piece in pieces])
    return Piece(text, wire, sum([piece.size for piece in pieces]))


def stuffed(lines: bytes) -> bytes:
    """Double the dot that starts a line (RFC 5321, 4.5.2)."""
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines.replace(b"\r\n.", b"\r\n..")


def address_piece(url: str) -> Piece:
    """Encode an address of ours, made of characters that stand for themselves, faster than `piece` does."""
    wire = b"".join(url[start : start + LINE].encode() + SOFT for start in range(0, len(url), LINE))
    return Piece(url, wire, len(url))


@dataclass(frozen=True)
class Skeleton:
    """A rendered template cut at its slots: literal pieces, and between them the names of slots."""

    literals: list[Piece]
    names: list[str]

    @classmethod
    def of(cls, rendered: str) -> "Skeleton":
        """Cut a rendered template at its slots."""
        parts = SLOT.split(rendered)
        return cls([piece(text) for text in parts[::2]], parts[1::2])

    def fill(self, pieces: dict[str, list[Piece]]) -> list[Piece]:
        """Return all pieces in order."""
        filled = [self.literals[0]]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            filled += pieces[name]
            filled.append(literal)
        return filled
