"""The receipt of a paper in a digest: why it was included and its position, frozen when the digest was planned."""

from dataclasses import dataclass

from digest.models import Delivery
from digest.models.snapshot import candidates_of, extra_section, papers_in
from digest.recommending.explanations import receipts_in
from digest.recommending.wording import labelled_components


@dataclass(frozen=True)
class PaperReceipt:
    """One paper in one digest."""

    # The code of the reason, and its argument: see digest.ranking.reasons.
    code: str
    argument: str
    # Its position in the digest, from 1; how many papers the digest has; how many there were to choose from.
    place: int
    papers: int
    of: int
    # The label of each score component and its points; empty for a digest from before components were stored.
    parts: list[tuple[str, int]]
    # Whether all of this is about the extra section.
    is_more: bool = False

    @property
    def points(self) -> int:
        """The total score."""
        return sum(points for _, points in self.parts)


def receipt_for(delivery: Delivery, paper: int) -> PaperReceipt:
    """Return the receipt of a paper (its key) that is in a digest."""
    is_more = paper not in papers_in(delivery.content)
    section = extra_section(delivery.content) if is_more else delivery.content
    frozen = receipts_in(section)
    place, receipt = next((place, one) for place, one in enumerate(frozen, start=1) if one.paper == paper)
    of = max(candidates_of(section), len(frozen))
    return PaperReceipt(
        receipt.code, receipt.argument, place, len(frozen), of, labelled_components(receipt.parts), is_more
    )
