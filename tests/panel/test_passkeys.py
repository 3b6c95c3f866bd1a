"""Passkeys as the second factor: only the person's own, created here, and each answer accepted once."""

import json

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from digest.models import Passkey
from tests.support.authenticator import Authenticator
from tests.support.factories import NOON

pytestmark = pytest.mark.django_db
SET_UP, SIGN_IN = "/admin/second-factor/set-up/", "/admin/second-factor/"
EDITIONS_PAGE = "/admin/digest/edition/"


@pytest.fixture
def person(django_user_model):
    return django_user_model.objects.create_superuser("ada")


@pytest.fixture(autouse=True)
def strict(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def device():
    return Authenticator()


@pytest.fixture
def away(client, person, device):
    """A person who has set up a passkey and has then signed in with only the password."""
    type_password(client, person)
    set_up(client, device)
    client.logout()
    type_password(client, person)
    return person


def type_password(client, person):
    client.force_login(person)


def ask(client, page):
    return client.post(f"{page}passkey/").json()


def set_up(client, device):
    return client.post(f"{SET_UP}?next={EDITIONS_PAGE}", {"answer": json.dumps(device.create(ask(client, SET_UP)))})


def show(client, answer):
    return client.post(f"{SIGN_IN}?next={EDITIONS_PAGE}", {"answer": json.dumps(answer)})


def error_message(client, answer):
    """Return the page's error message for an answer that must not let anyone in."""
    page = show(client, answer)
    assert page.status_code == 200
    assert client.get(EDITIONS_PAGE).status_code == 302
    return page.context["error_message"]


def test_setting_up_a_passkey_signs_in_and_shows_recovery_codes(client, person, device):
    type_password(client, person)

    page = set_up(client, device)

    assert len(page.context["codes"]) == StaticToken.objects.count() == 10
    assert page.context["onward"] == EDITIONS_PAGE
    assert client.get(EDITIONS_PAGE).status_code == 200
    assert LogEntry.objects.get().change_message == "Set up two-factor sign-in."


def test_the_passkey_works_for_the_next_sign_in(client, away, device):
    assert client.get(EDITIONS_PAGE).status_code == 302

    answer = show(client, device.get(ask(client, SIGN_IN)))

    assert answer.headers["Location"] == EDITIONS_PAGE
    assert client.get(EDITIONS_PAGE).status_code == 200
    assert Passkey.objects.get().used_at


def test_a_device_without_a_counter_works_every_time(client, person):
    device = Authenticator(counts=False)
    type_password(client, person)
    set_up(client, device)
    for _ in range(2):
        client.logout()
        type_password(client, person)
        assert show(client, device.get(ask(client, SIGN_IN))).status_code == 302


def test_a_recovery_code_works_instead(client, away):
    page = client.get(SIGN_IN).content.decode()

    assert "Use a code instead" in page
    assert client.post(SIGN_IN, {"code": StaticToken.objects.first().token}).status_code == 302


def test_the_challenge_names_the_site_and_the_persons_own_passkeys(client, away, django_user_model, settings):
    other = django_user_model.objects.create_user("grace")
    Passkey.objects.create(user=other, credential_id="b3RoZXI", public_key=b"")
    settings.SITE_URL = "https://papers.example.org"

    question = ask(client, SIGN_IN)

    assert question["rpId"] == "papers.example.org"
    assert [key["id"] for key in question["allowCredentials"]] == [Passkey.objects.get(user=away).credential_id]
    assert question["allowCredentials"][0]["transports"] == ["internal"]


def test_the_set_up_challenge_has_a_stable_user_id_and_wants_no_attestation(client, person):
    type_password(client, person)

    question = ask(client, SET_UP)

    assert question["user"]["name"] == "ada"
    assert question["user"]["id"] == ask(client, SET_UP)["user"]["id"]
    assert question["authenticatorSelection"]["userVerification"] == "preferred"
    assert question["attestation"] == "none"


@pytest.mark.parametrize("origin", ["https://evil.example.org", "http://localhost:8001", "http://127.0.0.1:8000"])
def test_an_answer_from_another_origin_is_refused(client, away, device, origin):
    device.origin = origin

    assert "couldn’t verify" in error_message(client, device.get(ask(client, SIGN_IN)))


def test_a_passkey_from_another_origin_is_not_saved(client, person):
    type_password(client, person)

    page = set_up(client, Authenticator("https://evil.example.org"))

    assert "couldn’t verify" in page.context["error_message"]
    assert not Passkey.objects.exists()


def test_an_answer_for_another_host_is_refused(client, away, device):
    question = ask(client, SIGN_IN) | {"rpId": "evil.example.org"}

    assert "couldn’t verify" in error_message(client, device.get(question))


def test_an_answer_is_accepted_only_once(client, away, device):
    answer = device.get(ask(client, SIGN_IN))
    show(client, answer)
    client.logout()
    type_password(client, away)

    assert "already used" in error_message(client, answer)


def test_an_answer_to_an_earlier_challenge_is_refused(client, away, device):
    answer = device.get(ask(client, SIGN_IN))
    ask(client, SIGN_IN)

    assert "couldn’t verify" in error_message(client, answer)


def test_a_set_up_challenge_cannot_be_used_to_sign_in(client, person, device):
    type_password(client, person)
    question = ask(client, SET_UP)
    TOTPDevice.objects.create(user=person, name="app")

    assert "already used" in error_message(client, device.get(question | {"rpId": "localhost"}))


def test_an_answer_after_five_minutes_is_refused(client, away, device):
    with time_machine.travel(NOON, tick=False) as clock:
        type_password(client, away)
        answer = device.get(ask(client, SIGN_IN))
        clock.shift(301)

        assert "took too long" in error_message(client, answer)


def test_someone_elses_passkey_is_refused(client, away, device, django_user_model):
    grace = django_user_model.objects.create_superuser("grace")
    client.logout()
    type_password(client, grace)
    set_up(client, Authenticator())
    client.logout()
    type_password(client, grace)

    assert "don’t know this passkey" in error_message(client, device.get(ask(client, SIGN_IN)))


def test_someone_elses_passkey_cannot_be_set_up_again(client, away, device, django_user_model):
    grace = django_user_model.objects.create_superuser("grace")
    client.logout()
    type_password(client, grace)

    assert set_up(client, device).context["error_message"] == "This passkey is already set up here."
    assert Passkey.objects.get().user == away


def test_a_signature_by_another_key_is_refused(client, away, device):
    forger = Authenticator()
    forger.id = device.id

    assert "couldn’t verify" in error_message(client, forger.get(ask(client, SIGN_IN)))
    assert Passkey.objects.get().used_at is None


@pytest.mark.parametrize("count", [3, 4])
def test_a_counter_that_did_not_increase_is_refused_and_logged(client, away, device, count):
    Passkey.objects.update(counter=5)
    device.count = count

    assert "a copy of this" in error_message(client, device.get(ask(client, SIGN_IN)))
    assert Passkey.objects.get().counter == 5
    assert LogEntry.objects.filter(change_message__contains="counter went backwards").exists()


@pytest.mark.parametrize("answer", ["", "nothing", "[]", "{}", '{"id": "x", "rawId": "x", "type": "public-key"}'])
@pytest.mark.parametrize("page", [SIGN_IN, SET_UP])
def test_nonsense_is_refused(client, person, page, answer):
    if page == SIGN_IN:
        TOTPDevice.objects.create(user=person, name="app")
    type_password(client, person)
    ask(client, page)

    answers = client.post(page, {"answer": answer})

    assert "couldn’t verify" in answers.context["error_message"]


def test_an_incomplete_key_is_refused(client, person, device, monkeypatch):
    monkeypatch.setattr(device, "_public", lambda: bytes(16) + len(device.id).to_bytes(2, "big") + device.id + b"\xa0")
    type_password(client, person)

    assert "couldn’t verify" in set_up(client, device).context["error_message"]


def test_passkey_attempts_are_limited_too(client, away, device, settings):
    settings.SIGN_IN_TRIES = "3 per 15 minutes"
    forger = Authenticator()

    answers = [error_message(client, forger.get(ask(client, SIGN_IN))) for _ in range(4)]

    assert "Too many attempts" in answers[-1]
    assert "Too many attempts" in error_message(client, device.get(ask(client, SIGN_IN)))


def test_the_password_alone_is_not_enough_to_add_a_passkey(client, away):
    answer = client.post(f"{SET_UP}passkey/")

    assert answer.headers["Location"].startswith("/admin/second-factor/?")
    assert client.post(SET_UP, {"answer": "{}"}).status_code == 302


def test_without_the_password_there_is_no_challenge(client, person):
    assert client.post(f"{SIGN_IN}passkey/").headers["Location"] == "/admin/login/"
    assert client.post(f"{SET_UP}passkey/").headers["Location"] == "/admin/login/"


def test_removing_someones_second_factor_removes_their_passkeys_too(client, person, device, django_user_model):
    other = django_user_model.objects.create_user("grace", is_staff=True)
    Passkey.objects.create(user=other, credential_id="b3RoZXI", public_key=b"")
    type_password(client, person)
    set_up(client, device)

    client.post("/admin/auth/user/", {"action": "forget_second_factor", "_selected_action": [other.pk]})

    assert Passkey.objects.get().user == person
