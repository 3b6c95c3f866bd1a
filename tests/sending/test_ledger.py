"""Claim, record, recover."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from digest.models import Delivery
from digest.sending import ledger, recovery
from digest.sending.outcome import Outcome, Verdict
from digest.sending.send_log import SendLog
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber

Status = Delivery.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber(), make_edition(make_paper()))


def claimed(delivery, worker="one", at=NOON):
    assert ledger.claim(worker, at, 10) == [delivery.pk]
    delivery.refresh_from_db()
    return delivery


def sending(delivery, worker="one", at=NOON):
    claimed(delivery, worker, at)
    assert ledger.begin([delivery.pk], worker, at) == {delivery.pk}
    return delivery


def test_a_claim_takes_queued_deliveries_and_no_second_worker_gets_them(delivery):
    assert ledger.claim("one", NOON, 10) == [delivery.pk]
    assert ledger.claim("two", NOON, 10) == []


def test_a_claim_leaves_deliveries_that_are_for_later(delivery):
    Delivery.objects.update(not_before=NOON + timedelta(minutes=1))

    assert ledger.claim("one", NOON, 10) == []
    assert ledger.claim("one", NOON + timedelta(minutes=1), 10) == [delivery.pk]


def test_a_sent_delivery_is_recorded_with_the_providers_id(delivery):
    sending(delivery)

    ledger.record_outcomes({delivery.pk: Outcome(Verdict.SENT, provider_id="abc")}, "one", NOON)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.provider_id, delivery.sent_at) == (Status.SENT, "abc", NOON)


def test_a_temporarily_refused_delivery_waits_longer_after_each_attempt(delivery):
    waits = []
    at = NOON
    for _ in range(3):
        sending(delivery, at=at)
        ledger.record_outcomes({delivery.pk: Outcome(Verdict.TEMPORARY, "421 try later")}, "one", at)
        delivery.refresh_from_db()
        waits.append(delivery.not_before - at)
        at = delivery.not_before

    assert waits == [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16)]
    assert (delivery.status, delivery.error) == (Status.QUEUED, "421 try later")


def test_after_the_last_attempt_the_delivery_has_failed_and_says_why(delivery, settings):
    settings.SEND_ATTEMPTS = 1
    sending(delivery)

    ledger.record_outcomes({delivery.pk: Outcome(Verdict.TEMPORARY, "421 try later")}, "one", NOON)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.error) == (Status.FAILED, "421 try later")


@pytest.mark.parametrize(
    ("verdict", "status"), [(Verdict.PERMANENT, Status.FAILED), (Verdict.UNCERTAIN, Status.UNCERTAIN)]
)
def test_a_refused_or_uncertain_mail_is_not_tried_again(delivery, verdict, status):
    sending(delivery)

    ledger.record_outcomes({delivery.pk: Outcome(verdict, "why")}, "one", NOON)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.error) == (status, "why")
    assert ledger.claim("two", NOON + timedelta(days=1), 10) == []


def test_a_claim_whose_lease_ran_out_goes_back_to_the_queue(delivery, settings):
    claimed(delivery)

    assert ledger.recover_expired(NOON + settings.SEND_LEASE) == ledger.Recovered(queued=0, uncertain=0)
    later = NOON + settings.SEND_LEASE + timedelta(seconds=1)
    assert ledger.recover_expired(later) == ledger.Recovered(queued=1, uncertain=0)
    assert ledger.claim("two", later, 10) == [delivery.pk]


def test_a_mail_on_its_way_whose_lease_ran_out_is_uncertain_and_never_sent_again(delivery, settings):
    sending(delivery)
    later = NOON + settings.SEND_LEASE + timedelta(seconds=1)

    assert ledger.recover_expired(later) == ledger.Recovered(queued=0, uncertain=1)

    delivery.refresh_from_db()
    assert delivery.status == Status.UNCERTAIN
    assert ledger.claim("two", later, 10) == []


def test_a_worker_that_comes_back_after_its_lease_may_not_begin(delivery, settings):
    claimed(delivery, worker="one")
    later = NOON + settings.SEND_LEASE + timedelta(seconds=1)
    ledger.recover_expired(later)
    ledger.claim("two", later, 10)

    assert ledger.begin([delivery.pk], "one", later) == set()
    assert ledger.begin([delivery.pk], "two", later) == {delivery.pk}


def test_a_delivery_that_a_worker_gives_back_is_free_at_once(delivery):
    claimed(delivery)

    assert ledger.give_back([delivery.pk], "one", NOON) == 1
    assert ledger.claim("two", NOON, 10) == [delivery.pk]


def test_the_longest_wait_is_six_hours():
    assert ledger.wait_after(30) == timedelta(hours=6)


@pytest.mark.django_db(transaction=True)
def test_two_workers_claiming_at_once_share_the_queue_without_overlap():
    edition = make_edition(make_paper())
    everything = {make_delivery(make_subscriber(), edition).pk for _ in range(60)}
    claimed: dict[str, list[int]] = {"one": [], "two": []}
    start = threading.Barrier(2)

    def work(worker: str) -> None:
        start.wait()
        try:
            while keys := ledger.claim(worker, NOON, 5):
                claimed[worker] += keys
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[worker]) for worker in claimed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed["one"] + claimed["two"]) == sorted(everything)


def test_a_renewed_lease_is_not_taken_away(delivery, settings):
    sending(delivery)
    later = NOON + settings.SEND_LEASE + timedelta(seconds=1)

    ledger.renew([delivery.pk], "one", NOON + timedelta(minutes=1))

    assert ledger.recover_expired(later) == ledger.Recovered()


def test_a_worker_presumed_dead_that_knows_the_answer_settles_an_uncertain_delivery(delivery, settings):
    sending(delivery)
    ledger.recover_expired(NOON + settings.SEND_LEASE + timedelta(seconds=1))

    ledger.record_outcomes({delivery.pk: Outcome(Verdict.SENT, provider_id="late")}, "one", NOON)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.provider_id) == (Status.SENT, "late")


def test_a_worker_presumed_dead_gives_back_what_it_never_sent(delivery, settings):
    sending(delivery)
    later = NOON + settings.SEND_LEASE + timedelta(seconds=1)
    ledger.recover_expired(later)

    assert ledger.give_back([delivery.pk], "another", later) == 0
    assert ledger.give_back([delivery.pk], "one", later) == 1
    assert ledger.claim("two", later, 10) == [delivery.pk]


def test_what_was_on_the_wire_is_not_given_back(delivery):
    sending(delivery)
    ledger.record_outcomes({delivery.pk: Outcome(Verdict.UNCERTAIN, "no reply")}, "one", NOON)

    assert ledger.give_back([delivery.pk], "one", NOON) == 0


def test_a_send_log_tells_what_never_was_on_the_wire_even_after_the_lease(settings):
    edition = make_edition(make_paper())
    earlier, on_the_wire, untouched = (make_delivery(make_subscriber(), edition) for _ in range(3))
    worker = "gone"
    ledger.claim(worker, NOON, 10)
    ledger.begin([earlier.pk, on_the_wire.pk, untouched.pk], worker, NOON)
    ledger.record_outcomes({earlier.pk: Outcome(Verdict.UNCERTAIN, "no reply")}, worker, NOON)
    log = SendLog(worker)
    log.begin(on_the_wire.pk)
    log.abandon()
    later = NOON + settings.SEND_LEASE + timedelta(seconds=1)
    assert ledger.recover_expired(later) == ledger.Recovered(uncertain=2)

    recovered = recovery.recover_interrupted(later)

    assert recovered == ledger.Recovered(queued=1, uncertain=1)
    assert ledger.claim("two", later, 10) == [untouched.pk]
    assert set(Delivery.objects.with_status(Status.UNCERTAIN)) == {earlier, on_the_wire}


def test_recording_a_batch_takes_the_same_few_queries_whatever_its_size(django_assert_num_queries):
    edition = make_edition(make_paper())
    keys = [make_delivery(make_subscriber(), edition).pk for _ in range(20)]
    ledger.claim("one", NOON, 20)
    ledger.begin(keys, "one", NOON)

    with django_assert_num_queries(3):  # savepoint, update, release
        ledger.record_outcomes({key: Outcome(Verdict.SENT, provider_id=f"id-{key}") for key in keys}, "one", NOON)

    assert set(Delivery.objects.values_list("pk", "provider_id")) == {(key, f"id-{key}") for key in keys}
