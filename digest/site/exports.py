"""An edition whole, as a file for other programs: BibTeX, RIS, CSV, Markdown."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from digest import citing
from digest.composing.wording import one_line
from digest.curation import open_papers
from digest.models import Edition, EditionPaper, Paper
from digest.site import reading
from digest.site.keeping import for_everybody
from digest.site.opening import for_other_sites
from subscriptions.links import absolute

# What a spreadsheet takes for a formula (OWASP, “CSV Injection”).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
COLUMNS = ("position", "title", "authors", "topics", "votes", "arxiv_id", "doi", "url", "code_url", "abstract")


def as_bibtex(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as BibTeX."""
    return citing.bibtex_of(entry.paper for entry in entries)


def as_ris(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as RIS."""
    return "".join(citing.ris(entry.paper) for entry in entries)


def as_csv(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as CSV (RFC 4180), with a line of names first."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    for place, entry in enumerate(entries, start=1):
        paper = entry.paper
        names, topics = "; ".join(paper.authors), "; ".join(tag.topic.name for tag in paper.tags.all())
        known = (paper.arxiv_id, citing.doi_of(paper), absolute(paper.get_absolute_url()), paper.code_url)
        row = (place, paper.title, names, topics, paper.votes, *known, paper.abstract)
        writer.writerow([_cell(value) for value in row])
    return lines.getvalue()


def as_markdown(entries: Sequence[EditionPaper]) -> str:
    """Return the papers as Markdown: a heading, and a section for each."""
    day = entries[0].edition.day
    sections = [
        f"# {_plain(f'Papers of {day:%A}, {day.day} {day:%B %Y}')}\n",
        *(paper_as_markdown(e.paper) for e in entries),
    ]
    return "\n".join(sections)


def paper_as_markdown(paper: Paper) -> str:
    """Return a paper as a section of Markdown."""
    lines = [f"## [{_plain(paper.title)}]({absolute(paper.get_absolute_url())})", ""]
    if paper.authors:
        lines += [_plain(", ".join(paper.authors)), ""]
    if paper.abstract:
        lines += [_plain(paper.abstract), ""]
    return "\n".join([*lines, f"<{citing.address_of(paper)}>", ""])


def _cell(value: object) -> str:
    text = one_line(str(value))
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain(text: str) -> str:
    """Return text that Markdown takes for nothing but text."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~-])", r"\\\1", one_line(text))


# Ending of the address → how it is written, and what it is.
FORMS: dict[str, tuple[Callable[[Sequence[EditionPaper]], str], str]] = {
    "bib": (as_bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (as_ris, "application/x-research-info-systems; charset=utf-8"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "md": (as_markdown, "text/markdown; charset=utf-8"),
}


@require_safe
@for_everybody
@for_other_sites
def edition_file(request: HttpRequest, day: date, ending: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the edition of a day as a file."""
    edition = get_object_or_404(Edition.objects.published(), day=day)
    write, kind = FORMS[ending]
    content = write(list(reading.complete(EditionPaper.objects.shown().filter(edition=edition))))
    return _file(content, kind, f"papers-{day}.{ending}")


@require_safe
@for_everybody
@for_other_sites
def paper_bibtex(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return a paper as a file of BibTeX."""
    paper = get_object_or_404(open_papers().prefetch_related("identifiers"), pk=pk)
    return _file(citing.bibtex(paper), FORMS["bib"][1], f"{citing.key_of(paper)}.bib")


@require_safe
@for_everybody
@for_other_sites
def paper_markdown(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return a paper as Markdown."""
    paper = get_object_or_404(open_papers().prefetch_related("identifiers"), pk=pk)
    return HttpResponse(paper_as_markdown(paper), content_type=FORMS["md"][1])


def _file(content: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
