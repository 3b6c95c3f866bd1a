"""One digest as subject, text and HTML, rendered whole for its one subscriber: the measure of splicing."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.dateformat import format as date_format

from digest.composing import links
from digest.composing.blocks import item_block, paper_block, reason_line, teaser
from digest.composing.errors import ComposeError
from digest.composing.letter import Letter, Reader
from digest.composing.wording import shorten
from digest.curation import public_papers
from digest.models import Delivery, Paper
from subscriptions import links as subscriber_links
from subscriptions.emails import Rendered
from subscriptions.emails import render as render_mail
from subscriptions.schedule import Chosen
from subscriptions.wording import how_often

# Some clients cut a longer subject short, and RFC 5322 (2.1.1) asks for lines of at most 78 characters.
SUBJECT_LENGTH = 78
# Gmail clips the HTML of a mail beyond this many bytes, and the way to unsubscribe with it.
HTML_BYTES = 102 * 1024
# Reasons that are about the reader.
PERSONAL = {"topic", "keyword", "author", "liked"}
# What may stand in an envelope and a header as it is (atext of RFC 5322, 3.2.3); signing up checks more.
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)


class Entry(NamedTuple):
    """A frozen entry of a digest that can still be shown."""

    key: int
    paper: Paper
    code: str
    argument: str


def load_papers(deliveries: Iterable[Delivery]) -> dict[int, Paper]:
    """Return the papers readers may see of all these digests, by id, in two queries whatever their number."""
    return public_papers_by_id(papers_of(Letter.of(delivery) for delivery in deliveries))


def papers_of(letters: Iterable[Letter]) -> set[int]:
    """Return the keys of all papers in these digests."""
    return {paper for letter in letters for paper, _, _ in letter.papers}


def public_papers_by_id(keys: set[int]) -> dict[int, Paper]:
    """Return those of the papers that readers may see."""
    return public_papers().select_related("entry").prefetch_related("identifiers").in_bulk(sorted(keys)) if keys else {}


def render(delivery: Delivery, papers: dict[int, Paper] | None = None) -> Rendered:
    """Return the mail of a planned digest; a paper that is gone or hidden by now is left out.

    `papers` is what load_papers returned for a batch. ComposeError where no paper is left, or where the mail is so
    long that Gmail would clip it. A digest whose subscriber is gone has no personal links.
    """
    letter = Letter.of(delivery)
    entries = shown_entries(letter, load_papers([delivery]) if papers is None else papers)
    rendered = render_mail("digest", context(letter, entries))
    check_size(len(rendered.html.encode()))
    return rendered


def check_size(html_bytes: int) -> None:
    """Raise ComposeError where a mail's HTML has more bytes than mail clients show."""
    if html_bytes >= HTML_BYTES:
        raise ComposeError(f"its HTML has {html_bytes} bytes; mail clients clip at {HTML_BYTES}")


def check_address(address: str) -> None:
    """Raise ComposeError where mail cannot go to an address: it was checked once, and may have been changed since."""
    if not ADDRESS.fullmatch(address):
        raise ComposeError("its subscriber's address is no address mail can go to")


def shown_entries(letter: Letter, papers: dict[int, Paper]) -> list[Entry]:
    """Return the frozen papers that can still be shown, in their frozen order; ComposeError where none can."""
    entries = [Entry(key, papers[key], code, argument) for key, code, argument in letter.papers if key in papers]
    if not entries:
        raise ComposeError("none of its papers can be shown any more")
    return entries


def context(letter: Letter, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return what the templates of a digest need."""
    feedback = links.feedback(letter.pk) if letter.reader else ""
    items = [
        item_block(
            reason_line(entry.code, entry.argument),
            paper_block(entry.paper, feedback),
            links.receipt(feedback, entry.key),
            first=index == 0,
        )
        for index, entry in enumerate(entries)
    ]
    return {
        "subject": letter.subject,
        "headline": headline(entries[0].paper, len(items)),
        "others": len(items) - 1,
        "preheader": preheader(entries[0].paper, [teaser(entry.paper) for entry in entries[:4]]),
        "items": items,
        **head(letter, entries),
        "view_link": links.view(letter.pk),
        **(personal(letter.reader, letter.period.year, feedback) if letter.reader else {}),
    }


def headline(first: Paper, number: int) -> str:
    """Return the title of the first paper, short enough to leave room for " and n more" in the subject."""
    room = len(f" and {number - 1} more") if number > 1 else 0
    return shorten(first.title, SUBJECT_LENGTH - room)


def preheader(first: Paper, teasers: Sequence[str]) -> str:
    """Return what mail clients show after the subject: the next titles, or how the only paper begins."""
    return f"Also: {' · '.join(teasers[1:4])}" if len(teasers) > 1 else shorten(first.abstract, 160)


def head(letter: Letter, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return what the line under the name says."""
    return {
        "number": len(entries),
        "of": max(letter.content.get("of", 0), len(entries)),
        "chosen": any(entry.code in PERSONAL for entry in entries),
        "day": letter.day,
        "this_year": letter.period.year,
        # It becomes part of the skeleton, whose slots must be the press's own.
        "intro": letter.intro.replace("slot--", "slot: "),
    }


def personal(reader: Reader, this_year: int, feedback: str) -> dict[str, Any]:
    """Return what the footer says to the one who gets the mail."""
    return {
        "reader": reader,
        "why": why(reader.rhythm, since(reader.signed_up, this_year)),
        "feedback_link": feedback,
        "preferences_link": subscriber_links.preferences(reader),
        "unsubscribe_link": subscriber_links.unsubscribe(reader),
    }


def why(rhythm: Chosen, signed_up: str) -> str:
    """Return why and when a reader gets mail, in one sentence."""
    context = {"often": how_often(rhythm), "rhythm": rhythm, "signed_up": signed_up}
    return render_to_string("emails/digest/why.txt", context).strip()


def since(signed_up: date, this_year: int) -> str:
    """Return the day somebody signed up, with the year where it is another one."""
    return date_format(signed_up, "j F" if signed_up.year == this_year else "j F Y")
