"""Voting and undoing votes: a plain form without JavaScript; with htmx only the button is swapped."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from digest.community import votes
from digest.models import Member, Paper
from digest.site.signing_in import member_required, referring_address
from subscriptions import limits


@require_POST
@member_required
def submit_vote(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Cast the member's vote."""
    return _answer(request, member, pk, lambda paper: votes.cast_vote(member, paper, timezone.now()))


@require_POST
@member_required
def undo_vote(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Withdraw the member's vote."""
    return _answer(request, member, pk, lambda paper: votes.withdraw_vote(member, paper, timezone.now()))


def _answer(request: HttpRequest, member: Member, pk: int, act: Callable[[Paper], bool]) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.public(), pk=pk)
    if not limits.has_room(settings.VOTES_PER_MEMBER, "votes", str(member.pk)):
        return render(request, "site/too_many_votes.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    act(paper)
    if not getattr(request, "htmx", False):
        return redirect(f"{referring_address(request).partition('#')[0]}#paper-{pk}")
    paper.refresh_from_db(fields=["votes"])
    return render(request, "site/vote.html", {"paper": paper, "voted": votes.voted_by(member, [pk])})
