"""Signing in with a passkey: only with one added here, each answer works once, and nonsense causes no server error."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from webauthn.helpers import bytes_to_base64url

from digest import tasks
from digest.models import Member, MemberPasskey, PasskeyChallenge
from tests.support.authenticator import Authenticator
from tests.support.factories import NOON, make_member
from tests.support.passkey_requests import ADD, SIGN_IN, add, ask, sign_out

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.member_passkeys"]


def show(client, answer, where=SIGN_IN):
    return client.post(where, {"answer": json.dumps(answer)})


def is_signed_in(client):
    return client.get("/account").status_code == 200


def refusal(client, answer):
    """Return the page's message about an answer that signs no one in."""
    page = show(client, answer)
    assert page.status_code == 400
    assert not is_signed_in(client)
    return page.context["refusal"]


def test_a_passkey_that_was_removed_signs_no_one_in(client, ada, device):
    add(client, device)
    client.post(f"{ADD}/{MemberPasskey.objects.get().pk}", {"action": "remove"})
    sign_out(client)
    assert "doesn’t belong to an account here" in refusal(client, device.get(ask(client, SIGN_IN)))


def test_a_passkey_signs_in_and_leads_back_to_the_page_before(client, away, device):
    answer = show(client, device.get(ask(client, SIGN_IN)), f"{SIGN_IN}?next=/trending")

    assert answer.headers["Location"] == "/trending"
    assert is_signed_in(client)
    assert MemberPasskey.objects.get().used_at
    # It counts as a full sign-in: another passkey may be added.
    assert client.post(f"{ADD}/options").status_code == 200


@pytest.mark.parametrize(
    "other_site",
    ["https://evil.example.org/", "//evil.example.org/", "http://testserver//evil.example.org", "/\\evil.example.org"],
)
def test_signing_in_leads_to_no_other_site(client, away, device, other_site):
    answer = show(client, device.get(ask(client, SIGN_IN)), f"{SIGN_IN}?next={quote(other_site)}")

    assert answer.headers["Location"] == "/account"


def test_the_challenge_does_not_reveal_who_has_passkeys(client, away, settings):
    settings.SITE_URL = "https://papers.example.org"

    question = ask(client, SIGN_IN)

    assert question["rpId"] == "papers.example.org"
    assert question["allowCredentials"] == []
    assert client.cookies["passkey"]["httponly"]
    assert client.cookies["passkey"]["samesite"] == "Strict"


def test_a_device_without_a_counter_can_sign_in_every_time(client, ada):
    device = Authenticator(counts=False)
    add(client, device)
    for _ in range(2):
        sign_out(client)
        assert show(client, device.get(ask(client, SIGN_IN))).status_code == 302


@pytest.mark.parametrize("origin", ["https://evil.example.org", "http://localhost:8001", "http://127.0.0.1:8000"])
def test_an_answer_from_another_origin_is_refused(client, away, device, origin):
    device.origin = origin

    assert "couldn’t verify" in refusal(client, device.get(ask(client, SIGN_IN)))


def test_an_answer_works_once(client, away, device):
    answer = device.get(ask(client, SIGN_IN))
    challenge = client.cookies["passkey"].value
    show(client, answer)
    sign_out(client)
    client.cookies["passkey"] = challenge

    assert "already used" in refusal(client, answer)


def test_an_answer_only_works_in_the_browser_that_was_asked(client, away, device):
    answer = device.get(ask(client, SIGN_IN))
    ask(client, SIGN_IN)

    assert "couldn’t verify" in refusal(client, answer)
    client.cookies.pop("passkey")
    assert "already used" in refusal(client, answer)


def test_an_answer_after_five_minutes_is_refused(client, away, device):
    with time_machine.travel(NOON, tick=False) as clock:
        answer = device.get(ask(client, SIGN_IN))
        clock.shift(301)

        assert "took too long" in refusal(client, answer)


def test_a_challenge_for_adding_a_passkey_cannot_be_used_to_sign_in(client, ada, device):
    add(client, device)
    question = ask(client, ADD)
    sign_out(client)

    assert "already used" in refusal(client, device.get(question | {"rpId": "localhost"}))


