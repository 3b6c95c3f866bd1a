"""One digest as subject, text and HTML, rendered whole for its subscriber: the reference for `fast_renderer`."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate
from typing import Any, NamedTuple

from django.utils.dateformat import format as date_format

from digest.catalog.formatting import shorten
from digest.catalog.key_sentence import gist
from digest.composing import links
from digest.composing.blocks import Block, item_block, news_block, paper_block, reason_line, teaser
from digest.composing.digest_data import Letter, Recipient
from digest.composing.errors import ComposeError
from digest.models import Delivery, Paper
from digest.models.snapshot import SnapshotEntry, candidates_of, extra_section
from digest.recommending.wording import REASONS
from subscriptions import links as subscriber_links
from subscriptions.emails import Rendered, inline_fragment, plain_text
from subscriptions.emails import render as render_mail
from subscriptions.schedule import ScheduleFields
from subscriptions.wording import how_often

# Some clients cut a longer subject short, and RFC 5322 (2.1.1) recommends lines of at most 78 characters.
SUBJECT_LINE_LENGTH = 78
# A title that got past the limit on titles and is longer than this leaves no room for other papers.
MAX_MAIL_TITLE_LENGTH = 2000
# The same limit as in the form.
INTRO_MAIL_LENGTH = 1000
# Gmail clips the HTML of a mail beyond this many bytes, including the unsubscribe link.
HTML_BYTES = 102 * 1024
# With an extra section, a mail gets no longer than this. The frame around the papers takes no more than FRAME of it.
LONG, FRAME = 80 * 1024, 6 * 1024
# Before and between the titles that mail clients show after the subject.
ALSO, BETWEEN = "Also: ", " · "
# Reasons that are about the reader, and what a public page says instead.
FOR_EVERYBODY = {code: wording.shared for code, wording in REASONS.items() if wording.shared}
# What can go into an envelope and a header unchanged (atext of RFC 5322, 3.2.3); signing up checks more.
EMAIL_PATTERN = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)


class DigestEntry(NamedTuple):
    """A frozen entry of a digest that can still be shown."""

    key: int
    paper: Paper
    code: str
    argument: str

    @property
    def frozen(self) -> SnapshotEntry:
        """The entry as stored in the snapshot."""
        return self.key, self.code, self.argument


class Shown(NamedTuple):
    """What can still be shown of a digest: its papers, those of the extra section, and how many of these are cut."""

    entries: list[DigestEntry]
    more: list[DigestEntry]
    rest: int = 0
    # News about saved papers: the paper, the kind of news, its detail.
    news: tuple[tuple[Paper, str, str], ...] = ()

    @property
    def all(self) -> list[DigestEntry]:
        """The entries of both sections."""
        return [*self.entries, *self.more] if self.more else self.entries


def load_papers(deliveries: Iterable[Delivery]) -> dict[int, Paper]:
    """Return the papers in all these digests that readers may see, by key, in two queries whatever their number."""
    return Paper.objects.for_mail(papers_of(Letter.of(delivery) for delivery in deliveries))


def papers_of(letters: Iterable[Letter]) -> set[int]:
    """Return the keys of all papers in these digests."""
    return {paper for letter in letters for paper, _, _ in (*letter.papers, *letter.more, *letter.news)}


def render(delivery: Delivery, papers: dict[int, Paper] | None = None) -> Rendered:
    """Return the mail of a planned digest; papers that are gone or hidden by now are left out.

    `papers` is what load_papers returned for a batch. An extra section that would make the mail too long is cut short.
    Raises ComposeError if no paper is left, or if the mail is so long that Gmail would clip it. A digest whose
    subscriber is gone has no personal links.
    """
    letter = Letter.of(delivery)
    whole = shown(letter, load_papers([delivery]) if papers is None else papers)
    rendered = render_mail("digest", context(letter, _cut(letter, whole) if whole.more else whole))
    check_size(len(rendered.html.encode()))
    return rendered


def _cut(letter: Letter, whole: Shown) -> Shown:
    """Return as much of a digest as a mail has room for."""
    blocks = [inline_fragment(block.html) for block in _items(letter, whole)]
    sizes = [len(html.encode()) for html in blocks]
    return cut(whole, sizes[: len(whole.entries)], sizes[len(whole.entries) :])


def cut(whole: Shown, sizes: Sequence[int], more: Sequence[int]) -> Shown:
    """Return what fits in a mail, by bytes of HTML per paper: the first section and the best of the extra section."""
    room = LONG - FRAME - sum(sizes)
    fitting = sum(total <= room for total in accumulate(more)) or int(not whole.entries)
    return whole if fitting == len(more) else whole._replace(more=whole.more[:fitting], rest=len(more) - fitting)


def check_size(html_bytes: int) -> None:
    """Raise ComposeError if a mail's HTML has more bytes than mail clients show."""
    if html_bytes >= HTML_BYTES:
        raise ComposeError(f"its HTML has {html_bytes} bytes; mail clients clip it at {HTML_BYTES}")


def check_address(address: str) -> None:
    """Raise ComposeError if mail cannot go to an address: it was checked once, but may have been changed since."""
    if not EMAIL_PATTERN.fullmatch(address):
        raise ComposeError("its subscriber's address is not one that email can be sent to")


