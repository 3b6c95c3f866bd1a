"""What each provider's terms mean: whose mail stops and whose does not, report by report at the webhook."""

import json

import pytest

from digest.models import Delivery, Event
from digest.sending.report_meanings import MEANINGS
from digest.sending.webhooks import sns
from subscriptions.models import Status as ReaderStatus
from subscriptions.models import Suppression
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber
from tests.support.webhook_posts import ALL_SECRETS, PROVIDERS_WITH_WEBHOOKS, amazons_key, payload, post

Status = Delivery.Status
pytestmark = pytest.mark.django_db

AUTHENTICATION = "550-5.7.26 This mail is unauthenticated, which poses a security risk"
NO_MAILBOX = "550 5.1.1 The email account that you tried to reach does not exist"
FULL = "552 5.2.2 The recipient's inbox is out of storage space"


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber("ada@example.org"), make_edition(make_paper()), status=Status.SENT)


@pytest.fixture
def amazons_certificate(monkeypatch):
    monkeypatch.setattr(sns, "public_key", lambda _: amazons_key().public_key())


def postmark(type_, details="", **fields):
    return payload("postmark_bounce") | {"Type": type_, "Details": details, **fields}


def mailgun(reason, code=550, message="", **status):
    report = payload("mailgun_failed")
    report["event-data"] |= {"reason": reason}
    report["event-data"]["delivery-status"] |= {"code": code, "message": message, **status}
    return report


def ses(bounce_type, subtype, reply="", status=""):
    report = payload("amazon_ses_bounce")
    recipient = {"emailAddress": "ada@example.org", "diagnosticCode": reply, "status": status}
    recipient = {name: value for name, value in recipient.items() if value}
    report["Message"]["bounce"] |= {
        "bounceType": bounce_type,
        "bounceSubType": subtype,
        "bouncedRecipients": [recipient],
    }
    return report


def ses_complaint(feedback):
    report = payload("amazon_ses_bounce")
    del report["Message"]["bounce"]
    report["Message"] |= {
        "eventType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": "ada@example.org"}],
            "complaintFeedbackType": feedback,
        },
    }
    return report


def resend(type_, **data):
    report = payload("resend_bounced") | {"type": type_}
    report["data"] = {name: value for name, value in report["data"].items() if name != "bounce"} | data
    return report


def brevo(event, reason=""):
    return payload("brevo_bounce") | {"event": event, "reason": reason}


def mailjet(event, **fields):
    about = {"email": "ada@example.org", "time": 1755777606, "MessageID": 1, "Payload": '{"delivery": "1"}'}
    return [{"event": event, **about, **fields}]


def sparkpost(type_, **fields):
    about = {"raw_rcpt_to": "ada@example.org", "rcpt_meta": {"delivery": "1"}, "event_id": "1"}
    return [{"msys": {"message_event": {"type": type_, **about, **fields}}}]


def mandrill(event, reject=None, **message):
    about = {"email": "ada@example.org", "metadata": {"delivery": "1"}, **message}
    return [{"event": event, "_id": "1", "ts": 1755777606, "msg": about, **({"reject": reject} if reject else {})}]


def mailersend(type_, reason=""):
    email = {"message": {"id": "sent-id"}, "recipient": {"email": "ada@example.org"}}
    morph = {"object": "recipient_bounce", "reason": reason}
    data = {"type": type_, "id": "1", "created_at": "2025-08-21T12:00:00Z", "email": email, "morph": morph}
    return {"type": f"activity.{type_}", "data": data}


SUPPRESSED, ACTIVE, LEFT = ReaderStatus.SUPPRESSED, ReaderStatus.ACTIVE, ReaderStatus.UNSUBSCRIBED
# (kind, status of the delivery, status of the reader)
DEAD = ("hard_bounce", Status.BOUNCED, SUPPRESSED)
LATER = ("soft_bounce", Status.FAILED, ACTIVE)
OURS = ("refused", Status.FAILED, ACTIVE)
COMPLAINT = ("complained", Status.COMPLAINED, SUPPRESSED)
READER_LEFT = ("unsubscribed", Status.SENT, LEFT)
NOT_SENT = ("unsubscribed", Status.FAILED, LEFT)
NOTHING = ("noted", Status.SENT, ACTIVE)

