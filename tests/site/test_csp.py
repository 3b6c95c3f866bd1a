"""The Content-Security-Policy: on every HTML response, strict except for what the panel's look needs."""

import base64
import hashlib
import re

import pytest
from django.test import Client

from tests.support.factories import DAY, make_edition, make_paper

pytestmark = pytest.mark.django_db

STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy(response):
    """Return the policy of a response, by directive."""
    directives = response.headers.get("Content-Security-Policy", "").split("; ")
    return dict(directive.partition(" ")[::2] for directive in directives)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/api/docs", 200),
        ("/nowhere", 404),
        ("/papers/999", 404),
        ("/papers/1?page=%00", 400),
        ("/preferences/no:good:token", 404),
        ("/submit", 302),
        ("/subscribe/sent", 200),
        ("/papers/1/vote", 405),
        ("/api/nowhere", 404),
    ],
)
def test_a_page_of_the_site_only_loads_our_own_files_whatever_its_status(client, address, status):
    make_edition(make_paper())

    response = client.get(address)

    assert response.status_code == status
    assert policy(response) == STRICT


@pytest.mark.parametrize("address", ["/subscribe", "/sign-in", "/preferences"])
def test_a_form_that_is_shown_again_has_the_same_policy(client, address):
    response = client.post(address, {"email": "no address"})

    assert response.status_code == 422
    assert policy(response) == STRICT


def test_a_page_that_refuses_a_foreign_form_has_the_same_policy(db):
    response = Client(enforce_csrf_checks=True).post("/subscribe", {"email": "ada@example.org"})

    assert response.status_code == 403
    assert policy(response) == STRICT


def test_a_response_sent_before_any_view_has_the_same_policy(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    response = client.get("/")

    assert response.status_code == 301
    assert policy(response) == STRICT


def test_a_request_for_a_foreign_host_gets_the_same_policy(client):
    response = client.get("/", headers={"Host": "elsewhere.example.com"})

    assert response.status_code == 400
    assert policy(response) == STRICT


def test_the_server_error_page_allows_its_own_inline_style_and_no_other(client, monkeypatch):
    monkeypatch.setattr("digest.site.listings.render_public", lambda *_: 1 / 0)
    client.raise_request_exception = False

    response = client.get("/topics")

    (sheet,) = re.findall(r"<style>(.*?)</style>", response.content.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert response.status_code == 500
    assert policy(response) == {**STRICT, "style-src": f"'self' 'sha256-{digest}'"}


@pytest.mark.parametrize(
    ("address", "status"),
    [("/admin/", 200), ("/admin/digest/paper/", 200), ("/admin/login/", 302), ("/admin/nowhere/", 404)],
)
def test_a_page_of_the_panel_only_runs_our_own_files(admin_client, address, status):
    response = admin_client.get(address)

    assert response.status_code == status
    panel = {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
    assert policy(response) == {**STRICT, **panel}


@pytest.mark.parametrize("page", ["page", "mail"])
def test_framed_previews_may_be_embedded_in_our_own_pages(admin_client, page):
    edition = make_edition(make_paper(), published=False)

    response = admin_client.get(f"/admin/digest/edition/{edition.pk}/preview/{page}/")

    assert policy(response)["frame-ancestors"] == "'self'"
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_file_has_no_policy(client):
    make_edition(make_paper())

    assert policy(client.get(f"/papers/{DAY}.csv")) == {"": ""}
