"""Readers' passkeys: adding them while signed in, the email about it, renaming and removing them."""

import json

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from webauthn.helpers import bytes_to_base64url

from digest import tasks
from digest.community import members
from digest.models import MemberPasskey
from subscriptions import links, outgoing
from tests.support.authenticator import Authenticator
from tests.support.factories import NOON, make_member, make_subscriber
from tests.support.passkey_requests import ADD, ADDRESS, add, ask

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.member_passkeys"]


def test_a_passkey_is_added_and_listed(client, ada, device):
    page = add(client, device).content.decode()

    assert "Passkey added." in page
    assert "Laptop" in page
    assert "not used yet" in page
    assert MemberPasskey.objects.get().member == ada
    assert "Laptop" in client.get("/account").content.decode()


def test_the_options_name_the_account_and_ask_for_a_discoverable_passkey(client, ada, device):
    add(client, device)

    question = ask(client, ADD)

    assert question["user"]["name"] == ADDRESS
    assert question["user"]["id"] == bytes_to_base64url(ada.public_id.bytes)
    assert question["authenticatorSelection"]["residentKey"] == "required"
    assert question["authenticatorSelection"]["userVerification"] == "preferred"
    assert [key["id"] for key in question["excludeCredentials"]] == [bytes_to_base64url(device.id)]


def test_adding_a_passkey_emails_its_owner(client, ada, device, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(tasks.send_passkey_added, "delay", lambda pk: outgoing.send("passkey_added", pk, NOON))

    with time_machine.travel(NOON, tick=False), django_capture_on_commit_callbacks(execute=True):
        add(client, device, "<b>Laptop</b>")

    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert message.subject == "A passkey was added to your account"
    html = message.alternatives[0].content
    assert "&lt;b&gt;Laptop&lt;/b&gt;" in html
    for text in (message.body, html):
        assert "on 21 August 2025 at" in text
        assert "If this wasn’t you" in text
        assert "http://localhost:8000/account" in text


def test_no_email_goes_out_for_a_passkey_that_was_already_removed(ada):
    members.tell_of_passkey(ada.pk)

    assert mail.outbox == []


def test_a_blank_or_multi_line_name_becomes_a_readable_one(client, ada):
    add(client, Authenticator(), " \n ")
    add(client, Authenticator(), "My\nkey " + "x" * 100)

    names = list(MemberPasskey.objects.values_list("name", flat=True))
    assert names[0] == "Passkey"
    assert names[1].startswith("My key xx")
    assert len(names[1]) == 64


def test_someone_elses_passkey_cannot_be_added(client, away, device, sign_in):
    sign_in(make_member("grace@example.org"))

    page = add(client, device)

    assert page.status_code == 400
    assert "already belongs to an account" in page.content.decode()
    assert MemberPasskey.objects.get().member == away


def test_a_challenge_for_one_account_adds_nothing_to_another(client, ada, device, sign_in):
    answer = device.create(ask(client, ADD))
    sign_in(make_member("grace@example.org"))

    assert client.post(ADD, {"answer": json.dumps(answer), "name": "x"}).status_code == 400
    assert not MemberPasskey.objects.exists()


@pytest.mark.parametrize("origin", ["https://evil.example.org", "http://localhost:8001"])
def test_a_passkey_from_another_origin_is_not_saved(client, ada, origin):
    assert add(client, Authenticator(origin)).status_code == 400
    assert not MemberPasskey.objects.exists()


def test_adding_a_passkey_requires_signing_in(client):
    for address in (ADD, f"{ADD}/options", f"{ADD}/1"):
        assert client.post(address).headers["Location"].startswith("/sign-in")


def test_readers_kept_signed_in_by_an_email_link_must_sign_in_again_to_add_a_passkey(client, device):
    client.post(f"{links.preferences_url(make_subscriber(ADDRESS)).partition('8000')[2]}/stay")

    page = client.get("/account").content.decode()

    assert "sign in with an email link" in page
    assert 'name="answer"' not in page
    assert client.get("/sign-in?next=/account").status_code == 200
    assert client.post(f"{ADD}/options").status_code == 403
    assert client.post(ADD, {"answer": "{}"}).status_code == 403


def test_an_account_can_have_at_most_twenty_passkeys(client, ada, device):
    for number in range(19):
        MemberPasskey.objects.create(member=ada, name=f"{number}", credential_id=f"{number:04}", public_key=b"")
    second = Authenticator()
    late = json.dumps(second.create(ask(client, ADD)))
    challenge = client.cookies["passkey"].value

    assert "as many passkeys" in add(client, device).content.decode()
    client.cookies["passkey"] = challenge
    assert client.post(f"{ADD}/options").status_code == 403
    assert client.post(ADD, {"answer": late, "name": "x"}).status_code == 400
    assert MemberPasskey.objects.count() == 20


def test_a_passkey_can_be_renamed_and_keeps_its_name_if_none_is_typed(client, ada, device):
    add(client, device)
    page = f"{ADD}/{MemberPasskey.objects.get().pk}"

    client.post(page, {"action": "rename", "name": "Phone"})
    answer = client.post(page, {"action": "rename", "name": " "})

    assert answer.headers["Location"] == "/account#passkeys"
    assert MemberPasskey.objects.get().name == "Phone"


def test_the_page_names_the_passkey_that_was_removed(client, ada, device):
    add(client, device)
    page = client.post(f"{ADD}/{MemberPasskey.objects.get().pk}", {"action": "remove"}, headers={"HX-Request": "true"})

    assert "“Laptop” no longer signs you in" in page.content.decode()


def test_no_one_can_change_someone_elses_passkey(client, away, sign_in):
    sign_in(make_member("grace@example.org"))
    passkey = MemberPasskey.objects.get()

    for action in ("rename", "remove", ""):
        assert client.post(f"{ADD}/{passkey.pk}", {"action": action, "name": "x"}).status_code == 404
    assert MemberPasskey.objects.get().name == "Laptop"
    assert "Laptop" not in client.get("/account").content.decode()


def test_ten_passkeys_take_no_more_queries_than_one(client, ada, device):
    add(client, device)
    with CaptureQueriesContext(connection) as one:
        client.get("/account")
    for number in range(9):
        MemberPasskey.objects.create(member=ada, name=f"{number}", credential_id=f"{number:04}", public_key=b"")
    with CaptureQueriesContext(connection) as ten:
        client.get("/account")

    assert len(ten) == len(one)
