"""Forms with errors: what readers see, and where the cursor is."""

import pytest
from django.contrib.auth import get_user_model

from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import make_edition, make_paper, make_subscriber
from tests.support.html import html_of

pytestmark = pytest.mark.django_db
GENERAL = "Please check the highlighted fields."


@pytest.fixture
def preferences_page():
    return f"/preferences/{links.token(Purpose.PREFERENCES, make_subscriber())}"


def focused(page):
    return [element.attributes.get("name") for element in html_of(page).all("[autofocus]")]


@pytest.mark.parametrize("path", ["/subscribe", "/sign-in", "/preferences"])
def test_the_cursor_is_in_the_field_to_correct(client, path):
    page = client.post(path, {"email": "ada@", "frequency": "daily", "local_time": "07:00", "time_zone": "UTC"})

    assert page.status_code == 422
    assert focused(page) == ["email"]
    assert GENERAL in page.content.decode()


def test_of_several_fields_the_first_has_the_cursor(client, preferences_page):
    page = client.post(preferences_page, {"mute": "x" * 200, "max_papers": "999"})

    fields = [element for element in html_of(page).all("main [name]") if "aria-invalid" in element]
    assert len(fields) > 2
    assert focused(page) == [fields[0]["name"]]


def test_a_page_without_errors_moves_no_cursor(client, preferences_page):
    make_edition(make_paper())

    assert focused(client.get(preferences_page)) == []
    assert focused(client.get("/")) == []


def test_an_error_of_the_whole_form_highlights_no_field_and_has_the_focus(client):
    page = client.post("/start/reading-list", {"whose": "liked"})

    assert GENERAL not in page.content.decode()
    alert = html_of(page).one("[autofocus]")
    assert alert["role"] == "alert"
    assert "Choose a file" in alert.text


def test_the_panels_forms_do_the_same(client):
    client.force_login(get_user_model().objects.create_superuser("ada"))

    page = client.post("/admin/digest/edition/add/", {"day": "tomorrow"})

    assert focused(page) == ["day"]


def test_a_refusal_of_the_panel_has_the_focus(admin_client):
    edition = make_edition(make_paper(), published=False)
    values = {"version": edition.version, "at_hour": "1", "day": "2020-01-01", "clock": "06:00", "zone": "UTC"}

    page = admin_client.post(f"/admin/digest/edition/{edition.pk}/publishing/publish/", values)

    assert page.status_code == 422
    assert html_of(page).one("[autofocus]")["role"] == "alert"
