"""Many different digests in one call, sent to a local server that fills in the fields as providers do."""

import json
from collections import defaultdict
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine

from config import providers
from digest.models import Delivery
from digest.sending import worker
from digest.sending.outcome import Verdict
from digest.sending.transports import batch, transport
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.fake_provider import fake_provider
from tests.support.transport import send_over_one

Status = Delivery.Status
LATER = NOON + timedelta(hours=1)
KEYS = {
    "mailgun": {"MAILGUN_API_KEY": "k", "MAILGUN_SENDER_DOMAIN": "example.org"},
    "brevo": {"BREVO_API_KEY": "k"},
    "sparkpost": {"SPARKPOST_API_KEY": "k"},
}


def lead_to(provider, name, settings, per_call):
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    settings.ANYMAIL = {**KEYS[name], f"{name.upper()}_API_URL": provider.url, "REQUESTS_TIMEOUT": 0.5}
    settings.SEND_PER_CALL = per_call


@pytest.fixture
def provider():
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def mailgun(provider, settings):
    lead_to(provider, "mailgun", settings, 100)
    return provider


def form_of(body):
    """The fields of a multipart form (RFC 7578)."""
    boundary = body.split(b"\r\n", 1)[0][2:]
    head = b'Content-Type: multipart/form-data; boundary="' + boundary + b'"\r\n\r\n'
    fields = defaultdict(list)
    for part in message_from_bytes(head + body, policy=policy.HTTP).iter_parts():
        fields[part.get_param("name", header="content-disposition")].append(part.get_payload(decode=True).decode())
    return fields


def arrived_at_mailgun(body):
    """What each reader gets from one call: Mailgun replaces %recipient.name% with that reader's own variables."""
    form = {name: values[-1] for name, values in form_of(body).items()}
    readers = json.loads(form["recipient-variables"])

    def filled(text, variables):
        for name, value in variables.items():
            text = text.replace(f"%recipient.{name}%", value)
        return text

    return {
        reader: {name: filled(text, own) for name, text in form.items() if name != "recipient-variables"}
        for reader, own in readers.items()
    }


def arrived_at_sparkpost(body):
    payload = json.loads(body)
    arrived_mails = {}
    for recipient in payload["recipients"]:
        values = recipient["substitution_data"]

        def filled(text, values=values):
            for name, value in values.items():
                text = text.replace(f"{{{{{{{name}}}}}}}", value).replace(f"{{{{{name}}}}}", value)
            return text

        content = payload["content"]
        arrived_mails[recipient["address"]["email"]] = {
            **{name: filled(content[name]) for name in ("subject", "text", "html")},
            **{f"h:{name.title()}": filled(value) for name, value in content["headers"].items()},
            "v:delivery": recipient["metadata"]["delivery"],
        }
    return arrived_mails


def arrived_at_brevo(body):
    payload = json.loads(body)

    def filled(text, values):
        text = text.removeprefix("{% autoescape off %}").removesuffix("{% endautoescape %}")
        for name, value in values.items():
            text = text.replace(f"{{{{ params.{name} }}}}", value)
        return text

    return {
        version["to"][0]["email"]: {
            "subject": filled(payload["subject"], version["params"]),
            "text": filled(payload["textContent"], version["params"]),
            "html": filled(payload["htmlContent"], version["params"]),
            **{f"h:{name.title()}": value for name, value in {**payload["headers"], **version["headers"]}.items()},
            "v:delivery": json.loads(version["headers"]["X-Mailin-custom"])["delivery"],
        }
        for version in payload["messageVersions"]
    }


