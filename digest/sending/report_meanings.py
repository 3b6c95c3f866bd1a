"""What each provider's words for a report mean: one table per provider, in the words of its own documentation."""

from collections.abc import Mapping
from typing import NamedTuple

from digest.models import Event

Kind = Event.Kind


class Meaning(NamedTuple):
    """What a word means."""

    kind: Kind
    # Whether the mail server's reply, if the report has one, may say it better.
    by_reply: bool = False
    # Whether it counts only with a reply: providers file out-of-office replies under this word too.
    with_reply_only: bool = False


class Words(NamedTuple):
    """The words that may appear in one place of a report."""

    # Paths into the report, such as "bounce.bounceType". The words of several are joined by "/"; a star stands for any.
    places: tuple[str, ...]
    meanings: Mapping[str, Meaning]


# There is no such mailbox. Many providers file refusals of our mail under the same word, so the reply decides.
DEAD = Meaning(Kind.HARD_BOUNCE, by_reply=True)
# The provider does not write to it any more, for the same reason.
GIVEN_UP = Meaning(Kind.HARD_BOUNCE)
LATER = Meaning(Kind.SOFT_BOUNCE, by_reply=True)
LATER_OR_MACHINE = Meaning(Kind.SOFT_BOUNCE, by_reply=True, with_reply_only=True)
REFUSAL = Meaning(Kind.REFUSED)
COMPLAINT = Meaning(Kind.COMPLAINED)
LEFT_THE_LIST = Meaning(Kind.UNSUBSCRIBED)
NO_CHANGE = Meaning(Kind.NOTED)

