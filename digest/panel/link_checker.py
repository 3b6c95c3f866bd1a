"""Check links, each with one short request and never to a private address."""

import http.client
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

from digest.sources.deadline import Deadline
from digest.sources.public_address import public_address

# For connecting, and between two pieces of the response.
TIMEOUT_SECONDS = 5
# For one request as a whole.
MAX_CHECK_SECONDS = 10
CONCURRENT_CHECKS = 16
MAX_LINK_REDIRECTS = 3
BROKEN_STATUSES = {404, 410}
FIRST_SERVER_ERROR = 500
USER_AGENT = "DailyPapers (link check)"


def broken_links(urls: Iterable[str]) -> dict[str, str]:
    """Return the links that do not work, each with the reason."""
    unique = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(CONCURRENT_CHECKS) as pool:
        failures = zip(unique, pool.map(failure_reason, unique), strict=True)
        return {url: failure for url, failure in failures if failure}


def failure_reason(url: str) -> str:
    """Return why a link does not work, "" if it does. Redirects are followed, and each address is checked again."""
    for _ in range(MAX_LINK_REDIRECTS + 1):
        try:
            status, onward = _head(url)
        except (OSError, ValueError, http.client.HTTPException) as error:
            return _words(error)
        if not onward:
            return f"returns {status}" if status in BROKEN_STATUSES or status >= FIRST_SERVER_ERROR else ""
        url = urljoin(url, onward)
    return "redirects too many times"


def _head(url: str) -> tuple[int, str]:
    """Send one HEAD request; return the status and the address it redirects to, "" if none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("isn’t a web address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    client = http.client.HTTPConnection(parts.hostname, port, timeout=TIMEOUT_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with Deadline(MAX_CHECK_SECONDS) as deadline:
        try:
            client.sock = _connected(parts.scheme, parts.hostname, port, deadline)
            client.request("HEAD", path, headers={"User-Agent": USER_AGENT})
            answer = client.getresponse()
        except (OSError, http.client.HTTPException) as error:
            if deadline.has_passed:
                raise TimeoutError from error
            raise
        finally:
            client.close()
    redirects = answer.status in {301, 302, 303, 307, 308}
    return answer.status, answer.headers.get("Location", "") if redirects else ""


def _connected(scheme: str, host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the very IP address that was checked: the name may resolve to another one a moment later."""
    connection = socket.create_connection((public_address(host, port), port), timeout=TIMEOUT_SECONDS)
    deadline.watch(connection)
    if scheme == "http":
        return connection
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    except OSError:
        connection.close()
        raise


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "doesn’t answer in time"
    if isinstance(error, ssl.SSLError):
        return "has an invalid certificate"
    return str(error) if isinstance(error, ValueError) else f"doesn’t answer ({type(error).__name__})"
