"""The public pages: an edition, a paper, a digest in the browser."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from digest.catalog import citations, vector_index
from digest.composing.errors import ComposeError
from digest.composing.view_in_browser import render_for_browser
from digest.models import Delivery, Edition, Paper, PaperJoin
from digest.site import edition_state, paper_lists
from digest.site.access import has_panel_access
from digest.site.page_cache import SHORT_CACHE_TIME, cache_while, render_public
from subscriptions.forms import SignUpForm
from subscriptions.link_lifetimes import Purpose
from subscriptions.links import absolute
from subscriptions.tokens import BadToken, read_token
from subscriptions.views.noindex import NOINDEX, ROBOTS_HEADER

# The number of related papers on a paper's page.
RELATED_PAPERS = 5
# An email's HTML on our site: allow its own styles and nothing else.
DIGEST_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    ROBOTS_HEADER: NOINDEX,
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}


@require_safe
@cache_while(edition_state.latest_edition)
def home(request: HttpRequest) -> HttpResponse:
    """Show the latest edition, or say that there is none yet."""
    latest = Edition.objects.published().first()
    if latest is None:
        return render_public(request, "site/empty.html", {"form": SignUpForm()})
    return render_public(request, "site/home.html", {"form": SignUpForm(), **paper_lists.edition_page(request, latest)})


@require_safe
@cache_while(edition_state.edition_of)
def edition(request: HttpRequest, day: date) -> HttpResponse:
    """Show the edition of a day. Drafts are only shown to panel users."""
    requested = get_object_or_404(Edition, day=day)
    if not requested.is_published and not has_panel_access(request):
        raise Http404("no such edition")
    return render_public(request, "site/edition.html", paper_lists.edition_page(request, requested))


@require_safe
@cache_while(edition_state.state_of_paper, SHORT_CACHE_TIME)
def paper_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one paper of a published edition or of none. Panel users can see any paper."""
    papers = paper_lists.papers_for_page()
    requested = papers.filter(pk=pk).first() or (has_panel_access(request) and Paper.objects.filter(pk=pk).first())
    if not requested:
        # A paper that was joined with another redirects to that one.
        joined = PaperJoin.objects.filter(other=pk, undone_at=None).first()
        if joined is None:
            raise Http404("no such paper")
        return redirect("paper", pk=joined.paper_id)
    own = paper_lists.own_marks(request, [pk])
    context = {
        "paper": requested,
        **own,
        "kinds": own["opinions"].get(pk, ()),
        "bibtex": citations.bibtex(requested),
        "citation": citations.citation_tags(requested),
        "related": vector_index.related(requested, RELATED_PAPERS),
        "image": absolute(reverse("share_image", args=[pk])),
    }
    return render_public(request, "site/paper.html", context)


@require_safe
def view_digest(request: HttpRequest, token: str) -> HttpResponse:
    """Show the papers of a digest as they were sent, with nothing personal, so that the page can be shared.

    The page never expires, unless the reader's data was deleted.
    """
    try:
        pk = read_token(Purpose.VIEW, token)
    except BadToken as error:
        raise Http404("no such digest") from error
    delivery = Delivery.objects.select_related("subscriber", "edition").filter(pk=pk).first()
    try:
        html = render_for_browser(delivery).html if delivery and delivery.subscriber else ""
    except ComposeError:
        html = ""
    if not html:
        return render(request, "site/digest_gone.html", status=410)
    return HttpResponse(html, headers=DIGEST_HEADERS)
