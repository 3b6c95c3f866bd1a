"""Builds every mail of a batch from pieces that were rendered, inlined and encoded once.

It produces the same as digest.composing.renderer and digest.composing.message; tests compare the two.
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
from digest.composing.mail_frame import BOUNDARY, Frame, Parts, Values, both_slots, frame
from digest.composing.message import headers, message_of
from digest.composing.mime_fragments import (
    Filled,
    Holed,
    MimeFragment,
    Skeleton,
    encode_piece,
    join_fragments,
    open_slot,
    slot,
)
from digest.composing.renderer import DigestEntry, Shown
from digest.models import Paper
from digest.models.snapshot import SnapshotEntry
from subscriptions import emails
from subscriptions.emails import Rendered, plain_text
from subscriptions.schedule import ScheduleFields

# There can be as many reasons as readers: this many of them, and of the items made with them, stay in memory.
CACHED_PIECES = 4096
# The newer policies leave a short line as it is, but lose spaces in a long one.
CRLF_POLICY = policy.compat32.clone(linesep="\r\n")
NOTHING = encode_piece("")


class NotKeptError(Exception):
    """A paper cannot be shown, or not in every mail: what the digest shows has to be looked up."""


class Forms(NamedTuple):
    """The pieces of a block in both forms of a mail."""

    html: Sequence[MimeFragment]
    text: Sequence[MimeFragment]


class Item(NamedTuple):
    """A paper with its reason in both forms of a mail, with holes for the URL of the reader's feedback."""

    entry: DigestEntry
    html: Holed
    text: Holed


class SplicedMail(NamedTuple):
    """One mail, in pieces until the whole is needed."""

    letter: Letter
    reader: Recipient
    sender: str
    subject: str
    head: bytes
    frame: Frame
    values: Values

    @property
    def recipient(self) -> str:
        """The address it goes to."""
        return self.reader.email

    def wire(self, end: bytes = b"") -> bytes:
        """Return the whole message as sent over SMTP: CR LF at each line end, dot-stuffed, followed by `end`."""
        return self.frame.wire(self.head, self.values, end)

    def message(self) -> EmailMultiAlternatives:
        """Return the whole message for one of Django's mail backends."""
        text, html = self.frame.text.text(self.values), self.frame.html.text(self.values)
        return message_of(self.letter, self.reader, Rendered(self.subject, text, html))


