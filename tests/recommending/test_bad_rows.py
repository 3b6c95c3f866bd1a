"""Something unexpected in one row, and what replaces it: the others still get their digests."""

import logging
from datetime import UTC, datetime, time, timedelta

import pytest

from digest.community import user_profiles
from digest.editions import publishing
from digest.models import Delivery, Edition, Profile
from digest.recommending import planning
from digest.sending import ledger, recovery, send_log, worker
from digest.sending.outcome import Outcome, Verdict
from subscriptions import schedule, time_zones
from subscriptions.models import Subscriber
from tests.support.factories import DAY, NOON, give_opinion, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.one_day import make_world, plan_and_send, recipients

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize("zone", ["", "US/Pacific-New", "Asia/Hanoi", "localtime", "Factory", "posix/Europe/Berlin"])
def test_an_unknown_time_zone_becomes_utc_and_the_log_and_the_story_say_so(world, zone, admin_client, caplog):
    reader = make_subscriber("ada@example.org", local_time=time(7))
    Subscriber.objects.filter(pk=reader.pk).update(time_zone=zone)
    caplog.set_level(logging.WARNING)

    plan_and_send()

    reader.refresh_from_db()
    assert reader.next_digest_at == datetime(2025, 8, 22, 7, tzinfo=UTC)
    assert f"subscriber {reader.pk}: unknown time zone, using UTC" in caplog.text
    assert "ada@example.org" not in caplog.text
    story = admin_client.get(f"/admin/subscriptions/subscriber/{reader.pk}/story/").content.decode()
    assert "so it uses UTC." in story


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" utc ", "UTC"),
        ("US/Pacific", "US/Pacific"),
    ]
    + [
        (name, None)
        for name in ("localtime", "Factory", "posixrules", "posix/UTC", "right/UTC", "Mars/Base", "America", "")
    ],
)
def test_zone_names_are_known_in_any_case_and_files_that_are_not_zones_are_not(name, expected):
    assert time_zones.known_as(name) == (expected or "")


def test_an_unknown_frequency_means_every_day():
    assert schedule.schedule_of(schedule.ScheduleFields("UTC", time(7), "hourly")).days == schedule.EVERY_DAY


def test_a_reader_whose_digest_cannot_be_built_is_set_aside_with_a_reason(world, monkeypatch):
    bad = make_subscriber("bad@example.org")
    freeze = planning.snapshot_digests

    def fails(subscribers, *args):
        if any(subscriber.pk == bad.pk for subscriber in subscribers):
            raise TypeError("something nobody thought of")
        return freeze(subscribers, *args)

    monkeypatch.setattr(planning, "snapshot_digests", fails)

    plan_and_send()

    assert recipients() == {"good0@example.org", "good1@example.org"}
    row = Delivery.objects.get(subscriber=bad)
    assert (row.status, row.error) == (
        Delivery.Status.FAILED,
        "the digest couldn’t be built from this reader’s settings: TypeError",
    )


def test_when_every_digest_fails_no_reader_is_blamed_and_nothing_is_planned(world, monkeypatch):
    for _ in range(10):
        make_subscriber()

    def fails(*args):
        raise TypeError("a mistake of ours")

    monkeypatch.setattr(planning, "snapshot_digests", fails)

    with pytest.raises(TypeError):
        planning.plan(NOON)

    assert not Delivery.objects.exists()


def test_an_unreadable_digest_does_not_stop_others_and_is_not_retried_for_ever(world, monkeypatch):
    _, _, good = world
    edition = Edition.objects.get()
    rows = [make_delivery(reader, edition) for reader in good]
    letters = worker.letters

    def fails(keys):
        if rows[0].pk in keys:
            raise ValueError("something nobody thought of")
        return letters(keys)

    monkeypatch.setattr(worker, "letters", fails)

    worker.drain()

    assert recipients() == {"good1@example.org"}
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].attempts) == (Delivery.Status.QUEUED, 1)
    assert rows[0].not_before > NOON


def test_an_edition_that_cannot_be_published_does_not_hold_up_others(monkeypatch):
    make_edition(make_paper(), published=False)
    good = make_edition(make_paper(), day=DAY - timedelta(days=1), published=False)
    order = publishing.order_by_votes

    def fails(edition):
        if edition.pk != good.pk:
            raise ValueError("something nobody thought of")
        order(edition)

    monkeypatch.setattr(publishing, "order_by_votes", fails)

    assert publishing.publish_overdue(NOON) == [good]


def test_a_reader_we_cannot_learn_from_does_not_stop_learning_from_others(world, monkeypatch):
    _, papers, (bad, good) = world
    give_opinion(bad, papers[0])
    give_opinion(good, papers[0])
    learn = user_profiles.learn

    def fails(subscriber, at):
        if subscriber == bad.pk:
            raise ValueError("something nobody thought of")
        learn(subscriber, at)

    monkeypatch.setattr(user_profiles, "learn", fails)

    assert user_profiles.learn_new(NOON) == 1
    assert user_profiles.learn_new(NOON) == 0
    assert len(Profile.objects.get(subscriber=good).opinions)


@pytest.mark.parametrize(
    "content", ["", "{}\n", "[1]\n>1\n", '{"worker": "w", "boot": "BOOT"}\n>x\n<1 nonsense\n', "\xff\n"]
)
def test_an_unreadable_journal_does_not_stop_sending(world, content):
    folder = send_log.log_folder()
    folder.mkdir(parents=True)
    file = folder / "dead.journal"
    file.write_bytes(content.replace("BOOT", send_log.boot_id()).encode("latin-1"))

    recovery.recover_interrupted(NOON)
    plan_and_send()

    assert recipients() == {"good0@example.org", "good1@example.org"}
    assert not file.exists()


def test_a_providers_message_is_stored_without_characters_no_database_accepts(world):
    row = make_delivery(world[2][0], Edition.objects.get(), status="sending", claimed_by="w")

    ledger.record_outcomes({row.pk: Outcome(Verdict.PERMANENT, "no\0 such \ud800 user")}, "w", NOON)

    row.refresh_from_db()
    assert row.error == "no such ? user"
