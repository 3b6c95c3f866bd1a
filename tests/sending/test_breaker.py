"""An edition with too many complaints or bounces is halted, reported once, and continues when someone says so."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection

from digest.models import Delivery, Edition
from digest.sending import breaker, worker
from subscriptions.models import Suppression
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.html import words_of
from tests.support.provider_events import HARD, make_report

Status = Delivery.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return make_edition(make_paper("The paper"))


@pytest.fixture
def curator():
    return get_user_model().objects.create_superuser("ada", "ada@example.org", "secret")


@pytest.fixture(autouse=True)
def small_numbers(settings):
    """Allow up to one complaint in ten and one bounce in five."""
    settings.BREAKER_COMPLAINTS, settings.BREAKER_BOUNCES, settings.BREAKER_LEAST = 0.1, 0.2, 10


def deliver(edition, number, status=Status.SENT, **fields):
    """Make this many deliveries of an edition with this status."""
    return [make_delivery(make_subscriber(), edition, status=status, **fields) for _ in range(number)]


def is_halted(edition):
    breaker.watch(NOON)
    edition.refresh_from_db()
    return edition.is_halted


def statuses(edition):
    return sorted(edition.deliveries.values_list("status", flat=True))


# --- When it halts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("complained", "bounced", "halted"), [(2, 0, False), (3, 0, True), (0, 4, False), (0, 5, True), (2, 4, False)]
)
def test_it_halts_beyond_the_threshold_and_not_at_it(edition, complained, bounced, halted):
    deliver(edition, 20 - complained - bounced)
    deliver(edition, complained, Status.COMPLAINED)
    deliver(edition, bounced, Status.BOUNCED)

    assert is_halted(edition) == halted


def test_fewer_digests_than_the_minimum_count_as_the_minimum(edition):
    deliver(edition, 2)
    deliver(edition, 1, Status.COMPLAINED)

    assert not is_halted(edition)


def test_more_complaints_than_the_minimum_allows_halt_at_once(edition):
    deliver(edition, 1)
    deliver(edition, 2, Status.COMPLAINED)

    assert is_halted(edition)


@pytest.mark.parametrize(
    ("status", "fields", "halted"),
    [
        (Status.DELIVERED, {}, False),
        (Status.FAILED, {"sent_at": NOON}, False),
        (Status.FAILED, {}, True),
        (Status.QUEUED, {}, True),
        (Status.CANCELLED, {}, True),
    ],
)
def test_only_digests_that_went_out_count_as_sent(edition, status, fields, halted):
    deliver(edition, 2, Status.COMPLAINED)
    deliver(edition, 18, status, **fields)

    assert is_halted(edition) == halted


def test_the_reason_gives_the_figures(edition):
    deliver(edition, 17)
    deliver(edition, 3, Status.COMPLAINED)

    assert is_halted(edition)
    assert edition.halted_because == "3 complaints in 20 digests sent, more than 10.00%"


def test_a_threshold_of_zero_turns_it_off(edition, settings):
    settings.BREAKER_COMPLAINTS = 0
    deliver(edition, 20, Status.COMPLAINED)

    assert not is_halted(edition)


def test_halting_one_edition_does_not_halt_another(edition):
    other = make_edition(make_paper(), day=DAY + timedelta(days=1))
    deliver(edition, 5, Status.COMPLAINED)
    deliver(other, 5)

    assert is_halted(edition)
    assert not is_halted(other)


def test_reports_from_the_provider_halt_an_edition(edition):
    for delivery in deliver(edition, 2):
        make_report("complained", delivery)

    assert is_halted(edition)


def test_refusals_of_our_mail_halt_an_edition_and_suppress_no_one(edition):
    deliver(edition, 5)
    for delivery in deliver(edition, 5, sent_at=NOON):
        make_report(**HARD, delivery=delivery, mta_response="550 5.7.26 This mail is unauthenticated")

    assert is_halted(edition)
    assert edition.halted_because == "5 refusals in 10 digests sent, more than 20.00%"
    assert statuses(edition) == [Status.FAILED] * 5 + [Status.SENT] * 5
    assert not Suppression.objects.exists()


def test_bounces_and_refusals_count_together(edition):
    deliver(edition, 15)
    deliver(edition, 2, Status.BOUNCED)
    for delivery in deliver(edition, 3, sent_at=NOON):
        make_report(**HARD, delivery=delivery, mta_response="554 5.7.1 blocked using a block list")

    assert is_halted(edition)
    assert edition.halted_because == "2 bounces and 3 refusals in 20 digests sent, more than 20.00%"


def test_watching_costs_the_same_however_much_was_sent(edition, django_assert_num_queries):
    deliver(edition, 3)
    with django_assert_num_queries(6):
        breaker.watch(NOON)
    deliver(edition, 10)
    with django_assert_num_queries(6):
        breaker.watch(NOON)


# --- Who is told ------------------------------------------------------------------------------------


def test_the_curators_get_one_mail_with_figures_and_a_link(edition, curator, mailoutbox, settings):
    get_user_model().objects.create_user("no-address", is_staff=True)
    get_user_model().objects.create_user("no-curator", "reader@example.org")
    deliver(edition, 7)
    deliver(edition, 3, Status.COMPLAINED)
    deliver(edition, 4, Status.QUEUED)

    breaker.watch(NOON)
    breaker.watch(NOON)

    (message,) = mailoutbox
    html = words_of(message.alternatives[0][0])
    assert message.to == ["ada@example.org"]
    assert message.subject == "Sending stopped: the edition of 21 August 2025"
    for body in (message.body, html):
        assert "3 complaints in 10 digests sent, more than 10.00%" in body
        assert "Not sent yet: 4" in body
        assert f"{settings.SITE_URL}/admin/digest/edition/{edition.pk}/change/" in body


def test_the_mail_to_the_curators_quotes_the_refusals(edition, curator, mailoutbox):
    words = [
        "550 5.7.26 unauthenticated a1b2c3d4e5",
        "550 5.7.26 unauthenticated f6a7b8c9d0",
        "552 5.3.4 <b>too big</b>",
    ]
    for delivery, text in zip(deliver(edition, 3), words, strict=True):
        make_report(**HARD, delivery=delivery, mta_response=text)

    breaker.watch(NOON)

    (message,) = mailoutbox
    assert "- 2 x: 550 5.7.26 unauthenticated" in message.body
    assert "- 1 x: 552 5.3.4 <b>too big</b>" in message.body
    assert "2 ×: 550 5.7.26 unauthenticated" in message.alternatives[0][0]
    assert "&lt;b&gt;too big" in message.alternatives[0][0]
    assert "Refused: 3" in message.body


def test_a_halt_that_no_curator_can_be_told_about_is_logged(edition, mailoutbox, caplog):
    deliver(edition, 3, Status.COMPLAINED)

    breaker.watch(NOON)

    assert not mailoutbox
    assert "no curator has an email address" in caplog.text


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_many_concurrent_watchers_only_one_tells_the_curators(edition, curator, mailoutbox):
    deliver(edition, 3, Status.COMPLAINED)

    def watch():
        breaker.watch(NOON)
        connection.close()

    threads = [threading.Thread(target=watch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mailoutbox) == 1


def test_when_the_mail_to_the_curators_fails_it_is_tried_again(edition, curator, mailoutbox, monkeypatch):
    deliver(edition, 3, Status.COMPLAINED)
    with monkeypatch.context() as broken:
        broken.setattr(mail.EmailMultiAlternatives, "send", fails)
        breaker.watch(NOON)
    assert not mailoutbox

    breaker.watch(NOON)

    assert len(mailoutbox) == 1


def fails(message):
    raise OSError("no route")


# --- Resuming ---------------------------------------------------------------------------------------


@pytest.fixture
def went_on(edition):
    """An edition that was halted with 3 complaints in 20 digests, then resumed."""
    deliver(edition, 17)
    deliver(edition, 3, Status.COMPLAINED)
    assert is_halted(edition)
    assert breaker.resume_edition(edition)
    return edition


def test_held_digests_go_out_when_the_edition_is_resumed(edition, mailoutbox):
    deliver(edition, 3, Status.QUEUED)
    breaker.halt_edition(edition, NOON, "ada")
    worker.drain()
    assert breaker.resume_edition(edition)

    assert breaker.watch(NOON) == 3
    worker.drain()

    assert len(mailoutbox) == 3
    assert statuses(edition) == [Status.SENT] * 3


def test_it_does_not_halt_again_for_accepted_complaints(went_on):
    assert not is_halted(went_on)
    deliver(went_on, 1, Status.COMPLAINED)
    assert not is_halted(went_on)


def test_it_halts_again_when_it_gets_worse_by_half(went_on, curator, mailoutbox):
    deliver(went_on, 3, Status.COMPLAINED)

    assert is_halted(went_on)
    assert len(mailoutbox) == 1


def test_accepted_complaints_do_not_excuse_bounces(went_on):
    deliver(went_on, 6, Status.BOUNCED)

    assert is_halted(went_on)


def test_figures_from_before_it_was_resumed_do_not_halt_it(went_on):
    read_before = Edition.objects.get(pk=went_on.pk)
    read_before.accepted_complaints = 0

    assert not read_before.halt(NOON, "too many complaints")
