"""Papers in few words: shortened text, names, links. Pure, and used by pages and mails alike."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from digest.models import Paper, PaperIdentifier

# Format characters (among them marks that turn the direction of writing), and lone halves of surrogate pairs, which no
# mail can carry, vanish; control characters (among them line breaks) part words.
VANISHING, PARTING = {"Cf", "Cs"}, {"Cc", "Zl", "Zp"}
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
# Names told before the rest is counted.
NAMED = 2


@dataclass(frozen=True)
class Link:
    """Where else a paper can be read."""

    label: str
    url: str


def one_line(text: str) -> str:
    """Return the text on one line, without unprintable characters."""
    if text.isprintable():
        # Nearly all text; looking at each character of fifty abstracts would be most of a page's time.
        return " ".join(text.split())
    kept = (char for char in text if unicodedata.category(char) not in VANISHING)
    return " ".join("".join(" " if unicodedata.category(char) in PARTING else char for char in kept).split())


def shorten(text: str, limit: int) -> str:
    """Return the text on one line in at most `limit` characters, ended at a word and with “…” where it was cut."""
    text = one_line(text)
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    # A cut within a word takes the word away; a single word longer than that is cut itself.
    if text[limit - 1] != " " and " " in head:
        head = head.rpartition(" ")[0]
    head = _without_loose_end(head)
    # A question stands by itself.
    return head if head.endswith(("?", "!")) else head + "…"


def _without_loose_end(text: str) -> str:
    """Return the text without punctuation and small words at its end: nothing hangs on them any more."""
    text = text.rstrip(" ,;:.–—-(")
    head, _, last = text.rpartition(" ")
    return _without_loose_end(head) if head and last.lower() in LOOSE else text


def byline(authors: Sequence[str]) -> str:
    """Return the authors in a few words: all of up to three, otherwise two and the number of the others."""
    if len(authors) <= NAMED + 1:
        return ", ".join(authors)
    return f"{', '.join(authors[:NAMED])} and {len(authors) - NAMED} others"


def outside_links(paper: Paper) -> list[Link]:
    """Return where the paper stands outside: arXiv and its PDF, the publisher, code, project. Prefetch identifiers."""
    found = {row.scheme: quote(row.value, safe="/.:()") for row in paper.identifiers.all()}
    links = []
    if arxiv := found.get(PaperIdentifier.Scheme.ARXIV):
        links += [Link("arXiv", f"https://arxiv.org/abs/{arxiv}"), Link("PDF", f"https://arxiv.org/pdf/{arxiv}")]
    if doi := found.get(PaperIdentifier.Scheme.DOI):
        links.append(Link("DOI", f"https://doi.org/{doi}"))
    given = [Link("Code", paper.code_url), Link("Project", paper.project_url)]
    # These come from outside: nothing but the web may stand behind a link.
    return links + [link for link in given if urlsplit(link.url).scheme in {"http", "https"}]
