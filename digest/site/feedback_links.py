"""Feedback from email: each link under a paper opens a page with one button. Opening the page changes nothing."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import wraps
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digest.community import feedback
from digest.community.user_profiles import SAYS
from digest.models import Delivery, Feedback, Paper
from digest.models.snapshot import SnapshotEntry, entries_in, extra_section
from digest.recommending.preview import request_of
from digest.recommending.receipts import receipt_for
from digest.recommending.what_if import WhatIf, what_if
from digest.site.feedback_buttons import apply_button
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.tokens import BadToken, StaleToken, read_token
from subscriptions.views.noindex import unlisted
from subscriptions.views.signed_links import remember_link

Kind = Feedback.Kind
# The kinds of feedback that have a link.
LINKED_KINDS = {Kind.MORE, Kind.LESS, Kind.SAVED}


class MailedPaper(NamedTuple):
    """A paper in a digest, with the reason it was in it and the reader's feedback on it."""

    paper: Paper
    code: str
    argument: str
    kinds: Collection[str]


class DeadFeedError(Exception):
    """The feed that contained a link has a new address, or was turned off."""


class FeedbackLink(NamedTuple):
    """The reader a link belongs to, and the digest it was in."""

    token: str
    subscriber: Subscriber
    delivery: Delivery
    # "" in a feed, which others may be reading. The email also has a link to the preferences, as old as this one.
    preferences_token: str

    @property
    def entries(self) -> list[SnapshotEntry]:
        """The papers planned for the digest (keys) with their reasons: both sections, each best first."""
        content = self.delivery.content
        return entries_in(content) + entries_in(extra_section(content))

    @property
    def papers(self) -> list[int]:
        """The papers planned for the digest (keys): both sections, each best first."""
        return [paper for paper, *_ in self.entries]

    def paper(self, key: int) -> Paper:
        """Return a paper of the digest; Http404 if it is not in the digest or can no longer be shown."""
        if key not in self.papers:
            raise Http404("not in this digest")
        try:
            return Paper.objects.for_mail({key})[key]
        except KeyError as error:
            raise Http404("this paper can no longer be shown") from error


FeedbackView = Callable[..., HttpResponse]


def with_feedback_link(view: FeedbackView) -> FeedbackView:
    """Pass a view the FeedbackLink of its token, instead of the token; show an error page if there is none."""

    @unlisted
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, **which: object) -> HttpResponse:
        try:
            feedback_link = _feedback_link(token)
        except StaleToken:
            return render(request, "subscriptions/expired_link.html", status=410)
        except BadToken:
            return render(request, "subscriptions/invalid_link.html", status=404)
        except DeadFeedError:
            return render(request, "site/feed_gone.html", status=410)
        if feedback_link is None:
            return render(request, "subscriptions/unknown_subscriber.html", status=410)
        remember_link(request, feedback_link.preferences_token)
        return view(request, feedback_link, **which)

    return wrapped


def _feedback_link(token: str) -> FeedbackLink | None:
    """Return the FeedbackLink of a token, None if the reader is gone. Raises BadToken and DeadFeedError."""
    feed = ""
    try:
        key = read_token(Purpose.FEEDBACK, token)
    except StaleToken:
        raise
    except BadToken:
        feed, _, key = read_token(Purpose.FEED_FEEDBACK, token).partition(".")
    delivery = Delivery.objects.select_related("subscriber").filter(pk=key).first()
    if delivery is None or delivery.subscriber is None:
        return None
    reader = delivery.subscriber
    if not feed:
        return FeedbackLink(token, reader, delivery, links.token_as_old(Purpose.PREFERENCES, reader, token))
    if reader.feed_key is None or reader.feed_key.hex != feed:
        raise DeadFeedError
    return FeedbackLink(token, reader, delivery, "")


@require_safe
@with_feedback_link
def feedback_on_digest(request: HttpRequest, feedback_link: FeedbackLink) -> HttpResponse:
    """Show the papers of a digest, each with its feedback buttons."""
    context = {"feedback_link": feedback_link, "mailed_papers": _mailed_papers(feedback_link)}
    return render(request, "site/feedback_digest.html", context)


