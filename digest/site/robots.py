"""What search engines may list: robots.txt and the sitemap. For pages behind a link: subscriptions/views/noindex.py."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from digest.models import Edition, EditionPaper
from digest.site.page_cache import public_page
from subscriptions.links import absolute
from subscriptions.models import Topic

# A sitemap can have at most 50,000 addresses (sitemaps.org), and the newest papers are enough.
PAPERS_IN_SITEMAP = 40_000


@require_safe
@public_page
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Return robots.txt: what is public, and where the sitemap is."""
    context = {"sitemap": absolute(reverse("sitemap"))}
    return render(request, "site/robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return the sitemap."""
    return render(request, "site/sitemap.xml", {"addresses": list(sitemap_addresses())}, content_type="application/xml")


def sitemap_addresses() -> Iterable[tuple[str, datetime | None]]:
    """Yield each address worth indexing, and when it last changed if that is known."""
    for name in ("home", "trending", "topics", "archive"):
        yield absolute(reverse(name)), None
    for slug in Topic.objects.values_list("slug", flat=True):
        yield absolute(reverse("topic", args=[slug])), None
    for day, at in Edition.objects.published().values_list("day", "published_at"):
        yield absolute(reverse("edition", args=[day])), at
    papers = EditionPaper.objects.public().order_by("-paper").values_list("paper", "paper__updated_at")
    # The address of a paper is only resolved once, because resolving it forty thousand times takes seconds.
    before, _, after = absolute(reverse("paper", args=[0])).rpartition("0")
    for pk, at in papers[:PAPERS_IN_SITEMAP]:
        yield f"{before}{pk}{after}", at
