"""What each mail provider requires in the sender's DNS, according to its documentation."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Sender:
    """What a provider requires.

    spf: what the SPF record of the envelope sender's domain includes; "" if the provider takes care of that or names
    nothing. selectors: the keys it signs with; empty if each account has its own.
    """

    spf: str = ""
    selectors: tuple[str, ...] = ()
    # Whether bounces usually go to a domain of the provider's own, so that its SPF is the provider's business.
    has_own_envelope: bool = False


SENDERS = {
    "smtp": Sender(),
    # Three tokens, different for each identity.
    "amazon_ses": Sender(spf="amazonses.com", has_own_envelope=True),
    "brevo": Sender(spf="spf.brevo.com", selectors=("brevo1", "brevo2", "mail"), has_own_envelope=True),
    "mailersend": Sender(spf="_spf.mailersend.net", selectors=("mlsend2", "mlsend"), has_own_envelope=True),
    "mailgun": Sender(spf="mailgun.org", selectors=("mx", "smtp", "k1", "pic", "krs", "mailo", "email")),
    "mailjet": Sender(spf="spf.mailjet.com", selectors=("mailjet",), has_own_envelope=True),
    "mandrill": Sender(spf="spf.mandrillapp.com", selectors=("mte1", "mte2", "mandrill"), has_own_envelope=True),
    # The date of the key and “pm”.
    "postmark": Sender(spf="spf.mtasv.net", has_own_envelope=True),
    "resend": Sender(spf="amazonses.com", selectors=("resend",), has_own_envelope=True),
    "scaleway": Sender(spf="_spf.tem.scaleway.com"),
    # “scph” and the month of the key.
    "sparkpost": Sender(spf="_spf.sparkpostmail.com", has_own_envelope=True),
}


def sender() -> Sender:
    """Return what MAIL_PROVIDER requires."""
    return SENDERS.get(settings.MAIL_PROVIDER, Sender())


def sender_service() -> str:
    """Return what to call the mail provider."""
    return "your mail server" if settings.MAIL_PROVIDER == "smtp" else str(settings.MAIL_PROVIDER)


def selectors() -> tuple[str, ...]:
    """Return the selectors to look for: those in DKIM_SELECTORS, or else those the provider is known to use."""
    return tuple(settings.DKIM_SELECTORS) or sender().selectors


def signing_domain(of_sender: str) -> str:
    """Return the domain the provider signs for, whose SPF record counts. of_sender: the domain of MAIL_FROM."""
    given = settings.ANYMAIL.get("MAILGUN_SENDER_DOMAIN") if settings.MAIL_PROVIDER == "mailgun" else None
    return str(given or of_sender).lower().rstrip(".")
