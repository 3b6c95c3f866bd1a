"""Warning people about failed sign-in attempts, unlocking them, and signing out everywhere."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from digest import tasks
from digest.models import PanelSignIn
from tests.support.failing_sign_ins import OFFICE, PASSWORD, TOO_MANY, code_of, fail_sign_in, show_code, sign_in

pytest_plugins = ["tests.support.panel_people"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("three_tries")]


@pytest.fixture
def warned(monkeypatch, django_capture_on_commit_callbacks):
    """A function that fails to sign in this many times, with a worker that warns, and returns the outbox."""
    monkeypatch.setattr(tasks.warn_of_failed_sign_ins, "delay", tasks.warn_of_failed_sign_ins.run)

    def warned(times, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            fail_sign_in(times, **fields)
        return mail.outbox

    return warned


def test_the_person_is_warned_by_one_email_per_day(ada, warned, clock):
    assert not warned(2)
    for number in range(5):
        warned(3, network=f"10.{number}.0.1")
    letter = mail.outbox[0]

    assert len(mail.outbox) == 1
    assert letter.to == ["ada@example.org"]
    assert letter.subject == "Failed sign-in attempts with your name: Daily Papers"
    for text in (letter.body, letter.alternatives[0][0]):
        assert "wrong password" in text
        assert "/admin/" in text
        assert PASSWORD not in text
    clock.shift(timedelta(days=1, minutes=1))
    assert len(warned(3)) == 2


def test_a_warning_that_could_not_be_sent_is_sent_next_time(ada, warned, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("down")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
        assert not warned(3)

    assert len(warned(3, network=OFFICE)) == 1


def test_a_wrong_code_with_the_right_password_warns_at_once(ada, strict, warned, django_capture_on_commit_callbacks):
    half_in = Client()
    sign_in(half_in)
    with django_capture_on_commit_callbacks(execute=True):
        show_code(half_in)

    assert mail.outbox[0].subject == "Someone may know your password: Daily Papers"
    assert "change it now" in mail.outbox[0].body


def test_the_activity_log_has_an_entry_about_it(ada, warned, admin_client):
    warned(3)

    assert "Many failed sign-in attempts with this name" in admin_client.get("/admin/admin/logentry/").content.decode()


def test_names_without_panel_access_cause_no_email_and_no_log_entry(ada, warned, make_person):
    make_person("reader", is_staff=False)
    warned(3, name="nobody")
    warned(3, name="reader", network=OFFICE)

    assert not mail.outbox
    assert not LogEntry.objects.exists()


def test_people_without_an_address_are_still_in_the_activity_log(make_person, warned):
    make_person(email="")

    assert not warned(3)
    assert LogEntry.objects.count() == 1


@pytest.fixture
def owner(make_person):
    owner = make_person("owner")
    owner.groups.add(Group.objects.get(name="Owner"))
    client = Client()
    client.force_login(owner)
    return client


def test_an_owner_can_unlock_someone(ada, owner):
    fail_sign_in(4)
    page = owner.get("/admin/auth/user/").content.decode()
    address = f"/admin/auth/user/{ada.pk}/sign-in/"
    assert address in page
    assert "Unlock ada" in owner.get(address).content.decode()

    answer = owner.post(f"{address}lift/", follow=True)

    assert "unlocked after failed" in answer.content.decode()
    assert LogEntry.objects.get().change_message == "Unlocked after failed sign-in attempts."
    assert sign_in(Client()) == "in"


def test_an_unlocked_person_gets_past_what_others_in_the_network_did(ada, owner, clock):
    for number in range(15):
        fail_sign_in(1, name=f"name{number}")
    assert TOO_MANY in sign_in(Client())

    owner.post(f"/admin/auth/user/{ada.pk}/sign-in/lift/")

    assert sign_in(Client()) == "in"
    assert TOO_MANY in fail_sign_in(4)


def test_unlocking_does_not_allow_unlimited_tries(ada, owner):
    fail_sign_in(4)
    owner.post(f"/admin/auth/user/{ada.pk}/sign-in/lift/")

    assert TOO_MANY in fail_sign_in(4)


@pytest.mark.parametrize("deed", ["", "lift/", "out/"])
def test_an_owner_cannot_unlock_or_sign_out_a_superuser(owner, admin_user, deed):
    address = f"/admin/auth/user/{admin_user.pk}/sign-in/{deed}"

    assert (owner.post if deed else owner.get)(address).status_code == 403


def test_a_command_can_unlock_someone(ada, capsys):
    fail_sign_in(4)

    call_command("lift_sign_in", "ada")

    assert capsys.readouterr().out == "ada can sign in again.\n"
    assert sign_in(Client()) == "in"
    with pytest.raises(CommandError, match="There’s no panel user called “eve”"):
        call_command("lift_sign_in", "eve")


def test_the_command_can_sign_them_out_too(ada):
    browser = Client()
    sign_in(browser)

    call_command("lift_sign_in", "ada", "--sign-out")

    assert browser.get("/admin/").status_code == 302


# --- Signing out everywhere -------------------------------------------------------------------------


def test_an_owner_can_sign_someone_out_of_every_browser_and_nobody_else(ada, make_person, owner):
    one, other, grace = Client(), Client(), Client()
    make_person("grace")
    sign_in(one)
    sign_in(other)
    sign_in(grace, name="grace")

    owner.post(f"/admin/auth/user/{ada.pk}/sign-in/out/")

    assert [browser.get("/admin/").status_code for browser in (one, other, grace)] == [302, 302, 200]


def test_people_can_sign_themselves_out_of_every_browser(ada, strict):
    browsers = [Client(), Client()]
    for browser in browsers:
        sign_in(browser)
        show_code(browser, code_of("ada"))
    assert "Sign out everywhere" in browsers[0].get("/admin/your-sign-in/").content.decode()

    browsers[0].post("/admin/your-sign-in/out/")

    assert [browser.get("/admin/").status_code for browser in browsers] == [302, 302]
    assert PanelSignIn.objects.get(user=ada).key
    assert LogEntry.objects.latest("pk").change_message == "Signed out everywhere."


def test_removing_a_second_factor_ends_the_sessions_that_used_it(ada, strict, admin_client, settings):
    browser = Client()
    sign_in(browser)
    show_code(browser, code_of("ada"))
    settings.SECOND_FACTOR = False

    admin_client.post("/admin/auth/user/", {"action": "forget_second_factor", "_selected_action": [ada.pk]})

    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_people_who_lose_access_are_signed_out_at_once(ada, change):
    browser = Client()
    sign_in(browser)
    assert browser.get("/admin/").status_code == 200

    for name, value in change.items():
        setattr(ada, name, value)
    ada.save()

    assert browser.get("/admin/").status_code == 302
