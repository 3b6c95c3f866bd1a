"""The outbox: emails from the outbox folder, shown in the browser during development. Off unless DEBUG is on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

# The list shows at most this many. The folder may have many more.
MAILS_LISTED = 200
MAIL_FILE_NAME = re.compile(r"[\w.-]+\.eml")
# Nothing in an email may run, load or submit anything. Our own pages show it in a frame.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# In display order.
HEADERS_SHOWN = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "Feedback-ID",
    "Auto-Submitted",
    "Precedence",
)


@dataclass(frozen=True)
class StoredMail:
    """One email in the outbox."""

    name: str
    message: EmailMessage
    size: int

    @property
    def to(self) -> str:
        """The recipient."""
        return str(self.message["To"] or "").strip()

    @property
    def subject(self) -> str:
        """The subject."""
        return str(self.message["Subject"] or "").strip()

    @property
    def date(self) -> datetime | None:
        """The date."""
        return getattr(self.message["Date"], "datetime", None)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that matter, in order."""
        return [(name, str(self.message[name]).strip()) for name in HEADERS_SHOWN if name in self.message]

    def part(self, kind: str) -> str:
        """Return the part of a kind (“plain” or “html”), "" if there is none."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body else ""


def read_mail(file: Path) -> StoredMail:
    """Return the email in a file."""
    content = file.read_bytes()
    return StoredMail(file.name, BytesParser(EmailMessage, policy=default).parsebytes(content), len(content))


def file_named(name: str) -> Path:
    """Return the file with this name in the outbox; Http404 for anything that is not there."""
    file = Path(settings.OUTBOX_DIR) / name
    if not MAIL_FILE_NAME.fullmatch(name) or file.is_symlink() or not file.is_file():
        raise Http404("no such mail")
    return file


def debug_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 unless DEBUG is on, because the emails contain everyone's links."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404("no outbox")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@debug_only
def outbox(request: HttpRequest) -> HttpResponse:
    """List the emails, newest first."""
    # File names start with the time of writing.
    files = sorted(Path(settings.OUTBOX_DIR).glob("*.eml"), reverse=True)
    context = {"mails": [read_mail(file) for file in files[:MAILS_LISTED]], "count": len(files), "listed": MAILS_LISTED}
    return render(request, "site/outbox.html", context)


@require_safe
@debug_only
def outbox_mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one email: its headers and both parts."""
    stored = read_mail(file_named(name))
    context = {"mail": stored, "html": stored.part("html"), "text": stored.part("plain")}
    return render(request, "site/outbox_mail.html", context)


@require_safe
@debug_only
@xframe_options_sameorigin
def outbox_mail_html(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return only the HTML part, as a mail client shows it."""
    html = read_mail(file_named(name)).part("html")
    if not html:
        raise Http404("no HTML in this mail")
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})
