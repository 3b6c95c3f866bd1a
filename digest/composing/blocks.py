"""The parts of mails: each paper's block and each reason's line, the same in every mail that contains it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from digest.catalog.formatting import shorten
from digest.models import Paper, PaperNews
from digest.recommending.wording import reason_sentence
from subscriptions.emails import plain_text

# What happened to a saved paper; “{}” stands for the version or the DOI.
NEWS_WORDS: dict[str, str] = {
    PaperNews.Kind.WITHDRAWN: "was withdrawn",
    PaperNews.Kind.PUBLISHED: "has been published: doi.org/{}",
    PaperNews.Kind.VERSION: "has a new version, v{}",
    PaperNews.Kind.CODE: "now has code",
}


@dataclass(frozen=True)
class Block:
    """A piece of a mail, as HTML and as text."""

    html: str
    text: str


def paper_block(paper: Paper, feedback: str) -> Block:
    """Render a paper, the same for every reader except for the `feedback` URL; without feedback links if that is ""."""
    return _render("paper", {"paper": paper, "site_url": settings.SITE_URL, "feedback": feedback})


def reason_line(code: str, argument: str) -> Block:
    """Render why a paper is in a digest."""
    return _render("reason", {"reason": reason_sentence(code, argument)})


def item_block(reason: Block, paper: Block, receipt: str, *, first: bool) -> Block:
    """Render a paper with its reason, as it appears in a digest; the first one has no line above it.

    receipt: the URL of the receipt; "" for none.
    """
    return _render("item", {"reason": reason, "paper": paper, "receipt": receipt, "first": first})


def news_block(news: Sequence[tuple[Paper, str, str]]) -> Block:
    """Render what happened to papers that a reader saved: each with the kind of news and its detail."""
    lines = [{"paper": paper, "words": NEWS_WORDS.get(kind, "").format(detail)} for paper, kind, detail in news]
    return _render("news", {"lines": [line for line in lines if line["words"]], "site_url": settings.SITE_URL})


def teaser(paper: Paper) -> str:
    """Return the title, shortened."""
    return shorten(paper.title, 70)


def _render(name: str, context: dict[str, object]) -> Block:
    html = render_to_string(f"emails/digest/{name}.html", context)
    return Block(html.strip(), plain_text(f"emails/digest/{name}.txt", context).strip())
