r"""Turn a reference manager's entry into a record, whatever file it comes from, with one table of fields.

Field names are those of BibTeX and biblatex; readers of other formats map theirs to these.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils import timezone

from digest.models import PaperIdentifier
from digest.models.paper import OTHERS
from digest.sources import arxiv, arxiv_id, doi, outside_ids, withdrawal
from digest.sources.arxiv_id import ArxivId
from digest.sources.links import safe_url
from digest.sources.record import PaperRecord, SourceError, believable, key_of_title, unescaped, without_heading
from digest.sources.retraction import is_notice, without_retraction

MAX_REFERENCE_TITLE_LENGTH = 1000

# Fields where people put addresses.
_ADDRESSES = ("url", "ee", "link", "bdsk-url-1", "bdsk-url-2", "bdsk-url-3", "howpublished", "pdf", "urls")
# Fields that say where the paper itself came out: an arXiv id among other words is its own.
_PLACES = (
    *("journal", "journaltitle", "volume", "number", "issue", "pages", "eid", "publisher", "series", "type"),
    *("institution", "booktitle"),
)
# Fields that may be about other papers, or were written by readers: an id counts only if there is nothing else.
_ASIDES = ("note", "addendum", "howpublished", "extra", "annotation", "keywords", "url")
_NUMBERS = ("volume", "number", "issue", "pages", "eid", "reportnumber")
# Words that only say that an id follows, and the year that may come after it.
_BEFORE_ID = re.compile(
    r"(?:\W|\b(?:also|available|preprints?|e-?prints?|arxiv(?!\.)|corr|doi|online|at|as|on|id|identifier|number)\b)*+",
    re.I,
)
_IS_ADDRESS = re.compile(r"^(?:https?://|[\w-]++(?:\.[\w-]++)++/)", re.I)
_YEAR_AFTER_ID = re.compile(r"(?<![\s,;(])[\s,;(]++(?:19|20)\d\d\)?\.?\s*$")
_NEW, _OLD = (
    r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,6}(?:v\d{1,4})?",
    r"[a-z]{1,12}(?:-[a-z]{1,12})?(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,4})?",
)
_MARKED = re.compile(
    rf"(?:\barxiv(?:\.org)?(?:\s*(?:e-?prints?|preprint|id|number))?[\s:./_~-]*(?:(?:abs|pdf|arxiv)[/:.\s]\s*)?|\babs/)"
    rf"[\s(\[{{]*((?<!\d)(?:{_NEW}|{_OLD}))(?!\d)",
    re.I,
)
_BARE = re.compile(rf"(?<![\d.])({_NEW}|{_OLD})(?![\d.]*\d)")
# Words that mean the id after them is another paper's.
_ANOTHERS = re.compile(
    r"\b(?:comment|reply|response|erratum|errata|extend\w*|follow\w*|based|supersed\w*|replac\w*|companion|cites?|cited|"
    r"version\s+of|translation|review|discussion|critique|related|sequel|correct\w*|continu\w*)\b",
    re.I,
)
_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)  # noqa: SIM905
}
# What entities, tags and commands begin with.
_MARKUP = re.compile(r"[&<\\]")
_TAG = re.compile(
    r"</?(?:jats:)?(p|sec|list|list-item|div|br|i|b|em|strong|italic|bold|u|scp|sc|span|a|tt|"
    r"monospace|roman|sans-serif|ext-link|ul|ol|li|font|small)(?:\s[^<>]*)?/?>",
    re.I,
)
_BLOCKS = {"p", "sec", "list", "list-item", "div", "br", "ul", "ol", "li"}
# Marks next to a name; in a title, the cleaner writes them out.
_SCRIPT = re.compile(r"<(sub|sup)>[^<>]{0,100}</\1>", re.I)
_SCRIPT_TAG = re.compile(r"</?(?:sub|sup|inf)>", re.I)
# “PMID: 12345”, a line of Zotero's Extra field.
_INDEX_LINE = re.compile(r"(PMID|PMCID)\s{0,3}[:=]\s{0,3}((?:PMC)?\d{1,12})", re.I | re.ASCII)
_OTHERWISE_READ = (PaperIdentifier.Scheme.ARXIV.value, PaperIdentifier.Scheme.DOI.value)


@dataclass
class Reference:
    """One entry of a file: its fields under BibTeX's names, its authors in reading order, and its place in the file."""

    place: str
    fields: dict[str, str]
    authors: tuple[str, ...] = ()
    # What a person should know about how it was read.
    remarks: list[str] = field(default_factory=list)


