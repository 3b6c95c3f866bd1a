"""Preferences by signed link: change them, or request the link."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subscriptions import hooks, limits, links, signing_up
from subscriptions.forms import LinkForm, PreferencesForm
from subscriptions.forms.preferences import QUICK_FREQUENCIES
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.preference_changes import change
from subscriptions.tokens import MYSELF
from subscriptions.views.mail_requests import asks_for_mail, consent_request_of, enqueue
from subscriptions.views.signed_links import further_token, signed

SHORT_PAUSE = timedelta(days=14)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_mail
def preferences_link(request: HttpRequest) -> HttpResponse:
    """Send someone's link to their address; every address gets the same answer. Someone signed in needs none."""
    if hooks.signed_in_subscriber(request) is not None:
        return redirect("preferences", MYSELF)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "subscriptions/ask_link.html", {"form": form}, status=422 if form.is_bound else 200)
    limits.check_network(request)
    email = form.cleaned_data["email"]
    if limits.address_has_room(email, "link"):
        enqueue("link_request", Subscriber.objects.with_address(email).first())
    return redirect("preferences_link_sent")


@require_safe
def preferences_link_sent(request: HttpRequest) -> HttpResponse:
    """Tell people to check their inbox, if the address belongs to a subscriber."""
    return render(request, "subscriptions/link_sent.html", {"most_mails": limits.most_mails()})


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.PREFERENCES)
def preferences(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show everything a subscriber can change, and change it."""
    if not subscriber.is_active:
        return render(request, "subscriptions/not_active.html", {"subscriber": subscriber, "token": token})
    form = PreferencesForm(request.POST if request.method == "POST" else None, subscriber=subscriber)
    if form.is_valid():
        change(subscriber, form.cleaned_data, form.preferences, timezone.now())
        messages.success(request, "Your preferences are saved.")
        return redirect(request.path)
    leave = further_token(request, Purpose.UNSUBSCRIBE, subscriber.public_id.hex, token)
    context = {"form": form, "subscriber": subscriber, "token": token, "unsubscribe_token": leave}
    if subscriber.feed_key:
        context["feeds"] = links.feed_urls(subscriber.feed_key)
    return render(request, "subscriptions/preferences.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed(Purpose.PREFERENCES)
def how_often(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Send fewer mails, or more, with one click: another frequency, or none for two weeks."""
    now = timezone.now()
    frequency = request.POST.get("frequency", "")
    choices: dict[str, Any]
    if frequency in QUICK_FREQUENCIES:
        choices = {"frequency": frequency, "paused_until": None}
    elif request.POST.get("pause") == str(SHORT_PAUSE.days):
        choices = {"paused_until": subscriber.local_date(now) + SHORT_PAUSE}
    else:
        return HttpResponseBadRequest()
    subscriber.rearrange(choices, now)
    messages.success(request, "Done. Your next digest is at the time below.")
    return redirect("preferences", token)


@require_POST
@signed(Purpose.PREFERENCES)
def resume(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """End a pause."""
    subscriber.rearrange({"paused_until": None}, timezone.now())
    messages.success(request, "The pause is over. Your digests are back.")
    return redirect("preferences", token)


@require_POST
@signed(Purpose.PREFERENCES)
def renew_feed(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Give someone a feed, or a new URL for it."""
    had_one = subscriber.feed_key is not None
    subscriber.renew_feed()
    messages.success(
        request, "Your feed has a new address. The old one no longer works." if had_one else "Your feed is ready."
    )
    return redirect(f"{reverse('preferences', args=[token])}#feed")


@require_POST
@signed(Purpose.PREFERENCES)
def revoke_feed(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Turn someone's feed off."""
    if subscriber.revoke_feed():
        messages.success(request, "Your feed is off. Its address no longer works.")
    else:
        messages.error(request, "You get your digests by feed only. Switch to email first, then turn it off.")
    return redirect(f"{reverse('preferences', args=[token])}#feed")


@require_POST
@signed(Purpose.PREFERENCES)
def subscribe_at_once(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Subscribe someone who signed in, with one click. A link is not enough, because mails get forwarded."""
    if hooks.link_that_signed_in(request):
        messages.info(request, "Please sign in with a new link first: the one you came with may have been forwarded.")
        return hooks.ask_to_sign_in[0](request)
    if token == MYSELF and signing_up.subscribe_signed_in(subscriber, consent_request_of(request)):
        messages.success(request, "You’re subscribed. Choose your topics and your hour below.")
    else:
        messages.error(request, "We can’t send email to this address.")
    return redirect("preferences", token)


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Confirm that everything was erased."""
    return render(request, "subscriptions/erased.html")
