"""Addresses that are safe to redirect back to: only our own pages."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def safe_path(request: HttpRequest, address: str) -> str:
    """Return the address if it is one of our own pages, otherwise the front page's."""
    # Anything else would be relative to the current page, and redirect() would take it for the name of a view.
    is_whole = address.startswith(("/", "https://", "http://"))
    allowed = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_whole and allowed else reverse("home")