def _mailed_papers(feedback_link: FeedbackLink) -> list[MailedPaper]:
    """Return the papers of a digest, each with its reason and the reader's feedback."""
    keys = feedback_link.papers
    papers, opinions = Paper.objects.for_mail(set(keys)), feedback.feedback_by_paper(feedback_link.subscriber, keys)
    return [
        MailedPaper(papers[key], code, argument, opinions.get(key, frozenset()))
        for key, code, argument in feedback_link.entries
        if key in papers
    ]


@require_POST
@with_feedback_link
def toggle_feedback_by_link(request: HttpRequest, feedback_link: FeedbackLink, paper: int) -> HttpResponse:
    """Handle a click on the page of a digest; answer with the paper's buttons, or redirect to the page."""
    mailed_paper = feedback_link.paper(paper)
    just_given = apply_button(request, feedback_link.subscriber, paper)
    if not getattr(request, "htmx", False):
        return redirect(f"{reverse('feedback', args=[feedback_link.token])}#paper-{paper}")
    context = {
        "paper": mailed_paper,
        "kinds": feedback.feedback_on(feedback_link.subscriber, paper),
        "just_given": just_given,
        "action": request.path,
    }
    return render(request, "site/feedback_buttons.html", context)


@require_safe
@with_feedback_link
def feedback_on_paper(request: HttpRequest, feedback_link: FeedbackLink, paper: int) -> HttpResponse:
    """Show a button for each kind of feedback about a paper."""
    mailed_paper = feedback_link.paper(paper)
    return _page(
        request,
        "site/feedback_paper.html",
        feedback_link,
        mailed_paper,
        receipt=receipt_for(feedback_link.delivery, mailed_paper.pk),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@with_feedback_link
def submit_feedback(request: HttpRequest, feedback_link: FeedbackLink, paper: int, kind: str) -> HttpResponse:
    """Show the button for one kind of feedback about a paper, and handle its click."""
    mailed_paper = feedback_link.paper(paper)
    if kind not in LINKED_KINDS:
        raise Http404("no such feedback")
    if request.method == "POST":
        feedback.give_feedback(feedback_link.subscriber, mailed_paper.pk, Kind(kind), timezone.now())
        return redirect(request.path)
    if kind not in feedback.feedback_on(feedback_link.subscriber, mailed_paper.pk):
        # Show only one button, and nothing next to it that could be clicked by mistake.
        return _page(request, "site/feedback.html", feedback_link, mailed_paper, kind=kind, stay_token="")
    rest = {"mailed_papers": _mailed_papers(feedback_link)}
    difference = _difference(feedback_link, mailed_paper, kind)
    return _page(request, "site/feedback.html", feedback_link, mailed_paper, kind=kind, what_if=difference, **rest)


@require_POST
@with_feedback_link
def undo_feedback(request: HttpRequest, feedback_link: FeedbackLink, paper: int, kind: str) -> HttpResponse:  # noqa: ARG001
    """Undo one kind of feedback about a paper."""
    mailed_paper = feedback_link.paper(paper)
    if kind not in LINKED_KINDS:
        raise Http404("no such feedback")
    feedback.withdraw_feedback(feedback_link.subscriber, mailed_paper.pk, Kind(kind), timezone.now())
    return redirect("give_feedback", token=feedback_link.token, paper=mailed_paper.pk, kind=kind)


def _difference(feedback_link: FeedbackLink, paper: Paper, kind: str) -> WhatIf:
    """Return what this one opinion would have changed."""
    now = timezone.now()
    request = request_of(feedback_link.subscriber, now)
    others = {key: weight for key, weight in request.opinions.items() if key != paper.pk}
    with_opinion = {**others, paper.pk: request.opinions.get(paper.pk, SAYS[Kind(kind)])}
    return what_if(
        feedback_link.subscriber, replace(request, opinions=others), replace(request, opinions=with_opinion), now
    )


def _page(
    request: HttpRequest, template: str, feedback_link: FeedbackLink, paper: Paper, **more: object
) -> HttpResponse:
    context = {
        "feedback_link": feedback_link,
        "paper": paper,
        "given_kinds": feedback.feedback_on(feedback_link.subscriber, paper.pk),
        "preferences_token": feedback_link.preferences_token,
        **more,
    }
    return render(request, template, context)
