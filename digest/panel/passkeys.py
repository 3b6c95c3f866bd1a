"""Passkeys as the panel's second factor: the ceremonies of digest.site.passkey_ceremonies, with session state."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.structs import ResidentKeyRequirement

from digest.models import Passkey
from digest.panel import sign_in_limits
from digest.panel.pages import log_change
from digest.site import passkey_ceremonies
from digest.site.passkey_ceremonies import CHALLENGE_SECONDS, CeremonyError, CeremonyFault, PasskeyOwner

logger = logging.getLogger(__name__)

# The session key for the browser's current challenge, until it is answered.
CHALLENGE_SESSION_KEY = "passkey-asked"

PANEL_REFUSALS = {
    CeremonyFault.EXPIRED: "That took too long, or was already used. Please try again.",
    CeremonyFault.UNKNOWN: "We don’t know this passkey. Use another one, or a code.",
    CeremonyFault.COPIED: "There may be a copy of this passkey, so we refused it. Use a code, and tell an owner.",
    CeremonyFault.REGISTERED: "This passkey is already set up here.",
}


class Refused(Exception):  # noqa: N818 - read as “passkeys.Refused”
    """A passkey response that was refused. The text tells the user why."""


def registration_options(request: HttpRequest, person: User) -> dict[str, Any]:
    """Return what a browser needs to create a passkey (PublicKeyCredentialCreationOptionsJSON)."""
    # The handle only changes with SECRET_KEY, so a device that is set up again replaces its old passkey.
    handle = salted_hmac("passkey", str(person.pk), algorithm="sha256").digest()
    owner = PasskeyOwner(handle, person.username, person.get_full_name() or person.username)
    own = Passkey.objects.filter(user=person)
    # Stored on the device or in its password manager if there is room. A full security key works too.
    preferred = ResidentKeyRequirement.PREFERRED
    return passkey_ceremonies.creation_options(_new_challenge(request, "set up"), owner, own, preferred)


def authentication_options(request: HttpRequest, person: User) -> dict[str, Any]:
    """Return what a browser needs to use one of the person's passkeys (PublicKeyCredentialRequestOptionsJSON)."""
    own = Passkey.objects.filter(user=person)
    return passkey_ceremonies.request_options(_new_challenge(request, "sign in"), own)


def register_passkey(request: HttpRequest, person: User) -> Passkey:
    """Store the passkey that the browser created, under the typed name; raise Refused if it is not valid."""
    try:
        challenge = _pop_challenge(request, "set up")
        fields = passkey_ceremonies.verify_creation(request.POST.get("answer", ""), challenge)
        name = request.POST.get("name", "").strip()[:64] or "Passkey"
        with transaction.atomic():
            passkey: Passkey = Passkey.objects.create(user=person, name=name, **fields)
    except CeremonyError as error:
        raise _refusal(person, error) from error
    except IntegrityError:
        raise Refused(PANEL_REFUSALS[CeremonyFault.REGISTERED]) from None
    return passkey


def authenticate_passkey(request: HttpRequest, person: User) -> Passkey:
    """Return which of the person's passkeys the browser used; raise Refused if the response is not valid."""
    attempt = sign_in_limits.factor_attempt(request, person)
    if not attempt.is_free():
        raise Refused(sign_in_limits.TOO_MANY_ATTEMPTS)

    def find(credential_id: str, _handle: bytes | None) -> Passkey | None:
        # The passkey's owner is who gets in, so only look among the passkeys of this person.
        return Passkey.objects.filter(user=person, credential_id=credential_id).first()

    try:
        challenge = _pop_challenge(request, "sign in")
        passkey = passkey_ceremonies.verify_request(request.POST.get("answer", ""), challenge, find)
    except CeremonyError as error:
        attempt.failed()
        if error.passkey:
            log_change(request, person, f"The passkey “{error.passkey}” was refused: its counter went backwards.")
        raise _refusal(person, error) from error
    attempt.succeeded()
    return passkey


def _new_challenge(request: HttpRequest, why: str) -> bytes:
    """Return a challenge for the browser to sign. It replaces any earlier one."""
    challenge = generate_challenge()
    request.session[CHALLENGE_SESSION_KEY] = {
        "why": why,
        "challenge": bytes_to_base64url(challenge),
        "until": timezone.now().timestamp() + CHALLENGE_SECONDS,
    }
    return challenge


def _pop_challenge(request: HttpRequest, why: str) -> bytes:
    """Return the browser's challenge and discard it, so no other response can use it; CeremonyError without one."""
    stored = request.session.pop(CHALLENGE_SESSION_KEY, None)
    # Saved right away: a request that is cut off before its end would otherwise leave the challenge usable.
    request.session.save()
    if not stored or stored["why"] != why or stored["until"] < timezone.now().timestamp():
        raise CeremonyError(CeremonyFault.EXPIRED)
    return base64url_to_bytes(stored["challenge"])


def _refusal(person: User, error: CeremonyError) -> Refused:
    logger.warning("a passkey response from %s was rejected: %s, %r", person, error, error.__cause__)
    unverified = f"We couldn’t verify this passkey. Open {settings.SITE_URL}/admin/ and try again."
    return Refused(PANEL_REFUSALS.get(error.refusal, unverified))
