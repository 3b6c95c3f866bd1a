"""What pages may load and run, and where their forms may go (Content Security Policy, level 3), for the whole site.

For the reasons, see docs/security.md, “Pages and scripts”.
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
# Alpine, which runs Unfold's menus, compiles its attributes to functions; Unfold uses inline styles.
PANEL_POLICY = {**SITE_POLICY, "script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
# Django's own error pages, which are shown in development.
DEBUG_PAGE_POLICY = {**SITE_POLICY, "script-src": "'self' 'unsafe-inline'", "style-src": "'self' 'unsafe-inline'"}
DEBUG_PAGE_STATUSES = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def policy_middleware(get_response: GetResponse) -> GetResponse:
    """Return middleware that adds the policy to each HTML response without a policy, whatever its status."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.get("Content-Type", "").startswith(("text/html", "application/xhtml")):
            response.headers.setdefault("Content-Security-Policy", _serialised(_policy(request, response)))
        return response

    return answer


def _policy(request: HttpRequest, response: HttpResponseBase) -> dict[str, str]:
    """Return the policy of a response, by directive."""
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
    """Return the hash of the inline style sheet in 500.html, which loads no files because any of them may be broken."""
    sheets = re.findall(r"<style>([^<]*)</style>", render_to_string("500.html"))
    hashes = [base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() for sheet in sheets]
    return " ".join(f"'sha256-{digest}'" for digest in hashes)
