"""The press: every mail of a batch joined from pieces that were rendered, inlined and encoded once.

It gives what digest.composing.renderer and digest.composing.message give, and tests hold the two against each other.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from email import policy
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache, lru_cache
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from digest.composing import links, renderer
from digest.composing.blocks import Block, item_block, news_block, paper_block, reason_line, teaser
from digest.composing.digest_data import Letter, Recipient
from digest.composing.errors import ComposeError
from digest.composing.message import headers, message_of
from digest.composing.mime_fragments import (
    AnyPiece,
    Filled,
    Holed,
    MimeFragment,
    Skeleton,
    address_piece,
    join_fragments,
    open_slot,
    piece,
    slot,
)
from digest.composing.renderer import DigestEntry, Shown
from digest.models import Paper
from subscriptions import emails
from subscriptions.emails import Rendered, plain_text
from subscriptions.schedule import ScheduleFields

# Quoted-printable writes every "=" of the content as "=3D": this can never stand in it.
BOUNDARY = "=_daily_papers"
TEXT, HTML = (
    (
        f'--{BOUNDARY}\r\nContent-Type: text/{form}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()
    for form in ("plain", "html")
)
# Reasons can be as many as readers: so many of them, and of the items made with them, stay in memory.
KEPT = 4096
# The newer policies leave a short line as it is and lose blanks of a long one.
CRLF_POLICY = policy.compat32.clone(linesep="\r\n")
END = f"\r\n--{BOUNDARY}--\r\n".encode()


class Forms(NamedTuple):
    """The pieces of a block in both forms of a mail."""

    html: Sequence[AnyPiece]
    text: Sequence[AnyPiece]


class PaperFragments(NamedTuple):
    """A paper with its reason in both forms of a mail; the HTML has holes for the address of the reader's feedback."""

    html: Holed
    text: MimeFragment


class Frame(NamedTuple):
    """The skeleton of a mail in both its forms."""

    html: Skeleton
    text: Skeleton


class SplicedMail(NamedTuple):
    """One mail, in pieces until somebody wants the whole."""

    letter: Letter
    reader: Recipient
    sender: str
    subject: str
    head: bytes
    text: list[AnyPiece]
    html: list[AnyPiece]

    @property
    def recipient(self) -> str:
        """The address it goes to."""
        return self.reader.email

    def wire(self) -> bytes:
        """Return the whole message as SMTP sends it: CR LF at each line's end, dot-stuffed, the last dot missing."""
        return b"".join(
            (
                self.head,
                TEXT,
                *[piece.wire for piece in self.text],
                b"\r\n",
                HTML,
                *[piece.wire for piece in self.html],
                END,
            )
        )

    def message(self) -> EmailMultiAlternatives:
        """Return the whole message for one of Django's mail backends."""
        text, html = ("".join([piece.text for piece in pieces]) for pieces in (self.text, self.html))
        return message_of(self.letter, self.reader, Rendered(self.subject, text, html))


