"""Signing up: the form, the answer that tells nothing, and the button that confirms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subscriptions import limits, links, signing_up
from subscriptions.forms import SearchedForm, SignUpForm
from subscriptions.models import Status, Subscriber
from subscriptions.tokens import Purpose
from subscriptions.views.asking import asked, asks_for_mail, enqueue
from subscriptions.views.signed import signed


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_mail
def subscribe(request: HttpRequest) -> HttpResponse:
    """Take a sign-up; every address gets the same answer."""
    searched = SearchedForm(request.GET)
    form = SignUpForm(request.POST if request.method == "POST" else None, initial=searched.wanted)
    if form.is_bound and form.is_from_a_program:
        return redirect("subscribe_sent")
    if not form.is_valid():
        context = {"form": form, "searched": searched}
        return render(request, "subscriptions/subscribe.html", context, status=422 if form.is_bound else 200)
    limits.check_network(request)
    email = form.cleaned_data["email"]
    if limits.address_has_room(email):
        enqueue("sign_up", signing_up.sign_up(email, form.choices, asked(request)))
    return redirect("subscribe_sent")


@require_safe
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    """Say that there is mail, whoever asked."""
    return render(request, "subscriptions/sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.CONFIRM)
def confirm(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the button that confirms; take its press; welcome who is confirmed."""
    if request.method == "POST":
        counts = signing_up.confirm(subscriber, asked(request))
        # Pending and yet not confirmed: the address has been suppressed since.
        if not counts and subscriber.status == Status.PENDING:
            return render(request, "subscriptions/refused.html")
        return redirect(request.path)
    context = {"subscriber": subscriber, "token": token}
    if subscriber.is_active:
        context["preferences_token"] = links.token(Purpose.PREFERENCES, subscriber)
        return render(request, "subscriptions/welcome.html", context)
    page = {Status.PENDING: "confirm", Status.SUPPRESSED: "refused"}.get(Status(subscriber.status), "left_before")
    return render(request, f"subscriptions/{page}.html", context)


@require_POST
@signed(Purpose.PREFERENCES)
def first_digest(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Make the latest edition due at once, for somebody new."""
    due = subscriber.send_now(timezone.now())
    context = {"subscriber": subscriber, "preferences_token": token, "due": due}
    return render(request, "subscriptions/first_digest.html", context)
