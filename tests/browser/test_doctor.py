"""Doctor's page: run with its button, accessible, and with long names on a phone."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from digest.health import registry
from digest.health.result import Reporter
from tests.browser.curating import person, sign_in
from tests.browser.test_panel_accessibility import hindrances

pytestmark = pytest.mark.browser

NAME = "a-selector-of-many-letters._domainkey.papers.of.a.long.name.example.org"


@pytest.fixture
def superuser(site):
    person("ada")
    User.objects.update(is_superuser=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_button_shows_what_the_network_checks_found(superuser, open_page, monkeypatch, scheme):
    results = [Reporter("DKIM").bad(f"{NAME} is revoked.", "Publish it anew."), Reporter("SPF").ok("It is right.")]
    monkeypatch.setattr(registry, "network_results", lambda: results)
    page = open_page(color_scheme=scheme, viewport={"width": 360, "height": 740})
    sign_in(page)
    page.goto("/admin/digest/doctor/")
    page.get_by_role("button", name="Check now").press("Enter")

    expect(page.get_by_text(f"{NAME} is revoked.")).to_be_visible()
    expect(page.get_by_role("button", name="Check again")).to_be_visible()
    # Nothing may scroll sideways, not even inside the table.
    wide = "[...document.querySelectorAll('.p-scroll')].filter(box => box.scrollWidth > box.clientWidth).length"
    assert page.evaluate(wide) == 0
    assert hindrances(page) == []
