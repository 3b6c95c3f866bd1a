"""What every page knows of the site, and of who looks at it."""

from django.conf import settings
from django.http import HttpRequest

from digest.site.list_style import is_compact
from digest.site.members import member_of, reader_of
from subscriptions.tokens import MYSELF


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name, byline and address for templates, how lists are shown, and who looks.

    own_token: what stands in the addresses of their own pages; "" where nobody is known. stay_token: the link that can
    sign them in here; "" where somebody is signed in.
    """
    names = {"site_name": settings.SITE_NAME, "site_byline": settings.SITE_BYLINE, "site_url": settings.SITE_URL}
    # While trying out, mail is looked at here.
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
