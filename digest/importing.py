"""Records of sources → papers: each paper once, whichever source tells of it; what changed is written, no more.

Of several sources the best one's text stands: a newer version of arXiv's before an older one, and of the same version
what OAI-PMH says before the API, the API before the feed, the feed before all others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from digest import embedding, tagging
from digest.models import Edition, EditionPaper, Listing, Paper, PaperIdentifier
from digest.sources import seed
from digest.sources.record import PaperRecord

BATCH = 500

# Worst first.
RANK = {"rss": 1, "api": 2, "oai": 3}

Identifier = tuple[str, str]
ARXIV = PaperIdentifier.Scheme.ARXIV.value


class IdentifierConflictError(ValueError):
    """The identifiers of one record belong to different papers."""


@dataclass
class Imported:
    """The papers of the records, each once, in their order, and what was done with them."""

    papers: list[Paper] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    # What was left out of the records, and why.
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged"


@dataclass
class ImportedPage:
    """A seed page imported: its papers, its edition, and how many papers the edition got by it."""

    papers: Imported
    day: date
    added: int


def import_records(records: Sequence[PaperRecord]) -> Imported:
    """Write the papers of the records, tag what is new or changed, and return what was done; all or nothing.

    A paper is known by any of its identifiers. An empty field of a record takes nothing away from a known paper.
    Raises IdentifierConflictError where one record stands for two papers.
    """
    with transaction.atomic():
        batch = _Batch(records)
        for record in records:
            batch.take(record)
        return batch.write()


def import_what_fits(records: Sequence[PaperRecord]) -> Imported:
    """Write the papers of the records as import_records does; a conflict stops nothing and is noted.

    Then the first identifier of the record counts alone: of two arXiv papers that claim one DOI, each stays itself.
    """
    with transaction.atomic():
        batch = _Batch(records)
        for record in records:
            try:
                batch.take(record)
            except IdentifierConflictError as error:
                batch.notes.append(f"{error}; {':'.join(record.identifiers[0])} counts")
                batch.take(replace(record, identifiers=record.identifiers[:1]))
        return batch.write()


def import_seed_page(path: Path = seed.SHIPPED_PAGE, year: int = seed.SHIPPED_YEAR) -> ImportedPage:
    """Import the papers of a seed page and put them, in its order, into the edition of its day, a draft where new.

    A paper that stands in an edition already stays there. Raises SourceError where the page breaks the pattern; then
    nothing is imported.
    """
    page = seed.read(path, year)
    with transaction.atomic():
        imported = import_records(page.papers)
        edition, _ = Edition.objects.get_or_create(day=page.day)
        return ImportedPage(imported, page.day, edition.append(imported.papers))


def _known(records: Iterable[PaperRecord]) -> dict[Identifier, Paper]:
    """Return the papers that any identifier of the records points at; one object for each paper."""
    values: dict[str, set[str]] = {}
    for record in records:
        for scheme, value in record.identifiers:
            values.setdefault(scheme, set()).add(value)
    if not values:
        return {}
    named = Q()
    for scheme, wanted in values.items():
        named |= Q(scheme=scheme, value__in=wanted)
    papers: dict[int, Paper] = {}
    return {
        (row.scheme, row.value): papers.setdefault(row.paper_id, row.paper)
        for row in PaperIdentifier.objects.filter(named).select_related("paper")
    }


class _Batch:
    """What is to be written for a batch of records. A paper without a key is new."""

    def __init__(self, records: Sequence[PaperRecord]) -> None:
        self.known = _known(records)
        named = any(scheme == ARXIV for record in records for scheme, _ in record.identifiers)
        self.arxiv_ids = _arxiv_ids(self.known.values()) if named else {}
        # By identity: papers without a key are equal to nothing.
        self.papers: dict[int, Paper] = {}
        self.changed: dict[int, set[str]] = {}
        self.identifiers: list[PaperIdentifier] = []
        self.listings: list[Listing] = []
        self.notes: list[str] = []

    def take(self, record: PaperRecord) -> None:
        """Find or make the record's paper and put the record's fields into it."""
        paper = self._paper_of(record)
        if paper is None:
            return
        self.papers[id(paper)] = paper
        overwrites = _overwrites(record, paper)
        whose = {"source": record.source, "version": record.version} if overwrites else {}
        for name, value in {**_fields(record, paper), **whose}.items():
            if value and getattr(paper, name) != value and (overwrites or not getattr(paper, name)):
                setattr(paper, name, value)
                self.changed.setdefault(id(paper), set()).add(name)
        for scheme, value in record.identifiers:
            if (scheme, value) not in self.known:
                self.known[scheme, value] = paper
                self.identifiers.append(PaperIdentifier(paper=paper, scheme=scheme, value=value))
                if scheme == ARXIV:
                    self.arxiv_ids[id(paper)] = value
        if record.day and record.origin:
            self.listings.append(Listing(paper=paper, origin=record.origin, day=record.day))

    def _paper_of(self, record: PaperRecord) -> Paper | None:
        """Return the paper of a record, a new one where it is not known; None where it then does not count."""
        found = {id(paper): paper for name in record.identifiers if (paper := self.known.get(name))}
        # A paper has one arXiv id, so two of them are two papers.
        own = [value for scheme, value in record.identifiers if scheme == ARXIV]
        others = [paper for key, paper in found.items() if own and self.arxiv_ids.get(key, own[0]) != own[0]]
        if len(found) > 1 or others:
            names = ", ".join(f"{scheme}:{value}" for scheme, value in record.identifiers)
            expected = f"“{record.title}”: expected one paper for {names}"
            raise IdentifierConflictError(f"{expected}, found {len(found) if len(found) > 1 else 'another one'}")
        if found:
            return next(iter(found.values()))
        return None if record.only_if_known else Paper(source=record.source, version=record.version)

    def write(self) -> Imported:
        """Write all of it and return what was done."""
        papers = list(self.papers.values())
        new = [paper for paper in papers if paper.pk is None]
        updated = [paper for paper in papers if paper.pk and id(paper) in self.changed]
        embedding.embed([*new, *updated])
        Paper.objects.bulk_create(new, batch_size=BATCH)
        for paper in updated:
            # Bulk updates leave out auto_now.
            paper.updated_at = timezone.now()
        Paper.objects.bulk_update(
            updated,
            [*sorted(set().union(*self.changed.values())), "updated_at", "embedding", "embedding_model"],
            batch_size=BATCH,
        )
        rows: list[PaperIdentifier | Listing] = [*self.identifiers, *self.listings]
        for row in rows:
            # The paper had no key when it was assigned.
            row.paper_id = row.paper.pk
        PaperIdentifier.objects.bulk_create(self.identifiers, batch_size=BATCH)
        Listing.objects.bulk_create(self.listings, batch_size=BATCH, ignore_conflicts=True)
        if new or updated:
            tagging.tag([*new, *updated])
            _hide([paper for paper in updated if paper.withdrawn_at])
        return Imported(papers, len(new), len(updated), len(papers) - len(new) - len(updated), self.notes)


def _arxiv_ids(papers: Iterable[Paper]) -> dict[int, str]:
    """Return the arXiv id of each of these objects that has one, by the object's identity."""
    objects = {paper.pk: paper for paper in papers}
    rows = PaperIdentifier.objects.filter(scheme=ARXIV, paper__in=objects).values_list("paper_id", "value")
    return {id(objects[pk]): value for pk, value in rows}