def queue_unlike_digests():
    """Make three readers, each with a different digest."""
    edition = make_edition(*[make_paper(f"Paper of <reader> & {number}") for number in range(3)])
    papers = [paper.pk for paper in edition.papers.order_by("pk")]
    return [
        make_delivery(
            make_subscriber(f"r{number}@example.org"),
            edition,
            content={"papers": [[papers[number], "topic", "Graph learning"]], "of": 3},
        )
        for number in range(3)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "arrived"),
    [("mailgun", arrived_at_mailgun), ("sparkpost", arrived_at_sparkpost), ("brevo", arrived_at_brevo)],
)
def test_each_reader_in_a_call_gets_the_same_mail_as_in_a_call_of_their_own(name, arrived, provider, settings):
    lead_to(provider, name, settings, 100)
    deliveries = queue_unlike_digests()
    with time_machine.travel(LATER, tick=False):
        # Links are signed with the second in which they are made.
        alone = {mail.recipient: mail.message() for mail in composed(deliveries)}
        worker.drain()

    ((_, body),) = provider.requests
    actual = arrived(body)
    assert actual.keys() == alone.keys()
    for delivery in deliveries:
        reader = delivery.subscriber.email
        mail, single = actual[reader], alone[reader]
        assert (mail["subject"], mail["text"], mail["html"]) == (
            single.subject,
            single.body,
            single.alternatives[0].content,
        )
        for header, value in single.extra_headers.items():
            assert mail[f"h:{header.title()}"] == value
        assert mail["v:delivery"] == str(delivery.pk)
    assert {*Delivery.objects.values_list("status", flat=True)} == {Status.SENT}
    assert all(Delivery.objects.values_list("provider_id", flat=True))


def composed(deliveries):
    _, mails = worker._compose_all([delivery.pk for delivery in deliveries], worker.FragmentRenderer())
    return [mail for _, mail in mails]


@pytest.mark.django_db
def test_a_call_holds_no_more_mails_than_configured_and_no_address_twice(mailgun, settings):
    settings.SEND_PER_CALL = 2
    deliveries = queue_unlike_digests()
    mails = composed(deliveries)

    outcomes = send_over_one(transport(), mails[0], mails[0], mails[1], mails[2])

    assert [outcome.verdict for outcome in outcomes] == [Verdict.SENT] * 4
    calls = [form_of(body)["to"] for _, body in mailgun.requests]
    assert calls == [["r0@example.org"], ["r0@example.org", "r1@example.org"], ["r2@example.org"]]


@pytest.mark.django_db
def test_a_call_holds_no_more_bytes_than_its_provider_accepts(mailgun, monkeypatch):
    deliveries = queue_unlike_digests()
    monkeypatch.setitem(batch.PROVIDERS, "mailgun", batch.PROVIDERS["mailgun"]._replace(size=15_000))

    worker.drain()

    assert len(mailgun.requests) > 1
    assert all(len(body) < 40_000 for _, body in mailgun.requests)
    assert Delivery.objects.filter(status=Status.SENT).count() == len(deliveries)


@pytest.mark.django_db
def test_when_one_reader_in_a_call_is_refused_only_that_delivery_fails(mailgun):
    deliveries = queue_unlike_digests()
    mailgun.refuse = b"\r\nr1@example.org\r\n"

    worker.drain()

    statuses = [Delivery.objects.get(pk=delivery.pk).status for delivery in deliveries]
    assert statuses == [Status.SENT, Status.FAILED, Status.SENT]
    assert "not a valid address" in Delivery.objects.get(pk=deliveries[1].pk).error


@pytest.mark.django_db
def test_when_the_provider_says_who_was_refused_nothing_is_sent_again(provider, settings):
    lead_to(provider, "sparkpost", settings, 100)
    queue_unlike_digests()
    provider.answers.append(
        (200, '{"results": {"total_accepted_recipients": 0, "total_rejected_recipients": 3, "id": "1"}}')
    )

    worker.drain()

    assert len(provider.requests) == 1
    assert {*Delivery.objects.values_list("status", flat=True)} == {Status.FAILED}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((429, "{}"), Status.QUEUED),
        ((500, "{}"), Status.QUEUED),
        ((504, ""), Status.UNCERTAIN),
        ((200, "<html>nonsense</html>"), Status.UNCERTAIN),
        ((0, ""), Status.UNCERTAIN),
    ],
)
def test_the_answer_to_a_call_applies_to_all_its_mails(mailgun, answer, status):
    queue_unlike_digests()
    mailgun.answers.append(answer)

    worker.drain()

    assert len(mailgun.requests) == 1
    assert [*Delivery.objects.values_list("status", flat=True)] == [status] * 3
    assert all(Delivery.objects.values_list("error", flat=True))


@pytest.mark.django_db
def test_a_single_mail_needs_no_fields(mailgun):
    delivery = queue_unlike_digests()[0]
    Delivery.objects.exclude(pk=delivery.pk).delete()

    worker.drain()

    assert b"recipient-variables" not in mailgun.requests[0][1]
    assert Delivery.objects.get().status == Status.SENT


def test_the_settings_know_the_same_providers():
    assert set(providers.BATCH_PROVIDERS) == batch.PROVIDERS.keys()
