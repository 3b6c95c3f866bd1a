"""A failure leaves its reason on the row, and never stops the others."""

import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from digest.composing import blocks
from digest.models import Delivery, Paper
from digest.recommending import planning
from digest.sending import worker
from digest.sending.outcome import Verdict
from subscriptions.models import Subscriber
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic
from tests.support.fake_smtp import fake_smtp
from tests.support.transport import send

# A certificate for localhost that was valid for one day in 2020; here it is trusted in everything but its age.
EXPIRED = Path(__file__).parents[1] / "payloads" / "expired.pem"
Status = Delivery.Status


def stand(delivery):
    delivery.refresh_from_db()
    return delivery.status, delivery.error


@pytest.mark.django_db
def test_a_template_that_fails_for_one_paper_fails_only_that_papers_digests(monkeypatch, mailoutbox):
    good, bad = make_paper("Good paper"), make_paper("Bad paper")
    edition = make_edition(good, bad)
    deliveries = [
        make_delivery(make_subscriber(), edition, content={"papers": [[paper.pk, "edition", ""]], "of": 2})
        for paper in (bad, good)
    ]
    render = blocks._render

    def fail_for_one(name, context):
        if context.get("paper") == bad:
            raise ValueError("this paper cannot be rendered")
        return render(name, context)

    monkeypatch.setattr(blocks, "_render", fail_for_one)

    worker.drain()

    assert len(mailoutbox) == 1
    status, error = stand(deliveries[0])
    assert status == Status.QUEUED
    assert "this paper cannot be rendered" in error
    assert stand(deliveries[1]) == (Status.SENT, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "a b@example.org",
        "a@example.org\r\nBcc: all@example.org",
        "a@example.org>",
        "ü@example.org",
        "a,b@example.org",
    ],
)
def test_a_delivery_to_an_address_that_became_invalid_fails_and_says_why(address, mailoutbox):
    edition = make_edition(make_paper())
    broken, fine = (make_delivery(make_subscriber(), edition) for _ in range(2))
    Subscriber.objects.filter(pk=broken.subscriber_id).update(email=address)

    worker.drain()

    assert stand(broken) == (Status.FAILED, "its subscriber's address is not one that email can be sent to")
    assert stand(fine) == (Status.SENT, "")
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_a_delivery_whose_papers_were_deleted_fails_and_says_why(mailoutbox):
    edition = make_edition(make_paper())
    delivery = make_delivery(make_subscriber(), edition)
    Paper.objects.all().delete()

    worker.drain()

    assert stand(delivery) == (Status.FAILED, "none of its papers can be shown any more")
    assert not mailoutbox


def test_a_mail_server_with_an_expired_certificate_has_accepted_nothing(settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(EXPIRED))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(EXPIRED)
    with fake_smtp(tls=context) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "localhost", server.port, 2
        settings.EMAIL_USE_SSL = True

        outcome = send()

    assert outcome.verdict == Verdict.TEMPORARY
    assert "certificate has expired" in outcome.error
    assert server.mails == []


def test_a_provider_with_an_expired_certificate_has_accepted_nothing(settings, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(EXPIRED))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(EXPIRED)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "token",
            "POSTMARK_API_URL": f"https://localhost:{server.server_port}",
            "REQUESTS_TIMEOUT": 2,
        }
        try:
            outcome = send()
        finally:
            server.shutdown()
            thread.join()

    assert outcome.verdict == Verdict.TEMPORARY
    assert "certificate has expired" in outcome.error


@pytest.mark.django_db
def test_a_clock_that_jumps_ahead_and_back_plans_and_sends_nothing_twice(mailoutbox):
    topic = make_topic()
    make_edition(make_paper(about=topic))
    make_subscriber(follows=[topic])

    for jump in (timedelta(0), timedelta(days=3), timedelta(0), timedelta(days=1)):
        with time_machine.travel(NOON + jump, tick=False):
            planning.plan(timezone.now())
            worker.drain()

    assert len(mailoutbox) == 1
    assert Delivery.objects.filter(status=Status.SENT).count() == 1
    assert not Delivery.objects.exclude(status__in=[Status.SENT, Status.SKIPPED]).exists()


@pytest.mark.django_db
def test_a_claim_made_while_the_clock_was_ahead_is_freed_when_its_lease_ends(settings, mailoutbox):
    delivery = make_delivery(make_subscriber(), make_edition(make_paper()))
    ahead = NOON + timedelta(hours=2)
    Delivery.objects.filter(pk=delivery.pk).update(
        status=Status.CLAIMED, claimed_by="gone", lease_until=ahead + settings.SEND_LEASE
    )

    with time_machine.travel(NOON, tick=False):
        worker.drain()
    assert not mailoutbox
    with time_machine.travel(ahead + settings.SEND_LEASE + timedelta(seconds=1), tick=False):
        worker.drain()

    assert stand(delivery) == (Status.SENT, "")
    assert len(mailoutbox) == 1
