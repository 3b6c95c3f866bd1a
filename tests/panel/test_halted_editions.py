"""Digests of a halted edition wait; those of other editions do not."""

from datetime import timedelta

import pytest

from digest.models import Delivery
from digest.recommending import planning
from digest.sending import ledger, worker
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.provider_events import make_report

Status = Delivery.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return make_edition(make_paper("The paper"))


def deliver(edition, number, status, **fields):
    return [make_delivery(make_subscriber(), edition, status=status, **fields) for _ in range(number)]


def statuses(edition):
    return sorted(edition.deliveries.values_list("status", flat=True))


def test_a_halted_editions_digests_are_held_while_others_go_out(edition, mailoutbox):
    other = make_edition(make_paper(), day=DAY + timedelta(days=1))
    deliver(edition, 3, Status.QUEUED)
    deliver(other, 2, Status.QUEUED)
    edition.halt(NOON, "too many bounces")

    worker.drain()

    assert len(mailoutbox) == 2
    assert statuses(edition) == [Status.HELD] * 3
    assert statuses(other) == [Status.SENT] * 2


def test_held_digests_do_not_block_those_queued_behind_them(edition, settings, mailoutbox):
    settings.SEND_BATCH = 2
    other = make_edition(make_paper(), day=DAY + timedelta(days=1))
    deliver(edition, 5, Status.QUEUED)
    deliver(other, 1, Status.QUEUED, not_before=NOON + timedelta(minutes=1))
    edition.halt(NOON, "too many bounces")

    worker.drain()

    assert statuses(other) == [Status.SENT]


def test_held_digests_do_not_count_towards_a_limit_and_are_set_aside_in_large_batches(
    edition, settings, mailoutbox, monkeypatch
):
    settings.SEND_PER_DAY = 1
    other = make_edition(make_paper(), day=DAY + timedelta(days=1))
    deliver(edition, 9, Status.QUEUED)
    deliver(other, 3, Status.QUEUED, not_before=NOON + timedelta(minutes=1))
    edition.halt(NOON, "too many bounces")
    claim, claims = ledger.claim, []
    monkeypatch.setattr(ledger, "claim", lambda *args: claims.append(args) or claim(*args))

    worker.drain()

    assert statuses(edition) == [Status.HELD] * 9
    assert statuses(other) == [Status.QUEUED] * 2 + [Status.SENT]
    assert len(claims) == 2


def test_digests_planned_for_a_halted_edition_wait_too(edition, mailoutbox):
    edition.halt(NOON, "too many bounces")
    make_subscriber()

    planning.plan(NOON)
    worker.drain()

    assert not mailoutbox
    assert statuses(edition) == [Status.HELD]


def test_a_held_digest_reported_as_delivered_is_not_sent_again(edition):
    (held,) = deliver(edition, 1, Status.HELD)

    make_report("delivered", held)

    assert statuses(edition) == [Status.DELIVERED]
