"""What a page may load and run, and where its forms may go (Content Security Policy, level 3): said here for all.

docs/security.md, “Pages and scripts”, has the reasons.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string

SITE_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Alpine, which moves Unfold's menus, makes functions of its attributes; Unfold writes colours and sizes into its pages.
PANEL_POLICY = {**SITE_POLICY, "script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
# Django's own pages about a fault, which are shown on the machine of whoever works on the code.
DEBUG_PAGE_POLICY = {**SITE_POLICY, "script-src": "'self' 'unsafe-inline'", "style-src": "'self' 'unsafe-inline'"}
DEBUG_PAGE_STATUSES = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def policy_middleware(get_response: GetResponse) -> GetResponse:
    """Return what adds the policy to each answer in HTML that has none of its own, whatever its status."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.get("Content-Type", "").startswith(("text/html", "application/xhtml")):
            response.headers.setdefault("Content-Security-Policy", _serialised(_policy(request, response)))
        return response

    return answer


def _policy(request: HttpRequest, response: HttpResponseBase) -> dict[str, str]:
    """Return the policy of an answer, by directive."""
    if settings.DEBUG and response.status_code in DEBUG_PAGE_STATUSES:
        policy = DEBUG_PAGE_POLICY
    elif response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        policy = {**SITE_POLICY, "style-src": f"'self' {_styles_of_500()}"}
    else:
        policy = PANEL_POLICY if request.path_info.startswith("/admin/") else SITE_POLICY
    if response.get("X-Frame-Options") == "SAMEORIGIN":
        policy = {**policy, "frame-ancestors": "'self'"}
    return policy


def _serialised(policy: dict[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


@cache
def _styles_of_500() -> str:
    """Return the hash of the style sheet that stands in 500.html, which loads no file, for any may be what broke."""
    sheets = re.findall(r"<style>([^<]*)</style>", render_to_string("500.html"))
    hashes = [base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() for sheet in sheets]
    return " ".join(f"'sha256-{digest}'" for digest in hashes)
