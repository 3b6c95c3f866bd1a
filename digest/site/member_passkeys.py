"""Readers' passkeys, an alternative to the magic link: add, rename and remove them; sign in with one."""

import logging
from datetime import timedelta
from functools import partial
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.structs import ResidentKeyRequirement

from digest import tasks
from digest.community import accounts
from digest.models import Member, MemberPasskey, PasskeyChallenge
from digest.site import members, passkey_ceremonies
from digest.site.forms import SignInForm
from digest.site.passkey_ceremonies import CHALLENGE_SECONDS, CeremonyError, CeremonyFault, PasskeyOwner
from digest.site.signing_in import member_required, return_address
from subscriptions import limits, outgoing

logger = logging.getLogger(__name__)

# The cookie with the key of the browser's current challenge. The challenge itself stays on the server.
CHALLENGE_COOKIE = "passkey"
MAX_PASSKEYS = 20
MAX_PASSKEY_NAME = 64

READER_REFUSALS = {
    CeremonyFault.EXPIRED: "That took too long or was already used. Please try again.",
    CeremonyFault.UNVERIFIED: "We couldn’t verify this passkey. Please try again, or get a link by email.",
    CeremonyFault.UNKNOWN: "This passkey doesn’t belong to an account here or was removed. Get a link by email.",
    CeremonyFault.COPIED: "There may be a copy of this passkey, so we refused it. Get a link by email, then remove it.",
    CeremonyFault.REGISTERED: "This passkey already belongs to an account here.",
}


@require_POST
@never_cache
def passkey_sign_in_options(request: HttpRequest) -> HttpResponse:
    """Return the options with which the browser uses any passkey it has for this site."""
    if not limits.network_has_room(request, "passkey"):
        return _too_many()
    challenge = generate_challenge()
    options = passkey_ceremonies.request_options(challenge, MemberPasskey.objects.none())
    return _ask(challenge, options, owner="")


@require_POST
@never_cache
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in the owner of the passkey that the browser used."""
    try:
        challenge = _take_challenge(request, owner="")
        passkey = passkey_ceremonies.verify_request(request.POST.get("answer", ""), challenge, _find_passkey)
    except CeremonyError as error:
        row = f"member passkey {error.passkey.pk}" if error.passkey else "a passkey"
        logger.warning("sign-in with %s refused: %s, %r", row, error, error.__cause__)
        context = {"form": SignInForm(), "next": return_address(request), "refusal": READER_REFUSALS[error.refusal]}
        return render(request, "site/sign_in.html", context, status=400)
    accounts.join_reader(passkey.member, timezone.now())
    response = redirect(return_address(request) or "account")
    response.delete_cookie(CHALLENGE_COOKIE, samesite="Strict")
    members.remember_member(response, passkey.member)
    return response


@require_POST
@member_required
def new_member_passkey_options(request: HttpRequest, member: Member) -> HttpResponse:
    """Return the options with which the browser creates a passkey."""
    if not members.has_own_sign_in(request) or member.passkeys.count() >= MAX_PASSKEYS:
        return JsonResponse({}, status=403)
    if not limits.network_has_room(request, "passkey"):
        return _too_many()
    challenge, owner = generate_challenge(), PasskeyOwner(member.public_id.bytes, member.email, member.email)
    # Stored on the device, so that it is found without typing the email address.
    required = ResidentKeyRequirement.REQUIRED
    options = passkey_ceremonies.creation_options(challenge, owner, member.passkeys.all(), required)
    return _ask(challenge, options, member.public_id.hex)


@require_POST
@member_required
def add_member_passkey(request: HttpRequest, member: Member) -> HttpResponse:
    """Store the passkey that the browser created, and notify the account by email."""
    if not members.has_own_sign_in(request):
        return _section(request, member, refusal="Sign in by email first.", status=403)
    try:
        challenge = _take_challenge(request, member.public_id.hex)
        fields = passkey_ceremonies.verify_creation(request.POST.get("answer", ""), challenge)
        _keep_passkey(member, _name_in(request) or "Passkey", fields)
    except CeremonyError as error:
        logger.warning("new passkey of member %s refused: %s, %r", member.pk, error, error.__cause__)
        return _section(request, member, refusal=READER_REFUSALS[error.refusal], status=400)
    return _section(request, member, notice="Passkey added. Next time you can sign in with it.")


@transaction.atomic
def _keep_passkey(member: Member, name: str, fields: dict[str, Any]) -> None:
    # Locked, so that two concurrent requests cannot both add the last allowed passkey.
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.passkeys.count() >= MAX_PASSKEYS:
        raise CeremonyError(CeremonyFault.EXPIRED)
    try:
        with transaction.atomic():
            MemberPasskey.objects.create(member=member, name=name, **fields)
    except IntegrityError:
        raise CeremonyError(CeremonyFault.REGISTERED) from None
    outgoing.queue_mail("passkey_added", member.pk, partial(tasks.send_passkey_added.delay, member.pk))


@require_POST
@member_required
def change_member_passkey(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Rename or remove one of the member's passkeys, depending on the button."""
    passkey = get_object_or_404(MemberPasskey, pk=pk, member=member)
    match request.POST.get("action", ""):
        case "rename":
            MemberPasskey.objects.filter(pk=passkey.pk).update(name=_name_in(request) or passkey.name)
            return _section(request, member, notice="Renamed.")
        case "remove":
            passkey.delete()
            notice = f"“{passkey}” no longer signs you in. Delete it on your device, too."
            return _section(request, member, notice=notice)
        case _:
            raise Http404("no such action")


