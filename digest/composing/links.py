"""The links in a digest's mail."""

from typing import NamedTuple
from uuid import UUID

from digest.composing.mime_fragments import LINE, SOFT_LINE_BREAK, MimeFragment, encode_piece
from subscriptions.link_lifetimes import Purpose
from subscriptions.links import around_token, signed_url
from subscriptions.tokens import signer


class SignedLink:
    """The URL of a view that takes one token, prepared for encoding in a mail: only the token is new each time."""

    def __init__(self, name: str, purpose: Purpose) -> None:
        self._before, self._after = map(encode_piece, around_token(name))
        self._size = self._before.size + self._after.size
        self._token_of = signer(purpose)

    def __call__(self, value: str) -> MimeFragment:
        """Return the URL with the value signed, encoded like `encode_piece` does."""
        token = self._token_of(value)
        # A token needs no encoding and is shorter than two lines.
        lines = (self._before.wire, token[:LINE], SOFT_LINE_BREAK, token[LINE:], SOFT_LINE_BREAK, self._after.wire)
        text = f"{self._before.text}{token.decode()}{self._after.text}"
        return MimeFragment(text, b"".join(lines), self._size + len(token))


class SignedLinks(NamedTuple):
    """Makes the signed URLs in mails: views are resolved and signers keyed once for many mails.

    Each URL is made from the key of a delivery (as text) or from a reader's public ID (as hexadecimal digits).
    """

    view: SignedLink
    feedback: SignedLink
    preferences: SignedLink
    unsubscribe: SignedLink

    @classmethod
    def ready(cls) -> "SignedLinks":
        """Return the links for the site and the signing key as set now."""
        return cls(
            SignedLink("view_digest", Purpose.VIEW),
            SignedLink("feedback", Purpose.FEEDBACK),
            SignedLink("preferences", Purpose.PREFERENCES),
            SignedLink("unsubscribe", Purpose.UNSUBSCRIBE),
        )


def view(delivery: int) -> str:
    """Return the signed URL that shows the digest of a delivery (its key) in a browser."""
    return signed_url("view_digest", Purpose.VIEW, str(delivery))


def feedback(delivery: int) -> str:
    """Return the signed URL for feedback by the reader of a delivery (its key) on its papers.

    With "/" and a paper's key appended, it is the page of that paper; with "/" and a kind of feedback, one button.
    """
    return signed_url("feedback", Purpose.FEEDBACK, str(delivery))


def feedback_from_feed(feed: UUID, delivery: int) -> str:
    """Return the same as `feedback` for the feed with that key: anyone who has the feed can give its reader's feedback.

    The URL stops working as soon as the feed has a different address or none.
    """
    return signed_url("feedback", Purpose.FEED_FEEDBACK, f"{feed.hex}.{delivery}")


def receipt(feedback_link: str, paper: object) -> str:
    """Return the URL of a paper's receipt in a digest; "" if there is no link for feedback on it."""
    return f"{feedback_link}/{paper}" if feedback_link else ""
