"""Voting and taking it back: a form without JavaScript, one button exchanged with htmx."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from digest import voting
from digest.curation import public_papers
from digest.models import Member, Paper
from digest.site.signing_in import came_from, for_members
from subscriptions import limits


@require_POST
@for_members
def vote(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Give the member's vote."""
    return _answer(request, member, pk, lambda paper: voting.vote(member, paper, timezone.now()))


@require_POST
@for_members
def take_back(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Take the member's vote back."""
    return _answer(request, member, pk, lambda paper: voting.take_back(member, paper, timezone.now()))


def _answer(request: HttpRequest, member: Member, pk: int, act: Callable[[Paper], bool]) -> HttpResponse:
    paper = get_object_or_404(public_papers(), pk=pk)
    if not limits.has_room(settings.VOTES_PER_MEMBER, "votes", str(member.pk)):
        return render(request, "site/too_many_votes.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    act(paper)
    if not getattr(request, "htmx", False):
        return redirect(f"{came_from(request).partition('#')[0]}#paper-{pk}")
    paper.refresh_from_db(fields=["votes"])
    return render(request, "site/vote.html", {"paper": paper, "voted": voting.voted_by(member, [pk])})
