"""arXiv over OAI-PMH: complete, with versions and primary categories. One set (an archive) at a time.

The protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html; arXiv's page: https://info.arxiv.org/help/oa/
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from django.conf import settings
from django.utils import timezone

from digest.sources import arxiv, arxiv_calendar, arxiv_id, author_names, host_turns, untrusted_xml
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError, believable
from digest.sources.untrusted_xml import Document

NAME = "oai"
TITLE = "arXiv, OAI-PMH"
DELAY = arxiv.DELAY
turn = host_turns.turn_at_arxiv

# The one of arXiv's formats that has versions and times.
FORMAT = "arXivRaw"
# In a version number; anything longer is not one.
MOST_DIGITS = 4
# arXiv sometimes answers with an empty page.
TRIES = 4
_IN = {"oai": "http://www.openarchives.org/OAI/2.0/", "raw": "http://arxiv.org/OAI/arXivRaw/"}


class _ExpiredError(SourceError):
    """The resumption token has expired."""


def parts() -> list[str]:
    """Return the sets that contain the configured categories."""
    return sorted({arxiv.set_of(category) for category in arxiv.categories_asked()})


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield everything that changed in a set since a given day. If a token has expired, start again without it."""
    complete_to = arxiv_calendar.latest_announcement(place.asked_at - DELAY)
    token = place.cursor
    while True:
        try:
            document = _filled(fetcher, place, token)
        except _ExpiredError:
            if not token or token != place.cursor:
                raise
            token = ""
            continue
        before, token = token, (document.root.findtext(".//oai:resumptionToken", "", _IN) or "").strip()
        if token and token == before:
            raise SourceError(f"arXiv: expected a new resumption token, found {token} again")
        yield _page(document, token, None if token else complete_to)
        if not token:
            return


def _filled(fetcher: Fetcher, place: HarvestPosition, token: str) -> Document:
    """Return a page, requesting it again if it is empty and does not say that there is nothing."""
    for _ in range(TRIES):
        document = _ask(fetcher, place, token)
        if any(
            document.root.find(f".//oai:{name}", _IN) is not None for name in ("record", "resumptionToken", "error")
        ):
            return document
        if document.skipped:
            return document
    raise SourceError("arXiv: expected records, found a page without any")


def _ask(fetcher: Fetcher, place: HarvestPosition, token: str) -> Document:
    first = {"metadataPrefix": FORMAT, "set": place.part, "from": place.since.isoformat()}
    params = {"verb": "ListRecords", **({"resumptionToken": token} if token else first)}
    document = untrusted_xml.parse_xml(fetcher.get(settings.ARXIV_OAI_URL, params), "OAI-PMH", "record")
    for error in document.root.findall("oai:error", _IN):
        code, text = error.get("code", ""), (error.text or "").strip()
        if code == "badResumptionToken":
            raise _ExpiredError(f"arXiv: the resumption token has expired ({text})")
        # noRecordsMatch: nothing changed since that day.
        if code != "noRecordsMatch":
            raise SourceError(f"arXiv: {code}: {text}")
    return document


def _page(document: Document, cursor: str, complete_to: date | None) -> HarvestPage:
    records: list[PaperRecord] = []
    skipped = list(document.skipped)
    for element in document.root.iterfind(".//oai:record", _IN):
        try:
            records.append(_record(element))
        except SourceError as error:
            skipped.append(str(error))
    return HarvestPage(records, skipped, document.remarks, cursor, complete_to)


def _record(element: Element) -> PaperRecord:
    """Return the record of one element; SourceError if it has no id or no title."""
    header = element.find("oai:header", _IN)
    identifier = header.findtext("oai:identifier", "", _IN) if header is not None else ""
    arxiv_name = arxiv_id.parse_arxiv_id(identifier)
    if header is None or arxiv_name is None:
        raise SourceError(f"expected a record with an arXiv ID, found “{identifier}”")
    modified = _day(header.findtext("oai:datestamp", "", _IN))
    gone_at = datetime(modified.year, modified.month, modified.day, tzinfo=UTC) if modified else timezone.now()
    if header.get("status") == "deleted":
        return PaperRecord.withdrawal(NAME, arxiv.identifiers(arxiv_name.value), gone_at)
    raw = element.find("oai:metadata/raw:arXivRaw", _IN)
    text = {child.tag.rpartition("}")[2]: child.text or "" for child in raw} if raw is not None else {}
    if raw is None or not text.get("title", "").strip():
        raise SourceError(f"{arxiv_name.value}: expected a title, found none")
    versions = _versions(raw)
    newest = max(versions, default=0)
    submitted = believable(versions.get(1), timezone.now())
    is_gone = arxiv.says_withdrawn(text.get("comments", "")) or _is_empty(raw, newest)
    return PaperRecord.read(
        text["title"].strip(),
        text.get("abstract", "").strip(),
        source=NAME,
        identifiers=arxiv.identifiers(arxiv_name.value, text.get("doi", "")),
        authors=author_names.split(text.get("authors", "")),
        categories=tuple(text.get("categories", "").split()),
        published_at=submitted,
        version=newest,
        day=arxiv.day_of_record(submitted, modified=modified if newest == 1 else None),
        origin=arxiv.ORIGIN,
        withdrawn_at=(versions.get(newest) or gone_at) if is_gone else None,
    )


def _versions(raw: Element) -> dict[int, datetime | None]:
    """Return the versions and when each was submitted, None if unknown. arXiv sends them in any order."""
    versions: dict[int, datetime | None] = {}
    for element in raw.iterfind("raw:version", _IN):
        number = element.get("version", "").removeprefix("v")
        if number.isdecimal() and len(number) <= MOST_DIGITS:
            try:
                moment = parsedate_to_datetime(element.findtext("raw:date", "", _IN))
                versions[int(number)] = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            except ValueError:
                versions[int(number)] = None
    return versions


def _is_empty(raw: Element, newest: int) -> bool:
    """Return whether the newest version is empty, which is how arXiv keeps a withdrawn paper."""
    for element in raw.iterfind("raw:version", _IN):
        if element.get("version") == f"v{newest}":
            size, kind = (element.findtext(f"raw:{name}", "", _IN).strip() for name in ("size", "source_type"))
            return size.lower() in {"0kb", "0b"} and "I" in kind
    return False


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
