"""PubMed through NCBI's E-utilities: a search kept on their side (history), then its records, a few hundred at a time.

https://www.ncbi.nlm.nih.gov/books/NBK25499/: three requests per second, ten with a key.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from django.conf import settings

from digest.sources import author_names, untrusted_xml
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import midnight, number_at, read_object, text_at, value_at
from digest.sources.markup import marked_text
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError
from digest.sources.retraction import names_retraction

NAME = "pubmed"
TITLE = "PubMed"
POLL_INTERVAL = timedelta(hours=3)
QUERY_HELP = "A PubMed search, such as malaria[mh] AND vaccine, or “Nature”[journal]."

_PAGE_SIZE = 200
# More than this from a few days is the whole of PubMed, not anyone's search.
_MOST_RESULTS = 10_000
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def checked_query(query: str) -> str:
    """Return the search. SourceError without one, because all of PubMed is 4,000 papers a day."""
    if not query:
        raise SourceError("expected a PubMed search, found nothing")
    return query


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield what was added to PubMed since a given day."""
    start = int(place.cursor) if place.cursor.isdecimal() else 0
    content = read_object(
        fetcher.get(
            _address("esearch"),
            _params(
                term=checked_query(place.part),
                datetype="edat",
                mindate=f"{place.since:%Y/%m/%d}",
                maxdate=f"{place.today:%Y/%m/%d}",
                usehistory="y",
                retmax=0,
                retmode="json",
            ),
        )
    )
    result = value_at(content, "esearchresult")
    total, history = number_at(result, "count"), text_at(result, "webenv")
    if total is None or (total and not history):
        error = text_at(result, "ERROR") or text_at(content, "error")
        raise SourceError(f"PubMed: expected the number of results, found “{error[:200]}”")
    remarks = [] if total <= _MOST_RESULTS else [f"only the first {_MOST_RESULTS} of {total} results are read"]
    total = min(total, _MOST_RESULTS)
    if start >= total:
        yield HarvestPage([], remarks=remarks)
    while start < total:
        params = _params(
            query_key=text_at(result, "querykey"),
            WebEnv=history,
            retstart=start,
            retmax=_PAGE_SIZE,
            rettype="abstract",
            retmode="xml",
        )
        document = untrusted_xml.parse_xml(fetcher.get(_address("efetch"), params), "PubmedArticleSet")
        articles = [element for element in document.root if element.tag in {"PubmedArticle", "PubmedBookArticle"}]
        if not articles:
            yield HarvestPage([], remarks=remarks)
            raise SourceError(f"PubMed: expected {total} records, found {start}; they will be fetched again")
        # A page may be shorter than requested.
        start += len(articles)
        yield _page(articles, place, str(start) if start < total else "", [*remarks, *document.remarks])


def _address(tool: str) -> str:
    return f"{settings.SOURCE_SETUPS[NAME].url}/{tool}.fcgi"


def _params(**params: str | int) -> dict[str, str | int]:
    key = settings.SOURCE_SETUPS[NAME].key
    own = {"db": "pubmed", "tool": "daily-papers", **({"api_key": key} if key else {})}
    return {**own, **params}


def _page(articles: list[Element], place: HarvestPosition, cursor: str, remarks: list[str]) -> HarvestPage:
    records: list[PaperRecord] = []
    skipped: list[str] = []
    for article in articles:
        try:
            records.append(_record(article, place))
        except SourceError as error:
            skipped.append(str(error))
    return HarvestPage(records, skipped, remarks, cursor)


def _record(article: Element, place: HarvestPosition) -> PaperRecord:
    pmid = article.findtext(".//PMID", "").strip()
    title = marked_text(article.find(".//ArticleTitle")) or marked_text(article.find(".//VernacularTitle"))
    ids = {
        element.get("IdType", ""): (element.text or "") for element in article.iterfind("./PubmedData/ArticleIdList/*")
    }
    if not pmid.isdecimal() or not title:
        raise SourceError(f"{pmid[:20] or 'a record'}: expected a PubMed ID and a title")
    types = [element.text for element in article.iterfind(".//PublicationType")]
    is_retracted = names_retraction(types)
    is_notice = any(kind and kind.startswith(("Published Erratum", "Retraction of", "Comment")) for kind in types)
    if is_notice:
        raise SourceError(f"{pmid}: “{title[:80]}” is about another paper")
    published = _published(article)
    headings = [element.text or "" for element in article.iterfind(".//MeshHeading/DescriptorName")]
    return PaperRecord.read(
        _without_brackets(title),
        _abstract(article),
        source=NAME,
        identifiers=identifiers_of(ids.get("doi", ""), pmid=pmid, pmcid=ids.get("pmc", "")),
        authors=tuple(_names(article)),
        categories=tuple(f"mesh:{'-'.join(name.lower().replace(',', ' ').split())}" for name in headings if name),
        published_at=midnight(published),
        venue=article.findtext(".//Journal/Title", "").strip(),
        day=None if is_retracted else place.day_of_first_sight(published),
        origin=NAME,
        withdrawn_at=midnight(place.today) if is_retracted else None,
        only_if_known=is_retracted,
    )


def _without_brackets(title: str) -> str:
    """Return a title without its full stop, or the brackets around one that was translated: [On graphs]."""
    translated = re.fullmatch(r"\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\.?", title)
    return (translated[1] if translated else title).removesuffix(".")


def _abstract(article: Element) -> str:
    """Return the abstract; in a structured one, each part under its own label."""
    parts = []
    for part in article.iterfind(".//Abstract/AbstractText"):
        label = (part.get("Label") or "").strip().capitalize()
        parts.append(f"{label}: {marked_text(part)}" if label and label != "Unlabelled" else marked_text(part))
    return "\n".join(filter(None, parts))


def _names(article: Element) -> Iterator[str]:
    for author in article.iterfind(".//AuthorList/Author"):
        parts = (author.findtext(part, "").strip() for part in ("ForeName", "LastName"))
        name = author_names.with_suffix(" ".join(filter(None, parts)), author.findtext("Suffix", ""))
        if name or author.findtext("CollectiveName"):
            yield name or author.findtext("CollectiveName", "").strip()


def _published(article: Element) -> date | None:
    """Return when it came out: on the web if that is given, because an issue may be dated months ahead."""
    for element in (article.find(".//ArticleDate"), article.find(".//Journal//PubDate")):
        if element is not None:
            number = _month(element.findtext("Month", "1").strip().lower())
            try:
                return date(int(element.findtext("Year", "")), number, int(element.findtext("Day", "1")))
            except ValueError:
                continue
    return None


def _month(word: str) -> int:
    return _MONTH_NAMES.index(word[:3]) + 1 if word[:3] in _MONTH_NAMES else int(word) if word.isdecimal() else 1
