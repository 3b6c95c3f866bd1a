"""A mail server's permanent refusals, read the way a provider's reports are."""

import smtplib

import pytest

from digest.models import Delivery, Event
from digest.sending import breaker, refusals, worker
from digest.sending.outcome import of_error
from digest.sending.smtp_replies import kind_of_reply, refine_kind
from subscriptions.models import Status as ReaderStatus
from subscriptions.models import Suppression
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.fake_smtp import fake_smtp

Status = Delivery.Status
Kind = Event.Kind
HARD, SOFT, REFUSED = Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE, Kind.REFUSED


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 5.1.1 no such user", HARD),
        ("smtp; 550-5.1.1 The email account that you tried to reach does not exist", HARD),
        ("550 5.1.2 unknown domain", HARD),
        ("550 5.1.6 has moved", HARD),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", HARD),
        ("556 5.1.10 null MX", HARD),
        ("550 5.2.1 mailbox disabled", HARD),
        ("551 5.7.17 mailbox owner has changed", HARD),
        ("550 5.4.1 Recipient address rejected: Access denied", HARD),
        ("550 5.5.0 User unknown", HARD),
        ("550 No such user here", HARD),
        ("550 5.1.1 <spam@example.org>: user unknown, see https://example.com/blacklist", HARD),
        ("550 5.2.2 mailbox full", SOFT),
        ("552 user is over quota", SOFT),
        ("552 exceeded storage allocation", SOFT),
        ("450 4.1.1 no such user", SOFT),
        ("450 4.2.1 try later", SOFT),
        ("550 5.4.7 expired", SOFT),
        ("550 5.3.2 system not accepting", SOFT),
        ("550 5.2.1 receiving mail at a rate that prevents additional messages", SOFT),
        ("550 5.7.1 policy", REFUSED),
        ("550 5.7.26 unauthenticated", REFUSED),
        ("550 5.7.509 DMARC", REFUSED),
        ("421 4.7.0 [TSS04] temporarily deferred", REFUSED),
        ("550 5.1.1 unknown user, and your address is on the Spamhaus list", REFUSED),
        ("550 5.1.8 sender's domain not found", REFUSED),
        ("550 sender domain does not exist", REFUSED),
        ("MAIL FROM: 550 5.1.2 unknown domain", REFUSED),
        ("550 5.2.3 too long", REFUSED),
        ("552 5.3.4 too big", REFUSED),
        ("554 5.6.0 bad content", REFUSED),
        ("554 5.5.2 syntax", REFUSED),
        ("554 Service unavailable; Client host [192.0.2.1] blocked using bl.example", REFUSED),
        ("550 SPF check failed", REFUSED),
        ("550 message looks like spam", REFUSED),
        ("550 relaying denied", REFUSED),
        ("571 refused", REFUSED),
        ("535 authentication credentials invalid", REFUSED),
        ("550 mailbox unavailable", None),
        ("550 5.0.0", None),
        ("host 10.5.1.1 said nothing", None),
        ("", None),
    ],
)
def test_the_kind_of_failure_is_read_from_the_reply(reply, kind):
    assert kind_of_reply(reply) == kind


