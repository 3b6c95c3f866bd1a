"""What every page knows of the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 - Django's signature
    """Return the site's name, byline and address for templates."""
    return {"site_name": settings.SITE_NAME, "site_byline": settings.SITE_BYLINE, "site_url": settings.SITE_URL}