def record_of(reference: Reference, source: str) -> PaperRecord:
    """Return the record of a reference, adding to its remarks. SourceError if it has no title."""
    fields = reference.fields
    title = _title(fields)
    if not title:
        raise SourceError("expected a title, found none")
    if len(title) > MAX_REFERENCE_TITLE_LENGTH:
        raise SourceError(f"expected a title of at most {MAX_REFERENCE_TITLE_LENGTH} characters")
    identifiers, version = _identifiers(reference, title)
    return PaperRecord.read(
        title,
        without_heading(reference_text(fields.get("abstract", ""))),
        source=source,
        identifiers=identifiers,
        authors=_authors(reference),
        categories=tuple(fields.get("primaryclass", fields.get("eprintclass", "")).split()),
        code_url=safe_url(verbatim(fields.get("code", ""))),
        published_at=published(fields),
        version=version,
        withdrawn_at=_withdrawn_at(reference, title),
    )


def reference_text(text: str) -> str:
    """Return a text on one line without the HTML and JATS entities and tags that publishers' exports contain."""
    if not _MARKUP.search(text):
        return " ".join(text.split())
    text = re.sub(r"\{?\\text(less|greater)\}?(?:\{\})?", lambda sign: "<" if sign[1] == "less" else ">", text)
    text = re.sub(r"\{?\\&\}?(?=(?:amp|lt|gt|quot|nbsp|#\w{1,8}|\\#\w{1,8});)", "&", text).replace("&\\#", "&#")
    for _ in range(2):
        text = unescaped(text)
    text = _TAG.sub(lambda tag: " " if tag[1].lower() in _BLOCKS else "", text)
    return " ".join(text.split())


def verbatim(text: str) -> str:
    r"""Return an address without \url{…} around it, its characters unescaped."""
    if "\\" not in text:
        return text.strip(" <>{}")
    text = re.sub(r"\\(?:url|path|href|nolinkurl)\s*\{([^{}]*)\}(?:\s*\{[^{}]*\})?", r"\1", text)
    return re.sub(r"\{?\\([_%&#~])\}?(?:\{\})?", r"\1", text).replace("\\textasciitilde", "~").strip(" <>{}")


def _title(fields: dict[str, str]) -> str:
    title, subtitle = reference_text(fields.get("title", "")), reference_text(fields.get("subtitle", ""))
    if not title or not subtitle or subtitle.casefold() in title.casefold():
        return title or subtitle
    return f"{title}{' ' if title[-1] in ':?!.–—' else ': '}{subtitle}"


def _authors(reference: Reference) -> tuple[str, ...]:
    """Return the authors, plus the collaboration if it has its own field; OTHERS stays last."""
    group = reference_text(reference.fields.get("collaboration", "")).strip("{} ")
    if group and not re.search(r"collaboration|consortium|team|group", group, re.I):
        group = f"{group} Collaboration"
    named = [name for name in reference.authors if name != OTHERS]
    others = [OTHERS] if len(named) < len(reference.authors) else []
    is_new = group and all(group.casefold() not in name.casefold() for name in named)
    named = [_SCRIPT.sub("", reference_text(name)) for name in named]
    return (*named, *([group] if is_new else []), *others)


def _identifiers(reference: Reference, title: str) -> tuple[tuple[tuple[str, str], ...], int]:
    """Return the paper's identifiers and its arXiv version; a paper without an id is identified by its title."""
    fields = reference.fields
    dois = doi.read_all(fields.get("doi", ""))
    if not dois and "10." in fields.get("doi", "") and "10.48550" not in fields["doi"]:
        reference.remarks.append(f"expected a DOI, found “{fields['doi'][:60]}”")
    dois = dois or [name for key in _ADDRESSES if (name := _doi_alone(verbatim(fields.get(key, ""))))][:1]
    identifier = _arxiv_id(fields)
    names = _of_indexes(fields)
    if identifier:
        return (*arxiv.identifiers(identifier.value, " ".join(dois)), *names), identifier.version
    if dois or names:
        return (*((PaperIdentifier.Scheme.DOI.value, name) for name in dois), *names), 0
    return ((PaperIdentifier.Scheme.TITLE.value, key_of_title(_SCRIPT_TAG.sub("", title))),), 0


