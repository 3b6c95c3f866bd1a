"""The preview of an edition: its page, its email as any reader gets it, test emails, the checklist."""

from typing import Any

from anymail.exceptions import AnymailError
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from digest.composing.errors import ComposeError
from digest.editions.changes import ChangeRefusedError
from digest.models import Delivery, Edition
from digest.panel import audience, checklist, preview_mail
from digest.panel.pages import log_change, render_panel_page
from digest.recommending.candidates import CandidateSet, candidates_in
from digest.site import paper_lists
from digest.site.outbox import MAIL_POLICY
from subscriptions.forms import SignUpForm
from subscriptions.models import Subscriber, Topic
from subscriptions.models.subscriber import USUAL_PAPERS


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page and the email in frames, and a choice of readers to see them as."""
    edition = get_object_or_404(Edition, pk=pk)
    return _page(request, edition, {})


def _page(request: HttpRequest, edition: Edition, more: dict[str, Any], status: int = 200) -> HttpResponse:
    text, subject, error_message = "", "", ""
    now = timezone.now()
    offer = candidates_in([edition], now)
    try:
        mail = preview_mail.render_preview(_delivery(request, offer))
        text, subject = mail.text, mail.subject
    except (ChangeRefusedError, ComposeError) as error:
        error_message = str(error)
    context = {
        "title": f"{edition.day:%A, %-d %B %Y}",
        "edition": edition,
        "topics": Topic.objects.order_by("name"),
        "params": request.GET,
        "query": request.GET.urlencode(),
        "text": text,
        "subject": subject,
        "error_message": error_message,
        "checks": [*checklist.checklist(edition, offer, now), *more.pop("checks", [])],
        "may_see_readers": request.user.has_perm("subscriptions.view_subscriber"),
        "may_test": request.user.has_perm("digest.publish_edition"),
    }
    return render_panel_page(request, "panel/preview.html", {**context, **more}, status)


@require_safe
@xframe_options_sameorigin
def page_frame(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the edition's page as readers will see it, for the frame."""
    edition = get_object_or_404(Edition, pk=pk)
    return render(request, "site/edition.html", {"form": SignUpForm(), **paper_lists.edition_page(request, edition)})


@require_safe
@xframe_options_sameorigin
def mail_frame(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the email's HTML, for the frame."""
    edition = get_object_or_404(Edition, pk=pk)
    try:
        html = preview_mail.render_preview(_delivery(request, candidates_in([edition], timezone.now()))).html
    except (ChangeRefusedError, ComposeError) as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8")
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


@require_POST
def send_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the email, as previewed, to the current user."""
    edition = get_object_or_404(Edition, pk=pk)
    address = request.user.email if request.user.is_authenticated else ""
    try:
        if not address:
            raise ChangeRefusedError("Your account has no email address yet. An owner can add one under People.")
        preview_mail.message_to(address, _delivery(request, candidates_in([edition], timezone.now()))).send()
    except (ChangeRefusedError, ComposeError) as error:
        return _page(request, edition, {"failed": str(error)}, 422)
    except (OSError, AnymailError) as error:
        return _page(request, edition, {"failed": f"The test email couldn’t be sent: {type(error).__name__}."}, 502)
    log_change(request, edition, "Sent themselves a test email.")
    messages.success(request, "Test email sent. Check your inbox.")
    return HttpResponseRedirect(f"{reverse('admin:preview', args=[pk])}?{request.GET.urlencode()}")


@require_POST
def check_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the papers' links, and show the checklist with the result."""
    edition = get_object_or_404(Edition, pk=pk)
    return _page(request, edition, {"checks": [checklist.check_links_of(edition)]})


@require_safe
def audience_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how many readers would get each paper and topic; for htmx only the tables."""
    edition = get_object_or_404(Edition, pk=pk)
    edition_audience = audience.audience(edition, timezone.now())
    template = "panel/audience_part.html" if request.headers.get("HX-Request") else "panel/audience.html"
    title = f"{edition.day:%A, %-d %B %Y}"
    return render_panel_page(request, template, {"title": title, "edition": edition, "audience": edition_audience})


def _delivery(request: HttpRequest, offer: CandidateSet) -> Delivery:
    """Return the digest of the requested reader: a subscriber, a follower of topics, or one who reads everything."""
    now = timezone.now()
    address = request.GET.get("address", "").strip()
    if address:
        allowed = request.user.has_perm("subscriptions.view_subscriber")
        subscriber = Subscriber.objects.with_address(address).first() if allowed else None
        if subscriber is None:
            raise ChangeRefusedError("There’s no subscriber with this address.")
        return preview_mail.for_subscriber(offer, subscriber, now)
    topics = list(Topic.objects.filter(slug__in=request.GET.getlist("topic")))
    return preview_mail.for_followers(offer, topics, USUAL_PAPERS, now)
