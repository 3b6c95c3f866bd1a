"""The receipt of a paper in a digest: why it came and where it stood, as it was frozen when the digest was planned."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.explaining import receipts_in
from digest.models import Delivery
from digest.models.delivery import papers_in

# The parts of a score, in the order in which they are told, and what each is called.
PARTS = {
    "topic": "Topics you follow",
    "keyword": "Words you follow",
    "author": "Authors you follow",
    "taste": "Close to what you liked",
    "votes": "Liked by other readers",
    "novelty": "Unlike what came before",
    "pinned": "Picked by the curator",
}


@dataclass(frozen=True)
class Place:
    """One paper in one digest."""

    # The code of the reason, and its argument: see digest.ranking.reasons.
    code: str
    argument: str
    # Its place in the digest, from 1, of so many; and how many papers there were to choose from.
    place: int
    papers: int
    of: int
    # What each part of the score is called, and how many points it gave; none of a digest from before parts were kept.
    parts: list[tuple[str, int]]
    # Whether all of that is about the second part.
    is_more: bool = False

    @property
    def points(self) -> int:
        """The whole score."""
        return sum(points for _, points in self.parts)


def place_of(delivery: Delivery, paper: int) -> Place:
    """Return the place of a paper (its key) that is in a digest."""
    is_more = paper not in papers_in(delivery.content)
    part = delivery.content["more"] if is_more else delivery.content
    frozen = receipts_in(part)
    place, receipt = next((place, one) for place, one in enumerate(frozen, start=1) if one.paper == paper)
    of = max(part.get("of", 0), len(frozen))
    return Place(receipt.code, receipt.argument, place, len(frozen), of, told(receipt.parts), is_more)


def told(parts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the parts that gave or took anything, in words."""
    return [(words, parts[name]) for name, words in PARTS.items() if parts.get(name)]