def _of_indexes(fields: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the ids that PubMed and other indexes gave the paper: in their own fields, on a line, or in an address."""
    lines = [line.strip() for key in ("note", "extra", "annotation") for line in fields.get(key, "").splitlines()]
    own = {line[1].lower(): line[2] for line in map(_INDEX_LINE.fullmatch, lines) if line}
    own |= {key: fields[key] for key in ("pmid", "pmcid") if key in fields}
    names = outside_ids.identifiers_of(pmid=own.get("pmid", ""), pmcid=own.get("pmcid", ""))
    addresses = (outside_ids.of_address(verbatim(fields.get(key, ""))) for key in _ADDRESSES)
    return tuple(dict.fromkeys([*names, *(name for name in addresses if name and name[0] not in _OTHERWISE_READ)]))


def _arxiv_id(fields: dict[str, str]) -> ArxivId | None:
    """Return the arXiv id: from its own field, a DOI, an address, or after “arXiv” where the paper came out.

    In a note and the like it counts only if it stands alone: “Builds upon arXiv:…” names another paper.
    """
    own = [fields.get(key, "") for key in ("arxivid", "arxiv", "arxiv_id")]
    places = [*_eprints(fields), *own, fields.get("doi", "")]
    for key in _ADDRESSES:
        words = re.split(r"[\s,;]+", verbatim(fields.get(key, "")))
        places += words if all(map(_IS_ADDRESS.match, filter(None, words))) else []
    places += [_alone(line) for key in _ASIDES for line in verbatim(fields.get(key, "")).splitlines()]
    identifier = next((read for place in places if place and (read := arxiv_id.parse_arxiv_id(place))), None)
    if identifier:
        return identifier
    for key in _PLACES:
        text = verbatim(fields.get(key, ""))
        marked = _MARKED.search(text)
        if marked and not _ANOTHERS.search(text[: marked.start()]):
            return arxiv_id.parse_arxiv_id(marked[1])
    is_there = re.search(r"\b(?:arxiv|corr)\b", " ".join(fields.get(key, "") for key in _PLACES), re.I)
    bare = [fields.get(key, "") for key in _NUMBERS] if is_there else []
    numbers = (_BARE.search(text) for text in bare if not _ANOTHERS.search(text))
    return next((arxiv_id.parse_arxiv_id(number[1]) for number in numbers if number), None)


def _alone(text: str) -> str:
    """Return the text without what only says that an id follows, and without a year at its end."""
    return _YEAR_AFTER_ID.sub("", text[_BEFORE_ID.match(text).end() :])  # type: ignore[union-attr]


def _doi_alone(text: str) -> str:
    """Return the DOI of a field that has nothing else; "" if there is none."""
    return doi.parse_doi(text) if len(_alone(text).split()) == 1 else ""


def _eprints(fields: dict[str, str]) -> list[str]:
    """Return the arXiv ids that `eprint` may mean; INSPIRE once kept hep-th and 9901001 in separate fields."""
    prefix = fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).strip().lower()
    eprint = re.sub(rf"^[a-z-]+(?:\.[A-Z]{{2}})?/(?={_NEW})", "", fields.get("eprint", "").strip())
    archive = fields.get("primaryclass", fields.get("eprintclass", "")).strip().split(".")[0]
    if prefix in {"arxiv", ""}:
        return [eprint, f"{archive}/{eprint}"]
    return [f"{prefix}/{eprint}"]


def published(fields: dict[str, str]) -> datetime | None:
    """Return the first moment of the day, month or year; None if there is none, or none that is believable."""
    dated = re.match(r"\W*(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)", fields.get("date", ""))
    text = fields.get("date", "") or fields.get("year", "")
    year = dated or re.search(r"(?<!\d)(\d{4})(?!\d)", text)
    if not year:
        return None
    if dated and dated[2]:
        month, day = int(dated[2]), int(dated[3] or 1)
    else:
        month, day = _month_and_day(f"{fields.get('month', '')} {text}", fields.get("day", ""))
    for parts in ((month, day), (month, 1), (1, 1)):
        try:
            return believable(datetime(int(year[1]), *parts, tzinfo=UTC), timezone.now())
        except ValueError:
            continue
    return None


def _month_and_day(text: str, day: str) -> tuple[int, int]:
    """Return month and day as people write them: mar, March 12, 12~March, 03."""
    text = text.replace("~", " ").replace("\\ ", " ").lower()
    named = re.search(rf"\b({'|'.join(_MONTHS)})[a-z]*", text)
    month = _MONTHS[named[1]] if named else 0
    number = re.match(r"\W*(\d{1,2})\b(?!\d)", text)
    if not month:
        return (int(number[1]) if number else 1), int(day) if day.strip().isdecimal() else 1
    beside = re.search(r"(?<!\d)(\d{1,2})(?!\d)", text)
    return month, int(day) if day.strip().isdecimal() else int(beside[1]) if beside else 1


def _withdrawn_at(reference: Reference, title: str) -> datetime | None:
    notes = [reference.fields.get(key, "") for key in ("note", "addendum", "comment", "pubstate", "annotation")]
    is_retracted = without_retraction(title)[1] and not is_notice(title)
    if not is_retracted and not any(map(withdrawal.has_withdrawal_notice, notes)):
        return None
    reference.remarks.append("it says it has been withdrawn")
    return timezone.now()
