"""Signing in with a magic link."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.celery import app
from digest import tasks
from digest.community import members
from digest.models import Member
from subscriptions.models import Suppression
from subscriptions.models.suppression import hash_of
from tests.support.factories import NOON, make_member

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.sign_up_mail", "tests.support.member_browser"]

ADDRESS = "ada@example.org"


@pytest.fixture
def ask(client, monkeypatch, django_capture_on_commit_callbacks):
    """Request a link as a browser does, with a worker that runs at once."""
    monkeypatch.setattr(tasks.send_sign_in_link, "delay", members.send_link)

    def post(email=ADDRESS, address="/sign-in"):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, {"email": email})

    return post


def mailed_path():
    return re.search(r"http://localhost:8000(\S+)", mail.outbox[-1].body)[1]


def is_signed_in(client):
    return client.get("/account").status_code == 200


def test_a_link_arrives_by_email_and_its_button_signs_in(client, ask):
    assert ask().url == "/sign-in/sent"
    path = mailed_path()

    assert ADDRESS in client.get(path).content.decode()
    assert not is_signed_in(client)
    assert client.post(path).url == "/"
    assert is_signed_in(client)
    assert Member.objects.get().joined_at is not None


def test_both_parts_of_the_email_say_how_long_the_link_works(ask):
    ask()

    [message] = mail.outbox
    assert message.subject == "Sign in to Daily Papers"
    assert "30 minutes" in message.body
    assert "30 minutes" in message.alternatives[0].content
    assert "/sign-in/" in message.alternatives[0].content


def test_a_link_works_only_once(client, ask):
    ask()
    path = mailed_path()
    client.post(path)
    client.cookies.clear()

    assert client.post(path).status_code == 410
    assert client.get(path).status_code == 410
    assert not is_signed_in(client)


def test_using_one_link_invalidates_the_others(client, ask):
    ask()
    first = mailed_path()
    ask()
    client.post(mailed_path())
    client.cookies.clear()

    assert client.post(first).status_code == 410


def test_a_link_is_good_for_half_an_hour(client, ask):
    with time_machine.travel(NOON, tick=False) as clock:
        ask()
        path = mailed_path()
        clock.shift(timedelta(minutes=31))

        assert client.post(path).status_code == 410
        assert not is_signed_in(client)


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "1" * 500])
def test_a_forged_link_is_not_found(client, token):
    assert client.get(f"/sign-in/{token}").status_code == 404
    assert client.post(f"/sign-in/{token}").status_code == 404


def test_a_token_made_for_another_purpose_is_not_found(client):
    member = make_member()
    subscriber_link = members.signed_url("preferences", members.Purpose.PREFERENCES, f"{member.public_id.hex}.1")

    assert client.post(f"/sign-in/{subscriber_link.rpartition('/')[2]}").status_code == 404


def test_signing_in_returns_to_the_previous_page(client, ask):
    ask(address="/sign-in?next=/papers/2025-08-21")

    assert client.post(mailed_path()).url == "/papers/2025-08-21"


OTHER_SITES = [
    *("https://evil.example/", "//evil.example/", "/\\evil.example/", "http://testserver//evil.example/"),
    *("http://testserver/\\evil.example/", "http://testserver@evil.example/", "http://testserver\u3002evil.example/"),
]


@pytest.mark.parametrize("other_site", OTHER_SITES)
def test_signing_in_never_redirects_to_another_site(client, ask, other_site):
    ask(address=f"/sign-in?{urlencode({'next': other_site})}")
    path = mailed_path()

    assert client.post(path).url in {"/", "/%5Cevil.example/"}
    # Someone who is signed in already is redirected at once.
    assert client.get(f"/sign-in?{urlencode({'next': other_site})}").url in {"/account", "/%5Cevil.example/"}


@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.example/YOUR-ACCOUNT-IS-LOCKED",
        "//evil.example/YOUR-ACCOUNT-IS-LOCKED",
        "/YOUR-ACCOUNT-IS-LOCKED-CALL-555-0100",
        "/search?q=YOUR-ACCOUNT-IS-LOCKED",
        "/search?q=YOUR-ACCOUNT-IS-LOCKED" + 3000 * "A",
        "http://testserver/YOUR-ACCOUNT-IS-LOCKED",
        "YOUR-ACCOUNT-IS-LOCKED",
    ],
)
def test_a_stranger_cannot_put_text_into_the_email(client, ask, typed):
    """Someone who types in an address must have no say in what the email to it contains."""
    ask(address=f"/sign-in?{urlencode({'next': typed})}")

    [message] = mail.outbox
    for text in (message.body, message.alternatives[0].content, message.subject):
        assert "LOCKED" not in text
        assert "evil" not in text
    assert len(mailed_path()) < 900
    assert client.post(mailed_path()).url.startswith("/")
    assert "evil" not in client.post(mailed_path(), follow=True).content.decode()


def test_signing_in_returns_to_a_search(client, ask):
    ask(address=f"/sign-in?{urlencode({'next': '/search?q=größer'})}")

    assert client.post(mailed_path()).url == "/search?q=gr%C3%B6%C3%9Fer"


@pytest.mark.parametrize("is_member", ["member", "barred", "suppressed"])
def test_a_known_address_takes_as_much_work_as_a_new_one(ask, monkeypatch, is_member):
    queued_links = []
    monkeypatch.setattr(tasks.send_sign_in_link, "delay", lambda *args: queued_links.append(args))
    if is_member == "suppressed":
        Suppression.objects.create(address_hash=hash_of(ADDRESS), reason=Suppression.Reason.BOUNCED)
    else:
        make_member(ADDRESS, barred_at=NOON if is_member == "barred" else None)

    with CaptureQueriesContext(connection) as for_known:
        ask()
    with CaptureQueriesContext(connection) as for_new:
        ask("new@example.org")

    assert len(queued_links) == 2
    inserts = [sum("INSERT" in query["sql"] for query in each) for each in (for_known, for_new)]
    # The member, or a stand-in for one, and the queued email.
    assert inserts == [2, 2]
    assert Member.objects.filter(email__endswith="invalid").count() == 0


def test_a_suppressed_address_gets_the_same_answer_and_no_email(ask):
    Suppression.objects.create(address_hash=hash_of(ADDRESS), reason=Suppression.Reason.BOUNCED)

    assert ask().url == "/sign-in/sent"
    assert mail.outbox == []
    assert Member.objects.count() == 0


def test_a_barred_member_gets_no_link_and_is_no_longer_signed_in(client, ask, sign_in):
    member = sign_in(make_member(ADDRESS))
    assert is_signed_in(client)

    members.bar(member, NOON)

    assert not is_signed_in(client)
    assert ask().url == "/sign-in/sent"
    assert mail.outbox == []


def test_the_number_of_links_sent_to_an_address_is_limited(ask, settings):
    settings.MAILS_PER_ADDRESS = "2 per hour"

    for _ in range(4):
        assert ask().url == "/sign-in/sent"

    assert len(mail.outbox) == 2


def test_the_number_of_links_a_network_can_request_is_limited(ask, settings):
    settings.MAILS_PER_NETWORK = "1 per hour"
    ask()

    assert ask("other@example.org").status_code == 429


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "x@mailinator.com"])
def test_invalid_and_disposable_addresses_are_refused(ask, address):
    assert ask(address).status_code == 422
    assert Member.objects.count() == 0


def test_an_address_has_one_member_whatever_its_case(ask):
    ask("Ada@example.org")
    ask("ada@EXAMPLE.org")

    assert Member.objects.count() == 1


def test_signing_out_applies_to_every_browser(client, sign_in):
    sign_in()
    cookie = client.cookies["member"].value

    client.post("/sign-out")
    client.cookies["member"] = cookie

    assert not is_signed_in(client)


def test_a_forged_cookie_signs_nobody_in(client):
    member = make_member()
    client.cookies["member"] = f"{member.pk}:{member.browser_key}:forged"

    assert not is_signed_in(client)


def test_the_cookie_is_kept_from_scripts_and_other_sites(client, ask):
    ask()
    cookie = client.post(mailed_path()).cookies["member"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 60 * 86_400


def test_a_member_is_not_a_curator_and_a_curator_is_not_a_member(client, sign_in):
    sign_in()
    assert client.get("/admin/").status_code == 302
    client.cookies.clear()

    client.force_login(get_user_model().objects.create_superuser("curator"))
    assert client.get("/admin/").status_code == 200
    assert not is_signed_in(client)


def test_a_member_can_delete_their_account(client, sign_in):
    sign_in()

    client.post("/account/leave")

    assert Member.objects.count() == 0
    assert not is_signed_in(client)


@time_machine.travel(NOON, tick=False)
def test_a_member_who_never_used_their_link_is_forgotten():
    for email, days_ago, joined in (("a@example.org", 3, None), ("b@example.org", 1, None), ("c@example.org", 3, NOON)):
        make_member(email, created_at=NOON - timedelta(days=days_ago), joined_at=joined)

    tasks.forget_unconfirmed_members()

    assert sorted(Member.objects.values_list("email", flat=True)) == ["b@example.org", "c@example.org"]


def test_beat_schedules_forgetting_unconfirmed_members_and_fetching_submissions():
    called = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"digest.tasks.forget_strangers", "digest.tasks.fetch_submissions"} <= called


def test_logs_contain_no_address(ask, caplog):
    ask()

    assert ADDRESS not in caplog.text
