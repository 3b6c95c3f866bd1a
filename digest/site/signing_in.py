"""Signing in and out."""

from collections.abc import Callable
from functools import partial, wraps
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from digest import tasks
from digest.community import accounts
from digest.community import members as joining
from digest.models import Member
from digest.site import members
from digest.site.forms import SignInForm
from digest.site.safe_redirect import safe_path
from subscriptions import limits, outgoing
from subscriptions.tokens import BadToken, StaleToken
from subscriptions.views.mail_requests import NOBODY, asks_for_mail
from subscriptions.views.noindex import unlisted

MemberView = Callable[..., HttpResponse]
# Far more than any of our pages needs. A search has its words in the address.
MAX_RETURN_ADDRESS = 500


def member_required(view: MemberView) -> MemberView:
    """Pass the signed-in member to a view; redirect anyone else to the sign-in page, and then back."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        member = members.member_of(request)
        if member is not None:
            return view(request, member, *args, **kwargs)
        return lead_to_sign_in(request)

    return wrapped


def lead_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page, which leads back to the current page afterwards.

    A form that was sent is lost, for example if the sign-in ended while it was being filled in: the page says so.
    """
    if request.method == "POST":
        messages.warning(request, "You’re not signed in, so nothing was saved. Sign in, then try again.")
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else referring_address(request)
    address = f"{reverse('sign_in')}?{urlencode({'next': back})}"
    # htmx would swap the sign-in page into the current one.
    return HttpResponseClientRedirect(address) if getattr(request, "htmx", False) else redirect(address)


def return_address(request: HttpRequest) -> str:
    """Return the address to go back to, from the query string; "" if it is not one of our pages, or too long."""
    address = request.GET.get("next", "")
    if len(address) > MAX_RETURN_ADDRESS or safe_path(request, address) != address:
        return ""
    path = urlunsplit(("", "", *urlsplit(address)[2:]))
    # Without our host in front, a path that starts with two slashes leads to another host.
    return path if safe_path(request, path) == path else ""


def referring_address(request: HttpRequest) -> str:
    """Return the address of our page that a form was on; the front page if the browser does not say."""
    return safe_path(request, request.headers.get("Referer", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@asks_for_mail
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send a magic link to an address, with the same response for every address. Signed-in members do not need one.

    Members who stay signed in with the link from another email may need one: to add a passkey.
    """
    if request.method != "POST" and members.reader_of(request) and members.has_own_sign_in(request):
        return redirect(return_address(request) or "account")
    form = SignInForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "next": return_address(request)}
        return render(request, "site/sign_in.html", context, status=422 if form.is_bound else 200)
    limits.check_network(request)
    email = form.cleaned_data["email"]
    if limits.address_has_room(email, "sign-in"):
        member = joining.request_link(email, timezone.now())
        pk, goes_to = member.pk if member else NOBODY, return_address(request)
        outgoing.queue_mail("sign_in", pk, partial(tasks.send_sign_in_link.delay, pk, goes_to), goes_to=goes_to)
    return redirect("sign_in_sent")


@require_safe
def sign_in_sent(request: HttpRequest) -> HttpResponse:
    """Tell the visitor to check their inbox, whatever the address was."""
    return render(request, "site/sign_in_sent.html", {"most_mails": limits.most_mails()})


@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def confirm_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button that signs in, and handle its click. Mail scanners open links but do not click buttons."""
    try:
        link = joining.read_link(token)
    except StaleToken:
        link = None
    except BadToken:
        return render(request, "site/invalid_sign_in_link.html", status=404)
    if link is None:
        return render(request, "site/invalid_sign_in_link.html", status=410)
    if request.method != "POST":
        return render(request, "site/confirm_sign_in.html", {"owner": link.member})
    now = timezone.now()
    if not link.member.sign_in(link.number, now):
        return render(request, "site/invalid_sign_in_link.html", status=410)
    accounts.join_reader(link.member, now)
    response = redirect(safe_path(request, link.goes_to))
    members.remember_member(response, link.member)
    return response


@require_POST
@member_required
def sign_out(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - as member_required calls
    """Sign out on every browser."""
    member.sign_out()
    response = redirect("home")
    members.forget_member(response)
    return response
