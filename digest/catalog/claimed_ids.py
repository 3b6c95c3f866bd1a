"""IDs that a record claims although they belong to another paper: uploads and feeds are sometimes wrong about them."""

from collections.abc import Sequence
from dataclasses import replace

from digest.catalog.library_files import READERS
from digest.catalog.paper_lookup import Identifier, papers_by_identifiers
from digest.catalog.same_work import WorkDescription, authors_agree, titles_agree
from digest.models import PaperIdentifier
from digest.sources import feed
from digest.sources.record import PaperRecord, key_of_title

# Anyone may have written these. All other sources give the ids of their own papers.
UPLOADS = {reader.NAME for reader in READERS}
WRITTEN_BY_ANYONE = {*UPLOADS, feed.NAME}
TITLE, FEED = PaperIdentifier.Scheme.TITLE.value, PaperIdentifier.Scheme.FEED.value


def without_others_ids(records: Sequence[PaperRecord]) -> tuple[list[PaperRecord], list[str]]:
    """Return the records without the ids of papers that have other titles and authors, and a note about each.

    The paper that had an id first keeps it, in the catalogue and among the records.
    """
    doubtful = list(filter(_may_be_wrong, records))
    if not doubtful:
        return list(records), []
    stored = papers_by_identifiers(doubtful)
    works = {id(paper): WorkDescription(paper.title, tuple(paper.authors)) for paper in stored.values()}
    works_by_id = {name: works[id(paper)] for name, paper in stored.items()}
    own: list[PaperRecord] = []
    notes: list[str] = []
    for record in records:
        checked = _checked(record, works_by_id, notes) if _may_be_wrong(record) else record
        own.append(checked)
        if record.title:
            for name in checked.identifiers:
                works_by_id.setdefault(name, WorkDescription(record.title, record.authors))
    return own, notes


def _may_be_wrong(record: PaperRecord) -> bool:
    return record.source in WRITTEN_BY_ANYONE and bool(record.title)


def _checked(record: PaperRecord, works_by_id: dict[Identifier, WorkDescription], notes: list[str]) -> PaperRecord:
    """Return a record without the ids of other papers, adding to the notes."""
    claimed = WorkDescription(record.title, record.authors)
    # A feed's own name for an entry is always that entry's, so what it names may have a new title.
    entry = next((works_by_id[name] for name in record.identifiers if name[0] == FEED and name in works_by_id), None)
    names = [name for name in record.identifiers if name in works_by_id and name[0] not in (TITLE, FEED)]
    others = [name for name in names if works_by_id[name] is not entry and not titles_agree(claimed, works_by_id[name])]
    if not others:
        return record
    same_authors = [name for name in others if authors_agree(claimed, works_by_id[name])]
    for name in others:
        says = f"“{record.title}” has the ID of “{works_by_id[name].title}” ({':'.join(name)})"
        if name in same_authors:
            notes.append(f"{says} and the same authors, so they are one paper")
        else:
            notes.append(f"{says}, but not its title or authors, so it came in without that ID")
    left = tuple(name for name in record.identifiers if name not in others or name in same_authors)
    return record if left == record.identifiers else _renamed(record, left)


def _renamed(record: PaperRecord, left: tuple[Identifier, ...]) -> PaperRecord:
    return replace(record, identifiers=left or ((TITLE, key_of_title(record.title)),))
