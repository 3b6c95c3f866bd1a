"""Resolve a paper from any of its IDs, or from a URL that contains one."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Q

from digest.models import Paper, PaperIdentifier
from digest.sources import arxiv_id, doi, outside_ids

Scheme = PaperIdentifier.Scheme
# New and old arXiv ids, with a version or without (arXiv: "Understanding the arXiv identifier").
_ARXIV = re.compile(r"(?<![\w.])(\d{4}\.\d{4,5}|(?<!-)[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?![\w.]*\d)")
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
# Our own pages, or only the number.
_OURS = re.compile(r"(?:^|/papers/)(\d{1,12})/?$")
MAX_IDENTIFIER_LENGTH = 300
# An ID of ours that cannot be mistaken for one of arXiv's.
LOCAL = "local-"
WEB_ADDRESS_KIND = "address"
_LOCAL = re.compile(rf"{LOCAL}(\d{{1,12}})", re.I | re.ASCII)
_WEB = re.compile(r"https?://\S+", re.I)


@dataclass(frozen=True)
class PaperName:
    """One paper as it is named from outside: by an arXiv id, a DOI, an address, or our own id."""

    scheme: str
    value: str

    def papers(self) -> "list[Paper]":
        """Return the papers with a page that it names: at most one for an id, perhaps more for an address."""
        papers = Paper.objects.with_page().order_by("pk")
        if self.scheme == LOCAL:
            return list(papers.filter(pk=self.value))
        if self.scheme == WEB_ADDRESS_KIND:
            plain = self.value.rstrip("/")
            forms = (plain, f"{plain}/", f"{plain}.git")
            # Two indexed look-ups would need two more indexes, and URLs are seldom pasted.
            return list(papers.filter(Q(code_url__in=forms) | Q(project_url__in=forms))[:2])
        return list(papers.filter(identifiers__scheme=self.scheme, identifiers__value=self.value))


def public_id(paper: Paper) -> str:
    """Return the public ID of a paper: its arXiv ID, or one of ours that no program mistakes for one.

    Many programs turn any id they are given into https://arxiv.org/abs/…. Prefetch `identifiers` for lists.
    """
    return paper.arxiv_id or f"{LOCAL}{paper.pk}"


def parse_paper_name(text: str) -> PaperName | None:
    """Return the paper named by a text that contains nothing else; None if it is neither an id nor an address."""
    text = text.strip()
    if not text or len(text) > MAX_IDENTIFIER_LENGTH:
        return None
    if arxiv := arxiv_id.parse_arxiv_id(text):
        return PaperName(Scheme.ARXIV, arxiv.value)
    if own := _LOCAL.fullmatch(text):
        return PaperName(LOCAL, own[1])
    # Words next to a DOI are words to search for.
    if len(text.split()) <= 2 and (name := doi.parse_doi(text)):  # noqa: PLR2004 - “doi: 10.1145/…”
        return PaperName(Scheme.DOI, name)
    if other := outside_ids.of_words(text):
        return PaperName(*other)
    return _of_address(text)


def _of_address(text: str) -> PaperName | None:
    """Return what an address names: a page of ours, or the code or the site of a paper."""
    address = arxiv_id.without_wrapping(text)
    if not _WEB.fullmatch(address):
        return None
    try:
        parts, ours = urlsplit(address), urlsplit(settings.SITE_URL)
    except ValueError:
        return None
    if parts.netloc.lower() == ours.netloc.lower() and parts.path.startswith("/papers/"):
        name = re.sub(r"(?:\.(?:bib|ris|md)|/)$", "", unquote(parts.path.removeprefix("/papers/")))
        return PaperName(LOCAL, name) if re.fullmatch(r"\d{1,12}", name, re.ASCII) else _of_path(name)
    return PaperName(WEB_ADDRESS_KIND, address)


def _of_path(name: str) -> PaperName | None:
    return None if _WEB.match(name) else parse_paper_name(name)


def resolve(text: str) -> Paper | None:
    """Return the paper with a page that a text names: an arXiv id, a DOI, or an address of either or ours.

    None if it names no such paper.
    """
    text = unquote(text.strip())[:MAX_IDENTIFIER_LENGTH]
    papers = Paper.objects.with_page()
    for scheme, pattern in ((Scheme.ARXIV, _ARXIV), (Scheme.DOI, _DOI)):
        if match := pattern.search(text):
            value = match[1] if scheme == Scheme.ARXIV else match[0].rstrip(".,;)")
            named = papers.filter(identifiers__scheme=scheme, identifiers__value__iexact=value).first()
            if named:
                return named
    match = _OURS.search(text)
    return papers.filter(pk=match[1]).first() if match else None
