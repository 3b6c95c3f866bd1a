"""Passkeys (WebAuthn, level 3): what a browser is asked, and whether its answer holds."""

import logging
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import parse_authentication_credential_json
from webauthn.helpers.parse_registration_credential_json import parse_registration_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from digest.models import Passkey
from digest.panel import sign_in_limits
from digest.panel.pages import log_change

logger = logging.getLogger(__name__)

# Where the question that a browser was asked last lies until it is answered.
CHALLENGE_SESSION_KEY = "passkey-asked"
CHALLENGE_SECONDS = 300
# Asked for where the device can do it, and not insisted on. The password is one factor and holding the device the
# other: two without any finger. But browsers also fill in passwords, and who finds an unlocked device then has both,
# so a device that can tell its owner should. To require it would shut out plain security keys, which cannot.
USER_VERIFICATION = UserVerificationRequirement.PREFERRED

# What the library raises at an answer. Of one whose inner parts are missing or of a wrong kind, it lets Python's own
# errors through.
RESPONSE_ERRORS = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError)

CHALLENGE_EXPIRED = "That took too long, or was already used. Please try again."
UNKNOWN_PASSKEY = "We don’t know this passkey. Use another one, or a code."
CLONE_SUSPECTED = "We refused this passkey because there may be a copy of it. Use a code instead, and tell an owner."
ALREADY_REGISTERED = "This passkey is already set up here."


class Refused(Exception):  # noqa: N818 - read as “passkeys.Refused”
    """An answer that does not hold. The text says why, in words for the person."""


def registration_options(request: HttpRequest, person: User) -> dict[str, Any]:
    """Return what a browser needs to make a passkey (PublicKeyCredentialCreationOptionsJSON)."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=settings.SITE_NAME,
        user_name=person.username,
        user_display_name=person.get_full_name() or person.username,
        # Tells nothing, and is the same as long as SECRET_KEY is: a device that is set up anew replaces what it had.
        user_id=salted_hmac("passkey", str(person.pk), algorithm="sha256").digest(),
        challenge=_new_challenge(request, "set up"),
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            # Kept by the device or its password manager where there is room; a full security key serves as well.
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=USER_VERIFICATION,
        ),
        exclude_credentials=_credential_descriptors(person),
    )
    return options_to_json_dict(options)


def authentication_options(request: HttpRequest, person: User) -> dict[str, Any]:
    """Return what a browser needs to show one of somebody's passkeys (PublicKeyCredentialRequestOptionsJSON)."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=_new_challenge(request, "sign in"),
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=_credential_descriptors(person),
        user_verification=USER_VERIFICATION,
    )
    return options_to_json_dict(options)


def register_passkey(request: HttpRequest, person: User) -> Passkey:
    """Keep the passkey that the browser made, under the name that was typed; raise Refused where it does not hold."""
    challenge = _pop_challenge(request, "set up")
    try:
        answer = parse_registration_credential_json(request.POST.get("answer", ""))
        registration = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
        )
    except RESPONSE_ERRORS as error:
        raise _refusal(person, error) from error
    try:
        with transaction.atomic():
            passkey: Passkey = Passkey.objects.create(
                user=person,
                name=request.POST.get("name", "").strip()[:64] or "Passkey",
                credential_id=bytes_to_base64url(registration.credential_id),
                public_key=registration.credential_public_key,
                counter=registration.sign_count,
                transports=[transport.value for transport in answer.response.transports or ()],
            )
    except IntegrityError:
        raise Refused(ALREADY_REGISTERED) from None
    return passkey


def authenticate_passkey(request: HttpRequest, person: User) -> Passkey:
    """Return which of somebody's passkeys the browser showed; raise Refused where the answer does not hold."""
    attempt = sign_in_limits.factor_attempt(request, person)
    if not attempt.is_free():
        raise Refused(sign_in_limits.TOO_MANY_ATTEMPTS)
    try:
        passkey = _verified_passkey(request, person)
    except Refused:
        attempt.failed()
        raise
    attempt.succeeded()
    return passkey


def _verified_passkey(request: HttpRequest, person: User) -> Passkey:
    challenge = _pop_challenge(request, "sign in")
    try:
        answer = parse_authentication_credential_json(request.POST.get("answer", ""))
        # Whose it is decides who gets in, so it is looked for among the person's own.
        passkey = Passkey.objects.filter(user=person, credential_id=answer.id).first()
        if passkey is None:
            raise Refused(UNKNOWN_PASSKEY)
        authentication = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=bytes(passkey.public_key),
            # Compared below: only once the signature holds does a low count tell of a copy, and not of a forger.
            credential_current_sign_count=0,
        )
    except RESPONSE_ERRORS as error:
        raise _refusal(person, error) from error
    if not passkey.use(authentication.new_sign_count, timezone.now()):
        logger.warning("a passkey of %s counted %s, and before that no less", person, authentication.new_sign_count)
        log_change(request, person, f"The passkey “{passkey}” was refused: its counter went backwards.")
        raise Refused(CLONE_SUSPECTED)
    return passkey


def _host() -> str:
    """Return the name that passkeys are bound to: they serve this host, and no other."""
    return str(urlsplit(settings.SITE_URL).hostname)


def _origin() -> str:
    """Return the address as browsers write it: in small letters, without the usual port."""
    parts = urlsplit(settings.SITE_URL.lower())
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


def _credential_descriptors(person: User) -> list[PublicKeyCredentialDescriptor]:
    """Return somebody's passkeys as a browser reads them, the one used last first."""
    transport_values = {transport.value for transport in AuthenticatorTransport}
    passkeys = Passkey.objects.filter(user=person).order_by(models.F("used_at").desc(nulls_last=True), "-pk")
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(credential_id),
            transports=[AuthenticatorTransport(transport) for transport in transports if transport in transport_values],
        )
        for credential_id, transports in passkeys.values_list("credential_id", "transports")
    ]


def _new_challenge(request: HttpRequest, why: str) -> bytes:
    """Return a challenge for the browser to sign. It takes the place of any before it."""
    challenge = generate_challenge()
    request.session[CHALLENGE_SESSION_KEY] = {
        "why": why,
        "challenge": bytes_to_base64url(challenge),
        "until": timezone.now().timestamp() + CHALLENGE_SECONDS,
    }
    return challenge


def _pop_challenge(request: HttpRequest, why: str) -> bytes:
    """Return the challenge the browser was asked with, which no other answer can use; raise Refused without one."""
    stored = request.session.pop(CHALLENGE_SESSION_KEY, None)
    # At once: were it left to the end of the request, one that breaks off would leave it there to be used again.
    request.session.save()
    if not stored or stored["why"] != why or stored["until"] < timezone.now().timestamp():
        raise Refused(CHALLENGE_EXPIRED)
    return base64url_to_bytes(stored["challenge"])


def _refusal(person: User, error: Exception) -> Refused:
    logger.warning("an answer of a passkey of %s does not hold: %r", person, error)
    return Refused(f"We couldn’t verify this passkey. Open {settings.SITE_URL}/admin/ and try again.")