# The feedback types of RFC 5965, 7.3, and RFC 6591. A feedback loop also reports what is not a reader's complaint.
FEEDBACK_TYPES = {
    "abuse": COMPLAINT,
    "fraud": COMPLAINT,
    "other": COMPLAINT,
    "opt-out": LEFT_THE_LIST,
    "virus": REFUSAL,
    "not-spam": NO_CHANGE,
    "auth-failure": NO_CHANGE,
    "dmarc": NO_CHANGE,
}
# docs.aws.amazon.com/ses/latest/dg/notification-contents.html, “Bounce types”. Resend has the same.
SES_BOUNCES = {
    "permanent/suppressed": GIVEN_UP,
    "permanent/onaccountsuppressionlist": GIVEN_UP,
    "permanent/unsubscribedrecipient": LEFT_THE_LIST,
    "permanent/contentrejected": REFUSAL,
    "permanent/*": DEAD,
    "transient/mailboxfull": LATER,
    "transient/messagetoolarge": REFUSAL,
    "transient/contentrejected": REFUSAL,
    "transient/attachmentrejected": REFUSAL,
    "transient/customtimeoutexceeded": LATER,
    "transient/*": LATER_OR_MACHINE,
    "undetermined/*": LATER_OR_MACHINE,
}
# support.sparkpost.com/docs/deliverability/bounce-classification-codes. Mandrill's bgtools_code is from the same list.
BOUNCE_CLASSES = {
    "1": LATER,  # Undetermined
    "10": DEAD,  # Invalid Recipient
    "20": LATER,  # Soft Bounce
    "21": LATER,  # DNS Failure
    "22": LATER,  # Mailbox Full
    "23": REFUSAL,  # Too Large
    "24": LATER,  # Timeout
    "25": REFUSAL,  # Admin Failure
    "26": REFUSAL,  # Smart Send Suppression
    "30": DEAD,  # Generic Bounce: No RCPT
    "40": LATER,  # Generic Bounce
    "50": REFUSAL,  # Mail Block
    "51": REFUSAL,  # Spam Block
    "52": REFUSAL,  # Spam Content
    "53": REFUSAL,  # Prohibited Attachment
    "54": REFUSAL,  # Relaying Denied
    "60": NO_CHANGE,  # Auto-Reply
    "70": LATER,  # Transient Failure
    "80": NO_CHANGE,  # Subscribe
    "90": LEFT_THE_LIST,  # Unsubscribe
    "100": NO_CHANGE,  # Challenge-Response
}
# mailchimp.com/developer/transactional/docs/webhooks and its reject reasons.
MANDRILL_REJECTS = {
    "hard-bounce": GIVEN_UP,
    "soft-bounce": LATER,
    "spam": COMPLAINT,
    "unsub": LEFT_THE_LIST,
    # Put on the list by hand.
    "custom": LEFT_THE_LIST,
    "invalid": GIVEN_UP,
    "invalid-sender": REFUSAL,
    "test-mode-limit": REFUSAL,
    "unsigned": REFUSAL,
    "rule": REFUSAL,
}
MANDRILL_CLASSES = {
    f"{event}/{number}": meaning
    for event in ("hard_bounce", "soft_bounce")
    for number, meaning in BOUNCE_CLASSES.items()
    if meaning in {REFUSAL, NO_CHANGE}
}
# Words are compared in lower case. The first place that holds one of its words decides.
MEANINGS: dict[str, tuple[Words, ...]] = {
    "amazon_ses": (
        Words(("bounce.bounceType", "bounce.bounceSubType"), SES_BOUNCES),
        Words(("complaint.complaintFeedbackType",), FEEDBACK_TYPES),
        Words(("eventType",), {"reject": REFUSAL, "rendering failure": REFUSAL, "deliverydelay": NO_CHANGE}),
    ),
    # developers.brevo.com/docs/transactional-webhooks
    "brevo": (
        Words(
            ("event",),
            {
                "hard_bounce": DEAD,
                "soft_bounce": LATER,
                "invalid_email": GIVEN_UP,
                "invalid": GIVEN_UP,
                "blocked": REFUSAL,
                "error": REFUSAL,
                "deferred": NO_CHANGE,
                "spam": COMPLAINT,
                "complaint": COMPLAINT,
                "unsubscribe": LEFT_THE_LIST,
                "unsubscribed": LEFT_THE_LIST,
            },
        ),
    ),
    # developers.mailersend.com/api/v1/webhooks.html
    "mailersend": (
        Words(
            ("data.type",),
            {
                "hard_bounced": DEAD,
                "soft_bounced": LATER,
                "deferred": NO_CHANGE,
                "spam_complaint": COMPLAINT,
                "unsubscribed": LEFT_THE_LIST,
            },
        ),
    ),
    # documentation.mailgun.com, “Tracking failures” and “Event structure”. 605 to 607: an address on one of its lists.
    "mailgun": (
        Words(("event-data.severity",), {"temporary": NO_CHANGE}),
        Words(
            ("event-data.reason",),
            {
                "suppress-bounce": GIVEN_UP,
                "suppress-unsubscribe": LEFT_THE_LIST,
                "suppress-complaint": COMPLAINT,
                "espblock": REFUSAL,
                "blacklisted": REFUSAL,
            },
        ),
        Words(("event-data.delivery-status.code",), {"605": GIVEN_UP, "606": LEFT_THE_LIST, "607": COMPLAINT}),
        Words(("event-data.delivery-status.bounce-type",), {"soft": LATER}),
        Words(
            ("event-data.reason",),
            {"bounce": DEAD, "delayed-bounce": DEAD, "hardfail": DEAD, "generic": LATER, "old": LATER, "no-mx": LATER},
        ),
        # Webhooks from before 2018.
        Words(("code",), {"605": GIVEN_UP, "606": LEFT_THE_LIST, "607": COMPLAINT}),
        Words(("event",), {"bounced": DEAD, "dropped": LATER, "complained": COMPLAINT, "unsubscribed": LEFT_THE_LIST}),
    ),
    # dev.mailjet.com/email/guides/webhooks, “Possible values for errors”.
    "mailjet": (
        Words(("event",), {"spam": COMPLAINT, "unsub": LEFT_THE_LIST}),
        Words(("error", "hard_bounce"), {f"{e}/false": LATER for e in ("user unknown", "mailbox inactive")}),
        Words(
            ("error",),
            {
                "user unknown": DEAD,
                "mailbox inactive": DEAD,
                "invalid domain": DEAD,
                "typofix": GIVEN_UP,
                "quota exceeded": LATER,
                "no mail host": LATER,
                "preblocked": LATER,
                "system issue": LATER,
                "protocol issue": LATER,
                "connection issue": LATER,
                "soft bounce": LATER,
                "relay/access denied": REFUSAL,
                "sender blocked": REFUSAL,
                "content blocked": REFUSAL,
                "policy issue": REFUSAL,
                "error in template language": REFUSAL,
                "spam reporter": COMPLAINT,
                # On the account's own list of addresses not to write to.
                "blacklisted": LEFT_THE_LIST,
                "duplicate in campaign": NO_CHANGE,
            },
        ),
        Words(("error_related_to",), {"spam": REFUSAL, "content": REFUSAL}),
        Words(("event", "hard_bounce"), {"bounce/true": DEAD, "bounce/*": LATER, "blocked/*": REFUSAL}),
    ),
    "mandrill": (
        # The list itself was changed; no mail was sent.
        Words(("type",), {"blacklist": NO_CHANGE, "whitelist": NO_CHANGE}),
        Words(("event",), {"blacklist": NO_CHANGE, "whitelist": NO_CHANGE, "deferral": NO_CHANGE}),
        *(Words((place,), MANDRILL_REJECTS) for place in ("reject.reason", "msg.reject.reason", "msg.reject_reason")),
        Words(
            ("msg.bounce_description",),
            {"mailbox_full": LATER, "message_too_large": REFUSAL, "relaying_denied": REFUSAL, "spam": REFUSAL},
        ),
        Words(("event", "msg.bgtools_code"), MANDRILL_CLASSES),
        Words(("event",), {"hard_bounce": DEAD, "soft_bounce": LATER, "reject": REFUSAL}),
        Words(("event",), {"spam": COMPLAINT, "unsub": LEFT_THE_LIST}),
    ),
    # postmarkapp.com/developer/api/bounce-api, “Bounce types”.
    "postmark": (
        Words(("SuppressSending",), {"false": NO_CHANGE}),
        Words(
            ("SuppressionReason",), {"hardbounce": DEAD, "spamcomplaint": COMPLAINT, "manualsuppression": LEFT_THE_LIST}
        ),
        Words(
            ("Type",),
            {
                "hardbounce": DEAD,
                "bademailaddress": GIVEN_UP,
                "softbounce": LATER,
                "transient": NO_CHANGE,
                "dnserror": NO_CHANGE,
                # A filter's word, or a server's: “classified as spam, bulk mail, or had rejected content”.
                "spamnotification": REFUSAL,
                "virusnotification": REFUSAL,
                "blocked": REFUSAL,
                "dmarcpolicy": REFUSAL,
                "smtpapierror": REFUSAL,
                "templaterenderingfailed": REFUSAL,
                "unconfirmed": REFUSAL,
                "spamcomplaint": COMPLAINT,
                "unsubscribe": LEFT_THE_LIST,
                # Someone at the provider ended the mail to it.
                "manuallydeactivated": LEFT_THE_LIST,
                "subscribe": NO_CHANGE,
                "autoresponder": NO_CHANGE,
                "addresschange": NO_CHANGE,
                "challengeverification": NO_CHANGE,
                "openrelaytest": NO_CHANGE,
                "inbounderror": NO_CHANGE,
                "unknown": NO_CHANGE,
            },
        ),
    ),
    # resend.com/docs/webhooks/event-types
    "resend": (
        Words(("data.bounce.type", "data.bounce.subType"), SES_BOUNCES),
        Words(
            ("type",),
            {
                "email.failed": REFUSAL,
                "email.suppressed": GIVEN_UP,
                "email.delivery_delayed": NO_CHANGE,
                "email.complained": COMPLAINT,
            },
        ),
    ),
    "sparkpost": (
        Words(("msys.*.fbtype",), FEEDBACK_TYPES),
        Words(("msys.*.bounce_class",), BOUNCE_CLASSES),
        Words(
            ("msys.*.type",),
            {
                "policy_rejection": REFUSAL,
                "generation_failure": REFUSAL,
                "generation_rejection": REFUSAL,
                "list_unsubscribe": LEFT_THE_LIST,
                "link_unsubscribe": LEFT_THE_LIST,
            },
        ),
    ),
}
# Where a report has the mail server's reply, in addition to what Anymail finds.
REPLIES: dict[str, tuple[str, ...]] = {
    "amazon_ses": ("bounce.bouncedRecipients.0.status", "reject.reason", "failure.errorMessage"),
    "brevo": ("reason",),
    "mailersend": ("data.morph.reason", "data.morph.readable_reason"),
    "mailgun": (
        "event-data.delivery-status.code",
        "event-data.delivery-status.enhanced-code",
        "event-data.delivery-status.message",
        "event-data.delivery-status.description",
        "event-data.reject.reason",
        "code",
        "error",
    ),
    "mailjet": ("smtp_reply", "comment"),
    "mandrill": ("msg.diag", "reject.detail"),
    "postmark": ("Details",),
    "resend": ("data.bounce.diagnosticCode", "data.bounce.message", "data.failed.reason", "data.suppressed.message"),
    "sparkpost": ("msys.*.raw_reason", "msys.*.reason", "msys.*.error_code"),
}
