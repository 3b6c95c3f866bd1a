"""The account: everything that belongs to one person on one page, opened by signing in or by a link from an email."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from digest.community import accounts, personal_data
from digest.community import members as joining
from digest.models import Delivery, Feedback, Member
from digest.models.snapshot import all_papers_in
from digest.site import members
from digest.site.member_passkeys import passkeys_context
from digest.site.signing_in import member_required
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.tokens import MYSELF, expires_at, sign_token
from subscriptions.views.signed_links import further_token, signed

# How much of each list the account shows. The rest has its own page, or is shown only as a number.
SHOWN_DIGESTS, SHOWN_ROWS = 5, 100
MAX_DIGESTS = 200


@require_safe
@signed(Purpose.PREFERENCES)
def account(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the account in sections."""
    member = Member.objects.filter(subscriber=subscriber).first()
    rows = Feedback.objects.filter(subscriber=subscriber)
    context = {
        "subscriber": subscriber,
        "token": token,
        "digests": _digests(request, subscriber, token, SHOWN_DIGESTS),
        "saved_count": rows.filter(kind=Feedback.Kind.SAVED).count(),
        "opinion_count": rows.opinions().count(),
        "votes": member.votes.select_related("paper")[:SHOWN_ROWS] if member else [],
        "submissions": member.submissions.all()[:SHOWN_ROWS] if member else [],
        "feeds": links.feed_urls(subscriber.feed_key) if subscriber.feed_key else {},
    }
    if token == MYSELF and member:
        context |= passkeys_context(request, member)
    return render(request, "site/account.html", context)


@require_safe
@signed(Purpose.PREFERENCES)
def digests(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """List the digests that were sent to the subscriber."""
    context = {"token": token, "digests": _digests(request, subscriber, token, MAX_DIGESTS)}
    return render(request, "site/digests.html", context)


def _digests(request: HttpRequest, subscriber: Subscriber, token: str, limit: int) -> list[dict[str, Any]]:
    """Return the newest digests sent to the subscriber, each with the tokens for its pages."""
    rows = Delivery.objects.filter(subscriber=subscriber, sent_at__isnull=False).order_by("-period", "-pk")
    return [
        {
            "period": row.period,
            "papers": len(all_papers_in(row.content)),
            "view": sign_token(Purpose.VIEW, str(row.pk)),
            "feedback": further_token(request, Purpose.FEEDBACK, str(row.pk), token),
        }
        for row in rows.only("pk", "period", "content")[:limit]
    ]


@require_POST
@signed(Purpose.PREFERENCES)
def stay_signed_in(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Sign in on this browser with the link from an email, for as long as that link is valid.

    The link alone already opens most of the account. Signing in adds votes and submissions.
    """
    if token == MYSELF:
        return redirect("account")
    member = accounts.account_of(subscriber, timezone.now())
    if member.is_barred:
        messages.error(request, "You can’t sign in to this account.")
        return redirect("preferences", token)
    response = redirect("account")
    members.remember_member(response, member, expires_at(Purpose.PREFERENCES, token))
    return response


@require_POST
@member_required
def delete_account(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - as member_required calls
    """Delete an account: votes, submissions, and everything known about the reader."""
    now = timezone.now()
    if member.subscriber:
        personal_data.erase(member.subscriber, now)
    if Member.objects.filter(pk=member.pk).exists():
        joining.delete_member(member, now)
    response = redirect("erased")
    members.forget_member(response)
    return response
