"""Read the DKIM key of a selector (RFC 6376, 3.6.1)."""

import base64
import binascii
import contextlib
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from digest.health.mail_dns.lookup import Lookup

ED25519_BYTES = 32


class DkimError(Exception):
    """The record is not a valid key; the message says why."""


class RevokedError(DkimError):
    """The key was withdrawn: its `p=` is empty."""


@dataclass(frozen=True)
class Key:
    """A key that receivers can check signatures with."""

    # RSA key size; 0 for Ed25519.
    bits: int
    is_testing: bool = False


def tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record. Raises ValueError if it is not a list of tags."""
    named: dict[str, str] = {}
    for part in record.split(";"):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or name.strip() in named:
            raise ValueError
        named[name.strip()] = value.strip()
    return named


def read(lookup: Lookup, selector: str, domain: str) -> Key | None:
    """Return the key of a selector, or None if there is none. Raises DkimError, and lookup's SilentError."""
    texts = [text for text in lookup.texts(f"{selector}._domainkey.{domain}") if "p=" in text.replace(" ", "")]
    if not texts:
        return None
    if len(texts) > 1:
        raise DkimError("has more than one record")
    try:
        record = tags(texts[0])
    except ValueError:
        raise DkimError("is malformed") from None
    if record.get("v", "DKIM1") != "DKIM1":
        raise DkimError("has an unknown version")
    return _key(record)


def _key(record: dict[str, str]) -> Key:
    written = "".join(record.get("p", "").split())
    if not written:
        raise RevokedError("is revoked")
    is_testing = "y" in record.get("t", "").split(":")
    with contextlib.suppress(binascii.Error, ValueError, UnsupportedAlgorithm):
        raw = base64.b64decode(written, validate=True)
        if record.get("k", "rsa") == "ed25519" and len(raw) == ED25519_BYTES:
            return Key(0, is_testing)
        key = load_der_public_key(raw)
        if isinstance(key, RSAPublicKey):
            return Key(key.key_size, is_testing)
    raise DkimError("contains no key")
