"""Signing in and out, and what a member finds of their own."""

from collections.abc import Callable
from functools import partial, wraps

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from digest import joining, tasks
from digest.models import Member
from digest.site import members
from digest.site.forms import SignInForm
from subscriptions import limits
from subscriptions.tokens import BadToken, StaleToken
from subscriptions.views.asking import asks_for_mail

Page = Callable[..., HttpResponse]


def for_members(view: Page) -> Page:
    """Give a view the member who asks; lead anybody else to signing in, and back to where they were."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        member = members.member_of(request)
        if member is not None:
            return view(request, member, *args, **kwargs)
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else came_from(request)
        address = f"{reverse('sign_in')}?{urlencode({'next': back})}"
        # An answer to htmx would be put into the page.
        return HttpResponseClientRedirect(address) if getattr(request, "htmx", False) else redirect(address)

    return wrapped


def own_path(request: HttpRequest, address: str) -> str:
    """Return the address where it leads to a page of ours, otherwise the front page's."""
    allowed = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if allowed else reverse("home")


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that a form was on; the front page where the browser does not tell."""
    return own_path(request, request.headers.get("Referer", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@asks_for_mail
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send a link to an address; every address gets the same answer."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "next": request.GET.get("next", "")}
        return render(request, "site/sign_in.html", context, status=422 if form.is_bound else 200)
    limits.check_network(request)
    email = form.cleaned_data["email"]
    if limits.address_has_room(email):
        member = joining.ask(email, timezone.now())
        goes_to = request.GET.get("next", "")
        if member:
            transaction.on_commit(partial(tasks.send_sign_in_link.delay, member.pk, goes_to))
    return redirect("sign_in_sent")


@require_safe
def sign_in_sent(request: HttpRequest) -> HttpResponse:
    """Say that there is mail, whoever asked."""
    return render(request, "site/sign_in_sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def use_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button that signs in; take its press. Mail scanners open links and press nothing."""
    try:
        owner = joining.owner_of(token)
    except StaleToken:
        owner = None
    except BadToken:
        return render(request, "site/sign_in_gone.html", status=404)
    if owner is None:
        return render(request, "site/sign_in_gone.html", status=410)
    member, number = owner
    if request.method != "POST":
        response = render(request, "site/use_link.html", {"owner": member})
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response
    if not member.sign_in(number, timezone.now()):
        return render(request, "site/sign_in_gone.html", status=410)
    response = redirect(own_path(request, request.GET.get("next", "")))
    members.remember(response, member)
    return response


@require_POST
@for_members
def sign_out(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - as for_members calls
    """Sign out, in every browser."""
    member.sign_out()
    response = redirect("home")
    members.forget(response)
    return response


@require_safe
@for_members
def account(request: HttpRequest, member: Member) -> HttpResponse:
    """Show what a member did here."""
    votes = member.votes.select_related("paper")[:100]
    return render(request, "site/account.html", {"votes": votes, "submissions": member.submissions.all()[:100]})


@require_POST
@for_members
def leave(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - as for_members calls
    """Delete a member with votes and submissions."""
    joining.leave(member, timezone.now())
    response = redirect("home")
    members.forget(response)
    return response
