"""The public pages: an edition, a paper, a digest in the browser."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from digest import citing, meaning, voting
from digest.composing.errors import ComposeError
from digest.composing.plain import render_for_browser
from digest.models import Delivery, Edition, Paper
from digest.panel.signing_in import may_come_in
from digest.site import reading, state
from digest.site.keeping import for_everybody, kept_while, show
from digest.site.members import member_of
from subscriptions.forms import SignUpForm
from subscriptions.links import absolute
from subscriptions.tokens import BadToken, Purpose, read

# How many other papers the page of one leads to.
RELATED = 5
# A mail's HTML on a page of ours: its own styles, and nothing else.
DIGEST_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}


@require_safe
@kept_while(state.latest_edition)
def home(request: HttpRequest) -> HttpResponse:
    """Show the latest edition, or say that the first is to come."""
    latest = Edition.objects.published().first()
    if latest is None:
        return show(request, "site/empty.html", {"form": SignUpForm()})
    return show(request, "site/home.html", {"form": SignUpForm(), **reading.edition_page(request, latest)})


@require_safe
@kept_while(state.edition_of)
def edition(request: HttpRequest, day: date) -> HttpResponse:
    """Show the edition of a day; a draft to those of the panel alone."""
    found = get_object_or_404(Edition, day=day)
    if not found.is_published and not may_come_in(request):
        raise Http404("no such edition")
    return show(request, "site/edition.html", {"form": SignUpForm(), **reading.edition_page(request, found)})


@require_safe
@for_everybody
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one paper of a published edition or of none; any paper to those of the panel."""
    papers = reading.papers_for_page()
    found = papers.filter(pk=pk).first() or (may_come_in(request) and Paper.objects.filter(pk=pk).first())
    if not found:
        raise Http404("no such paper")
    member = member_of(request)
    context = {
        "paper": found,
        "voted": voting.voted_by(member, [pk]) if member else set(),
        "bibtex": citing.bibtex(found),
        "citation": citing.citation_tags(found),
        "related": meaning.related(found, RELATED),
        "image": absolute(reverse("share_image", args=[pk])),
    }
    return show(request, "site/paper.html", context)


@require_safe
def view_digest(request: HttpRequest, token: str) -> HttpResponse:
    """Show a digest as it was mailed, for ever."""
    try:
        pk = read(Purpose.VIEW, token)
    except BadToken as error:
        raise Http404("no such digest") from error
    delivery = Delivery.objects.select_related("subscriber", "edition").filter(pk=pk).first()
    try:
        html = render_for_browser(delivery).html if delivery else ""
    except ComposeError:
        html = ""
    if not html:
        return render(request, "site/digest_gone.html", status=410)
    return HttpResponse(html, headers=DIGEST_HEADERS)