# What servers answer with the code of a bad mailbox, although the mailbox is alive.
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        # About the mail
        ("550 5.1.1 message content rejected: spam", REFUSED),
        ("550 5.1.1 <ada@example.org>: message rejected as junk", REFUSED),
        ("550 5.2.1 virus found in attachment", REFUSED),
        # About us
        ("550 5.1.1 rejected by DNSBL", REFUSED),
        ("550 5.1.1 Recipient rejected, 192.0.2.1 is on our block list", REFUSED),
        ("550 5.1.2 access denied by local policy", REFUSED),
        ("550 permanent failure for one or more recipients (ada@example.org:blocked)", REFUSED),
        ("550 5.1.1 recipient rejected (ada@example.org:blocked)", REFUSED),
        # About our address: its server was asked, and what it said is quoted
        (
            (
                "550-Verification failed for <papers@example.net> 550-Called: 192.0.2.1 550-Sent: RCPT "
                "TO:<papers@example.net> 550-Response: 550 5.1.1 <papers@example.net>: Recipient address rejected: "
                "User unknown 550 Sender verify failed"
            ),
            REFUSED,
        ),
        ("550 5.1.1 sender callout failed: no such user", REFUSED),
        ("550 5.1.1 no such user (in reply to MAIL FROM command)", REFUSED),
        # Another server is quoted, whose code is milder
        (
            (
                "550 5.1.1 <ada@example.org>: Recipient address rejected: undeliverable address: host "
                "mx.example.org[192.0.2.1] said: 550 5.7.1 Client host blocked (in reply to RCPT TO command)"
            ),
            REFUSED,
        ),
        ("550 5.1.1 undeliverable address: host mx.example.org said: 451 4.3.0 try again", SOFT),
        ("550 5.1.1 undeliverable; 552 5.2.2 mailbox of the owner", SOFT),
        ("450 5.1.1 no such user", SOFT),
        # For a while
        ("550 5.1.1 greylisted, retry in 300 seconds", SOFT),
        ("550 5.1.1 Graylisting in action", SOFT),
        ("550 5.1.1 Mailbox temporarily unavailable", SOFT),
        ("550 5.2.1 The account is disabled at this time", SOFT),
        ("550 5.1.1 Recipient address rejected: unverified address: Address verification in progress", SOFT),
        ("550 5.1.1 user unknown: LDAP lookup failed", SOFT),
        ("550 Mailbox temporarily unavailable", SOFT),
        # At the rate we send
        ("550 5.2.1 too many messages this hour", REFUSED),
        ("550 5.1.1 rate limit exceeded", REFUSED),
        ("550 5.2.1 you are sending more than 100 messages per hour", REFUSED),
    ],
)
def test_a_refusal_that_names_another_reason_is_not_about_the_mailbox(reply, kind):
    assert kind_of_reply(reply) == kind


@pytest.mark.parametrize(
    "reply",
    [
        # Gmail
        (
            "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 "
            "double-checking the recipient's email address for typos or 550-5.1.1 unnecessary spaces. For more "
            "information, go to 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser a1-20020a05600c00 - gsmtp"
        ),
        "550-5.2.1 The email account that you tried to reach is inactive. https://support.google.com/mail/?p=Inactive",
        (
            "550 5.2.1 The email account that you tried to reach is disabled. "
            "https://support.google.com/mail/?p=DisabledUser q6-20020 - gsmtp"
        ),
        # Outlook.com and Exchange
        "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). no such user",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@example.org not found by SMTP address lookup",
        "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [VE1EUR03FT014.eop-EUR03.example.com]",
        "550 5.2.1 STOREDRV.Deliver; AccountDisabledException.MapiExceptionAccountDisabled; mailbox disabled",
        # Yahoo and AOL
        "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com) [0] - mta1.mail.yahoo.com",
        "554 30 Sorry, your message to ada@aol.com cannot be delivered. This mailbox is disabled (554.30).",
        "552 1 Requested mail action aborted, mailbox not found",
        # iCloud, Comcast, mail.ru, Mimecast
        "550 5.1.1 <ada@icloud.com>: user does not exist",
        "550 5.1.6 recipient no longer on server: ada@icloud.com",
        "550 5.1.1 Not our Customer",
        "550 5.2.1 Message was not accepted -- mailbox is blocked due to inactivity",
        "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [rUy3]",
        # Postfix, Exim, Sendmail, qmail, Domino
        "550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown in relay recipient table",
        "550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
        (
            "550 5.1.1 <ada@example.org>: Recipient address rejected: undeliverable address: host "
            "mx.antispam.example.org[192.0.2.1] said: 550 5.1.1 <ada@example.org>: User unknown"
        ),
        "550 Unrouteable address",
        "550 5.1.1 <ada@example.org>... User unknown",
        "5.3.0 smtp; 550 5.1.1 <ada@example.org>... User unknown",
        "550 sorry, no mailbox here by that name. (#5.1.1)",
        "550 5.1.1 User ada (ada@example.org) not listed in Domino Directory",
        "550 5.2.1 mailbox administratively disabled",
        "550 5.1.1 Recipient unknown. Please check the address and try again.",
    ],
)
def test_what_large_providers_and_servers_say_about_dead_mailboxes_ends_the_mail(reply):
    assert kind_of_reply(reply) == HARD


