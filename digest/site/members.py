"""The signed-in member, kept in a signed cookie that is separate from the panel's session."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from digest.models import Member
from subscriptions.link_lifetimes import PREFERENCES_FOR
from subscriptions.models import Subscriber

MEMBER_COOKIE = "member"
MEMBER_SALT = "digest.member"
MEMBER_COOKIE_LIFETIME = timedelta(days=60)


def member_of(request: HttpRequest) -> Member | None:
    """Return the signed-in member, if any. Queried once per request, and only if there is a cookie."""
    if not hasattr(request, "daily_papers_member"):
        request.daily_papers_member = _read(request)  # type: ignore[attr-defined]
    member: Member | None = request.daily_papers_member  # type: ignore[attr-defined]
    return member


def has_own_sign_in(request: HttpRequest) -> bool:
    """Return whether the member signed in with a magic link or a passkey.

    The alternative is “Stay signed in” behind the link in an email, which may have been forwarded.
    """
    return member_of(request) is not None and link_made_at(request) is None


def link_made_at(request: HttpRequest) -> datetime | None:
    """Return when the emailed link was made that keeps the member signed in; None if they signed in themselves."""
    return getattr(request, "daily_papers_link_made_at", None) if member_of(request) else None


def reader_of(request: HttpRequest) -> Subscriber | None:
    """Return the subscriber of the signed-in member."""
    member = member_of(request)
    return member.subscriber if member else None


def reader_key(request: HttpRequest) -> int | None:
    """Return the primary key of the signed-in subscriber."""
    reader = reader_of(request)
    return reader.pk if reader else None


def _read(request: HttpRequest) -> Member | None:
    if MEMBER_COOKIE not in request.COOKIES:
        return None
    value = request.get_signed_cookie(MEMBER_COOKIE, "", salt=MEMBER_SALT, max_age=MEMBER_COOKIE_LIFETIME)
    pk, key, until = [*str(value).split(":"), "", ""][:3]
    if not pk.isdecimal() or (until and (not until.isdecimal() or int(until) < timezone.now().timestamp())):
        return None
    if until:
        made_at = datetime.fromtimestamp(int(until), UTC) - PREFERENCES_FOR
        request.daily_papers_link_made_at = made_at  # type: ignore[attr-defined]
    members = Member.objects.select_related("subscriber")
    return members.filter(pk=pk, browser_key=key, barred_at=None).exclude(joined_at=None).first()


def remember_member(response: HttpResponse, member: Member, until: datetime | None = None) -> None:
    """Sign the member in on this browser, at most until the given time if there is one."""
    lifetime = MEMBER_COOKIE_LIFETIME
    parts = [str(member.pk), member.browser_key]
    if until:
        lifetime = min(lifetime, until - timezone.now())
        parts.append(str(int(until.timestamp())))
    response.set_signed_cookie(
        MEMBER_COOKIE,
        ":".join(parts),
        salt=MEMBER_SALT,
        max_age=lifetime,
        secure=not settings.DEBUG,
        httponly=True,
        # The cookie is not sent with a form that another site posts here.
        samesite="Lax",
    )


def forget_member(response: HttpResponse) -> None:
    """Sign out on this browser."""
    response.delete_cookie(MEMBER_COOKIE, samesite="Lax")
