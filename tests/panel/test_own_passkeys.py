"""The page about how a panel user signs in: their own passkeys and no one else's."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from digest.models import Passkey
from tests.support.authenticator import Authenticator

pytestmark = pytest.mark.django_db
PAGE, SET_UP = "/admin/your-sign-in/", "/admin/second-factor/set-up/"


@pytest.fixture(autouse=True)
def strict(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def person(client, django_user_model):
    """Someone signed in, with a passkey and recovery codes."""
    person = django_user_model.objects.create_superuser("ada")
    client.force_login(person)
    create(client, SET_UP, SET_UP)
    return person


def create(client, asking, telling, **fields):
    question = client.post(f"{asking}passkey/").json()
    return client.post(telling, {"answer": json.dumps(Authenticator().create(question)), **fields})


def add(client, name="Work laptop"):
    return create(client, PAGE, f"{PAGE}add/", name=name)


def remove(client, passkey):
    return client.post(f"{PAGE}{passkey.pk}/remove/")


def test_the_page_shows_the_users_passkeys_and_recovery_codes(client, person):
    html = client.get(PAGE).content.decode()

    assert ">Passkey<" in html
    assert "not yet" in html
    assert "10 recovery codes left" in html


def test_another_passkey_can_be_added_with_a_name(client, person):
    answer = add(client)

    assert answer.headers["Location"] == PAGE
    assert "You can now sign in with “Work laptop”." in client.get(PAGE).content.decode()
    assert LogEntry.objects.filter(change_message="Added the passkey “Work laptop”.").exists()


def test_a_device_that_has_a_passkey_is_not_asked_for_a_second_one(client, person):
    question = client.post(f"{PAGE}passkey/").json()

    assert [key["id"] for key in question["excludeCredentials"]] == [Passkey.objects.get().credential_id]


def test_a_passkey_that_cannot_be_verified_is_reported_and_not_saved(client, person):
    client.post(f"{PAGE}passkey/")
    client.post(f"{PAGE}add/", {"answer": "{}", "name": "Forged"})

    assert "couldn’t verify" in client.get(PAGE).content.decode()
    assert Passkey.objects.count() == 1


def test_one_of_two_passkeys_can_be_removed(client, person):
    add(client)
    added = Passkey.objects.get(name="Work laptop")

    answer = remove(client, added)

    assert answer.headers["Location"] == PAGE
    assert Passkey.objects.get().name == "Passkey"
    assert LogEntry.objects.filter(change_message="Removed the passkey “Work laptop”.").exists()


def test_removing_the_passkey_used_to_sign_in_asks_for_another(client, person):
    first = Passkey.objects.get()
    add(client)

    remove(client, first)

    assert client.get(PAGE, follow=True).redirect_chain[-1][0].startswith("/admin/second-factor/?")


def test_removing_the_last_passkey_leads_back_to_set_up(client, person):
    answer = remove(client, Passkey.objects.get())

    assert answer.headers["Location"] == SET_UP
    assert not StaticDevice.objects.exists()
    assert client.get("/admin/digest/edition/").status_code == 302
    assert client.get(SET_UP).status_code == 200


def test_an_app_remains_when_the_last_passkey_is_removed(client, person):
    TOTPDevice.objects.create(user=person, name="app")

    assert remove(client, Passkey.objects.get()).headers["Location"] == PAGE
    assert StaticDevice.objects.exists()


def test_other_peoples_passkeys_can_be_neither_seen_nor_removed(client, person, django_user_model):
    other = django_user_model.objects.create_user("grace")
    passkey = Passkey.objects.create(user=other, name="Key of Grace", credential_id="b3RoZXI", public_key=b"")

    assert "Key of Grace" not in client.get(PAGE).content.decode()
    assert remove(client, passkey).status_code == 404
    assert Passkey.objects.filter(user=other).exists()


@pytest.mark.parametrize("has_factor", [True, False])
def test_where_a_password_is_enough_the_page_still_requires_a_second_factor(
    client, django_user_model, settings, has_factor
):
    settings.SECOND_FACTOR = False
    person = django_user_model.objects.create_superuser("ada")
    client.force_login(person)
    if has_factor:
        TOTPDevice.objects.create(user=person, name="app")

    answer = client.get(PAGE)

    step = "second-factor/" if has_factor else "second-factor/set-up/"
    assert answer.headers["Location"] == f"/admin/{step}?next=%2Fadmin%2Fyour-sign-in%2F"
    assert client.post(f"{PAGE}passkey/").status_code == 302


def test_where_a_password_is_enough_the_last_passkey_can_be_removed(client, person, settings):
    settings.SECOND_FACTOR = False

    assert remove(client, Passkey.objects.get()).headers["Location"] == "/admin/"


def test_ten_passkeys_need_no_more_queries_than_one(client, person):
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(PAGE)
    for number in range(9):
        Passkey.objects.create(user=person, name=f"{number}", credential_id=f"{number}", public_key=b"")
    with CaptureQueriesContext(connection) as ten:
        client.get(PAGE)

    assert len(ten) == len(one) <= 20


def test_the_panel_has_no_list_of_passkeys(client, person):
    assert client.get("/admin/digest/passkey/").status_code == 404
    assert PAGE in client.get("/admin/").content.decode()
