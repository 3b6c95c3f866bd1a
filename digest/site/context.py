"""What every page knows of the site."""

from django.conf import settings
from django.http import HttpRequest

from digest.site.members import member_of


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name, byline and address for templates, and who is signed in."""
    names = {"site_name": settings.SITE_NAME, "site_byline": settings.SITE_BYLINE, "site_url": settings.SITE_URL}
    return {**names, "member": member_of(request)}
