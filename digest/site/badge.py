"""A badge for other sites that links to the sign-up page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from digest.catalog.formatting import shorten
from digest.site.page_cache import public_page

# The average width of a letter at 13 pixels, and the maximum number of letters of the name.
LETTER_WIDTH, MAX_NAME_LENGTH = 7.2, 40


@require_safe
@public_page
def badge(request: HttpRequest) -> HttpResponse:
    """Return the badge as SVG, as wide as the site's name needs."""
    name = shorten(settings.SITE_NAME, MAX_NAME_LENGTH)
    left, right = round(len(name) * LETTER_WIDTH) + 20, 84
    context = {"name": name, "left": left, "right": right, "width": left + right, "middle": left / 2}
    return render(request, "site/badge.svg", context | {"right_middle": left + right / 2}, "image/svg+xml")