CASES = [
    ("postmark", postmark("HardBounce", NO_MAILBOX), DEAD),
    ("postmark", postmark("HardBounce", "smtp;550 5.1.1 user unknown"), DEAD),
    ("postmark", postmark("HardBounce", AUTHENTICATION), OURS),
    ("postmark", postmark("HardBounce", FULL), LATER),
    ("postmark", postmark("BadEmailAddress"), DEAD),
    ("postmark", postmark("SoftBounce", FULL), LATER),
    ("postmark", postmark("SoftBounce", "554 5.7.1 rejected as spam"), OURS),
    ("postmark", postmark("SpamNotification"), OURS),
    ("postmark", postmark("VirusNotification"), OURS),
    ("postmark", postmark("Blocked", "550 5.1.1 no such user"), OURS),
    ("postmark", postmark("DMARCPolicy"), OURS),
    ("postmark", postmark("SMTPApiError"), OURS),
    ("postmark", postmark("TemplateRenderingFailed"), OURS),
    ("postmark", postmark("SpamComplaint", RecordType="SpamComplaint"), COMPLAINT),
    ("postmark", postmark("ManuallyDeactivated"), NOT_SENT),
    ("postmark", postmark("Unsubscribe"), READER_LEFT),
    ("postmark", postmark("Transient"), NOTHING),
    ("postmark", postmark("DnsError"), NOTHING),
    ("postmark", postmark("AutoResponder"), NOTHING),
    ("postmark", postmark("AddressChange"), NOTHING),
    ("postmark", postmark("ChallengeVerification"), NOTHING),
    ("postmark", postmark("Unknown"), NOTHING),
    ("postmark", postmark("NewWord", AUTHENTICATION), OURS),
    ("postmark", postmark("NewWord"), LATER),
    ("mailgun", mailgun("bounce", message=f"5.1.1 {NO_MAILBOX}"), DEAD),
    ("mailgun", mailgun("bounce", **{"enhanced-code": "5.7.26"}, message="unauthenticated"), OURS),
    ("mailgun", mailgun("bounce", message="5.7.1 likely unsolicited mail"), OURS),
    ("mailgun", mailgun("bounce", 552, "5.2.2 over quota", **{"bounce-type": "soft"}), LATER),
    ("mailgun", mailgun("bounce", 550, "mailbox unavailable", **{"bounce-type": "soft"}), LATER),
    ("mailgun", mailgun("bounce", 554, "Message rejected due to content restrictions"), OURS),
    ("mailgun", mailgun("bounce", 421, "4.7.0 try again later"), OURS),
    ("mailgun", mailgun("espblock", 421, "RP-001"), OURS),
    ("mailgun", mailgun("generic", 498, "No MX for example.org"), LATER),
    ("mailgun", mailgun("old", 602, "Too old"), LATER),
    ("mailgun", mailgun("suppress-bounce", 605, "Not delivering to previously bounced address"), DEAD),
    ("mailgun", mailgun("suppress-unsubscribe", 606), NOT_SENT),
    ("mailgun", mailgun("suppress-complaint", 607), COMPLAINT),
    ("mailgun", mailgun("generic", 605), DEAD),
    ("mailgun", mailgun("generic", 606), NOT_SENT),
    ("mailgun", mailgun("generic", 607), COMPLAINT),
    ("amazon_ses", ses("Permanent", "General", f"smtp; {NO_MAILBOX}", "5.1.1"), DEAD),
    ("amazon_ses", ses("Permanent", "NoEmail"), DEAD),
    ("amazon_ses", ses("Permanent", "Suppressed", "Amazon SES has suppressed sending to this address"), DEAD),
    ("amazon_ses", ses("Permanent", "OnAccountSuppressionList"), DEAD),
    ("amazon_ses", ses("Permanent", "UnsubscribedRecipient"), NOT_SENT),
    ("amazon_ses", ses("Permanent", "General", f"smtp; {AUTHENTICATION}"), OURS),
    ("amazon_ses", ses("Permanent", "General", "", "5.7.1"), OURS),
    ("amazon_ses", ses("Transient", "General"), NOTHING),
    ("amazon_ses", ses("Transient", "General", "I am out of office until Monday"), NOTHING),
    ("amazon_ses", ses("Transient", "General", "smtp; 450 4.2.1 mailbox busy"), LATER),
    ("amazon_ses", ses("Transient", "General", "smtp; 421 4.7.28 unusual rate"), OURS),
    ("amazon_ses", ses("Transient", "MailboxFull"), LATER),
    ("amazon_ses", ses("Transient", "MessageTooLarge"), OURS),
    ("amazon_ses", ses("Transient", "ContentRejected"), OURS),
    ("amazon_ses", ses("Transient", "AttachmentRejected"), OURS),
    ("amazon_ses", ses("Undetermined", "Undetermined"), NOTHING),
    ("amazon_ses", ses_complaint("abuse"), COMPLAINT),
    ("amazon_ses", ses_complaint(None), COMPLAINT),
    ("amazon_ses", ses_complaint("not-spam"), NOTHING),
    ("amazon_ses", ses_complaint("auth-failure"), NOTHING),
    ("amazon_ses", ses_complaint("virus"), OURS),
    ("resend", resend("email.bounced", bounce={"type": "Permanent", "subType": "NoEmail", "message": ""}), DEAD),
    ("resend", resend("email.bounced", bounce={"type": "Permanent", "message": AUTHENTICATION}), OURS),
    ("resend", resend("email.bounced", bounce={"type": "Transient", "subType": "General", "message": ""}), NOTHING),
    ("resend", resend("email.bounced", bounce={"type": "Transient", "subType": "MailboxFull", "message": ""}), LATER),
    ("resend", resend("email.failed", failed={"reason": "reached_daily_quota"}), OURS),
    ("resend", resend("email.suppressed", suppressed={"message": "on the list", "type": "x"}), DEAD),
    ("resend", resend("email.complained"), COMPLAINT),
    ("resend", resend("email.delivery_delayed"), NOTHING),
    ("brevo", brevo("hard_bounce", NO_MAILBOX), DEAD),
    ("brevo", brevo("hard_bounce", AUTHENTICATION), OURS),
    ("brevo", brevo("soft_bounce", FULL), LATER),
    ("brevo", brevo("soft_bounce", "550 5.7.1 blocked by our policy"), OURS),
    ("brevo", brevo("invalid_email"), DEAD),
    ("brevo", brevo("blocked"), OURS),
    ("brevo", brevo("error"), OURS),
    ("brevo", brevo("deferred"), NOTHING),
    ("brevo", brevo("spam"), COMPLAINT),
    ("brevo", brevo("unsubscribe"), READER_LEFT),
    ("brevo", brevo("unsubscribed"), READER_LEFT),
    ("mailjet", mailjet("bounce", hard_bounce=True, error="user unknown"), DEAD),
    ("mailjet", mailjet("bounce", hard_bounce=True, error="user unknown", comment=AUTHENTICATION), OURS),
    ("mailjet", mailjet("bounce", hard_bounce=False, error="user unknown"), LATER),
    ("mailjet", mailjet("bounce", hard_bounce=False, error="quota exceeded"), LATER),
    ("mailjet", mailjet("bounce", hard_bounce=True, error="content blocked"), OURS),
    ("mailjet", mailjet("bounce", hard_bounce=True, error="", error_related_to="spam"), OURS),
    ("mailjet", mailjet("blocked", error="sender blocked"), OURS),
    ("mailjet", mailjet("blocked", error="preblocked"), LATER),
    ("mailjet", mailjet("blocked", error="spam reporter"), COMPLAINT),
    ("mailjet", mailjet("spam"), COMPLAINT),
    ("mailjet", mailjet("unsub"), READER_LEFT),
    ("sparkpost", sparkpost("bounce", bounce_class="10", raw_reason=NO_MAILBOX), DEAD),
    ("sparkpost", sparkpost("bounce", bounce_class=10), DEAD),
    ("sparkpost", sparkpost("out_of_band", bounce_class="30"), DEAD),
    ("sparkpost", sparkpost("bounce", bounce_class="10", raw_reason=AUTHENTICATION), OURS),
    ("sparkpost", sparkpost("bounce", bounce_class="22"), LATER),
    *(
        ("sparkpost", sparkpost("bounce", bounce_class=code), OURS)
        for code in ("23", "25", "50", "51", "52", "53", "54")
    ),
    *(("sparkpost", sparkpost("out_of_band", bounce_class=code), NOTHING) for code in ("60", "80", "100")),
    ("sparkpost", sparkpost("out_of_band", bounce_class="90"), READER_LEFT),
    ("sparkpost", sparkpost("policy_rejection"), OURS),
    ("sparkpost", sparkpost("spam_complaint", fbtype="abuse"), COMPLAINT),
    ("sparkpost", sparkpost("spam_complaint", fbtype="not-spam"), NOTHING),
    ("sparkpost", sparkpost("list_unsubscribe"), READER_LEFT),
    ("mandrill", mandrill("hard_bounce", bounce_description="bad_mailbox", bgtools_code=10, diag=NO_MAILBOX), DEAD),
    ("mandrill", mandrill("hard_bounce", bounce_description="general", diag=AUTHENTICATION), OURS),
    ("mandrill", mandrill("hard_bounce", bgtools_code=51), OURS),
    ("mandrill", mandrill("soft_bounce", bounce_description="mailbox_full", bgtools_code=22), LATER),
    ("mandrill", mandrill("soft_bounce", bgtools_code=60), NOTHING),
    ("mandrill", mandrill("deferral"), NOTHING),
    ("mandrill", mandrill("spam"), COMPLAINT),
    ("mandrill", mandrill("unsub"), READER_LEFT),
    ("mandrill", mandrill("reject", reject={"reason": "hard-bounce"}), DEAD),
    ("mandrill", mandrill("reject", reject={"reason": "spam"}), COMPLAINT),
    ("mandrill", mandrill("reject", reject={"reason": "unsub"}), NOT_SENT),
    ("mandrill", mandrill("reject", reject={"reason": "unsigned"}), OURS),
    ("mandrill", mandrill("reject", reject={"reason": "new-word"}), OURS),
    ("mailersend", mailersend("hard_bounced", NO_MAILBOX), DEAD),
    ("mailersend", mailersend("hard_bounced", AUTHENTICATION), OURS),
    ("mailersend", mailersend("soft_bounced", FULL), LATER),
    ("mailersend", mailersend("deferred"), NOTHING),
    ("mailersend", mailersend("spam_complaint"), COMPLAINT),
    ("mailersend", mailersend("unsubscribed"), READER_LEFT),
]