class FragmentRenderer:
    """The pieces of mails, made when first needed and kept from batch to batch."""

    def __init__(self) -> None:
        self._papers: dict[int, Paper] = {}
        self._asked_for: set[int] = set()
        self._sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        self._addresses = links.Addresses.ready()
        self._frame = cache(_frame)
        self._reason = lru_cache(KEPT)(lambda code, argument: _forms(reason_line(code, argument)))
        self._paper = cache(lambda key: _forms(paper_block(self._papers[key], slot("feedback"))))
        self._item = lru_cache(KEPT)(self._make_item)
        self._teaser = cache(lambda key: teaser(self._papers[key]))
        self._subject = cache(self._make_subject)
        self._why = cache(_why)
        self._since = cache(lambda signed_up, this_year: piece(renderer.since(signed_up, this_year)))
        self._heads: dict[date, bytes] = {}

    def load(self, letters: Iterable[Letter]) -> None:
        """Get ready for a batch: load the papers that are new in it, and date its mails."""
        missing = renderer.papers_of(letters) - self._asked_for
        self._papers |= Paper.objects.for_mail(missing)
        self._asked_for |= missing
        self._heads.clear()

    def mail(self, letter: Letter) -> SplicedMail:
        """Return the mail of a letter; ComposeError where there can be none."""
        reader = letter.reader
        if reader is None:
            raise ComposeError("its subscriber is gone")
        renderer.check_address(reader.email)
        digest = renderer.shown(letter, self._papers)
        unsubscribe = self._addresses.unsubscribe(reader.public_id.hex)
        text, html = self._parts(letter, reader, digest, unsubscribe)
        renderer.check_size(sum([piece.size for piece in html]))
        entries = digest.all
        subject, subject_line = self._subject(letter.subject, entries[0].key, len(entries))
        own = f"To: {reader.email}\r\nMessage-ID: {letter.message_id}\r\nList-Unsubscribe: <{unsubscribe}>\r\n"
        head = subject_line + own.encode() + self._head(letter)
        return SplicedMail(letter, reader, self._sender, subject, head, text, html)

    def _parts(
        self, letter: Letter, reader: Recipient, digest: Shown, unsubscribe: str
    ) -> tuple[list[AnyPiece], list[AnyPiece]]:
        """Return the pieces of the text and of the HTML."""
        feedback = address_piece(self._addresses.feedback(str(letter.pk)))
        items, more = self._items(digest.entries), self._items(digest.more)
        if more:
            digest = renderer.cut(digest, _sizes(items, feedback), _sizes(more, feedback))
            more = more[: len(digest.more)]
        about = renderer.head(letter, digest)
        frame = self._frame(**about)
        shared: dict[str, Sequence[AnyPiece]] = {
            "since": [self._since(reader.signed_up, about["this_year"])],
            "view": [address_piece(self._addresses.view(str(letter.pk)))],
            "preferences": [address_piece(self._addresses.preferences(reader.public_id.hex))],
            "unsubscribe": [address_piece(unsubscribe)],
            "feedback": [feedback],
        }
        why, stop = self._why(reader.rhythm)
        shared |= {"why": [why], "stop": [stop]}
        entries = digest.all
        preheader = renderer.preheader(entries[0].paper, [self._teaser(entry.key) for entry in entries[:4]])
        in_html: dict[str, Sequence[AnyPiece]] = {
            "items": [Filled(item.html, feedback) for item in items],
            "more": [Filled(item.html, feedback) for item in more],
            "preheader": [piece(_escaped(preheader))],
        }
        in_text: dict[str, Sequence[AnyPiece]] = {
            "items": [item.text for item in items],
            "more": [item.text for item in more],
        }
        if news := _forms(news_block(digest.news)) if digest.news else None:
            in_html, in_text = in_html | {"news": news.html}, in_text | {"news": news.text}
        return frame.text.fill(shared | in_text), frame.html.fill(shared | in_html)

    def _items(self, entries: Sequence[DigestEntry]) -> list[PaperFragments]:
        return [self._item(*entry[2:], entry.key, first=entry is entries[0]) for entry in entries]

    def _make_item(self, code: str, argument: str, key: int, *, first: bool) -> PaperFragments:
        """Join a paper with its reason: many readers share a pair."""
        reason, paper, frame = self._reason(code, argument), self._paper(key), _item_frame(first=first)
        own = {"feedback": [open_slot("feedback")], "key": [piece(str(key))]}
        html = join_fragments(frame.html.fill({"reason": reason.html, "paper": paper.html, **own}))
        text = join_fragments(frame.text.fill({"reason": reason.text, "paper": paper.text, **own}))
        return PaperFragments(Holed.of(html, "feedback"), text)

    def _make_subject(self, given: str, first: int, number: int) -> tuple[str, bytes]:
        """Return the subject, and its header encoded (RFC 2047)."""
        context = {"subject": given, "headline": renderer.headline(self._papers[first], number), "others": number - 1}
        subject = " ".join(plain_text("emails/digest/subject.txt", context).split())
        return subject, _line("Subject", subject)

    def _head(self, letter: Letter) -> bytes:
        """Return the headers that all mails of one day share, and the line that ends the headers."""
        day = letter.day
        if day not in self._heads:
            shared = headers(letter, "")
            own = {"Message-ID", "List-Unsubscribe"}
            lines = {
                "From": _mailbox(settings.DEFAULT_FROM_EMAIL),
                "Date": format_datetime(timezone.now()),
                "MIME-Version": "1.0",
                "Content-Type": f'multipart/alternative; boundary="{BOUNDARY}"',
                **({"Reply-To": _mailbox(settings.MAIL_REPLY_TO)} if settings.MAIL_REPLY_TO else {}),
                **{name: value for name, value in shared.items() if name not in own},
            }
            self._heads[day] = b"".join(_line(*line) for line in lines.items()) + b"\r\n"
        return self._heads[day]


def _line(name: str, value: str) -> bytes:
    """Return a header as it goes out: in lines of at most 78 characters, encoded where it is not ASCII (RFC 2047)."""
    return CRLF_POLICY.fold(name, value).encode("ascii")


def _mailbox(address: str) -> str:
    """Return an address, its name encoded where that is not ASCII."""
    return formataddr(parseaddr(address))


def _sizes(items: Sequence[PaperFragments], feedback: MimeFragment) -> list[int]:
    """Return the bytes of each paper's HTML, without the line end that parts it from the one before."""
    return [Filled(item.html, feedback).size - (number > 0) for number, item in enumerate(items)]


def _escaped(text: str) -> str:
    """Return text as it stands in HTML that went through the inliner (HTML standard, 13.3, "escaping a string")."""
    for char, reference in (("&", "&amp;"), ("\xa0", "&nbsp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, reference)
    return text


def _why(rhythm: ScheduleFields) -> list[MimeFragment]:
    """Return the sentence of the footer before and after the day somebody signed up: many share it, few share both."""
    return [piece(part) for part in renderer.why(rhythm, slot("since")).split(slot("since"))]


def _forms(block: Block) -> Forms:
    """Encode a block, the slots for the address of the reader's feedback left open."""
    cut = Skeleton.of(emails.inline_fragment(block.html)), Skeleton.of(block.text)
    return Forms(*[skeleton.fill({"feedback": [open_slot("feedback")]}) for skeleton in cut])


def _frame(**about: object) -> Frame:
    """Render the frame of a mail, with slots where the rest goes."""
    slots = {f"{name}_link": slot(name) for name in ("view", "preferences", "unsubscribe", "feedback")}
    slots |= {"preheader": slot("preheader"), "why": slot("why") + slot("since") + slot("stop")}
    has = {"items": about["number"], "more": about.get("number_more") != about.get("rest")}
    parts = {name: [_slots(name)] if there else [] for name, there in has.items()}
    news = _slots("news") if about["has_news"] else None
    rendered = emails.render("digest", {**parts, "news": news, "reader": True, **slots, **about})
    return Frame(Skeleton.of(rendered.html), Skeleton.of(rendered.text))


@cache
def _item_frame(*, first: bool) -> Frame:
    """Render what stands around a reason and a paper, with the line ends that part it from the one before."""
    receipt = links.receipt(slot("feedback"), slot("key"))
    block = item_block(_slots("reason"), _slots("paper"), receipt, first=first)
    html, text = emails.inline_fragment(block.html), block.text
    return Frame(Skeleton.of(html if first else f"\n{html}"), Skeleton.of(text if first else f"\n\n{text}"))


def _slots(name: str) -> Block:
    return Block(slot(name), slot(name))