def _overwrites(record: PaperRecord, paper: Paper) -> bool:
    """Whether the record's text is better than the paper's; otherwise it only fills what is empty."""
    if paper.pk is None:
        return True
    # A notice that a paper is gone takes none of its text.
    if record.withdrawn_at or record.version != paper.version:
        return record.version > paper.version and not record.withdrawn_at
    return record.source == paper.source or RANK.get(record.source, 0) > RANK.get(paper.source, 0)


def _hide(papers: Sequence[Paper]) -> None:
    """Take withdrawn papers out of what readers will see of editions that are not out yet."""
    if papers:
        drafts = EditionPaper.objects.filter(paper__in=papers, edition__status=Edition.Status.DRAFT)
        drafts.update(placement=EditionPaper.Placement.HIDDEN)


def _fields(record: PaperRecord, paper: Paper) -> dict[str, object]:
    """Return what the record says, by the names of the model's fields.

    What was made of the same original before is left out: it need not be made again, and somebody may have bettered it.
    """
    fields: dict[str, object] = {
        "original_title": record.original_title,
        "original_abstract": record.original_abstract,
        "original_authors": list(record.original_authors),
        "arxiv_categories": list(record.categories),
        "code_url": record.given_code_url,
        "project_url": record.given_project_url,
        "published_at": record.published_at,
        "withdrawn_at": record.withdrawn_at,
    }
    if not record.day and sorted(record.categories) == sorted(paper.arxiv_categories):
        # Only who announces a paper knows which of its categories is the primary one.
        del fields["arxiv_categories"]
    is_new = paper.pk is None
    if is_new or paper.original_title != record.original_title:
        fields["title"] = record.title
    if is_new or paper.original_abstract != record.original_abstract:
        fields |= {"abstract": record.abstract, "code_url": record.code_url, "project_url": record.project_url}
    if is_new or paper.original_authors != fields["original_authors"]:
        fields["authors"] = list(record.authors)
    return fields