def of_delivery(report, delivery):
    """Return the report rewritten to be about this delivery, however it names it."""
    text = json.dumps(report)
    for one, this in (('"delivery": "1"', f'"delivery": "{delivery.pk}"'),):
        text = text.replace(one, this).replace(json.dumps(one)[1:-1], json.dumps(this)[1:-1])
        text = text.replace(json.dumps(json.dumps(one))[3:-3], json.dumps(json.dumps(this))[3:-3])
    return json.loads(text)


@pytest.mark.parametrize(
    ("provider", "report", "outcome"), CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)]
)
@pytest.mark.usefixtures("amazons_certificate")
def test_a_report_means_what_the_provider_says(client, settings, delivery, *, provider, report, outcome):
    settings.MAIL_PROVIDER, settings.ANYMAIL = provider, ALL_SECRETS
    Delivery.objects.update(provider_id="sent-id")

    assert post(client, provider, of_delivery(report, delivery)).status_code == 200

    delivery.refresh_from_db()
    event = Event.objects.get()
    assert (event.delivery, event.kind, delivery.status, delivery.subscriber.status) == (delivery, *outcome)
    assert Suppression.objects.exists() == (outcome[2] == SUPPRESSED)


def test_every_provider_with_a_webhook_has_a_table():
    assert sorted(MEANINGS) == PROVIDERS_WITH_WEBHOOKS


def test_the_text_of_a_refusal_is_in_the_ledger_without_the_address(client, settings, delivery):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "brevo", ALL_SECRETS
    reason = "550 5.7.1 <ada@example.org>: ada may not be written to, says policy@example.net"

    post(client, "brevo", of_delivery(brevo("soft_bounce", reason), delivery))

    delivery.refresh_from_db()
    assert delivery.error == "reported: the email was refused: 550 5.7.1 <…>: … may not be written to, says …"
