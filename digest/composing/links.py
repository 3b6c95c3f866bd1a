"""Links of a digest's mail."""

from subscriptions.links import signed
from subscriptions.tokens import Purpose


def view(delivery: int) -> str:
    """Return the signed address at which the digest of a delivery (its key) can be seen in a browser."""
    return signed("view_digest", Purpose.VIEW, str(delivery))
