"""Preferences by signed link: change them, ask for the link, see and delete what we hold."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subscriptions import limits, links
from subscriptions.changing import change
from subscriptions.forms import LinkForm, PreferencesForm
from subscriptions.held_data import held
from subscriptions.models import Subscriber
from subscriptions.tokens import Purpose
from subscriptions.views.asking import asks_for_mail, enqueue
from subscriptions.views.signed import signed


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_mail
def preferences_link(request: HttpRequest) -> HttpResponse:
    """Send somebody's link to their address; every address gets the same answer."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "subscriptions/ask_link.html", {"form": form}, status=422 if form.is_bound else 200)
    limits.check_network(request)
    email = form.cleaned_data["email"]
    if limits.address_has_room(email):
        enqueue("link_request", Subscriber.objects.with_address(email).first())
    return redirect("preferences_link_sent")


@require_safe
def preferences_link_sent(request: HttpRequest) -> HttpResponse:
    """Say that there is mail, if there is anybody to write to."""
    return render(request, "subscriptions/link_sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.PREFERENCES)
def preferences(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show everything a subscriber can change, and change it."""
    if not subscriber.is_active:
        return render(request, "subscriptions/not_active.html", {"subscriber": subscriber, "token": token})
    form = PreferencesForm(request.POST if request.method == "POST" else None, subscriber=subscriber)
    if form.is_valid():
        change(subscriber, form.cleaned_data, form.wishes, timezone.now())
        messages.success(request, "Your preferences are saved.")
        return redirect(request.path)
    leave = links.token(Purpose.UNSUBSCRIBE, subscriber)
    context = {"form": form, "subscriber": subscriber, "token": token, "unsubscribe_token": leave}
    if subscriber.feed_key:
        context["feeds"] = links.feeds(subscriber.feed_key)
    return render(request, "subscriptions/preferences.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed(Purpose.PREFERENCES)
def resume(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """End a pause."""
    subscriber.resume(timezone.now())
    messages.success(request, "The pause is over.")
    return redirect("preferences", token)


@require_POST
@signed(Purpose.PREFERENCES)
def renew_feed(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Give somebody a feed, or a new address for it."""
    had_one = subscriber.feed_key is not None
    subscriber.renew_feed()
    messages.success(
        request, "Your feed has a new address, and the old one is dead." if had_one else "Here is your feed."
    )
    return redirect(f"{reverse('preferences', args=[token])}#feed")


@require_POST
@signed(Purpose.PREFERENCES)
def revoke_feed(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Take somebody's feed away."""
    if subscriber.revoke_feed():
        messages.success(request, "Your feed is off, and its address is dead.")
    else:
        messages.error(request, "Your digests come by the feed alone. Choose mail first, then turn it off.")
    return redirect(f"{reverse('preferences', args=[token])}#feed")


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.PREFERENCES)
def my_data(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show all we hold about a subscriber; delete it."""
    if request.method == "POST":
        subscriber.erase()
        return redirect("erased")
    context = {"subscriber": subscriber, "token": token, "data": held(subscriber)}
    return render(request, "subscriptions/my_data.html", context)


@require_safe
@signed(Purpose.PREFERENCES)
def my_data_file(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:  # noqa: ARG001
    """Give all we hold about a subscriber as a file."""
    file = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return JsonResponse(held(subscriber), headers=file, json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Say that nothing is left."""
    return render(request, "subscriptions/erased.html")
