"""Setting up a passkey and signing in with it, in a browser with a virtual authenticator."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from digest.models import Passkey
from tests.browser.virtual_authenticator import Device

pytestmark = pytest.mark.browser
PASSWORD = "a password of a curator"


@pytest.fixture
def ada(site, settings):
    # Browsers only allow passkeys on https and localhost, and the live server is at localhost.
    assert site.startswith("http://localhost:")
    settings.SECOND_FACTOR = True
    return User.objects.create_superuser("ada", "ada@example.org", PASSWORD)


def type_password(page):
    page.goto("/admin/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def sign_out(page):
    page.context.clear_cookies()


def set_up(page):
    type_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".p-codes li")).to_have_count(10)


def test_a_passkey_is_set_up_and_requested_automatically_the_next_time(ada, page):
    Device(page)
    set_up(page)
    page.get_by_role("link", name="I’ve saved them").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    sign_out(page)

    type_password(page)

    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    assert Passkey.objects.get().counter > 1


def test_without_a_passkey_on_the_device_the_page_says_so_and_a_code_works(ada, page):
    device = Device(page)
    set_up(page)
    code = page.locator(".p-codes code").first.inner_text()
    sign_out(page)
    device.forget()

    type_password(page)

    expect(page.get_by_role("alert")).to_contain_text("this device has none of your passkeys")
    page.get_by_text("Use a code instead").click()
    page.get_by_label("Code from your app").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def test_another_passkey_can_be_added_but_a_device_holds_only_one(ada, page):
    device = Device(page)
    set_up(page)
    page.goto("/admin/your-sign-in/")
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("already has one of your passkeys")

    device.forget()
    page.get_by_role("button", name="Add a passkey").click()

    expect(page.get_by_role("cell", name="Work laptop", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove Work laptop").click()
    expect(page.get_by_role("cell", name="Work laptop", exact=True)).to_have_count(0)


def test_at_another_address_the_page_says_where_passkeys_work(ada, page, settings):
    settings.SITE_URL = "https://papers.example.org"
    Device(page)
    type_password(page)

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("Passkeys only work at https://papers.example.org")


def test_without_scripts_there_are_only_codes(ada, open_page):
    Passkey.objects.create(user=ada, name="passkey", credential_id="b3RoZXI", public_key=b"")
    page = open_page(java_script_enabled=False)

    type_password(page)

    expect(page.get_by_label("Code from your app")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
