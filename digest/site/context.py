"""Template variables for every page: the site, and the visitor."""

from django.conf import settings
from django.http import HttpRequest

from digest.site.list_style import is_compact
from digest.site.members import member_of, reader_of
from subscriptions.tokens import MYSELF


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name, byline and address, the visitor, and how lists are shown to them.

    own_token: the token in the addresses of the visitor's own pages, "" if they are unknown. stay_token: the link token
    that can sign them in on this browser, "" if someone is signed in.
    """
    names = {"site_name": settings.SITE_NAME, "site_byline": settings.SITE_BYLINE, "site_url": settings.SITE_URL}
    # In development, outgoing email can be read on the site.
    has_outbox = settings.DEBUG and settings.EMAIL_BACKEND.endswith(".OutboxBackend")
    member, reader, link = member_of(request), reader_of(request), getattr(request, "link_token", "")
    own = {"own_token": MYSELF if reader else link, "stay_token": "" if member else link}
    return {
        **names,
        **own,
        "member": member,
        "reader": reader,
        "compact": is_compact(request),
        "has_outbox": has_outbox,
    }