def shown(letter: Letter, papers: dict[int, Paper]) -> Shown:
    """Return the frozen papers that can still be shown, in their frozen order; raise ComposeError if none can.

    A paper whose title alone would get the whole mail clipped is left out, so that the reader still gets the others.
    """
    entries, more = (
        [shown_one for entry in part if (shown_one := entry_of(entry, papers))] for part in (letter.papers, letter.more)
    )
    if not entries and not more:
        raise ComposeError("none of its papers can be shown any more")
    if any(map(is_short, (*entries, *more))):
        entries, more = ([entry for entry in part if is_short(entry)] for part in (entries, more))
    news = tuple((papers[key], kind, detail) for key, kind, detail in letter.news if key in papers)
    return Shown(entries, more, news=news)


def entry_of(frozen: SnapshotEntry, papers: dict[int, Paper]) -> DigestEntry | None:
    """Return a frozen entry with its paper; None if the paper cannot be shown any more."""
    key, code, argument = frozen
    return DigestEntry(key, papers[key], code, argument) if key in papers else None


def is_short(entry: DigestEntry) -> bool:
    """Return whether the title of a paper leaves room for others."""
    return len(entry.paper.title) <= MAX_MAIL_TITLE_LENGTH


def context(letter: Letter, digest: Shown) -> dict[str, Any]:
    """Return the context for a digest's templates."""
    feedback = links.feedback(letter.pk) if letter.reader else ""
    entries, items = digest.all, _items(letter, digest)
    number = len(entries) + digest.rest
    about = heading(letter, digest)
    return {
        "subject": letter.subject,
        "headline": headline(entries[0].paper, number),
        "others": number - 1,
        "preheader": preheader(entries[0].paper, [teaser(entry.paper) for entry in entries[:4]]),
        "items": items[: len(digest.entries)],
        "more": items[len(digest.entries) :],
        "news": news_block(digest.news) if digest.news else None,
        **about._asdict(),
        "header": header(about),
        "more_title": more_title(about),
        "view_link": links.view(letter.pk),
        **(personal_context(letter.reader, letter.period.year, feedback) if letter.reader else {}),
    }


def _items(letter: Letter, digest: Shown) -> list[Block]:
    """Render the papers of both sections; the first of each has no line above it."""
    feedback = links.feedback(letter.pk) if letter.reader else ""
    return [
        item_block(
            reason_line(entry.code, entry.argument),
            paper_block(entry.paper, feedback),
            links.receipt(feedback, entry.key),
            first=index == 0,
        )
        for part in (digest.entries, digest.more)
        for index, entry in enumerate(part)
    ]


def headline(first: Paper, number: int) -> str:
    """Return the title of the first paper, short enough to leave room for " and n more" in the subject."""
    room = len(f" and {number - 1} more") if number > 1 else 0
    return shorten(first.title, SUBJECT_LINE_LENGTH - room)


def preheader(first: Paper, teasers: Sequence[str]) -> str:
    """Return what mail clients show after the subject: the next titles, or the gist of the only paper."""
    return f"{ALSO}{BETWEEN.join(teasers[1:4])}" if len(teasers) > 1 else shorten(gist(first), 160)


class Heading(NamedTuple):
    """What the line under the name and the line above the extra section say, the day and the curator's words."""

    # Papers in the first section, and how many they were chosen from.
    number: int
    of: int
    # Whether any of them is there for its reader's own reasons.
    chosen: bool
    day: date
    this_year: int
    intro: str
    has_news: bool
    # Papers in the extra section, of how many, and how many of them a mail has no room for.
    number_more: int = 0
    of_more: int = 0
    rest: int = 0


def heading(letter: Letter, digest: Shown) -> Heading:
    """Return what the lines above the papers of a digest say."""
    entries, number_more = digest.entries, len(digest.more) + digest.rest
    return Heading(
        len(entries),
        max(candidates_of(letter.content), len(entries)),
        any(entry.code in FOR_EVERYBODY for entry in entries),
        letter.day,
        letter.period.year,
        letter.intro[:INTRO_MAIL_LENGTH],
        bool(digest.news),
        number_more,
        max(candidates_of(extra_section(letter.content)), number_more) if number_more else 0,
        digest.rest,
    )


def header(about: Heading) -> str:
    """Return the line under the name: the day, and how many papers out of how many."""
    return plain_text("emails/digest/header.txt", about._asdict()).strip()


def more_title(about: Heading) -> str:
    """Return the line above the extra section; "" if there is none."""
    return plain_text("emails/digest/more_title.txt", about._asdict()).strip() if about.of_more else ""


def personal_context(reader: Recipient, this_year: int, feedback: str) -> dict[str, Any]:
    """Return the part of the context that is about the mail's recipient, for the footer."""
    return {
        "reader": reader,
        "why": why(reader.schedule_fields, since(reader.signed_up, this_year)),
        "feedback_link": feedback,
        "preferences_link": subscriber_links.preferences_url(reader),
        "unsubscribe_link": subscriber_links.unsubscribe_url(reader),
    }


def why(chosen: ScheduleFields, signed_up: str) -> str:
    """Return why and when a reader gets mail, in one sentence."""
    about = {"often": how_often(chosen), "schedule": chosen, "signed_up": signed_up}
    return plain_text("emails/digest/why.txt", about).strip()


def since(signed_up: date, this_year: int) -> str:
    """Return the day a reader signed up, with the year if it is not this year."""
    return date_format(signed_up, "j F" if signed_up.year == this_year else "j F Y")
