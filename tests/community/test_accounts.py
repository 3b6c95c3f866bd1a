"""One account: a member and a subscriber with the same address are one reader."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from digest.community import accounts
from digest.models import Member, Submission, Vote
from subscriptions import links, signing_up
from subscriptions.models import Consent, Status, Subscriber
from subscriptions.signing_up import ConsentRequest
from tests.support.factories import NOON, make_member, make_paper, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
pytest_plugins = ["tests.support.member_browser"]

CONSENT = ConsentRequest(NOON, None)


@pytest.fixture
def migrate(monkeypatch):
    """Run the migration that joins them, in small batches."""
    migration = import_module("digest.migrations.0027_join_accounts")
    monkeypatch.setattr(migration, "BATCH", 2)
    return lambda: migration.join(apps, None)


def make_active(member):
    Subscriber.objects.get(pk=member.subscriber_id).confirm(NOON)


def reader_of(member):
    return Member.objects.get(pk=member.pk).subscriber


def test_the_migration_joins_members_and_subscribers_with_one_address_whatever_its_case(migrate):
    pairs = [(make_member(f"Ada{n}@Example.org"), make_subscriber(f"aDA{n}@example.ORG")) for n in range(5)]
    alone, subscriber = make_member("alone@example.org"), make_subscriber("mail@example.org")

    for _ in range(2):
        migrate()

    for member, reader in pairs:
        assert reader_of(member) == reader
        assert reader_of(member).status == "active"
    assert reader_of(alone).status == "account"
    assert reader_of(alone).next_digest_at is None
    assert not Member.objects.filter(subscriber=subscriber).exists()
    assert Subscriber.objects.count() == 7


def test_the_migration_merges_two_members_with_one_address_and_loses_no_vote(migrate):
    first, second, both = make_paper("First"), make_paper("Second"), make_paper("Both", votes=2)
    one, other = make_member("ada@example.org"), make_member("other@example.org", joined_at=NOON - timedelta(days=300))
    for member, papers in ((one, [first, both]), (other, [second, both])):
        for paper in papers:
            Vote.objects.create(member=member, paper=paper)
        Submission.objects.create(member=member, arxiv_id=f"2508.0000{member.pk % 10}")
        Submission.objects.create(member=member, arxiv_id="2508.11111")
    # A row whose key was not updated with its address.
    Member.objects.filter(pk=other.pk).update(email="ADA@example.org")
    reader = make_subscriber("ada@example.org")

    migrate()

    [member] = Member.objects.all()
    assert member.subscriber == reader
    assert member.joined_at == NOON - timedelta(days=300)
    assert sorted(member.votes.values_list("paper__title", flat=True)) == ["Both", "First", "Second"]
    assert member.submissions.count() == 3
    both.refresh_from_db()
    assert both.votes == 1


def test_the_migration_skips_members_a_stranger_made_and_keeps_a_pending_sign_up(migrate):
    stranger = make_member("stranger@example.org", joined_at=None)
    make_subscriber("stranger@example.org", status=Status.PENDING, confirmed_at=None, next_digest_at=None)
    member = make_member("ada@example.org")
    waiting = make_subscriber("ada@example.org", status=Status.PENDING, confirmed_at=None, next_digest_at=None)

    migrate()

    assert reader_of(stranger) is None
    assert Subscriber.objects.get(email="stranger@example.org").status == "pending"
    assert reader_of(member) == waiting
    assert reader_of(member).status == "account"


def test_the_migration_needs_no_more_queries_for_more_members_in_a_batch(django_assert_max_num_queries):
    migration = import_module("digest.migrations.0027_join_accounts")
    for number in range(40):
        make_member(f"ada{number}@example.org")
        make_subscriber(f"ada{number}@example.org")

    with django_assert_max_num_queries(12):
        migration.join(apps, None)

    assert not Member.objects.filter(subscriber=None).exists()


def test_signing_in_keeps_a_pending_sign_up_that_can_still_be_confirmed():
    choices = {"topics": [], "follow": [], "said": {}, "max_papers": 7}
    subscriber = signing_up.sign_up("ada@example.org", choices, CONSENT)
    member = make_member("Ada@example.org")

    reader = accounts.join_reader(member, NOON)

    assert reader.pk == subscriber.pk
    signing_up.delete_unconfirmed(NOON + timedelta(days=100))
    reader = Subscriber.objects.get(pk=reader.pk)
    assert signing_up.confirm_subscription(reader, CONSENT)
    reader.refresh_from_db()
    assert (reader.status, reader.max_papers) == ("active", 7)


def test_a_sign_up_by_a_stranger_changes_nothing_until_the_account_owner_confirms():
    reader = accounts.join_reader(make_member("ada@example.org"), NOON)
    choices = {"topics": [], "follow": [], "said": {}, "max_papers": 7}

    signing_up.sign_up("ada@example.org", choices, CONSENT)

    reader.refresh_from_db()
    assert (reader.status, reader.max_papers) == ("account", 10)
    assert signing_up.confirm_subscription(reader, CONSENT)
    reader.refresh_from_db()
    assert (reader.status, reader.max_papers) == ("active", 7)


PAGES = ["", "/why", "/data", "/data.json", "/feedback"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.ACCOUNT, Status.UNSUBSCRIBED])
def test_signing_in_opens_the_same_pages_as_an_emailed_link(client, sign_in, page, status):
    make_subscriber("ada@example.org", status=status)
    member = make_member("ada@example.org")
    accounts.join_reader(member, NOON)
    other = make_subscriber("other@example.org")

    assert client.get(f"/preferences/me{page}").status_code == 302
    sign_in(member)
    answer = client.get(f"/preferences/me{page}")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    assert other.email not in text
    assert not re.search(rf"/preferences/{member.subscriber.public_id.hex}", text)


def test_visitors_are_sent_to_sign_in_and_then_back(client):
    assert client.get("/preferences/me/why?paper=1").url == "/sign-in?next=%2Fpreferences%2Fme%2Fwhy%3Fpaper%3D1"
    assert client.get("/preferences").status_code == 200


def test_signed_in_readers_are_not_asked_for_an_address(client, sign_in):
    member = make_member("ada@example.org")
    accounts.join_reader(member, NOON)
    sign_in(member)

    assert client.get("/preferences").url == "/preferences/me"
    assert client.get("/sign-in").url == "/account"
    assert client.get("/sign-in?next=/trending").url == "/trending"
    assert client.get("/sign-in?next=https://evil.example/").url == "/account"
    assert client.get("/subscribe").url == "/preferences/me"
    make_active(member)
    page = client.get("/subscribe", {"q": "graph <b>"}, follow=True).content.decode()
    assert "To follow “graph &lt;b&gt;”" in page


def test_one_click_subscribes_a_signed_in_reader_with_a_consent_of_its_own(client, sign_in):
    member = make_member("ada@example.org")
    reader = accounts.join_reader(member, NOON)
    sign_in(member)

    assert client.post("/preferences/me/subscribe").status_code == 302

    reader.refresh_from_db()
    assert reader.status == "active"
    assert reader.next_digest_at
    consent = Consent.objects.get(subscriber=reader)
    assert consent.confirmed_at == NOON


def test_an_emailed_link_does_not_resubscribe(client):
    reader = make_subscriber(status=Status.UNSUBSCRIBED)

    client.post(f"{links.preferences_url(reader)}/subscribe")

    reader.refresh_from_db()
    assert reader.status == "unsubscribed"


def test_a_readers_own_pages_accept_no_form_from_another_site(sign_in, client):
    member = make_member("ada@example.org")
    accounts.join_reader(member, NOON)
    sign_in(member)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    for page in ("/preferences/me", "/preferences/me/subscribe", "/preferences/me/data"):
        assert strict.post(page, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_deleting_the_account_deletes_both_sides_of_it(client, sign_in):
    member = make_member("ada@example.org")
    accounts.join_reader(member, NOON)
    sign_in(member)

    client.post("/account/leave")

    assert not Member.objects.exists()
    assert not Subscriber.objects.exists()
    assert client.get("/account").status_code == 302
