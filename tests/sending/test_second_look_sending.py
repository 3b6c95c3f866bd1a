"""With SECOND_LOOK, the planner and the sender use only what two curators have seen."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from digest.models import Delivery, Edition
from digest.recommending import planning
from digest.sending import breaker
from digest.sending import worker as draining
from tests.support.changing import WAYS_TO_CHANGE, entry_of, post_approval, post_command, sent_mails
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber

pytest_plugins = ["tests.support.curators"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_look_enabled")]
Status = Delivery.Status


def test_a_later_digest_with_papers_from_the_changed_edition_waits_too(curator, second_curator, edition, topic):
    later = make_edition(make_paper("Three", about=topic), day=DAY + timedelta(days=1))
    papers = [[paper.pk, "edition", ""] for paper in (*later.papers.all(), *edition.papers.all())]
    weekly = make_subscriber("reader@example.org", follows=[topic])
    make_delivery(weekly, later, content={"papers": papers, "of": 3})
    WAYS_TO_CHANGE["note"](curator, edition)

    assert not sent_mails()
    post_approval(second_curator, edition)
    with time_machine.travel(NOON + timedelta(minutes=6), tick=False):
        assert len(sent_mails()) == 1


def test_digests_of_other_editions_are_still_sent(curator, edition, topic):
    other = make_edition(make_paper("Three", about=topic), day=DAY - timedelta(days=1))
    make_delivery(make_subscriber("reader@example.org"), other)
    WAYS_TO_CHANGE["words"](curator, edition)

    assert len(sent_mails()) == 1


def test_a_change_made_while_a_batch_is_composed_is_not_in_it(curator, edition, delivery, monkeypatch):
    compose_all = draining._compose_all

    def change_first(keys, renderer):
        if keys:
            WAYS_TO_CHANGE["words"](curator, edition)
        return compose_all(keys, renderer)

    monkeypatch.setattr(draining, "_compose_all", change_first)

    assert not sent_mails()
    delivery.refresh_from_db()
    assert delivery.status == Status.HELD


def test_pieces_the_sender_cached_from_a_change_are_discarded(curator, second_curator, edition, delivery, monkeypatch):
    """The worker keeps running, and the pieces it made from the change are less than half a minute old."""
    compose_all, changes = draining._compose_all, [WAYS_TO_CHANGE["note"]]

    def change_first(keys, renderer):
        if keys and changes:
            changes.pop()(curator, edition)
        return compose_all(keys, renderer)

    monkeypatch.setattr(draining, "_compose_all", change_first)
    with draining.Worker() as worker:
        worker.send_batch()
        post_command(second_curator, edition, "note", entry=entry_of(edition), note="")
        post_approval(curator, edition)
        post_approval(second_curator, edition)
        breaker.watch(NOON)
        worker.send_batch()

    assert [letter.to for letter in mail.outbox] == [["reader@example.org"]]
    assert "BUY NOW" not in mail.outbox[0].body


def test_nothing_is_planned_from_an_edition_awaiting_a_second_look(curator, second_curator, edition, topic):
    reader = make_subscriber("reader@example.org", follows=[topic])
    new = make_subscriber("new@example.org", follows=[topic], seen_until=None)
    WAYS_TO_CHANGE["add"](curator, edition)

    planning.plan(NOON)
    assert not Delivery.objects.exists()

    post_command(second_curator, edition, "remove", entry=entry_of(edition, "BUY NOW"))
    post_approval(curator, edition)
    post_approval(second_curator, edition)
    planning.plan(NOON)
    assert Delivery.objects.filter(subscriber__in=[reader, new]).count() == 2
    assert "BUY NOW" not in sent_mails()[0].body


def test_readers_who_have_already_seen_the_edition_are_still_planned_for(curator, edition, topic):
    reader = make_subscriber("reader@example.org", follows=[topic], seen_until=edition.published_at)
    later = make_edition(make_paper("Three", about=topic), day=DAY + timedelta(days=1))
    Edition.objects.filter(pk=later.pk).update(published_at=NOON - timedelta(minutes=1))
    WAYS_TO_CHANGE["words"](curator, edition)

    planning.plan(NOON)

    assert Delivery.objects.get(subscriber=reader).edition == later


def test_a_change_made_while_digests_are_planned_is_in_none_of_them(curator, edition, topic, monkeypatch):
    make_subscriber("reader@example.org", follows=[topic])
    candidates, changes = planning.candidates_from_editions, [WAYS_TO_CHANGE["add"]]

    def change_first(*args, **kwargs):
        if changes:
            changes.pop()(curator, edition)
        return candidates(*args, **kwargs)

    monkeypatch.setattr(planning, "candidates_from_editions", change_first)
    planning.plan(NOON)

    # Here planner and curator share a transaction, so what is planned again comes without the change.
    papers = edition.papers.order_by("title").values_list("pk", flat=True)
    assert {paper for paper, *_ in Delivery.objects.get().content["papers"]} == set(papers)
    assert papers.count() == 2
