"""Turn ids as publishers and indexes write them into identifiers of papers."""

import re
from collections.abc import Iterable

from digest.models import PaperIdentifier
from digest.sources import arxiv_id, doi

Scheme = PaperIdentifier.Scheme
_DIGITS = re.compile(r"\d{1,12}", re.ASCII)
_PMC = re.compile(r"(?:PMC)?(\d{1,12})", re.I | re.ASCII)


def identifiers_of(
    *dois: str, arxiv: str = "", pmid: object = "", pmcid: object = "", more: Iterable[tuple[str, str]] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the identifiers of a paper, each once, the DOIs first. Anything that is not an id is left out.

    An arXiv DOI counts as an arXiv id. more: identifiers that are already in the form they are stored in.
    """
    ids: dict[tuple[str, str], None] = {}
    for text in dois:
        if name := doi.parse_doi(text):
            ids[Scheme.DOI.value, name] = None
        elif text and "arxiv" in text.lower() and (own := arxiv_id.parse_arxiv_id(text)):
            ids[Scheme.ARXIV.value, own.value] = None
    if arxiv and (own := arxiv_id.parse_arxiv_id(arxiv)):
        ids[Scheme.ARXIV.value, own.value] = None
    if match := _DIGITS.fullmatch(str(pmid or "").strip().rpartition("/")[2]):
        ids[Scheme.PUBMED.value, match[0]] = None
    if match := _PMC.fullmatch(str(pmcid or "").strip().rstrip("/").rpartition("/")[2]):
        ids[Scheme.PMC.value, f"PMC{match[1]}"] = None
    ids |= dict.fromkeys((scheme, value) for scheme, value in more if value)
    return tuple(ids)
