"""A reader's passkeys in the browser, with a virtual authenticator: added in place, used, renamed, removed."""

import pytest
from playwright.sync_api import expect

from digest.community import accounts, members
from digest.models import MemberPasskey
from tests.browser.axe import faults
from tests.browser.test_pages import FAINT_TEXTS
from tests.browser.virtual_authenticator import Device
from tests.support.factories import NOON, make_member

pytestmark = pytest.mark.browser

ADDRESS = "reader@example.org"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def reader(edition):
    member = make_member(ADDRESS)
    accounts.join_reader(member, NOON)
    return member


def sign_in_by_mail(page, reader):
    reader.refresh_from_db()
    page.goto(members.link(reader, "/account"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def add(page, name="Work laptop"):
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 800}], ids=["phone", "desk"])
def test_a_passkey_is_added_in_place_and_signs_in_the_next_time(reader, open_page, viewport):
    page = open_page(viewport=viewport)
    Device(page)
    sign_in_by_mail(page, reader)
    add(page)

    status = page.get_by_role("status")
    expect(status).to_have_text("Passkey added. Next time you can sign in with it.")
    expect(status).to_be_focused()
    expect(page.get_by_text("not used yet")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/sign-in?next=/trending")
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url("**/trending")
    expect(page.get_by_role("link", name="Account")).to_be_visible()
    assert MemberPasskey.objects.get().counter > 1
    page.goto("/outbox/")
    expect(page.get_by_role("link", name="A passkey was added to your account")).to_be_visible()


def test_a_passkey_is_renamed_and_removed_in_place_by_keyboard(reader, page):
    Device(page)
    sign_in_by_mail(page, reader)
    add(page)

    page.get_by_text("Rename or remove: Work laptop").focus()
    page.keyboard.press("Enter")
    page.get_by_label("New name").fill("Phone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Renamed.")
    page.get_by_text("Rename or remove: Phone").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Phone").last.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("“Phone” no longer signs you in")
    # The form in the replaced section works as the first one did.
    add(page, "Tablet")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_text("Tablet", exact=True)).to_be_visible()


def test_a_device_holds_only_one_passkey_per_account(reader, page):
    Device(page)
    sign_in_by_mail(page, reader)
    add(page)
    expect(page.get_by_role("status")).to_be_visible()

    add(page, "Again")

    expect(page.get_by_role("alert")).to_contain_text("already has one of your passkeys")
    assert MemberPasskey.objects.count() == 1


def test_a_missing_passkey_and_a_removed_one_show_an_error(reader, page):
    device = Device(page)
    sign_in_by_mail(page, reader)
    add(page)
    expect(page.get_by_role("status")).to_be_visible()
    MemberPasskey.objects.all().delete()
    page.context.clear_cookies()

    page.goto("/sign-in")
    with page.expect_response(lambda response: response.url.endswith("/sign-in/passkey")) as answer:
        page.get_by_role("button", name="Sign in with a passkey").click()
    assert answer.value.status == 400
    expect(page.get_by_role("alert")).to_contain_text("doesn’t belong to an account here")
    device.forget()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").last).to_contain_text("No passkey was used")


def test_a_browser_without_passkey_support_is_offered_none_at_sign_in(reader, page):
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/sign-in")
    expect(page.get_by_label("Email address")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()

    sign_in_by_mail(page, reader)

    expect(page.get_by_role("alert")).to_contain_text("doesn’t support passkeys")


def test_without_scripts_a_reader_signs_in_by_email(reader, open_page):
    page = open_page(java_script_enabled=False)
    MemberPasskey.objects.create(member=reader, name="Laptop", credential_id="b3du", public_key=b"")
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()

    sign_in_by_mail(page, reader)
    page.get_by_text("Rename or remove").click()
    page.get_by_role("button", name="Remove").click()

    expect(page.get_by_role("status")).to_contain_text("“Laptop” no longer signs you in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_pages_with_passkeys_are_accessible(reader, open_page, scheme, width):
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for number in range(2):
        fields = {"name": f"A long name of a passkey {number}" * 2, "credential_id": f"{number:04}", "public_key": b""}
        MemberPasskey.objects.create(member=reader, **fields)
    page.goto("/sign-in")
    assert faults(page, "best-practice") == []
    sign_in_by_mail(page, reader)
    page.get_by_text("Rename or remove").first.click()

    assert faults(page, "best-practice") == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(FAINT_TEXTS) == []
