"""Who is signed in: a signed cookie, apart from the session of the desk."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from digest.models import Member
from subscriptions.models import Subscriber

MEMBER_COOKIE = "member"
MEMBER_SALT = "digest.member"
MEMBER_COOKIE_LIFETIME = timedelta(days=60)


def member_of(request: HttpRequest) -> Member | None:
    """Return who is signed in; asked once a request, and only where there is a cookie."""
    if not hasattr(request, "daily_papers_member"):
        request.daily_papers_member = _read(request)  # type: ignore[attr-defined]
    member: Member | None = request.daily_papers_member  # type: ignore[attr-defined]
    return member


def has_own_sign_in(request: HttpRequest) -> bool:
    """Say whether who is signed in used a link to sign in, or a passkey.

    The other way is “Stay signed in” behind the link of a mail, which may have been passed on.
    """
    return bool(member_of(request) and getattr(request, "daily_papers_own_sign_in", False))


def reader_of(request: HttpRequest) -> Subscriber | None:
    """Return the reader's side of who is signed in."""
    member = member_of(request)
    return member.subscriber if member else None


def reader_key(request: HttpRequest) -> int | None:
    """Return the subscriber (key) who is signed in."""
    reader = reader_of(request)
    return reader.pk if reader else None


def _read(request: HttpRequest) -> Member | None:
    if MEMBER_COOKIE not in request.COOKIES:
        return None
    value = request.get_signed_cookie(MEMBER_COOKIE, "", salt=MEMBER_SALT, max_age=MEMBER_COOKIE_LIFETIME)
    pk, key, until = [*str(value).split(":"), "", ""][:3]
    request.daily_papers_own_sign_in = not until  # type: ignore[attr-defined]
    if not pk.isdecimal() or (until and (not until.isdecimal() or int(until) < timezone.now().timestamp())):
        return None
    members = Member.objects.select_related("subscriber")
    return members.filter(pk=pk, browser_key=key, barred_at=None).exclude(joined_at=None).first()


def remember_member(response: HttpResponse, member: Member, until: datetime | None = None) -> None:
    """Sign the member in, in this browser; no longer than until that moment, where there is one."""
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
        # Not sent with a form that another site posts here.
        samesite="Lax",
    )


def forget_member(response: HttpResponse) -> None:
    """Sign out, in this browser."""
    response.delete_cookie(MEMBER_COOKIE, samesite="Lax")
