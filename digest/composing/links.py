"""Links of a digest's mail."""

from subscriptions.links import signed
from subscriptions.tokens import Purpose


def view(delivery: int) -> str:
    """Return the signed address at which the digest of a delivery (its key) can be seen in a browser."""
    return signed("view_digest", Purpose.VIEW, str(delivery))


def feedback(delivery: int) -> str:
    """Return the signed address of what the reader of a delivery (its key) says about its papers.

    With "/" and the key of one of them it is the page of that paper, with "/" and a kind of feedback the one button.
    """
    return signed("feedback", Purpose.FEEDBACK, str(delivery))
