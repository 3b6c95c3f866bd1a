"""The preview of an edition: its page, its mail as any reader gets it, a test to oneself, the checklist."""

from typing import Any

from anymail.exceptions import AnymailError
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from digest.arranging import RefusedError
from digest.composing.errors import ComposeError
from digest.models import Delivery, Edition
from digest.offers import Candidates, offer_of
from digest.panel import audience, checklist, previewing
from digest.panel.pages import keep_in_trail, show
from digest.site import reading
from digest.site.outbox import MAIL_POLICY
from subscriptions.forms import SignUpForm
from subscriptions.models import Subscriber, Topic


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page and the mail in frames, with what to look at them as."""
    edition = get_object_or_404(Edition, pk=pk)
    return _page(request, edition, {})


def _page(request: HttpRequest, edition: Edition, more: dict[str, Any], status: int = 200) -> HttpResponse:
    text, subject, complaint = "", "", ""
    now = timezone.now()
    offer = offer_of([edition], now)
    try:
        mail = previewing.mail(_delivery(request, offer))
        text, subject = mail.text, mail.subject
    except (RefusedError, ComposeError) as error:
        complaint = str(error)
    context = {
        "title": f"{edition.day:%A, %-d %B %Y}",
        "edition": edition,
        "topics": Topic.objects.order_by("name"),
        "asked": request.GET,
        "query": request.GET.urlencode(),
        "text": text,
        "subject": subject,
        "complaint": complaint,
        "checks": [*checklist.checklist(edition, offer, now), *more.pop("checks", [])],
        "may_see_readers": request.user.has_perm("subscriptions.view_subscriber"),
        "may_test": request.user.has_perm("digest.publish_edition"),
    }
    return show(request, "panel/preview.html", {**context, **more}, status)


@require_safe
@xframe_options_sameorigin
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page of the edition as readers will see it, for the frame."""
    edition = get_object_or_404(Edition, pk=pk)
    return render(request, "site/edition.html", {"form": SignUpForm(), **reading.edition_page(request, edition)})


@require_safe
@xframe_options_sameorigin
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the HTML of the mail, for the frame."""
    edition = get_object_or_404(Edition, pk=pk)
    try:
        html = previewing.mail(_delivery(request, offer_of([edition], timezone.now()))).html
    except (RefusedError, ComposeError) as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8")
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


@require_POST
def send_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the mail, as it is looked at, to whoever asks."""
    edition = get_object_or_404(Edition, pk=pk)
    address = request.user.email if request.user.is_authenticated else ""
    try:
        if not address:
            raise RefusedError("You have no address here yet: somebody may write it under People.")
        previewing.message_to(address, _delivery(request, offer_of([edition], timezone.now()))).send()
    except (RefusedError, ComposeError) as error:
        return _page(request, edition, {"failed": str(error)}, 422)
    except (OSError, AnymailError) as error:
        return _page(request, edition, {"failed": f"The mail was not taken: {type(error).__name__}."}, 502)
    keep_in_trail(request, edition, "Sent a test to themselves.")
    messages.success(request, "The test is on its way to you.")
    return HttpResponseRedirect(f"{reverse('admin:preview', args=[pk])}?{request.GET.urlencode()}")


@require_POST
def check_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the links of the papers whether they answer, and show the checklist with that."""
    edition = get_object_or_404(Edition, pk=pk)
    return _page(request, edition, {"checks": [checklist.links(edition)]})


@require_safe
def who_gets_what(request: HttpRequest, pk: int) -> HttpResponse:
    """Show for each paper and topic how many would get it; to htmx the tables alone."""
    edition = get_object_or_404(Edition, pk=pk)
    found = audience.audience(edition, timezone.now())
    template = "panel/audience_part.html" if request.headers.get("HX-Request") else "panel/audience.html"
    title = f"{edition.day:%A, %-d %B %Y}"
    return show(request, template, {"title": title, "edition": edition, "audience": found})


def _delivery(request: HttpRequest, offer: Candidates) -> Delivery:
    """Return the digest of whom the request names: a subscriber, followers of topics, or who reads everything."""
    now = timezone.now()
    address = request.GET.get("address", "").strip()
    if address:
        allowed = request.user.has_perm("subscriptions.view_subscriber")
        subscriber = Subscriber.objects.with_address(address).first() if allowed else None
        if subscriber is None:
            raise RefusedError("There is no subscriber with this address.")
        return previewing.for_subscriber(offer, subscriber, now)
    topics = list(Topic.objects.filter(slug__in=request.GET.getlist("topic")))
    return previewing.for_followers(offer, topics, previewing.USUAL_PAPERS, now)
