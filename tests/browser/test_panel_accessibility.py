"""Accessibility of the panel's pages: by screen reader, by keyboard, on a phone, in light and dark."""

import base64
import re

import pytest
from django.contrib.admin import site
from django_otp.oath import totp
from playwright.sync_api import expect

from digest.management.demo import DEMO_CURATOR, DEMO_PASSWORD
from tests.browser.axe import faults

pytestmark = pytest.mark.browser
pytest_plugins = ["tests.browser.filled_panel"]

WIDTHS = [360, 1280]
SHARES = 3
# From Unfold and select2: a column of delete boxes without a heading, and lists that open at the end of the page.
NOT_OURS = ["empty-table-header", "region"]


@pytest.fixture(params=["light", "dark"])
def page(request, open_page):
    return open_page(color_scheme=request.param, viewport={"width": 360, "height": 740})


def sign_in(page):
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(DEMO_CURATOR)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in").click()


def hindrances(page, without=NOT_OURS[:1]):
    """Return the accessibility faults and sideways scrolling of the open page, at each width."""
    faults_found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        faults_found += [f"{width}: {fault}" for fault in faults(page, "best-practice", without=without)]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            faults_found.append(f"{width}: {wide} wide")
    return faults_found


# In shares, because a test that takes minutes would run alone at the end.
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_of_the_panel_is_accessible(panel_pages, page, share):
    sign_in(page)
    faults_found = {}
    for path in panel_pages[share::SHARES]:
        assert page.goto(f"/admin/{path}").ok, path
        if path.endswith("/board/"):
            expect(page.locator("#audience")).to_be_visible()
        if hindered := hindrances(page):
            faults_found[path] = hindered

    assert faults_found == {}


def test_a_list_of_many_pages_is_accessible(panel_pages, page, monkeypatch):
    for admin in site._registry.values():
        monkeypatch.setattr(admin, "list_per_page", 10)
    sign_in(page)
    page.goto("/admin/digest/delivery/")
    expect(page.get_by_role("link", name="2", exact=True)).to_be_visible()

    assert hindrances(page) == []


def test_the_menu_filters_colours_and_signing_out_work_by_keyboard(panel_pages, page):
    sign_in(page)
    page.get_by_role("button", name="Menu").press("Enter")
    page.get_by_role("link", name="Editions").press("Enter")
    page.get_by_role("button", name="Filters").press("Enter")
    page.get_by_role("link", name="published", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("status__exact=published"))

    page.get_by_role("button", name="Menu").press(" ")
    page.get_by_role("button", name=DEMO_CURATOR).press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    expect(page.locator("html")).to_have_class("dark")
    page.get_by_role("button", name="Log out").press("Enter")
    expect(page.get_by_text("Thanks for spending")).to_be_visible()
    assert hindrances(page) == []


def test_what_opens_on_a_page_is_accessible(panel_pages, page):
    sign_in(page)
    page.goto("/admin/digest/edition/")
    page.get_by_label("Select record").first.check()
    assert hindrances(page) == []

    changing = next(path for path in panel_pages if re.fullmatch(r"digest/edition/\d+/change/", path))
    page.goto(f"/admin/{changing}")
    page.get_by_role("combobox", name="Paper").press("Enter")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    assert hindrances(page, without=NOT_OURS) == []

    page.keyboard.press("Escape")
    page.locator("[name=day]").fill("")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Please correct the error")).to_be_visible()
    assert hindrances(page) == []


def test_the_sign_in_pages_are_accessible(panel_pages, page, settings):
    settings.SECOND_FACTOR = True
    page.goto("/admin/login/")
    assert hindrances(page) == []

    sign_in(page)
    page.get_by_text("Can’t scan it?").click()
    (secret,) = re.findall(r"secret=(\w+)", page.get_by_text("otpauth://").inner_text())
    assert hindrances(page) == []

    page.get_by_label("Code from your app").fill(f"{totp(base64.b32decode(secret)):06}")
    page.get_by_role("button", name="Finish setup").click()
    expect(page.get_by_text("keep them somewhere safe")).to_be_visible()
    assert hindrances(page) == []

    page.goto("/admin/your-sign-in/")
    expect(page.get_by_role("heading", name="Your sign-in")).to_be_visible()
    assert hindrances(page) == []

    page.context.clear_cookies()
    sign_in(page)
    page.get_by_label("or a recovery code").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert hindrances(page) == []
