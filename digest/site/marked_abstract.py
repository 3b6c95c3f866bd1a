"""The abstract on a paper's page, with its key sentence marked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest.catalog.key_sentence import span_of
from digest.catalog.sentences import Span
from digest.models import Paper
from digest.site.mathematics import Piece, abstract_pieces


def marked_pieces(paper: Paper) -> list[Piece]:
    """Return the abstract in pieces of text and formulas. Pieces of the key sentence have `is_key` set."""
    formula_pieces = abstract_pieces(paper) or [Piece(paper.abstract)]
    span = span_of(paper)
    places = _places(paper.abstract, formula_pieces) if span else None
    if span is None or places is None:
        return formula_pieces
    return [part for piece, start in zip(formula_pieces, places, strict=True) for part in _parts(piece, start, span)]


def _places(text: str, formula_pieces: Sequence[Piece]) -> list[int] | None:
    """Return where each piece starts in the text; None if the pieces are not from this text."""
    places, end = [], 0
    for piece in formula_pieces:
        start = end if piece.mathml else text.find(piece.text, end)
        if start < 0:
            return None
        places.append(start)
        end = start + len(piece.text)
    return places


def _parts(piece: Piece, start: int, span: Span) -> Iterator[Piece]:
    """Split a piece that starts at `start` at both ends of the key sentence."""
    if piece.mathml:
        yield replace(piece, is_key=span.start <= start < span.end)
        return
    first, last = (min(max(place - start, 0), len(piece.text)) for place in span)
    for text, is_key in ((piece.text[:first], False), (piece.text[first:last], True), (piece.text[last:], False)):
        if text:
            yield replace(piece, text=text, is_key=is_key)
