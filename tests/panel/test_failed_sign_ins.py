"""Who is locked out of the panel by failed sign-in attempts, and who is not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_totp.models import TOTPDevice
from limits.errors import StorageError

from digest import tasks
from subscriptions import limits
from tests.support.failing_sign_ins import OFFICE, TOO_MANY, code_of, fail_sign_in, show_code, sign_in

pytest_plugins = ["tests.support.panel_people"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("three_tries")]


# --- Strangers --------------------------------------------------------------------------------------


def test_a_stranger_in_another_network_locks_nobody_out(ada):
    assert TOO_MANY in fail_sign_in(4)

    assert sign_in(Client(), network=OFFICE) == "in"


def test_failures_from_many_networks_lock_nobody_out(ada):
    for number in range(120):
        fail_sign_in(1, network=f"10.{number}.0.1")

    assert sign_in(Client(), network=OFFICE) == "in"


def test_three_failures_lock_the_name_for_the_whole_network(ada):
    fail_sign_in(3)

    assert TOO_MANY in sign_in(Client(), network="203.0.113.200")


def test_failures_are_counted_whatever_the_case_of_the_name(ada):
    fail_sign_in(3, name="ADA")

    assert TOO_MANY in sign_in(Client())


def test_after_fifteen_minutes_another_try_is_allowed(ada, clock):
    fail_sign_in(4)
    clock.shift(timedelta(minutes=15, seconds=1))

    assert sign_in(Client()) == "in"


def test_refused_attempts_do_not_extend_the_wait(ada, clock):
    fail_sign_in(3)
    clock.shift(timedelta(minutes=10))
    fail_sign_in(3)
    clock.shift(timedelta(minutes=6))

    assert sign_in(Client()) == "in"


def test_a_successful_sign_in_resets_the_count(ada):
    for _ in range(3):
        fail_sign_in(2)
        assert sign_in(Client()) == "in"


@pytest.mark.parametrize(("failed", "wait"), [(20, 60), (50, 300), (100, 900)])
def test_the_more_failures_a_name_has_the_longer_a_network_waits_between_tries(ada, clock, settings, failed, wait):
    settings.SIGN_IN_TRIES = "10 per 15 minutes"
    for number in range(failed):
        fail_sign_in(1, network=f"10.{number}.0.1")
    assert TOO_MANY not in fail_sign_in(1, network=OFFICE)

    clock.shift(timedelta(seconds=wait - 1))
    assert TOO_MANY in sign_in(Client(), network=OFFICE)
    clock.shift(timedelta(seconds=2))
    assert sign_in(Client(), network=OFFICE) == "in"


@pytest.mark.parametrize("neighbour", ["2001:db8:1:100::2", "2001:db8:1:1ff::1"])
def test_ipv6_is_counted_by_network(ada, neighbour):
    """A home gets at least a /64, and usually a /56 (RFC 6177)."""
    fail_sign_in(3, network="2001:db8:1:100::1")

    assert TOO_MANY in sign_in(Client(), network=neighbour)


def test_one_network_can_try_only_so_many_names(make_person):
    make_person("grace")
    for number in range(15):
        fail_sign_in(1, name=f"name{number}")

    assert TOO_MANY in sign_in(Client(), name="grace")
    assert sign_in(Client(), name="grace", network=OFFICE) == "in"


def test_an_ipv6_48_can_try_only_so_many_names(make_person):
    make_person("grace")
    for number in range(60):
        fail_sign_in(1, name=f"name{number}", network=f"2001:db8:7:{number:02x}00::1")

    assert TOO_MANY in sign_in(Client(), name="grace", network="2001:db8:7:ff00::1")


@pytest.mark.parametrize("second_factor", [False, True])
def test_six_people_in_one_office_can_sign_in_at_once(make_person, settings, second_factor):
    settings.SECOND_FACTOR = second_factor
    names = [f"person{number}" for number in range(6)]
    for name in names:
        person = make_person(name)
        TOTPDevice.objects.create(user=person, name="app")
    for name in names:
        client = Client()
        fail_sign_in(1, name=name, network=OFFICE)
        assert sign_in(client, name=name, network=OFFICE) == "in"
        if second_factor:
            assert show_code(client, code_of(name), network=OFFICE) == "in"


def test_unknown_names_get_the_same_answers_as_known_ones_after_the_same_work(ada):
    messages, work = {}, {}
    for name in ("ada", "nobody"):
        with CaptureQueriesContext(connection) as queries:
            pages = [fail_sign_in(1, name=name) for _ in range(4)]
        messages[name] = [(TOO_MANY in page, "correct username" in page) for page in pages]
        work[name] = len(queries)

    assert messages["ada"] == messages["nobody"] == [(False, True)] * 3 + [(True, False)]
    assert work["ada"] == work["nobody"]


def test_warnings_are_queued_for_unknown_names_too(ada, monkeypatch, django_capture_on_commit_callbacks):
    queued = []
    monkeypatch.setattr(tasks.warn_of_failed_sign_ins, "delay", lambda *args: queued.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        fail_sign_in(3)
        fail_sign_in(3, name="nobody", network=OFFICE)

    assert queued == [(ada.pk, "password"), (0, "password")]


def test_people_without_panel_access_are_answered_like_unknown_names(make_person):
    make_person("reader", is_staff=False)

    assert "correct username" in sign_in(Client(), name="reader")
    assert TOO_MANY in fail_sign_in(3, name="reader")


# --- The second factor ------------------------------------------------------------------------------


def test_wrong_passwords_leave_the_second_factor_alone(ada, strict):
    half_in = Client()
    sign_in(half_in)
    fail_sign_in(4)

    assert show_code(half_in, code_of("ada")) == "in"


def test_wrong_codes_leave_the_password_alone(ada, strict):
    half_in = Client()
    sign_in(half_in)
    for _ in range(4):
        messages = show_code(half_in)

    assert TOO_MANY in messages
    assert sign_in(Client()) == "in"


def test_strangers_who_know_the_password_do_not_lock_out_a_known_browser(ada, strict):
    browser = Client()
    sign_in(browser, network=OFFICE)
    show_code(browser, code_of("ada"), network=OFFICE)
    browser.post("/admin/logout/")
    for number in range(20):
        stranger = Client()
        sign_in(stranger, network=f"10.{number}.0.1")
        show_code(stranger, network=f"10.{number}.0.1")

    assert sign_in(browser, network=OFFICE) == "in"
    assert show_code(browser, code_of("ada"), network=OFFICE) == "in"


def test_codes_cannot_be_guessed_from_many_networks(ada, strict):
    for number in range(15):
        stranger = Client()
        sign_in(stranger, network=f"10.{number}.0.1")
        show_code(stranger, network=f"10.{number}.0.1")
    stranger = Client()
    sign_in(stranger, network="192.0.2.1")

    assert TOO_MANY in show_code(stranger, code_of("ada"), network="192.0.2.1")


# --- The storage is down ----------------------------------------------------------------------------


@pytest.fixture
def storage_away(settings, monkeypatch):
    def fail(*args, **kwargs):
        raise StorageError(ConnectionError("down"))

    limits.limiter(limits.IN_MEMORY_STORE).storage.reset()
    settings.RATE_LIMIT_STORAGE = "memory://?away"
    for name in ("hit", "test", "clear", "get_window_stats"):
        monkeypatch.setattr(limits.limiter(settings.RATE_LIMIT_STORAGE), name, fail)


def test_without_the_storage_people_can_sign_in_and_strangers_are_stopped(ada, storage_away, caplog):
    assert sign_in(Client()) == "in"
    assert TOO_MANY in fail_sign_in(4)
    assert sign_in(Client(), network=OFFICE) == "in"
    assert "does not answer" in caplog.text
