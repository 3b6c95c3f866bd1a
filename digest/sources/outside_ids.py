"""Turn ids as publishers and indexes write them, and addresses of their pages, into identifiers of papers."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

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


_PMID_WORDS = re.compile(r"(?:PMID|PubMed(?:\s+ID)?)\s*[:=#]?\s*(\d{1,8})", re.I | re.ASCII)
_PMC_WORDS = re.compile(r"(?:PMCID\s*[:=]?\s*)?PMC\s?(\d{1,9})", re.I | re.ASCII)
# Host, path, scheme, and what the id looks like with its prefix.
_PAGES: list[tuple[str, re.Pattern[str], str, str]] = [
    (host, re.compile(path, re.I | re.ASCII), scheme, form)
    for host, path, scheme, form in [
        ("pubmed.ncbi.nlm.nih.gov", r"/(\d{1,8})", Scheme.PUBMED.value, "{}"),
        ("ncbi.nlm.nih.gov", r"/pubmed/(\d{1,8})", Scheme.PUBMED.value, "{}"),
        ("ncbi.nlm.nih.gov", r"/(?:pmc/)?articles/PMC(\d{1,9})(?:/.*)?", Scheme.PMC.value, "PMC{}"),
        ("europepmc.org", r"/(?:article|abstract)/MED/(\d{1,8})", Scheme.PUBMED.value, "{}"),
        ("europepmc.org", r"/(?:article|abstract|articles)(?:/PMC)?/PMC(\d{1,9})", Scheme.PMC.value, "PMC{}"),
        ("nature.com", r"/articles/(s\d{5}-\d{3}-\d{4,5}-[\dxwyz]|[a-z]{2,12}[.\d]*\d)(?:\.pdf)?", "doi", "10.1038/{}"),
        ("hal.science", r"/([a-z]{2,12}-\d{6,9})(?:v\d{1,3})?(?:/.*)?", "hal", "{}"),
        ("archives-ouvertes.fr", r"/([a-z]{2,12}-\d{6,9})(?:v\d{1,3})?(?:/.*)?", "hal", "{}"),
        *(
            (host, rf"(?:/anthology)?/({name})(?:\.pdf|\.bib)?", "doi", "10.18653/v1/{}")
            for host in ("aclanthology.org", "aclweb.org")
            for name in (r"[A-Z]\d{2}-\d{4}", r"\d{4}\.[\w-]{2,30}\.\d{1,4}")
        ),
    ]
]


def of_words(text: str) -> tuple[str, str] | None:
    """Return the identifier that a text names, if it has nothing else: “PMID: 123”, PMC123, the address of a page."""
    text = arxiv_id.without_wrapping(text)
    for pattern, scheme, form in ((_PMID_WORDS, Scheme.PUBMED.value, "{}"), (_PMC_WORDS, Scheme.PMC.value, "PMC{}")):
        if words := pattern.fullmatch(text):
            return scheme, form.format(words[1])
    return of_address(text)


def of_address(text: str) -> tuple[str, str] | None:
    """Return the identifier of the paper that a publisher's or an index's page is about; None for any other page."""
    address = text if "://" in text else f"https://{text}"
    if len(address.split()) != 1:
        return None
    try:
        parts = urlsplit(address)
        host, path, query = parts.hostname or "", unquote(parts.path).rstrip("/"), parse_qs(parts.query)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    if _is_at(host, "openreview.net") and path in ("/forum", "/pdf", "/attachment") and query.get("id"):
        name = query["id"][0]
        return (Scheme.OPENREVIEW.value, name) if re.fullmatch(r"[\w-]{6,20}", name, re.ASCII) else None
    for site, pattern, scheme, form in _PAGES:
        if _is_at(host, site) and (page := pattern.fullmatch(path)):
            return scheme, form.format(page[1]) if scheme == Scheme.PMC else form.format(page[1]).lower()
    # journals.plos.org/plosone/article?id=10.1371/…
    named = [name for key in ("id", "doi") for value in query.get(key, []) if (name := doi.parse_doi(value))]
    return (Scheme.DOI.value, named[0]) if named else None


def _is_at(host: str, site: str) -> bool:
    return host == site or host.endswith(f".{site}")