class FragmentRenderer:
    """The pieces of mails, made on first use and kept from batch to batch."""

    def __init__(self) -> None:
        self._papers: dict[int, Paper] = {}
        self._asked_for: set[int] = set()
        self._sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        self._links = links.SignedLinks.ready()
        self._frame = lru_cache(CACHED_PIECES)(frame)
        self._header = lru_cache(CACHED_PIECES)(lambda about: encode_piece(renderer.header(about)))
        self._more_title = lru_cache(CACHED_PIECES)(lambda about: encode_piece(renderer.more_title(about)))
        self._reason = lru_cache(CACHED_PIECES)(lambda code, argument: _forms(reason_line(code, argument)))
        self._paper = cache(lambda key: _forms(paper_block(self._papers[key], slot("feedback"))))
        self._first = lru_cache(CACHED_PIECES)(lambda *frozen: self._make_item(frozen, is_first=True))
        self._further = lru_cache(CACHED_PIECES)(lambda *frozen: self._make_item(frozen, is_first=False))
        self._beginning = cache(lambda key: encode_piece(_escaped(renderer.preheader(self._papers[key], ()))))
        self._also = cache(lambda key: encode_piece(_escaped(renderer.ALSO + teaser(self._papers[key]))))
        self._further_words = cache(lambda key: encode_piece(_escaped(renderer.BETWEEN + teaser(self._papers[key]))))
        self._subject = lru_cache(CACHED_PIECES)(self._make_subject)
        self._why = lru_cache(CACHED_PIECES)(_why)
        self._since = cache(lambda signed_up, this_year: encode_piece(renderer.since(signed_up, this_year)))
        self._heads: dict[date, bytes] = {}

    def load(self, letters: Iterable[Letter]) -> None:
        """Prepare for a batch: load the papers that are new in it, and set a new date for its mails."""
        missing = renderer.papers_of(letters) - self._asked_for
        self._papers |= Paper.objects.for_mail(missing)
        self._asked_for |= missing
        self._heads.clear()

    def mail(self, letter: Letter) -> SplicedMail:
        """Return the mail of a letter; raise ComposeError if there can be none."""
        reader = letter.reader
        if reader is None:
            raise ComposeError("its subscriber no longer exists")
        renderer.check_address(reader.email)
        delivery, public_id = str(letter.pk), reader.public_id.hex
        feedback, unsubscribe = self._links.feedback(delivery), self._links.unsubscribe(public_id)
        digest, items, more = self._parts(letter, feedback)
        entries, about = digest.all, renderer.heading(letter, digest)
        words, (why, stop) = self._first_words(entries), self._why(reader.schedule_fields)
        values: Values = {
            "also": words[0],
            "second": words[1],
            "third": words[2],
            "header": self._header(about),
            "items_html": Filled([item.html for item in items], feedback),
            "items_text": Filled([item.text for item in items], feedback),
            "why": why,
            "since": self._since(reader.signed_up, about.this_year),
            "stop": stop,
            "view_link": self._links.view(delivery),
            "preferences_link": self._links.preferences(public_id),
            "unsubscribe_link": unsubscribe,
            "feedback_link": feedback,
        }
        if more or digest.rest:
            values |= self._more_values(about, more, feedback)
        if digest.news:
            news = news_block(digest.news)
            values |= {
                "news_html": encode_piece(emails.inline_fragment(news.html)),
                "news_text": encode_piece(news.text),
            }
        has = Parts(bool(items), bool(more), bool(digest.rest), bool(digest.news))
        mail_frame = self._frame(has, letter.day, about.intro)
        renderer.check_size(mail_frame.html_size(values))
        subject, subject_line = self._subject(letter.subject, entries[0].key, len(entries) + digest.rest)
        own = f"To: {reader.email}\r\nMessage-ID: {letter.message_id}\r\nList-Unsubscribe: <{unsubscribe.text}>\r\n"
        head = subject_line + own.encode() + self._head(letter)
        return SplicedMail(letter, reader, self._sender, subject, head, mail_frame, values)

    def _parts(self, letter: Letter, feedback: MimeFragment) -> tuple[Shown, list[Item], list[Item]]:
        """Return what there is room for, and the pieces of both sections."""
        try:
            items, more = self._items(letter.papers), self._items(letter.more)
        except NotKeptError:
            items, more = [], []
        if (items or more) and not letter.news:
            digest = Shown([item.entry for item in items], [item.entry for item in more])
        else:
            digest = renderer.shown(letter, self._papers)
            items, more = (
                [self._join(entry, is_first=number == 0) for number, entry in enumerate(part)]
                for part in (digest.entries, digest.more)
            )
        if more:
            sizes = (Filled([item.html for item in part], feedback).sizes for part in (items, more))
            digest = renderer.cut(digest, *sizes)
        return digest, items, more[: len(digest.more)]

    def _items(self, frozen: Sequence[SnapshotEntry]) -> list[Item]:
        """Return the pieces of a section's papers; raise NotKeptError if any of them cannot be shown in every mail."""
        return [self._first(*frozen[0]), *[self._further(*entry) for entry in frozen[1:]]] if frozen else []

    def _make_item(self, frozen: SnapshotEntry, *, is_first: bool) -> Item:
        entry = renderer.entry_of(frozen, self._papers)
        if entry is None or not renderer.is_short(entry):
            raise NotKeptError
        return self._join(entry, is_first=is_first)

    def _join(self, entry: DigestEntry, *, is_first: bool) -> Item:
        """Join a paper with its reason: many readers share the same pair."""
        around, paper, reason = _item_frame(first=is_first), self._paper(entry.key), self._reason(*entry[2:])
        own = {"feedback": [open_slot("feedback")], "key": [encode_piece(str(entry.key))]}
        html, text = (
            Holed.of(join_fragments(skeleton.fill({f"reason_{form}": why, f"paper_{form}": what, **own})), "feedback")
            for form, skeleton, why, what in zip(("html", "text"), around, reason, paper, strict=True)
        )
        return Item(entry, html, text)

    def _first_words(self, entries: Sequence[DigestEntry]) -> list[MimeFragment]:
        """Return what mail clients show after the subject, in three pieces: see `renderer.preheader`."""
        if len(entries) == 1:
            return [self._beginning(entries[0].key), NOTHING, NOTHING]
        words = [self._also(entries[1].key), *[self._further_words(entry.key) for entry in entries[2:4]]]
        return [*words, NOTHING, NOTHING]

    def _more_values(self, about: renderer.Heading, more: list[Item], feedback: MimeFragment) -> Values:
        return {
            "more_title": self._more_title(about),
            "more_html": Filled([item.html for item in more], feedback),
            "more_text": Filled([item.text for item in more], feedback),
            "rest": encode_piece(str(about.rest)),
        }

    def _make_subject(self, given: str, first: int, number: int) -> tuple[str, bytes]:
        """Return the subject, and its header encoded (RFC 2047)."""
        context = {"subject": given, "headline": renderer.headline(self._papers[first], number), "others": number - 1}
        subject = " ".join(plain_text("emails/digest/subject.txt", context).split())
        return subject, _line("Subject", subject)

    def _head(self, letter: Letter) -> bytes:
        """Return the headers that all mails of one edition's day share, and the line that ends the headers."""
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
    """Return a header as it is sent: in lines of at most 78 characters, encoded if it is not ASCII (RFC 2047)."""
    return CRLF_POLICY.fold(name, value).encode("ascii")


def _mailbox(address: str) -> str:
    """Return an address, with its name encoded if that is not ASCII."""
    return formataddr(parseaddr(address))


def _escaped(text: str) -> str:
    """Return text as the inliner writes it in HTML (HTML standard, 13.3, "escaping a string")."""
    for char, reference in (("&", "&amp;"), ("\xa0", "&nbsp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, reference)
    return text


def _why(chosen: ScheduleFields) -> list[MimeFragment]:
    """Return the footer's sentence, split at the day of signing up: many readers share the rest, few share that too."""
    return [encode_piece(part) for part in renderer.why(chosen, slot("since")).split(slot("since"))]


def _forms(block: Block) -> Forms:
    """Encode a block, leaving the slots for the URL of the reader's feedback open."""
    cut = Skeleton.of(emails.inline_fragment(block.html)), Skeleton.of(block.text)
    return Forms(*[skeleton.fill({"feedback": [open_slot("feedback")]}) for skeleton in cut])


@cache
def _item_frame(*, first: bool) -> tuple[Skeleton, Skeleton]:
    """Render what surrounds a reason and a paper, with the line ends that separate it from the one before."""
    receipt = links.receipt(slot("feedback"), slot("key"))
    block = item_block(both_slots("reason"), both_slots("paper"), receipt, first=first)
    html, text = emails.inline_fragment(block.html), block.text
    return Skeleton.of(html if first else f"\n{html}"), Skeleton.of(text if first else f"\n\n{text}")
