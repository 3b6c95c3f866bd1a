"""Short forms of papers: shortened text, names, links. Pure, and used by both pages and emails."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlsplit

from digest.models import Paper, PaperIdentifier

# Format characters (including marks that change the direction of writing) and lone halves of surrogate pairs, which no
# email can carry, vanish; control characters (including line breaks) separate words.
VANISHING, PARTING = {"Cf", "Cs"}, {"Cc", "Zl", "Zp"}
# Unicode's 66 noncharacters (core specification, 23.7) vanish, too: XML, and so a feed, may not contain two of them.
_LAST_OF_PLANES = [plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)]
_NONCHARACTERS = {*range(0xFDD0, 0xFDF0), *_LAST_OF_PLANES}
# The zero-width non-joiner and joiner, which stay where they are part of the spelling.
JOINERS = {"\u200c", "\u200d"}
# Words that a cut text should not end with.
LOOSE = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "into",
    "is",
    "of",
    "on",
    "or",
    "the",
    "through",
    "to",
    "via",
    "with",
    "without",
}
LOOSE_SIGNS = " ,;:.–—-("
# How many names are listed before the rest are counted.
LISTED_AUTHORS = 2


@dataclass(frozen=True)
class OutsideLink:
    """A link to a paper elsewhere."""

    label: str
    url: str


def on_one_line(text: str) -> str:
    """Return the text on one line, without unprintable characters."""
    if text.isprintable():
        # True of nearly all text; checking each character of fifty abstracts would take most of a page's time.
        return " ".join(text.split())
    printable = (
        char for place, char in enumerate(text) if not _vanishes(char) or (char in JOINERS and _spells(text, place))
    )
    return " ".join("".join(" " if unicodedata.category(char) in PARTING else char for char in printable).split())


def _vanishes(char: str) -> bool:
    return unicodedata.category(char) in VANISHING or ord(char) in _NONCHARACTERS


def _spells(text: str, place: int) -> bool:
    """Return whether a joiner is between letters that it shapes, or makes one emoji of two.

    Persian and Hindi spell with them (https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-23/#G24052).
    """
    sides = text[max(place - 1, 0) : place], text[place + 1 : place + 2]
    # Letters without case, signs on letters, emoji and their skin tones.
    return all(side and unicodedata.category(side) in {"Lo", "Mn", "Mc", "So", "Sk"} for side in sides)


def shorten(text: str, limit: int) -> str:
    """Return the text on one line in at most `limit` characters, cut after a word and with “…” if it was cut."""
    text = on_one_line(text)
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    # A cut within a word removes the word; a single word that is too long is itself cut.
    if text[limit - 1] != " " and " " in head:
        head = head.rpartition(" ")[0]
    head = _without_loose_end(head)
    # A question is complete by itself.
    return head if head.endswith(("?", "!")) else head + "…"


def _without_loose_end(text: str) -> str:
    """Return the text without the punctuation and small words that the cut left at its end."""
    end = len(text)
    while True:
        while end and text[end - 1] in LOOSE_SIGNS:
            end -= 1
        begin = text.rfind(" ", 0, end) + 1
        # The first word stays.
        if begin <= 1 or text[begin:end].lower() not in LOOSE:
            return text[:end]
        end = begin - 1


def authors_line(paper: Paper) -> str:
    """Return the authors of a paper as byline does, adding that there are others if its source does not name them."""
    is_counted = len(paper.authors) > LISTED_AUTHORS + 1
    return f"{byline(paper.authors)} and others" if paper.has_more_authors and not is_counted else byline(paper.authors)


def byline(authors: Sequence[str]) -> str:
    """Return the authors in short: all of up to three, otherwise two and the number of the others."""
    if len(authors) <= LISTED_AUTHORS + 1:
        return ", ".join(authors)
    return f"{', '.join(authors[:LISTED_AUTHORS])} and {len(authors) - LISTED_AUTHORS} others"


TITLE_SEARCH = "https://scholar.google.com/scholar?q="
# This much of a title is enough to search for it.
SEARCHED_WORDS, MAX_SEARCHED_TITLE = 8, 60


def outside_links(paper: Paper) -> list[OutsideLink]:
    """Return links to the paper elsewhere: arXiv and its PDF, the publisher, code, project. Prefetch identifiers.

    If none of these is known, the link is a search for its title.
    """
    identifiers = {row.scheme: quote(row.value, safe="/.:()") for row in paper.identifiers.all()}
    links = []
    if arxiv := identifiers.get(PaperIdentifier.Scheme.ARXIV):
        links += [
            OutsideLink("arXiv", f"https://arxiv.org/abs/{arxiv}"),
            OutsideLink("PDF", f"https://arxiv.org/pdf/{arxiv}"),
        ]
    if doi := identifiers.get(PaperIdentifier.Scheme.DOI):
        links.append(OutsideLink("DOI", f"https://doi.org/{doi}"))
    given = [OutsideLink("Code", paper.code_url), OutsideLink("Project", paper.project_url)]
    # These come from outside, so only web links are allowed.
    links += [link for link in given if _is_of_the_web(link.url)]
    if not links:
        # Otherwise the only link would be to our own page.
        words = " ".join(on_one_line(paper.title).split()[:SEARCHED_WORDS])[:MAX_SEARCHED_TITLE]
        links.append(OutsideLink("Google Scholar", TITLE_SEARCH + quote_plus(words)))
    return links


def discussion_links(paper: Paper) -> list[OutsideLink]:
    """Return where a paper is discussed: sites that have a page for each arXiv paper. Prefetch identifiers."""
    if not (arxiv := quote(paper.arxiv_id, safe="/.")):
        return []
    return [
        OutsideLink("Discuss on alphaXiv", f"https://www.alphaxiv.org/abs/{arxiv}"),
        OutsideLink("Hugging Face", f"https://huggingface.co/papers/{arxiv}"),
        OutsideLink("Semantic Scholar", f"https://www.semanticscholar.org/arxiv/{arxiv}"),
    ]


def _is_of_the_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        # Half an IPv6 address, for example.
        return False
