"""The receipt of a paper in a digest: why it came and where it stood, as it was frozen when the digest was planned."""

from dataclasses import dataclass
from datetime import date

from digest.composing.letter import Letter


@dataclass(frozen=True)
class Receipt:
    """One paper in one digest."""

    # The code of the reason, and its argument: see digest.ranking.reasons.
    code: str
    argument: str
    # Its place in the digest, from 1, of so many; and how many papers there were to choose from.
    place: int
    papers: int
    of: int
    period: date


def receipt_of(letter: Letter, paper: int) -> Receipt:
    """Return the receipt of a paper (its key) that is in the digest of a letter."""
    keys = [key for key, *_ in letter.papers]
    place = keys.index(paper)
    _, code, argument, *_ = letter.papers[place]
    return Receipt(code, argument, place + 1, len(keys), max(letter.content.get("of", 0), len(keys)), letter.period)