def passkeys_context(request: HttpRequest, member: Member) -> dict[str, Any]:
    """Return the context of the account's passkey section."""
    own = list(member.passkeys.all())
    return {
        "passkeys": own,
        "may_add": members.has_own_sign_in(request),
        "is_full": len(own) >= MAX_PASSKEYS,
    }


def _section(
    request: HttpRequest, member: Member, notice: str = "", refusal: str = "", status: int = 200
) -> HttpResponse:
    """Return the section, or without JavaScript redirect to it. Refusals only happen with JavaScript."""
    if notice and not request.headers.get("HX-Request"):
        messages.success(request, notice)
        return redirect(f"{reverse('account')}#passkeys")
    context = {**passkeys_context(request, member), "notice": notice, "refusal": refusal}
    return render(request, "site/passkeys.html", context, status=status)


def _find_passkey(credential_id: str, handle: bytes | None) -> MemberPasskey | None:
    """Return the passkey with that ID; None if the device says it is someone else's, or its owner is banned."""
    rows = MemberPasskey.objects.select_related("member").filter(credential_id=credential_id, member__barred_at=None)
    passkey = rows.first()
    return passkey if passkey and handle == passkey.member.public_id.bytes else None


def _name_in(request: HttpRequest) -> str:
    return " ".join(request.POST.get("name", "").split())[:MAX_PASSKEY_NAME]


def _too_many() -> HttpResponse:
    return JsonResponse({}, status=429)


def _ask(challenge: bytes, options: dict[str, Any], owner: str) -> HttpResponse:
    """Store a challenge and send it to the browser."""
    key = token_urlsafe(32)
    PasskeyChallenge.objects.create(key=key, challenge=bytes_to_base64url(challenge), owner=owner)
    response = JsonResponse(options)
    response.set_cookie(
        CHALLENGE_COOKIE,
        key,
        max_age=CHALLENGE_SECONDS,
        secure=not settings.DEBUG,
        httponly=True,
        samesite="Strict",
    )
    return response


def _take_challenge(request: HttpRequest, owner: str) -> bytes:
    """Return this browser's challenge and discard it, so no other response can use it; CeremonyError without one."""
    since = timezone.now() - timedelta(seconds=CHALLENGE_SECONDS)
    challenge = PasskeyChallenge.objects.take(request.COOKIES.get(CHALLENGE_COOKIE, "")[:64], owner, since)
    if challenge is None:
        raise CeremonyError(CeremonyFault.EXPIRED)
    return base64url_to_bytes(challenge)
