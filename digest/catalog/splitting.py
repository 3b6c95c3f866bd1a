"""Split a source's statement off into a paper of its own, to undo a join made during import."""

from datetime import date, datetime
from itertools import product
from typing import Any

from django.db import transaction

from digest.catalog.importing import import_what_fits
from digest.models import KeptApart, Paper, SourceStatement
from digest.sources.record import PaperRecord


class NotPartedError(ValueError):
    """A statement that cannot become its own paper; str() says why."""


@transaction.atomic
def part(statement: SourceStatement) -> Paper:
    """Make a paper from one source's statement, with its own IDs and day; no source joins the two again.

    NotPartedError if the paper's text is this source's, or if it has no id that the others do not have.
    """
    paper, content = statement.paper, statement.content
    if statement.source == paper.source:
        raise NotPartedError("The paper shows this source’s text. Split off the other one.")
    rest = SourceStatement.objects.filter(paper=paper).exclude(pk=statement.pk)
    of_others = {tuple(pair) for other in rest for pair in other.content["identifiers"]}
    own = [tuple(pair) for pair in content["identifiers"] if tuple(pair) not in of_others]
    rows = [row for row in paper.identifiers.all() if (row.scheme, row.value) in own]
    if not rows or len(rows) == paper.identifiers.count():
        raise NotPartedError("It has no ID of its own.")
    for row in rows:
        row.delete()
    names = [[f"{scheme}:{value}" for scheme, value in own]]
    names.append([f"{row.scheme}:{row.value}" for row in paper.identifiers.all()])
    pairs = [KeptApart(first=min(pair), second=max(pair)) for pair in product(*names)]
    KeptApart.objects.bulk_create(pairs, ignore_conflicts=True)
    if content["origin"]:
        paper.listings.filter(origin=content["origin"]).delete()
    statement.delete()
    (parted,) = import_what_fits([_record(statement.source, content, tuple(own))]).papers
    return parted


def _record(source: str, content: dict[str, Any], identifiers: tuple[tuple[str, str], ...]) -> PaperRecord:
    text = {name: str(content[name] or "") for name in ("title", "abstract", "venue", "licence", "origin")}
    published, day = str(content["published_at"]), str(content["day"])
    return PaperRecord.read(
        text["title"],
        text["abstract"],
        source=source,
        identifiers=identifiers,
        authors=tuple(map(str, content["authors"])),
        categories=tuple(map(str, content["categories"])),
        venue=text["venue"],
        licence=text["licence"],
        version=content["version"],
        published_at=datetime.fromisoformat(published) if published else None,
        day=date.fromisoformat(day) if day else None,
        origin=text["origin"],
    )
