"""Editions and papers as files for other programs: BibTeX, RIS, CSV, Markdown."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from digest.catalog import citations
from digest.catalog.formatting import on_one_line
from digest.models import Edition, EditionPaper, Paper
from digest.site import paper_lists
from digest.site.cors import allow_cross_origin
from digest.site.page_cache import public_page
from subscriptions import spreadsheets
from subscriptions.links import absolute

CSV_COLUMNS = ("position", "title", "authors", "topics", "votes", "arxiv_id", "doi", "url", "code_url", "abstract")


def as_bibtex(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as BibTeX."""
    return citations.bibtex_of(entry.paper for entry in entries)


def as_ris(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as RIS."""
    return "".join(citations.ris(entry.paper) for entry in entries)


def as_csv(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as CSV (RFC 4180), with a header line."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(CSV_COLUMNS)
    for place, entry in enumerate(entries, start=1):
        paper = entry.paper
        names, topics = "; ".join(paper.authors), "; ".join(tag.topic.name for tag in paper.tags.all())
        addresses = (paper.arxiv_id, citations.doi_of(paper), absolute(paper.get_absolute_url()), paper.code_url)
        row = (place, paper.title, names, topics, paper.votes, *addresses, paper.abstract)
        writer.writerow([spreadsheets.cell(on_one_line(str(value))) for value in row])
    return lines.getvalue()


def as_markdown(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as Markdown, a heading and a section for each; "" if there are none."""
    if not entries:
        return ""
    day = entries[0].edition.day
    sections = [
        f"# {plain_markdown(f'Papers of {day:%A}, {day.day} {day:%B %Y}')}\n",
        *(paper_as_markdown(e.paper) for e in entries),
    ]
    return "\n".join(sections)


def paper_as_markdown(paper: Paper) -> str:
    """Return a paper as a Markdown section."""
    lines = [f"## [{plain_markdown(paper.title)}]({absolute(paper.get_absolute_url())})", ""]
    if paper.authors:
        lines += [plain_markdown(", ".join(paper.authors)), ""]
    if paper.abstract:
        lines += [plain_markdown(paper.abstract), ""]
    return "\n".join([*lines, f"<{citations.address_of(paper)}>", ""])


def plain_markdown(text: str) -> str:
    """Return text with all Markdown syntax escaped."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~-])", r"\\\1", on_one_line(text))


# File extension → (writer, content type).
EDITION_FORMATS: dict[str, tuple[Callable[[Sequence[EditionPaper]], str], str]] = {
    "bib": (as_bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (as_ris, "application/x-research-info-systems; charset=utf-8"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "md": (as_markdown, "text/markdown; charset=utf-8"),
}


@require_safe
@public_page
@allow_cross_origin
def edition_file(request: HttpRequest, day: date, ending: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return a day's edition as a file."""
    edition = get_object_or_404(Edition.objects.published(), day=day)
    write, kind = EDITION_FORMATS[ending]
    content = write(list(paper_lists.with_paper_data(EditionPaper.objects.shown().filter(edition=edition))))
    return file_response(content, kind, f"papers-{day}.{ending}")


# File extension of a paper's address → writer.
PAPER_FORMATS: dict[str, Callable[[Paper], str]] = {
    "bib": citations.bibtex,
    "ris": citations.ris,
    "md": paper_as_markdown,
}


@require_safe
@public_page
@allow_cross_origin
def paper_file(request: HttpRequest, pk: int, ending: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return a paper as a file."""
    return file_of(get_object_or_404(Paper.objects.with_page().prefetch_related("identifiers"), pk=pk), ending)


def file_of(paper: Paper, ending: str) -> HttpResponse:
    """Return a paper as a download; Markdown is shown in the browser instead."""
    content, kind = PAPER_FORMATS[ending](paper), EDITION_FORMATS[ending][1]
    if ending == "md":
        return HttpResponse(content, content_type=kind)
    return file_response(content, kind, f"{citations.citation_key(paper)}.{ending}")


def file_response(content: str, kind: str, name: str) -> HttpResponse:
    """Return a text as a download."""
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
