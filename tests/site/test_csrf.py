"""Forms from our own pages are accepted without a token, forms from anywhere else are not."""

import pytest
from django.test import Client

from subscriptions.models import Subscriber

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.sign_up_mail"]

FORM = {"email": "ada@example.org", "time_zone": "UTC", "local_time": "07:00", "frequency": "daily"}


@pytest.fixture
def browser(queued):
    """A client that enforces CSRF checks, as in production."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        # A browser too old for the first header, or a site without https.
        {"Origin": "http://testserver"},
        {"Origin": "http://localhost:8000"},
    ],
)
def test_our_own_form_needs_no_token(browser, headers):
    assert browser.post("/subscribe", FORM, headers=headers).status_code == 302
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://blog.testserver"},
        # Sec-Fetch-Site decides, whatever the other headers say.
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://testserver"},
        {"Referer": "http://testserver/"},
        {},
    ],
)
def test_any_other_form_needs_a_token(browser, headers):
    assert browser.post("/subscribe", FORM, headers=headers).status_code == 403
    assert Subscriber.objects.count() == 0


def test_a_form_without_origin_headers_is_accepted_with_a_token(browser):
    token = browser.get("/subscribe").context["csrf_token"]

    response = browser.post("/subscribe", {**FORM, "csrfmiddlewaretoken": str(token)})

    assert response.status_code == 302


def test_the_placeholder_on_cached_pages_is_not_a_valid_token(browser):
    response = browser.post("/subscribe", {**FORM, "csrfmiddlewaretoken": "none"})

    assert response.status_code == 403


def test_signing_in_to_the_panel_still_needs_a_token(browser):
    form = {"username": "curator", "password": "wrong"}

    assert browser.post("/admin/login/", form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 403
