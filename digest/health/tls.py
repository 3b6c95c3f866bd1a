"""Certificates, as clients see them."""

import socket
import ssl
import time

import httpx

SECONDS_A_DAY = 86_400


class CertificateError(Exception):
    """No client accepts the certificate; the message says why."""


def days_left(host: str, port: int, patience: float) -> int:
    """Return for how many more days a server's certificate is valid. Raises CertificateError, OSError."""
    try:
        with (
            socket.create_connection((host, port), timeout=patience) as plain,
            # The same root certificates as for our own requests.
            httpx.create_ssl_context().wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            certificate = wrapped.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(error.verify_message or "it cannot be verified") from error
    return int((ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) // SECONDS_A_DAY)
