"""Signing in to the panel: a limited number of attempts, and a code besides the password."""

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.support.factories import DAY, NOON, make_edition, make_paper

pytestmark = pytest.mark.django_db
PASSWORD = "a long password of somebody"
LOGIN = "/admin/login/?next=/admin/digest/edition/"


@pytest.fixture
def person(django_user_model):
    return django_user_model.objects.create_superuser("ada", password=PASSWORD)


@pytest.fixture
def strict(settings):
    settings.SECOND_FACTOR = True


def sign_in(client, password=PASSWORD, name="ada"):
    return client.post(LOGIN, {"username": name, "password": password}, follow=True)


def code_of(client):
    return f"{totp(bytes.fromhex(client.session['new-second-factor'])):06}"


def set_up(client):
    sign_in(client)
    return client.post("/admin/second-factor/set-up/?next=/admin/digest/edition/", {"code": code_of(client)})


def test_without_the_setting_the_password_is_enough(client, person):
    assert sign_in(client).redirect_chain[-1][0] == "/admin/digest/edition/"


@pytest.mark.parametrize("second_factor", [False, True])
def test_opening_the_sign_in_page_directly_leads_to_the_first_page(client, person, settings, second_factor):
    settings.SECOND_FACTOR = second_factor
    page = client.post("/admin/login/", {"username": "ada", "password": PASSWORD}, follow=True)

    if second_factor:
        page = client.post(page.redirect_chain[-1][0], {"code": code_of(client)})
    assert page.status_code == 200
    assert client.get("/admin/").status_code == 200


def test_users_without_a_second_factor_set_one_up_and_are_signed_in(client, person, strict):
    assert "/admin/second-factor/set-up/" in sign_in(client).redirect_chain[-1][0]
    assert client.get("/admin/digest/edition/").status_code == 302

    answer = set_up(client)

    assert len(answer.context["codes"]) == 10
    assert client.get("/admin/digest/edition/").status_code == 200
    assert LogEntry.objects.get().change_message == "Set up two-factor sign-in."


def test_the_qr_code_has_the_key_and_nothing_is_stored_until_a_code_proves_it(client, person, strict):
    sign_in(client)

    html = client.get("/admin/second-factor/set-up/").content.decode()
    client.post("/admin/second-factor/set-up/", {"code": "000000"})

    assert 'src="data:image/svg+xml' in html
    assert "otpauth://totp/" in html
    assert not TOTPDevice.objects.exists()


def test_the_next_sign_in_asks_for_a_code_that_works_once(client, person, strict):
    with time_machine.travel(NOON, tick=False):
        set_up(client)
    key = TOTPDevice.objects.get().bin_key
    client.logout()
    with time_machine.travel(NOON.replace(hour=13), tick=False):
        assert "/admin/second-factor/?" in sign_in(client).redirect_chain[-1][0]
        code = {"code": f"{totp(key):06}"}

        assert client.post("/admin/second-factor/?next=/admin/digest/edition/", code).status_code == 302
        assert client.get("/admin/digest/edition/").status_code == 200
        client.logout()
        sign_in(client)
        assert "was already used" in client.post("/admin/second-factor/", code).content.decode()


def test_a_recovery_code_works_once(client, person, strict):
    codes = set_up(client).context["codes"]
    client.logout()
    sign_in(client)

    assert client.post("/admin/second-factor/", {"code": codes[0].upper()}).status_code == 302
    assert StaticToken.objects.count() == 9


def test_the_password_alone_cannot_set_up_a_new_factor(client, person, strict):
    set_up(client)
    client.logout()
    sign_in(client)

    answer = client.get("/admin/second-factor/set-up/")

    assert answer.headers["Location"].startswith("/admin/second-factor/?")
    assert client.post("/admin/second-factor/set-up/", {"code": "000000"}).status_code == 302


def test_a_code_leads_to_no_other_site(client, person, strict):
    sign_in(client)
    address = "/admin/second-factor/set-up/?next=https://evil.example.org/"

    answer = client.post(address, {"code": code_of(client)})

    assert answer.context["onward"] == "/admin/"


def test_an_owner_can_reset_a_lost_factor(client, person, strict, django_user_model):
    set_up(client)
    other = django_user_model.objects.create_user("grace", is_staff=True)
    TOTPDevice.objects.create(user=other, name="app")

    client.post("/admin/auth/user/", {"action": "forget_second_factor", "_selected_action": [other.pk]})

    assert not TOTPDevice.objects.filter(user=other).exists()
    assert LogEntry.objects.filter(change_message="Reset two-factor sign-in.").exists()


def test_no_one_can_read_the_keys_of_second_factors(admin_client, admin_user):
    TOTPDevice.objects.create(user=admin_user, name="app")

    assert admin_client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert admin_client.get("/admin/otp_static/staticdevice/").status_code == 404


def test_after_too_many_attempts_even_the_right_password_is_refused(client, person, settings):
    settings.SIGN_IN_TRIES = "3 per 15 minutes"
    for _ in range(3):
        assert "correct" in sign_in(client, "wrong").content.decode()

    answer = sign_in(client)

    assert "Too many attempts" in answer.content.decode()
    assert client.get("/admin/").status_code == 302


def test_attempts_with_codes_are_limited_too(client, person, settings, strict):
    set_up(client)
    client.logout()
    sign_in(client)
    settings.SIGN_IN_TRIES = "5 per 15 minutes"

    pages = [client.post("/admin/second-factor/", {"code": "000000"}).content.decode() for _ in range(6)]

    assert "Too many attempts" in pages[-1]


def test_a_draft_on_the_site_needs_the_second_factor_too(client, person, strict):
    make_edition(make_paper("In the making"), published=False)
    sign_in(client)
    assert client.get(f"/papers/{DAY}").status_code == 404

    set_up(client)

    assert client.get(f"/papers/{DAY}").status_code == 200