@pytest.mark.parametrize(
    ("provider_kind", "reply", "kind"),
    [
        (HARD, "", HARD),
        (HARD, "550 5.7.1 policy", REFUSED),
        (HARD, "552 5.2.2 full", SOFT),
        (SOFT, "550 5.1.1 no such user", SOFT),
        (SOFT, "550 5.7.1 policy", REFUSED),
        (SOFT, "Automatic reply: on annual leave", Kind.NOTED),
        (SOFT, "450 4.2.1 the owner is on vacation", SOFT),
        (REFUSED, "550 5.1.1 no such user", REFUSED),
    ],
)
def test_the_provider_and_the_reply_decide_together(provider_kind, reply, kind):
    assert refine_kind(provider_kind, reply) == kind


@pytest.mark.parametrize("unit", ["a", " ", "1.", "5.7.1 ", "user ", "a@", "exceed ", "-", "mailbox x "])
def test_a_reply_of_any_length_is_read_quickly(unit):
    # Only the beginning is read, so no pattern can be made to run for long.
    assert kind_of_reply(unit * 1_000_000) == kind_of_reply(unit * 3000)


# --- In our own transport ---------------------------------------------------------------------------


@pytest.fixture
def edition():
    return make_edition(make_paper())


def send(settings, edition, refusal):
    """Send one digest to a server that gives this refusal; return its delivery."""
    delivery = make_delivery(make_subscriber("ada@example.org"), edition)
    with fake_smtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        smtp.refuse["ada@example.org"] = refusal
        worker.drain()
    delivery.refresh_from_db()
    return delivery


@pytest.mark.django_db
@pytest.mark.parametrize("refusal", ["550 5.7.1 policy", "550 5.7.26 unauthenticated", "550 nobody", "554 spam"])
def test_a_server_that_refuses_our_mail_suppresses_no_one(settings, edition, refusal):
    delivery = send(settings, edition, refusal)

    assert (delivery.status, delivery.subscriber.status) == (Status.FAILED, ReaderStatus.ACTIVE)
    assert not Suppression.objects.exists()
    assert refusals.most_frequent(edition) == [(refusal, 1)]


@pytest.mark.django_db
def test_a_server_that_knows_no_such_mailbox_suppresses_its_address(settings, edition):
    delivery = send(settings, edition, "550 5.1.1 <ada@example.org>: user unknown")

    assert (delivery.status, delivery.subscriber.status) == (Status.BOUNCED, ReaderStatus.SUPPRESSED)
    assert Suppression.objects.covers("ada@example.org")
    assert "ada" not in Event.objects.get().detail


@pytest.mark.django_db
def test_a_full_mailbox_counts_as_one_soft_bounce(settings, edition):
    delivery = send(settings, edition, "552 5.2.2 mailbox full")

    assert (delivery.status, delivery.subscriber.status) == (Status.FAILED, ReaderStatus.ACTIVE)
    assert delivery.subscriber.soft_bounces == 1


@pytest.mark.django_db
def test_refusals_by_the_server_halt_the_edition(settings, edition):
    settings.BREAKER_BOUNCES, settings.BREAKER_LEAST = 0.05, 10

    send(settings, edition, "550 5.7.26 unauthenticated")
    breaker.watch(NOON)

    edition.refresh_from_db()
    assert edition.halted_because == "1 refusal in 0 digests sent, more than 5.00%"


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"5.1.1 it's unknown")}), "550 5.1.1 it's unknown"),
        (smtplib.SMTPDataError(554, b'5.7.1 "spam"'), '554 5.7.1 "spam"'),
        (smtplib.SMTPSenderRefused(553, b"5.7.1 not yours", "papers@example.org"), "MAIL FROM: 553 5.7.1 not yours"),
        (smtplib.SMTPDataError(451, b"later"), ""),
        (smtplib.SMTPServerDisconnected("gone"), ""),
    ],
)
def test_the_reply_is_read_from_the_smtplib_error(error, refusal):
    assert of_error(error).refusal == refusal
