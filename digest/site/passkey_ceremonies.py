"""The two passkey ceremonies (WebAuthn, level 3): the options for the browser, and the check of its response.

Shared by readers and the panel. Each side stores its own challenges and passkeys, and has its own error messages.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.db import models
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
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

from digest.models.passkey import PasskeyCredential

CHALLENGE_SECONDS = 300
# A genuine response has a few kilobytes.
MAX_ANSWER_CHARACTERS = 64_000
# Requested but not required, because requiring it would exclude plain security keys, which cannot verify their user.
USER_VERIFICATION = UserVerificationRequirement.PREFERRED

# Errors of the library for an invalid response. If parts of it are missing, have the wrong type or are nested too
# deeply, it lets Python's own errors through.
RESPONSE_ERRORS = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError)

Credential = TypeVar("Credential", bound=PasskeyCredential)


class CeremonyFault(Enum):
    """Why a response was refused."""

    EXPIRED = "the challenge has expired or was already used"
    UNVERIFIED = "the response does not match the challenge or this site"
    UNKNOWN = "no account here has this passkey"
    COPIED = "its counter went backwards"
    REGISTERED = "the passkey is already registered"


class CeremonyError(Exception):
    """A refused response. `refusal` says why; `passkey` is the row of one that may have been copied."""

    def __init__(self, refusal: CeremonyFault, passkey: PasskeyCredential | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.passkey = passkey


class PasskeyOwner(NamedTuple):
    """The owner of a new passkey. handle: up to 64 bytes that identify them to devices but say nothing about them."""

    handle: bytes
    name: str
    display_name: str


def creation_options(
    challenge: bytes,
    owner: PasskeyOwner,
    credentials: "models.QuerySet[Any]",
    resident_key: ResidentKeyRequirement,
) -> dict[str, Any]:
    """Return what a browser needs to create a passkey (PublicKeyCredentialCreationOptionsJSON).

    credentials: the owner's existing ones. resident_key: whether it must be found without the owner's name.
    """
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=settings.SITE_NAME,
        user_name=owner.name,
        user_display_name=owner.display_name,
        user_id=owner.handle,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=resident_key, user_verification=USER_VERIFICATION
        ),
        exclude_credentials=_credential_descriptors(credentials),
    )
    return options_to_json_dict(options)


def request_options(challenge: bytes, credentials: "models.QuerySet[Any]") -> dict[str, Any]:
    """Return what a browser needs to use one of these passkeys (PublicKeyCredentialRequestOptionsJSON).

    Without any, the browser offers all passkeys it has for this site.
    """
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=_credential_descriptors(credentials),
        user_verification=USER_VERIFICATION,
    )
    return options_to_json_dict(options)


def verify_creation(answer: str, challenge: bytes) -> dict[str, Any]:
    """Return the fields of a new passkey's row; raise CeremonyError if the response is not valid."""
    try:
        parsed = parse_registration_credential_json(_bounded(answer))
        registration = webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
        )
        transports = [transport.value for transport in parsed.response.transports or ()]
    except RESPONSE_ERRORS as error:
        raise CeremonyError(CeremonyFault.UNVERIFIED) from error
    return {
        "credential_id": bytes_to_base64url(registration.credential_id),
        "public_key": registration.credential_public_key,
        "counter": registration.sign_count,
        "transports": transports,
    }


def verify_request(answer: str, challenge: bytes, find: Callable[[str, bytes | None], Credential | None]) -> Credential:
    """Return the passkey that a browser used, and record its use; raise CeremonyError if the response is not valid.

    find: takes the credential's ID and its owner's handle, None if the device does not tell it.
    """
    try:
        parsed = parse_authentication_credential_json(_bounded(answer))
        passkey = find(parsed.id, parsed.response.user_handle)
        if passkey is None:
            raise CeremonyError(CeremonyFault.UNKNOWN)
        authentication = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=bytes(passkey.public_key),
            # Compared below: a low count is only a sign of a copy, not of a forgery, if the signature is valid.
            credential_current_sign_count=0,
        )
    except RESPONSE_ERRORS as error:
        raise CeremonyError(CeremonyFault.UNVERIFIED) from error
    if not passkey.use(authentication.new_sign_count, timezone.now()):
        raise CeremonyError(CeremonyFault.COPIED, passkey)
    return passkey


def _bounded(answer: str) -> str:
    if len(answer) > MAX_ANSWER_CHARACTERS:
        raise ValueError("too long")
    return answer


def _host() -> str:
    """Return the host that passkeys are bound to. They work for no other."""
    return str(urlsplit(settings.SITE_URL).hostname)


def _origin() -> str:
    """Return the site's origin as browsers write it: in lower case, without the default port."""
    parts = urlsplit(settings.SITE_URL.lower())
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


def _credential_descriptors(credentials: "models.QuerySet[Any]") -> list[PublicKeyCredentialDescriptor]:
    """Return passkeys as credential descriptors for the browser, the most recently used first."""
    transport_values = {transport.value for transport in AuthenticatorTransport}
    ordered = credentials.order_by(models.F("used_at").desc(nulls_last=True), "-pk")
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(credential_id),
            transports=[AuthenticatorTransport(transport) for transport in transports if transport in transport_values],
        )
        for credential_id, transports in ordered.values_list("credential_id", "transports")
    ]