@pytest.mark.parametrize("whose", ["grace", "nobody"])
def test_a_passkey_that_claims_to_be_someone_elses_is_refused(client, away, device, whose):
    grace = make_member("grace@example.org")
    device.handle = bytes_to_base64url(grace.public_id.bytes) if whose == "grace" else None

    assert "doesn’t belong to an account here" in refusal(client, device.get(ask(client, SIGN_IN)))


def test_a_signature_by_another_key_is_refused(client, away, device):
    forger = Authenticator()
    forger.id, forger.handle = device.id, device.handle

    assert "couldn’t verify" in refusal(client, forger.get(ask(client, SIGN_IN)))
    assert MemberPasskey.objects.get().used_at is None


@pytest.mark.parametrize("count", [3, 4])
def test_a_counter_that_went_back_or_did_not_change_is_refused(client, away, device, count):
    MemberPasskey.objects.update(counter=5)
    device.count = count

    assert "may be a copy" in refusal(client, device.get(ask(client, SIGN_IN)))
    assert MemberPasskey.objects.get().counter == 5


def test_a_barred_member_is_not_signed_in(client, away, device):
    Member.objects.update(barred_at=NOON)

    assert "doesn’t belong to an account here" in refusal(client, device.get(ask(client, SIGN_IN)))


def test_passkeys_are_deleted_with_the_account(client, ada, device):
    add(client, device)
    client.post("/account/leave")

    assert not MemberPasskey.objects.exists()
    assert "doesn’t belong to an account here" in refusal(client, device.get(ask(client, SIGN_IN)))


NONSENSE = {
    "nothing": "",
    "no JSON": "nothing",
    "a list": "[]",
    "an empty object": "{}",
    "parts missing": '{"id": "x", "rawId": "x", "type": "public-key"}',
    "a NUL": json.dumps({"id": "\0", "rawId": "AAAA", "type": "public-key", "response": {}}),
    "nested without end": "[" * 50_000,
    "nested in CBOR": json.dumps(
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": {"clientDataJSON": "e30", "attestationObject": "gYGB" * 10_000, "transports": [[]]},
        }
    ),
    "a million characters": "x" * 1_000_000,
    "numbers": '{"id": 1, "rawId": 2, "type": 3, "response": 4}',
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("page", [SIGN_IN, ADD])
@pytest.mark.parametrize("is_asked", [True, False])
def test_nonsense_is_refused(client, ada, page, answer, is_asked):
    if is_asked:
        ask(client, page)

    assert client.post(page, {"answer": answer, "name": answer}).status_code == 400
    assert not MemberPasskey.objects.exists()


def test_a_body_that_is_too_big_is_refused(client, ada):
    assert client.post(SIGN_IN, {"answer": "x" * 3_000_000}).status_code == 400
    assert client.post(f"{SIGN_IN}/options", {"x": "x" * 3_000_000}).status_code < 500


def test_the_challenges_per_network_are_limited(client, ada, settings):
    settings.MAILS_PER_NETWORK = "2 per hour"
    for _ in range(2):
        assert client.post(f"{SIGN_IN}/options").status_code == 200

    assert client.post(f"{SIGN_IN}/options").status_code == 429
    assert client.post(f"{ADD}/options").status_code == 429
    assert client.post(f"{SIGN_IN}/options", REMOTE_ADDR="198.51.100.1").status_code == 200
    # The email link is counted separately.
    assert client.post("/sign-in", {"email": "new@example.org"}).status_code == 302


def test_unanswered_challenges_are_deleted(client):
    with time_machine.travel(NOON, tick=False):
        ask(client, SIGN_IN)
        tasks.forget_unconfirmed_members()
        assert PasskeyChallenge.objects.exists()
    with time_machine.travel(NOON + timedelta(hours=1, seconds=1), tick=False):
        tasks.forget_unconfirmed_members()

    assert not PasskeyChallenge.objects.exists()
