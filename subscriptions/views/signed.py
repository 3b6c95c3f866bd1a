"""Pages behind a signed link: whose it is, and what to say where it is nobody's."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from subscriptions.models import Subscriber
from subscriptions.tokens import BadToken, Purpose, StaleToken, read

Page = Callable[[HttpRequest, Subscriber, str], HttpResponse]
View = Callable[..., HttpResponse]


def signed(purpose: Purpose, gone_status: int = 410) -> Callable[[Page], View]:
    """Give a view the subscriber of the token in its address, and the token; answer for it where there is none."""

    def decorate(view: Page) -> View:
        @never_cache
        @wraps(view)
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            response = _answer(request, token)
            # Never in a search engine, wherever the link was passed on to.
            response["X-Robots-Tag"] = "noindex, nofollow"
            return response

        def _answer(request: HttpRequest, token: str) -> HttpResponse:
            try:
                public_id = read(purpose, token)
            except StaleToken:
                page = f"subscriptions/stale_{purpose}.html"
                return render(request, [page, "subscriptions/stale.html"], status=410)
            except BadToken:
                return render(request, "subscriptions/forged.html", status=404)
            subscriber = Subscriber.objects.filter(public_id=public_id).first()
            if subscriber is None:
                return render(request, "subscriptions/gone.html", status=gone_status)
            return view(request, subscriber, token)

        return wrapped

    return decorate
