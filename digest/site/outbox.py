"""The mails of the outbox folder, to be looked at in the browser while trying out. With DEBUG off there are none."""

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

# Mails in the list; the folder may hold many more.
LISTED = 200
NAME = re.compile(r"[\w.-]+\.eml")
# Nothing in a mail may run, load or post.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
# In the order in which they are shown.
TELLING_HEADERS = (
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
class Mail:
    """One mail of the outbox."""

    name: str
    message: EmailMessage
    size: int

    @property
    def to(self) -> str:
        """Whom it is for."""
        return str(self.message["To"] or "").strip()

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.message["Subject"] or "").strip()

    @property
    def date(self) -> datetime | None:
        """When it was made."""
        return getattr(self.message["Date"], "datetime", None)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that matter, in order."""
        return [(name, str(self.message[name]).strip()) for name in TELLING_HEADERS if name in self.message]

    def part(self, kind: str) -> str:
        """Return the plain or the html part, or "" where there is none."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found else ""


def read(file: Path) -> Mail:
    """Return the mail in the file."""
    content = file.read_bytes()
    return Mail(file.name, BytesParser(EmailMessage, policy=default).parsebytes(content), len(content))


def file_named(name: str) -> Path:
    """Return the file of that name in the outbox; Http404 for anything that does not lie there."""
    file = Path(settings.OUTBOX_DIR) / name
    if not NAME.fullmatch(name) or file.is_symlink() or not file.is_file():
        raise Http404("no such mail")
    return file


def only_while_trying_out(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 unless DEBUG is on: the mails hold everybody's links."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404("no outbox")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@only_while_trying_out
def outbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails first."""
    # Names begin with the moment of writing.
    files = sorted(Path(settings.OUTBOX_DIR).glob("*.eml"), reverse=True)
    context = {"mails": [read(file) for file in files[:LISTED]], "count": len(files), "listed": LISTED}
    return render(request, "site/outbox.html", context)


@require_safe
@only_while_trying_out
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: its headers and both of its parts."""
    found = read(file_named(name))
    context = {"mail": found, "html": found.part("html"), "text": found.part("plain")}
    return render(request, "site/outbox_mail.html", context)


@require_safe
@only_while_trying_out
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the HTML part alone, as a mail client shows it."""
    html = read(file_named(name)).part("html")
    if not html:
        raise Http404("no HTML in this mail")
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})
