"""Decorator for signed links: finds the subscriber, or shows an error page."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from subscriptions import hooks
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.tokens import MYSELF, BadToken, StaleToken, read_token, sign_as_old, sign_token
from subscriptions.views.noindex import View, unlisted

SignedView = Callable[..., HttpResponse]


def ignores_form(view: View) -> View:
    """Mark a view that never reads the form of a request, so that an unreadable one is not refused."""
    view.ignores_form = True  # type: ignore[attr-defined]
    return view


def remember_link(request: HttpRequest, token: str) -> None:
    """Tell the page being rendered which preferences link it was opened with."""
    request.link_token = token  # type: ignore[attr-defined]


def further_token(request: HttpRequest, purpose: Purpose, value: str, token: str) -> str:
    """Return a token for a page that this one links to.

    It is as old as the link that opened this page or keeps its reader signed in; new if they signed in themselves.
    """
    if token != MYSELF:
        return sign_as_old(purpose, value, token)
    return sign_token(purpose, value, hooks.link_that_signed_in(request))


def _answer_signed_in(request: HttpRequest, view: SignedView, **which: object) -> HttpResponse:
    """Show the view to whoever is signed in; send anyone else to the sign-in page."""
    key = hooks.signed_in_subscriber(request)
    subscriber = None if key is None else Subscriber.objects.filter(pk=key).first()
    if subscriber is None:
        return hooks.ask_to_sign_in[0](request)
    return view(request, subscriber, MYSELF, **which)


def signed(purpose: Purpose, gone_status: int = 410) -> Callable[[SignedView], View]:
    """Pass a view the subscriber of the token in its URL, and the token; if there is none, show an error page instead.

    In place of a preferences token, the URL may contain MYSELF, which stands for whoever is signed in.
    """

    def decorate(view: SignedView) -> View:
        @unlisted
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **which: object) -> HttpResponse:
            if token == MYSELF and purpose == Purpose.PREFERENCES:
                return _answer_signed_in(request, view, **which)
            try:
                public_id = read_token(purpose, token)
            except StaleToken:
                page = f"subscriptions/expired_{purpose}_link.html"
                return render(request, [page, "subscriptions/expired_link.html"], status=410)
            except BadToken:
                return render(request, "subscriptions/invalid_link.html", status=404)
            subscriber = Subscriber.objects.filter(public_id=public_id).first()
            if subscriber is None:
                return render(request, "subscriptions/unknown_subscriber.html", status=gone_status)
            if purpose == Purpose.PREFERENCES:
                remember_link(request, token)
            return view(request, subscriber, token, **which)

        return wrapped

    return decorate
