"""Browsers someone has signed in with before: nothing that strangers do locks them out."""

from datetime import timedelta

import pytest
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.support.failing_sign_ins import (
    OFFICE,
    PASSWORD,
    TOO_MANY,
    code_of,
    fail_sign_in,
    known_browser,
    show_code,
    sign_in,
)

pytest_plugins = ["tests.support.panel_people"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("three_tries")]


def test_a_known_browser_signs_in_while_a_stranger_in_the_same_network_fails(ada):
    browser = known_browser()
    assert TOO_MANY in fail_sign_in(4, network=OFFICE)

    assert sign_in(browser, network=OFFICE) == "in"


def test_a_known_browser_does_not_get_unlimited_tries(ada):
    browser = known_browser()
    fail_sign_in(3, client=browser)

    assert TOO_MANY in sign_in(browser)
    assert TOO_MANY in sign_in(browser, network="192.0.2.1")


def test_failures_in_a_known_browser_lock_no_other_browser_out(ada):
    browser = known_browser()
    fail_sign_in(4, client=browser, network=OFFICE)

    assert sign_in(Client(), network=OFFICE) == "in"


def test_a_browser_is_known_only_for_its_own_person(ada, make_person):
    browser = known_browser()
    make_person("grace")
    fail_sign_in(3, name="grace", network=OFFICE)

    assert TOO_MANY in sign_in(browser, name="grace", network=OFFICE)


def test_one_persons_cookie_does_not_work_for_another(ada, make_person):
    grace, browser = make_person("grace"), known_browser()
    browser.cookies[f"panel_device_{grace.pk}"] = browser.cookies[f"panel_device_{ada.pk}"].value
    fail_sign_in(3, name="grace", network=OFFICE)

    assert TOO_MANY in sign_in(browser, name="grace", network=OFFICE)


def test_a_forged_cookie_does_not_count(ada):
    browser = Client()
    browser.cookies[f"panel_device_{ada.pk}"] = "e30:1uO:forged"
    fail_sign_in(3)

    assert TOO_MANY in sign_in(browser)


def test_the_cookie_is_sent_only_to_the_panel_and_hidden_from_scripts(ada, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = known_browser().cookies[f"panel_device_{ada.pk}"]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["secure"]) == ("/admin/", True, "Lax", True)
    assert cookie["max-age"] == timedelta(days=180).total_seconds()


def test_after_half_a_year_a_browser_is_no_longer_known(ada, clock):
    browser = known_browser()
    clock.shift(timedelta(days=181))
    fail_sign_in(3, network=OFFICE)

    # The browser's clock has not moved, so it still sends the cookie.
    assert TOO_MANY in sign_in(browser, network=OFFICE)


def test_the_password_alone_does_not_make_a_browser_known(ada, settings):
    settings.SECOND_FACTOR = True
    TOTPDevice.objects.create(user=ada, name="app")
    browser = Client()
    sign_in(browser)

    assert f"panel_device_{ada.pk}" not in browser.cookies
    assert show_code(browser, code_of("ada")) == "in"
    assert f"panel_device_{ada.pk}" in browser.cookies


def new_password(ada, owner):
    data = {"password1": "another long password", "password2": "another long password", "usable_password": "true"}
    assert owner.post(f"/admin/auth/user/{ada.pk}/password/", data).status_code == 302
    ada.refresh_from_db()
    ada.set_password(PASSWORD)
    ada.save()


ENDS = {
    "a new password": new_password,
    "let in again": lambda ada, owner: owner.post(f"/admin/auth/user/{ada.pk}/sign-in/lift/"),
    "signed out": lambda ada, owner: owner.post(f"/admin/auth/user/{ada.pk}/sign-in/out/"),
    "second factor taken away": lambda ada, owner: owner.post(
        "/admin/auth/user/", {"action": "forget_second_factor", "_selected_action": [ada.pk]}
    ),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_browser_is_no_longer_known_after(ada, admin_client, end):
    browser = known_browser()
    end(ada, admin_client)
    fail_sign_in(3, network=OFFICE)

    assert TOO_MANY in sign_in(browser, network=OFFICE)
