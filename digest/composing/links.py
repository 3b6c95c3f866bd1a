"""Links of a digest's mail."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from subscriptions.links import link_builder, signed_url
from subscriptions.tokens import Purpose


class Addresses(NamedTuple):
    """What makes the signed addresses of mails, ready for many: of a delivery's key, or of a reader's public id."""

    view: Callable[[str], str]
    feedback: Callable[[str], str]
    preferences: Callable[[str], str]
    unsubscribe: Callable[[str], str]

    @classmethod
    def ready(cls) -> "Addresses":
        """Return them for the site and the key as they are set now."""
        return cls(
            link_builder("view_digest", Purpose.VIEW),
            link_builder("feedback", Purpose.FEEDBACK),
            link_builder("preferences", Purpose.PREFERENCES),
            link_builder("unsubscribe", Purpose.UNSUBSCRIBE),
        )


def view(delivery: int) -> str:
    """Return the signed address at which the digest of a delivery (its key) can be seen in a browser."""
    return signed_url("view_digest", Purpose.VIEW, str(delivery))


def feedback(delivery: int) -> str:
    """Return the signed address of what the reader of a delivery (its key) says about its papers.

    With "/" and the key of one of them it is the page of that paper, with "/" and a kind of feedback the one button.
    """
    return signed_url("feedback", Purpose.FEEDBACK, str(delivery))


def feedback_from_feed(feed: UUID, delivery: int) -> str:
    """Return what `feedback` does, for the feed with that key: whoever holds a feed says what its reader can say.

    It is dead as soon as the feed has another address or none.
    """
    return signed_url("feedback", Purpose.FEED_FEEDBACK, f"{feed.hex}.{delivery}")


def receipt(feedback: str, paper: object) -> str:
    """Return the address at which a paper's place in a digest is accounted for; "" where there is no `feedback`."""
    return f"{feedback}/{paper}" if feedback else ""
