"""Which paper somebody means: by any of its ids, or by an address that holds one."""

import re
from urllib.parse import unquote

from digest.curation import open_papers
from digest.models import Paper, PaperIdentifier

Scheme = PaperIdentifier.Scheme
# New ids of arXiv and old ones, with a version or without (arXiv: "Understanding the arXiv identifier").
_ARXIV = re.compile(r"(?<![\w.])(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?![\w.]*\d)")
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
# Our own pages, and the number alone.
_OURS = re.compile(r"(?:^|/papers/)(\d{1,12})/?$")
LONGEST = 300


def find(text: str) -> Paper | None:
    """Return the paper that has a page and that a text names: an arXiv id, a DOI, or an address of either or ours.

    None where it names no such paper.
    """
    text = unquote(text.strip())[:LONGEST]
    papers = open_papers()
    for scheme, pattern in ((Scheme.ARXIV, _ARXIV), (Scheme.DOI, _DOI)):
        if found := pattern.search(text):
            value = found[1] if scheme == Scheme.ARXIV else found[0].rstrip(".,;)")
            named = papers.filter(identifiers__scheme=scheme, identifiers__value__iexact=value).first()
            if named:
                return named
    found = _OURS.search(text)
    return papers.filter(pk=found[1]).first() if found else None
