"""Certificates, as whoever connects sees them."""

import socket
import ssl
import time

import httpx

SECONDS_A_DAY = 86_400


class CertificateError(Exception):
    """Nobody who connects accepts the certificate; the text says why."""


def days_left(host: str, port: int, patience: float) -> int:
    """Return for how many days the certificate of a server is good. CertificateError, OSError."""
    try:
        with (
            socket.create_connection((host, port), timeout=patience) as plain,
            # With the same roots as our own requests have.
            httpx.create_ssl_context().wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            certificate = wrapped.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(error.verify_message or "it cannot be verified") from error
    return int((ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) // SECONDS_A_DAY)
