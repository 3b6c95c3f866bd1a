"""What signed links allow, and how long each kind is valid."""

from datetime import timedelta
from enum import StrEnum

from django.conf import settings

# How long a link to someone's preferences is valid, and the links under the papers of a mail or in a feed.
PREFERENCES_FOR = timedelta(days=60)
# How long a magic link is valid. It also works only once: see digest.community.members.
SIGN_IN_FOR = timedelta(minutes=30)
# How long a browser may report what is opened in it.
OPENS_FOR = timedelta(days=180)


class Purpose(StrEnum):
    """What a link or a cookie allows: docs/security.md has a table of them, and tests compare it with this list."""

    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    VIEW = "view"
    SIGN_IN = "sign_in"
    FEEDBACK = "feedback"
    FEED = "feed"
    # Feedback on a digest by anyone who has the feed's URL: it ends when that URL does.
    FEED_FEEDBACK = "feed_feedback"
    OPENS = "opens"


def lifetime(purpose: Purpose) -> timedelta | None:
    """Return how long a token of this purpose is valid; None means for ever."""
    limited = {
        Purpose.CONFIRM: settings.FORGET_UNCONFIRMED,
        Purpose.PREFERENCES: PREFERENCES_FOR,
        Purpose.SIGN_IN: SIGN_IN_FOR,
        Purpose.FEEDBACK: PREFERENCES_FOR,
        Purpose.FEED_FEEDBACK: PREFERENCES_FOR,
        Purpose.OPENS: OPENS_FOR,
    }
    return limited.get(purpose)
