"""What mails are made of: each paper's block and each reason's line, the same in every mail that holds it."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from digest.composing.wording import shorten
from digest.models import Paper


@dataclass(frozen=True)
class Block:
    """A piece of a mail in both its forms."""

    html: str
    text: str


def paper_block(paper: Paper, feedback: str) -> Block:
    """Render a paper, for every reader the same but for where their feedback goes; without links to it for ""."""
    return _render("paper", {"paper": paper, "site_url": settings.SITE_URL, "feedback": feedback})


def reason_line(code: str, argument: str) -> Block:
    """Render why a paper is in a digest."""
    return _render("reason", {"code": code, "argument": argument})


def item_block(reason: Block, paper: Block, receipt: str, *, first: bool) -> Block:
    """Render a paper with its reason, as it stands in a digest; the first one has no line above it.

    receipt: where the reason is accounted for; "" for nowhere.
    """
    return _render("item", {"reason": reason, "paper": paper, "receipt": receipt, "first": first})


def teaser(paper: Paper) -> str:
    """Return a title in few words."""
    return shorten(paper.title, 70)


def _render(name: str, context: dict[str, object]) -> Block:
    html, text = (render_to_string(f"emails/digest/{name}.{form}", context) for form in ("html", "txt"))
    return Block(html.strip(), text.strip())
