"""Links of a digest's mail."""

from typing import NamedTuple
from uuid import UUID

from digest.composing.mime_fragments import LINE, SOFT_LINE_BREAK, MimeFragment, piece
from subscriptions.links import around_token, signed_url
from subscriptions.tokens import Purpose, signer


class SignedLink:
    """The address of a view that takes one token, ready to be encoded for a mail: only the token is new each time."""

    def __init__(self, name: str, purpose: Purpose) -> None:
        self._before, self._after = map(piece, around_token(name))
        self._size = self._before.size + self._after.size
        self._token_of = signer(purpose)

    def __call__(self, value: str) -> MimeFragment:
        """Return the address with the value signed, as `piece` would encode it."""
        token = self._token_of(value)
        # A token stands for itself and is shorter than two lines.
        lines = (self._before.wire, token[:LINE], SOFT_LINE_BREAK, token[LINE:], SOFT_LINE_BREAK, self._after.wire)
        text = f"{self._before.text}{token.decode()}{self._after.text}"
        return MimeFragment(text, b"".join(lines), self._size + len(token))


class SignedLinks(NamedTuple):
    """What makes the signed addresses of mails: found and keyed once, for many.

    Each is made of the key of a delivery (as text) or of a reader's public id (as hexadecimal digits).
    """

    view: SignedLink
    feedback: SignedLink
    preferences: SignedLink
    unsubscribe: SignedLink

    @classmethod
    def ready(cls) -> "SignedLinks":
        """Return them for the site and the key as they are set now."""
        return cls(
            SignedLink("view_digest", Purpose.VIEW),
            SignedLink("feedback", Purpose.FEEDBACK),
            SignedLink("preferences", Purpose.PREFERENCES),
            SignedLink("unsubscribe", Purpose.UNSUBSCRIBE),
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
