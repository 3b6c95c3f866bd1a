"""Signing up: the form, a response that reveals nothing, and the button that confirms."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subscriptions import hooks, limits, links, pending_sign_up, signing_up
from subscriptions.forms import SearchedForm, SignUpForm
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Status, Subscriber
from subscriptions.tokens import MYSELF
from subscriptions.views.mail_requests import asks_for_mail, consent_request_of, enqueue
from subscriptions.views.sign_up_cookie import confirms_at_once, forget_sign_up, own_sign_up, remember_sign_up
from subscriptions.views.signed_links import remember_link, signed


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_mail
def subscribe(request: HttpRequest) -> HttpResponse:
    """Accept a sign-up; every address gets the same answer. Someone signed in is not asked for theirs."""
    searched = SearchedForm(request.GET)
    if request.method != "POST" and hooks.signed_in_subscriber(request) is not None:
        if phrases := searched.initial_choices.get("follow"):
            messages.info(request, f"To follow “{', '.join(phrases)}”, add it under “Words and authors”.")
        return redirect("preferences", MYSELF)
    form = SignUpForm(request.POST if request.method == "POST" else None, initial=_initial(request, searched))
    if form.is_bound and form.is_from_a_program:
        return redirect("subscribe_sent")
    if not form.is_valid():
        context = {"form": form, "searched": searched}
        return render(request, "subscriptions/subscribe.html", context, status=422 if form.is_bound else 200)
    limits.check_network(request)
    email, consent_request = form.cleaned_data["email"], consent_request_of(request)
    has_room = limits.address_has_room(email, "sign-up")
    if has_room:
        enqueue("sign_up", signing_up.sign_up(email, form.choices, consent_request))
    response = redirect("subscribe_sent")
    remember_sign_up(response, request.POST, email, consent_request.at if has_room else None)
    return response


def _initial(request: HttpRequest, searched: SearchedForm) -> dict[str, Any]:
    """Return the form's initial values: what this browser just sent, to correct it, or what the URL says."""
    own = own_sign_up(request) if "change" in request.GET else None
    return {**SignUpForm.typed(own.choices), "email": own.email} if own else searched.initial_choices


@require_safe
@never_cache
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    """Tell people to check their inbox, and name the address that this browser signed up with."""
    own = own_sign_up(request)
    context = {"email": own.email if own else "", "most_mails": limits.most_mails()}
    return render(request, "subscriptions/sent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.CONFIRM)
def confirm(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the button that confirms; confirm when it is clicked; welcome a confirmed subscriber.

    In the browser that signed up, opening the link counts as the click.
    """
    if request.method == "POST" or confirms_at_once(request, subscriber):
        counts = signing_up.confirm_subscription(subscriber, consent_request_of(request))
        # It is pending and still could not be confirmed: the address has been suppressed since.
        if not counts and pending_sign_up.sign_up_of(subscriber):
            return render(request, "subscriptions/refused.html")
        response = redirect(request.path)
        forget_sign_up(response)
        return response
    context = {"subscriber": subscriber, "token": token}
    if subscriber.is_active:
        preferences_token = links.token_as_old(Purpose.PREFERENCES, subscriber, token)
        remember_link(request, preferences_token)
        context["preferences_token"] = preferences_token
        context["topics"] = subscriber.topics.all()
        return render(request, "subscriptions/welcome.html", context)
    if sign_up := pending_sign_up.sign_up_of(subscriber):
        asked_for = {"subscriber": sign_up.subscriber, "topics": sign_up.topics}
        return render(request, "subscriptions/confirm.html", asked_for)
    page = "refused" if subscriber.status == Status.SUPPRESSED else "not_subscribed"
    return render(request, f"subscriptions/{page}.html", context)


@require_POST
@signed(Purpose.PREFERENCES)
def first_digest(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Make the latest edition due at once for someone new."""
    due = subscriber.send_now(timezone.now())
    context = {"subscriber": subscriber, "preferences_token": token, "due": due}
    return render(request, "subscriptions/first_digest.html", context)
