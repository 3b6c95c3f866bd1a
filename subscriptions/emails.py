"""Every mail to a subscriber: three templates per mail, one builder, one tiny function per mail."""

from dataclasses import dataclass
from email.charset import QP, Charset
from functools import cache
from smtplib import SMTPException
from typing import Any

import css_inline
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import make_msgid
from django.template.loader import render_to_string

from subscriptions import links, pending_sign_up
from subscriptions.models import Status, Subscriber, Suppression

# Mails are 7-bit, in quoted-printable: on its way, a server may recode 8-bit text, and no DKIM signature survives that
# (RFC 6376, 5.3).
MAIL_CHARSET = Charset("utf-8")
MAIL_CHARSET.body_encoding = QP

_inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Rendered:
    """A mail in its three parts."""

    subject: str
    text: str
    html: str


def inline(html: str) -> str:
    """Return the HTML with its style rules inlined into the elements; @media rules stay in the head."""
    return _inliner.inline(html)


def inline_fragment(html: str) -> str:
    """Return a fragment of a mail's HTML with the style rules of all mails inlined into its elements."""
    return _inliner.inline_fragment(html, _style())


@cache
def _style() -> str:
    return render_to_string("emails/style.css")


def plain_text(template: str, context: dict[str, Any]) -> str:
    """Return a rendered text template as a plain str.

    Django returns what it renders as a SafeString, which a page then shows as markup. Text templates escape nothing,
    so their output is not safe in that sense. A join turns it into a plain str; str() does not.
    """
    return "".join((render_to_string(template, context),))


def render(name: str, context: dict[str, Any]) -> Rendered:
    """Return the mail rendered from templates/emails/<name>/."""
    context = {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "postal_address": settings.POSTAL_ADDRESS,
        **context,
    }
    subject = " ".join(plain_text(f"emails/{name}/subject.txt", context).split())
    text = plain_text(f"emails/{name}/body.txt", context)
    return Rendered(subject, text, inline(render_to_string(f"emails/{name}/body.html", context)))


class MailError(Exception):
    """A mail could not be handed over; str() holds ids and codes, never an address."""


def send_confirmation(subscriber: Subscriber) -> None:
    """Ask the subscriber to confirm their sign-up; do nothing if none is pending."""
    sign_up = pending_sign_up.sign_up_of(subscriber)
    if sign_up is None:
        return
    context = {
        "confirm_link": links.confirm_url(subscriber),
        "days": settings.FORGET_UNCONFIRMED.days,
        "left_before": subscriber.status == Status.UNSUBSCRIBED,
        "topics": sign_up.topics,
        # Not the words themselves: someone who types an address must not be able to write a mail to it.
        "follows_words": bool(sign_up.words),
    }
    _send("confirmation", sign_up.subscriber, context)


def send_already_subscribed(subscriber: Subscriber) -> None:
    """Tell someone who signed up again that there is no need to."""
    _send("already_subscribed", subscriber, {"preferences_link": links.preferences_url(subscriber)})


def send_preferences_link(subscriber: Subscriber) -> None:
    """Send the requested preferences link."""
    _send("preferences_link", subscriber, {"preferences_link": links.preferences_url(subscriber)})


def answer_sign_up(subscriber: Subscriber) -> None:
    """Send the mail that answers a sign-up."""
    if subscriber.status == Status.ACTIVE:
        send_already_subscribed(subscriber)
    else:
        send_confirmation(subscriber)


def answer_link_request(subscriber: Subscriber) -> None:
    """Send the mail that answers a request for the preferences link."""
    if subscriber.status == Status.PENDING:
        send_confirmation(subscriber)
    else:
        send_preferences_link(subscriber)


# Mails that can be requested by name, as tasks do.
ANSWERS = {"sign_up": answer_sign_up, "link_request": answer_link_request}


def answer(name: str, pk: int) -> None:
    """Send a subscriber the mail they asked for; do nothing if they are gone or must not be emailed."""
    subscriber = Subscriber.objects.filter(pk=pk).exclude(status=Status.SUPPRESSED).first()
    if subscriber and not Suppression.objects.covers(subscriber.email):
        ANSWERS[name](subscriber)


def _send(name: str, subscriber: Subscriber, context: dict[str, Any]) -> None:
    post(name, [subscriber.email], {"subscriber": subscriber, **context}, f"subscriber {subscriber.pk}")


def new_message_id(name: str) -> str:
    """Return a new Message-ID (RFC 5322, 3.6.4) in the sender's domain; name: the kind of mail."""
    return make_msgid(name, settings.MAIL_DOMAIN)


def post(name: str, to: list[str], context: dict[str, Any], whom: str) -> None:
    """Send the mail rendered from templates/emails/<name>/; raise MailError if it is not accepted.

    whom: the recipient, as errors name them.
    """
    rendered = render(name, context)
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=to,
        reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        # RFC 3834: ask for no out-of-office reply.
        headers={"Auto-Submitted": "auto-generated", "Precedence": "bulk", "Message-ID": new_message_id(name)},
    )
    message.encoding = MAIL_CHARSET
    message.attach_alternative(rendered.html, "text/html")
    message.tags = [name]  # type: ignore[attr-defined]
    try:
        message.send()
    except (OSError, SMTPException, AnymailError) as error:
        code = getattr(error, "smtp_code", None) or getattr(error, "status_code", None) or "no code"
        # Not chained: servers repeat the address in their reply, and tracebacks end up in logs.
        raise MailError(f"{name} to {whom}: {type(error).__name__}, {code}") from None
