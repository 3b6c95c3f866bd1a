"""Who is signed in: a signed cookie, apart from the session of the desk."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from digest.models import Member

COOKIE = "member"
SALT = "digest.member"
SIGNED_IN_FOR = timedelta(days=60)


def member_of(request: HttpRequest) -> Member | None:
    """Return who is signed in; asked once a request, and only where there is a cookie."""
    if not hasattr(request, "daily_papers_member"):
        request.daily_papers_member = _read(request)  # type: ignore[attr-defined]
    member: Member | None = request.daily_papers_member  # type: ignore[attr-defined]
    return member


def _read(request: HttpRequest) -> Member | None:
    if COOKIE not in request.COOKIES:
        return None
    value = request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=SIGNED_IN_FOR)
    pk, _, key = str(value).partition(":")
    if not pk.isdecimal():
        return None
    return Member.objects.filter(pk=pk, browser_key=key, barred_at=None).exclude(joined_at=None).first()


def remember(response: HttpResponse, member: Member) -> None:
    """Sign the member in, in this browser."""
    response.set_signed_cookie(
        COOKIE,
        f"{member.pk}:{member.browser_key}",
        salt=SALT,
        max_age=SIGNED_IN_FOR,
        secure=not settings.DEBUG,
        httponly=True,
        # Not sent with a form that another site posts here.
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    """Sign out, in this browser."""
    response.delete_cookie(COOKIE, samesite="Lax")
