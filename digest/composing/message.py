"""One digest as a message with all the headers bulk mail must have."""

from email.header import Header
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from digest.composing.digest_data import Letter, Recipient
from digest.composing.errors import ComposeError
from digest.composing.renderer import check_address, render
from digest.models import Delivery, Paper
from subscriptions import links
from subscriptions.emails import MAIL_CHARSET, Rendered

# RFC 2047 allows 75 characters; Python counts a little less.
ENCODED_WORD_LENGTH = 72


def compose(delivery: Delivery, papers: dict[int, Paper] | None = None) -> EmailMultiAlternatives:
    """Return the mail, ready to be sent by any backend; raise ComposeError if there can be none.

    `papers` is what renderer.load_papers returned for a batch.
    """
    letter = Letter.of(delivery)
    if letter.reader is None:
        raise ComposeError("its subscriber no longer exists")
    check_address(letter.reader.email)
    return message_of(letter, letter.reader, render(delivery, papers))


def message_of(letter: Letter, reader: Recipient, rendered: Rendered) -> EmailMultiAlternatives:
    """Return the rendered mail of a letter as a message for Django's mail backends."""
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[reader.email],
        reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        headers=headers(letter, links.unsubscribe_url(reader)),
    )
    message.encoding = MAIL_CHARSET
    message.attach_alternative(rendered.html, "text/html")
    # Anymail passes both to the provider, whose events return them; other backends ignore them.
    message.metadata = {"delivery": str(letter.pk)}  # type: ignore[attr-defined]
    message.tags = ["digest"]  # type: ignore[attr-defined]
    return message


def headers(letter: Letter, unsubscribe: str) -> dict[str, str]:
    """Return the headers that make bulk mail easy to unsubscribe from, to sort, and to tell from personal mail."""
    return {
        "Message-ID": letter.message_id,
        # RFC 2369 and RFC 8058: one click in the mail client, no page in between.
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": list_id(settings.SITE_NAME, f"digest.{settings.MAIL_DOMAIN}"),
        # Gmail's feedback loop: campaign, kind, sender.
        "Feedback-ID": f"{letter.day}:digest:dailypapers",
        # RFC 3834: asks for no out-of-office replies.
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }


def list_id(name: str, identifier: str) -> str:
    """Return the value of List-Id (RFC 2919): filters compare the identifier, so only the name is ever encoded."""
    if name.isascii():
        return formataddr((name, identifier))
    words = Header(name, "utf-8", maxlinelen=ENCODED_WORD_LENGTH).encode().split()
    return f"{' '.join(words)} <{identifier}>"
