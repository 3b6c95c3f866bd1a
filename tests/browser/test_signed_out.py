"""A curator whose sign-in ends while they type: nothing is lost, and they go on after signing in in another tab."""

import re

import pytest
from playwright.sync_api import expect

from digest.models import EditionPaper, Paper
from tests.browser.curating import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(curator, draft, open_page):
    EditionPaper.objects.create(edition=draft, paper=Paper.objects.first())
    page = open_page()
    sign_in(page)
    return page


def sign_in_again(page):
    with page.context.expect_page() as new_tab:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(new_tab.value)


def test_a_note_on_the_board_survives_the_end_of_the_sign_in(page, draft):
    page.goto(f"/admin/digest/edition/{draft.pk}/board/")
    expect(page.locator("#audience")).to_be_visible()
    page.get_by_text("Add note").click()
    page.get_by_role("textbox", name="Note on").fill("Read this one first.")
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Save note").click()

    expect(page.get_by_role("alert").filter(has_text="You’ve been signed out.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note on")).to_have_value("Read this one first.")
    assert not EditionPaper.objects.exclude(note="").exists()

    sign_in_again(page)
    page.get_by_role("button", name="Save note").click()

    expect(page.locator(".p-note")).to_have_text("Read this one first.")
    expect(page.get_by_text("You’ve been signed out.")).to_have_count(0)


def test_a_form_survives_the_end_of_the_sign_in(page, draft):
    page.goto(f"/admin/digest/edition/{draft.pk}/change/")
    page.get_by_label("Subject").fill("Graphs")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="You’ve been signed out.")).to_be_focused()

    sign_in_again(page)
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page).to_have_url(re.compile("/admin/digest/edition/$"))
    draft.refresh_from_db()
    assert draft.subject == "Graphs"
