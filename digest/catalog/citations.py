"""Citation formats: BibTeX, RIS, a page's meta tags. Pure; prefetch `identifiers` for many papers."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from digest.catalog.formatting import on_one_line
from digest.models import Paper, PaperIdentifier
from subscriptions.links import absolute

# Characters with a special meaning in TeX.
TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def doi_of(paper: Paper) -> str:
    """Return the paper's DOI, or ""."""
    return next((row.value for row in paper.identifiers.all() if row.scheme == PaperIdentifier.Scheme.DOI), "")


def address_of(paper: Paper) -> str:
    """Return the URL to read the paper at: arXiv, the publisher, or its page here."""
    if arxiv := paper.arxiv_id:
        return f"https://arxiv.org/abs/{arxiv}"
    doi = doi_of(paper)
    return f"https://doi.org/{doi}" if doi else absolute(paper.get_absolute_url())


def pdf_of(paper: Paper) -> str:
    """Return the URL of the paper's PDF, or ""."""
    return f"https://arxiv.org/pdf/{paper.arxiv_id}" if paper.arxiv_id else ""


def citation_key(paper: Paper) -> str:
    """Return a key for BibTeX: family name of the first author, year, first long word of the title."""
    year = str(paper.published_at.year) if paper.published_at else ""
    family = paper.authors[0].split()[-1] if paper.authors and paper.authors[0].split() else "paper"
    word = next((word for word in re.findall(r"\w+", paper.title) if len(word) > 3), "")  # noqa: PLR2004
    return _ascii(f"{family}{year}{word}").lower() or f"paper{paper.pk}"


def bibtex(paper: Paper, key: str = "", extra: Mapping[str, str] | None = None) -> str:
    """Return the paper as a BibTeX entry, under its own key or the given one. extra: more fields, in plain text."""
    arxiv, doi = paper.arxiv_id, doi_of(paper)
    fields = {
        # In double braces, so that no style changes the capitals.
        "title": f"{{{_tex(paper.title)}}}",
        "author": " and ".join([*map(_tex, paper.authors), *(["others"] if paper.has_more_authors else [])]),
        "year": str(paper.published_at.year) if paper.published_at else "",
        "eprint": arxiv,
        "archivePrefix": "arXiv" if arxiv else "",
        "primaryClass": paper.arxiv_categories[0] if arxiv and paper.arxiv_categories else "",
        "doi": doi,
        "url": address_of(paper),
        **{name: _tex(value) for name, value in (extra or {}).items()},
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    kind = "misc" if arxiv or not doi else "article"
    return f"@{kind}{{{key or citation_key(paper)},\n" + ",\n".join(lines) + "\n}\n"


def bibtex_of(papers: Iterable[Paper]) -> str:
    """Return the papers as a BibTeX file; a repeated key gets a number."""
    used: dict[str, int] = {}
    entries = []
    for paper in papers:
        key = citation_key(paper)
        used[key] = used.get(key, 0) + 1
        entry = bibtex(paper)
        if used[key] > 1:
            entry = entry.replace(f"{{{key},", f"{{{key}-{used[key]},", 1)
        entries.append(entry)
    return "\n".join(entries)


def ris(paper: Paper, extra: Iterable[tuple[str, str]] = ()) -> str:
    """Return the paper as a RIS record, with the line endings that the format requires. extra: more tags and values."""
    rows = [("TY", "JOUR" if doi_of(paper) and not paper.arxiv_id else "UNPB"), ("TI", on_one_line(paper.title))]
    rows += [("AU", on_one_line(name)) for name in paper.authors]
    if paper.published_at:
        rows += [("PY", f"{paper.published_at:%Y}"), ("DA", f"{paper.published_at:%Y/%m/%d}")]
    rows += [
        ("AB", on_one_line(paper.abstract)),
        ("DO", doi_of(paper)),
        ("UR", address_of(paper)),
        ("L1", pdf_of(paper)),
        *((tag, on_one_line(value)) for tag, value in extra),
    ]
    lines = [f"{tag}  - {value}" for tag, value in rows if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def citation_tags(paper: Paper) -> list[tuple[str, str]]:
    """Return the meta tags by which Google Scholar and Zotero recognise a paper."""
    date = timezone.localtime(paper.published_at).strftime("%Y/%m/%d") if paper.published_at else ""
    tags = [("citation_title", paper.title), *(("citation_author", name) for name in paper.authors)]
    tags += [("citation_publication_date", date), ("citation_arxiv_id", paper.arxiv_id)]
    tags += [("citation_doi", doi_of(paper)), ("citation_pdf_url", pdf_of(paper))]
    tags += [("citation_abstract_html_url", address_of(paper)), ("citation_abstract", paper.abstract)]
    tags += [("citation_keywords", tag.topic.name) for tag in paper.tags.all()]
    return [(name, on_one_line(value)) for name, value in tags if value]


def csl(paper: Paper, key: str = "") -> dict[str, Any]:
    """Return the paper as an item of CSL-JSON 1.0.2, under its own key or the given one."""
    arxiv, doi = paper.arxiv_id, doi_of(paper)
    day = paper.published_at
    item: dict[str, Any] = {
        "id": key or citation_key(paper),
        "type": "article-journal" if doi and not arxiv else "article",
        "title": on_one_line(paper.title),
        "author": [_csl_name(name) for name in paper.authors],
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "abstract": on_one_line(paper.abstract),
        "DOI": doi,
        "URL": address_of(paper),
        "number": f"arXiv:{arxiv}" if arxiv else "",
        "publisher": "arXiv" if arxiv else "",
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    """Return a name in CSL's parts: everything before the family name is the given name."""
    given, _, family = on_one_line(name).rpartition(" ")
    return {"family": family, "given": given} if given else {"literal": family}


def coins(paper: Paper) -> str:
    """Return the paper as a ContextObject in a SPAN (COinS), so that Zotero can save a list's papers all at once."""
    first = paper.authors[0] if paper.authors else ""
    values = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rft.genre", "article" if doi_of(paper) and not paper.arxiv_id else "preprint"),
        ("rft.atitle", on_one_line(paper.title)),
        ("rft.aulast", on_one_line(first).rpartition(" ")[2]),
        ("rft.aufirst", on_one_line(first).rpartition(" ")[0]),
        *(("rft.au", on_one_line(name)) for name in paper.authors),
        ("rft.date", f"{paper.published_at:%Y-%m-%d}" if paper.published_at else ""),
        ("rft_id", f"info:doi/{doi_of(paper)}" if doi_of(paper) else ""),
        ("rft_id", address_of(paper)),
    ]
    return urlencode([(name, value) for name, value in values if value])


def _tex(text: str) -> str:
    return on_one_line(text).translate(TEX)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]", "", plain)
