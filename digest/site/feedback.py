"""Steering from the mail: a page with one button for each link under a paper. Opening it changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digest import feedback
from digest.composing.plain import public_papers_by_id
from digest.effect import Effect, effect
from digest.models import Delivery, Feedback, Paper
from digest.models.delivery import all_papers_in
from digest.preview import taste_of
from digest.profiles import SAYS
from digest.receipts import place_of
from subscriptions import links
from subscriptions.models import Subscriber
from subscriptions.tokens import BadToken, Purpose, StaleToken, read
from subscriptions.views.signed import signed

Kind = Feedback.Kind
# What one can say by a link.
SAYABLE = {Kind.MORE, Kind.LESS, Kind.SAVED}
HEADINGS = {
    Kind.SAVED: "Saved",
    Kind.MORE: "More like these",
    Kind.LESS: "Less like these",
    Kind.OPENED: "Opened",
}


class Group(NamedTuple):
    """All of one kind that somebody said."""

    heading: str
    rows: list[Feedback]


class Mailed(NamedTuple):
    """Whose link it is, and what they got by that mail."""

    token: str
    subscriber: Subscriber
    delivery: Delivery

    @property
    def papers(self) -> list[int]:
        """The papers it was planned with (keys), both parts, each best first."""
        return all_papers_in(self.delivery.content)

    def paper(self, key: int) -> Paper:
        """Return a paper of the digest; Http404 where it holds no such, or it can no longer be shown."""
        if key not in self.papers:
            raise Http404("not in this digest")
        try:
            return public_papers_by_id({key})[key]
        except KeyError as error:
            raise Http404("no such paper any more") from error


Page = Callable[..., HttpResponse]


def for_a_mail(view: Page) -> Page:
    """Give a view the mail its token stands for, in place of the token; answer for it where there is none."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, **which: object) -> HttpResponse:
        response = _answer(request, token, **which)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _answer(request: HttpRequest, token: str, **which: object) -> HttpResponse:
        try:
            key = read(Purpose.FEEDBACK, token)
        except StaleToken:
            return render(request, "subscriptions/stale.html", status=410)
        except BadToken:
            return render(request, "subscriptions/forged.html", status=404)
        delivery = Delivery.objects.select_related("subscriber").filter(pk=key).first()
        if delivery is None or delivery.subscriber is None:
            return render(request, "subscriptions/gone.html", status=410)
        return view(request, Mailed(token, delivery.subscriber, delivery), **which)

    return wrapped


@require_safe
@for_a_mail
def feedback_on_digest(request: HttpRequest, mailed: Mailed) -> HttpResponse:
    """List the papers of a digest, each with its page."""
    papers = public_papers_by_id(set(mailed.papers))
    context = {"mailed": mailed, "papers": [papers[key] for key in mailed.papers if key in papers]}
    return render(request, "site/feedback_digest.html", context)


@require_safe
@for_a_mail
def feedback_on_paper(request: HttpRequest, mailed: Mailed, paper: int) -> HttpResponse:
    """Show all that can be said about a paper, a button each."""
    found = mailed.paper(paper)
    return _page(request, "site/feedback_paper.html", mailed, found, receipt=place_of(mailed.delivery, found.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_a_mail
def say(request: HttpRequest, mailed: Mailed, paper: int, kind: str) -> HttpResponse:
    """Show the button that says one thing about a paper; take its press."""
    found = mailed.paper(paper)
    if kind not in SAYABLE:
        raise Http404("nothing one can say")
    if request.method == "POST":
        feedback.say(mailed.subscriber, found.pk, Kind(kind), timezone.now())
        return redirect(request.path)
    return _page(request, "site/feedback.html", mailed, found, kind=kind, effect=_effect(mailed, found, kind))


@require_POST
@for_a_mail
def unsay(request: HttpRequest, mailed: Mailed, paper: int, kind: str) -> HttpResponse:  # noqa: ARG001
    """Take back one thing said about a paper."""
    found = mailed.paper(paper)
    if kind not in SAYABLE:
        raise Http404("nothing one can say")
    feedback.take_back(mailed.subscriber, found.pk, Kind(kind), timezone.now())
    return redirect("say", token=mailed.token, paper=found.pk, kind=kind)


def _effect(mailed: Mailed, paper: Paper, kind: str) -> Effect:
    """Return what this one opinion would have changed."""
    now = timezone.now()
    taste = taste_of(mailed.subscriber, now)
    others = {key: weight for key, weight in taste.opinions.items() if key != paper.pk}
    told = {**others, paper.pk: taste.opinions.get(paper.pk, SAYS[Kind(kind)])}
    return effect(mailed.subscriber, replace(taste, opinions=others), replace(taste, opinions=told), now)


def _page(request: HttpRequest, template: str, mailed: Mailed, paper: Paper, **more: object) -> HttpResponse:
    context = {
        "mailed": mailed,
        "paper": paper,
        "said": feedback.said_about(mailed.subscriber, paper.pk),
        # The mail with this link has one to the preferences too: nothing more is given away.
        "preferences_token": links.token(Purpose.PREFERENCES, mailed.subscriber),
        **more,
    }
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.PREFERENCES)
def my_feedback(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """List all that a subscriber said, with a button each to take it back; take its press."""
    if request.method == "POST":
        key = request.POST.get("said", "")
        rows = Feedback.objects.filter(subscriber=subscriber, pk=key) if key.isdecimal() else Feedback.objects.none()
        for row in rows[:1]:
            feedback.take_back(subscriber, row.paper_id, Kind(row.kind), timezone.now())
            messages.success(request, "Taken back.")
        return redirect(request.path)
    rows = Feedback.objects.filter(subscriber=subscriber).select_related("paper")
    groups = [Group(heading, [row for row in rows if row.kind == kind]) for kind, heading in HEADINGS.items()]
    context = {"groups": [group for group in groups if group.rows], "token": token}
    return render(request, "site/my_feedback.html", context)
