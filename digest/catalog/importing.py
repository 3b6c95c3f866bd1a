"""Turn records from sources into papers: each paper once, whichever source reports it; only what changed is written.

Of several sources, the best one's text is used: a newer version from arXiv before an older one, and of the same version
OAI-PMH's text before the API's, the API's before the feed's, the feed's before all others.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from digest.catalog import embedding, key_sentence, merging, paper_news, precedence, tagging
from digest.catalog.claimed_ids import without_others_ids
from digest.catalog.merging import SameTitles
from digest.catalog.paper_lookup import ARXIV_SCHEME, arxiv_ids_of, papers_by_identifiers
from digest.catalog.provenance import Statements
from digest.catalog.record_fields import fields_of_record
from digest.catalog.work_keys import write_keys
from digest.catalog.work_lookup import SameWorks
from digest.models import Authorship, Edition, EditionPaper, Listing, Paper, PaperIdentifier, PaperNews
from digest.sources import seed
from digest.sources.record import PaperRecord

IMPORT_BATCH = 500
# The fields computed from a paper's text.
DESCRIBED = ("embedding", "embedding_model", *key_sentence.KEY_FIELDS)


class IdentifierConflictError(ValueError):
    """The identifiers of one record belong to different papers."""


@dataclass
class Imported:
    """The papers of the records, each once, in their order, and what was done with them."""

    papers: list[Paper] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    # What was skipped in the records, and why.
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged"


def sum_of_imports(parts: Iterable[Imported]) -> Imported:
    """Return several results as one."""
    whole = Imported()
    for part in parts:
        whole.papers += part.papers
        whole.new, whole.updated = whole.new + part.new, whole.updated + part.updated
        whole.unchanged += part.unchanged
        whole.notes += part.notes
    return whole


@dataclass
class ImportedPage:
    """An imported seed page: its papers, its edition's day, and how many papers the edition got from it."""

    papers: Imported
    day: date
    added: int


def import_records(records: Sequence[PaperRecord]) -> Imported:
    """Write the papers of the records, tag what is new or changed, and return a summary; all or nothing.

    A paper is recognised by any of its identifiers. An empty field of a record removes nothing from a known paper.
    Raises IdentifierConflictError if one record stands for two papers.
    """
    with transaction.atomic():
        own_records, notes = without_others_ids(records)
        batch = _Batch(own_records, notes)
        for record in own_records:
            batch.take(record)
        return batch.write()


def import_what_fits(records: Sequence[PaperRecord]) -> Imported:
    """Write the papers of the records as import_records does; a conflict is noted and stops nothing.

    Then only the first identifier of the record counts: two arXiv papers that claim one DOI stay two papers.
    """
    with transaction.atomic():
        own_records, notes = without_others_ids(records)
        batch = _Batch(own_records, notes)
        for record in own_records:
            try:
                batch.take(record)
            except IdentifierConflictError as error:
                batch.notes.append(f"{error}; only {':'.join(record.identifiers[0])} was used")
                batch.take(replace(record, identifiers=record.identifiers[:1]))
        return batch.write()


def import_seed_page(path: Path = seed.SHIPPED_PAGE, year: int = seed.SHIPPED_YEAR) -> ImportedPage:
    """Import the papers of a seed page and put them, in its order, into the edition of its day, a draft if new.

    A paper that is already in an edition stays there. Raises SourceError if the page breaks the pattern; then nothing
    is imported.
    """
    page = seed.read_seed(path, year)
    with transaction.atomic():
        imported = import_records(page.papers)
        edition, _ = Edition.objects.get_or_create(day=page.day)
        return ImportedPage(imported, page.day, edition.append(imported.papers))


class _Batch:
    """The rows to write for a batch of records. A paper without a key is new."""

    def __init__(self, records: Sequence[PaperRecord], notes: list[str]) -> None:
        self.papers_by_identifier = papers_by_identifiers(records)
        self.by_title = SameTitles(records, self.papers_by_identifier)
        self.same_works = SameWorks(records, self.papers_by_identifier)
        self.statements = Statements()
        self.first_names: dict[int, str] = {}
        named = any(scheme == ARXIV_SCHEME for record in records for scheme, _ in record.identifiers)
        self.arxiv_ids = arxiv_ids_of(self.papers_by_identifier.values()) if named else {}
        # By identity, because papers without a key are equal to nothing.
        self.papers: dict[int, Paper] = {}
        self.changed: dict[int, set[str]] = {}
        self.identifiers: list[PaperIdentifier] = []
        self.listings: list[Listing] = []
        self.notes = notes

    def take(self, record: PaperRecord) -> None:
        """Find or make the record's paper and put the record's fields into it."""
        paper = self._paper_of(record)
        if paper is None:
            return
        is_first = paper.pk is None and id(paper) not in self.papers
        self.papers[id(paper)] = paper
        self._keep_statement(record, paper, is_first=is_first)
        overwrites = is_first or precedence.overwrites(record, paper)
        is_back = paper.withdrawn_at and precedence.is_back(record, paper)
        whose = {"source": record.source, "version": record.version} if overwrites else {}
        for name, value in {**fields_of_record(record, paper), **whose}.items():
            if value and getattr(paper, name) != value and (overwrites or not getattr(paper, name)):
                self._set(paper, name, value)
        self._note_withdrawal(record, paper)
        if is_back:
            self._set(paper, "withdrawn_at", None)
            self.notes.append(f"“{paper.title}” is back and no longer withdrawn")
        was_seen = record.is_day_of_first_sight and record.identifiers[-1] in self.papers_by_identifier
        for scheme, value in record.identifiers:
            if (scheme, value) not in self.papers_by_identifier:
                self.papers_by_identifier[scheme, value] = paper
                self.identifiers.append(PaperIdentifier(paper=paper, scheme=scheme, value=value))
                if scheme == ARXIV_SCHEME:
                    self.arxiv_ids[id(paper)] = value
        if record.day and record.origin and not was_seen:
            self.listings.append(Listing(paper=paper, origin=record.origin, day=record.day))

    def _keep_statement(self, record: PaperRecord, paper: Paper, *, is_first: bool) -> None:
        own_name = ":".join(record.identifiers[0])
        if is_first:
            self.same_works.add(record, paper)
        else:
            self.statements.take(record, paper, self.first_names.get(id(paper), own_name))
        self.first_names.setdefault(id(paper), own_name)

    def _note_withdrawal(self, record: PaperRecord, paper: Paper) -> None:
        if record.withdrawn_at and not precedence.may_withdraw(record, paper):
            self.notes.append(f"“{paper.title}” isn't marked as withdrawn: that is not for {record.source} to say")
        elif record.withdrawn_at and record.version > (paper.withdrawn_version or 0):
            self._set(paper, "withdrawn_version", record.version)

    def _set(self, paper: Paper, name: str, value: object) -> None:
        setattr(paper, name, value)
        self.changed.setdefault(id(paper), set()).add(name)

    def _paper_of(self, record: PaperRecord) -> Paper | None:
        """Return the paper of a record, a new one if it is unknown; None if the record is only for known papers."""
        candidates = {id(paper): paper for name in record.identifiers if (paper := self.papers_by_identifier.get(name))}
        if not candidates and (paper := self.by_title.paper_of(record) or self.same_works.paper_of(record)):
            candidates = {id(paper): paper}
        # A paper has one arXiv id, so two of them are two papers.
        own = [value for scheme, value in record.identifiers if scheme == ARXIV_SCHEME]
        others = [paper for key, paper in candidates.items() if own and self.arxiv_ids.get(key, own[0]) != own[0]]
        if len(candidates) > 1 and not others and (one := self._merged(list(candidates.values()), record)):
            return one
        if len(candidates) > 1 or others:
            names = ", ".join(f"{scheme}:{value}" for scheme, value in record.identifiers)
            expected = f"“{record.title}”: expected one paper for {names}"
            raise IdentifierConflictError(
                f"{expected}, found {len(candidates) if len(candidates) > 1 else 'another one'}"
            )
        if candidates:
            return next(iter(candidates.values()))
        return None if record.only_if_known else Paper(source=record.source, version=record.version)

    def _merged(self, papers: list[Paper], record: PaperRecord) -> Paper | None:
        """Return the one paper that several rows are, by a record with the ids of all; None if that is not clear."""
        if sum(id(paper) in self.arxiv_ids for paper in papers) > 1 or not merging.are_one(papers, record.title):
            return None
        names = [f"{scheme}:{value}" for scheme, value in record.identifiers]
        if merging.are_kept_apart(names, names):
            return None
        one, *others = sorted(papers, key=lambda paper: (not merging.was_out(paper), paper.pk or sys.maxsize))
        for other in others:
            before = merging.fields_before(one)
            self.statements.replace(other, one)
            self.changed.setdefault(id(one), set()).update(merging.merge_into(one, other))
            self.notes.append(f"“{one.title}” was there twice, under different IDs; it is now one paper")
            self.papers.pop(id(other), None)
            self.changed.pop(id(other), None)
            self.arxiv_ids |= {id(one): value} if (value := self.arxiv_ids.pop(id(other), "")) else {}
            self.papers_by_identifier |= {
                name: one for name, paper in self.papers_by_identifier.items() if paper is other
            }
            titles = self.by_title.papers
            titles |= {title: one for title, paper in titles.items() if paper is other}
            rows: list[PaperIdentifier | Listing] = [*self.identifiers, *self.listings]
            for row in rows:
                if row.paper is other:
                    row.paper = one
            # This removes its key from the database; nothing may refer to the object any more.
            merging.drop(one, other, before=before, reason=f"{record.source} lists the IDs of both: {', '.join(names)}")
        return one

    def write(self) -> Imported:
        """Write everything and return the summary."""
        papers = list(self.papers.values())
        new = [paper for paper in papers if paper.pk is None]
        updated = [paper for paper in papers if paper.pk and id(paper) in self.changed]
        news = paper_news.news_of(updated, self.identifiers)
        embedding.embed([*new, *updated])
        key_sentence.choose_key_sentences([*new, *updated])
        Paper.objects.bulk_create(new, batch_size=IMPORT_BATCH)
        for paper in updated:
            # Bulk updates ignore auto_now.
            paper.updated_at = timezone.now()
        Paper.objects.bulk_update(
            updated,
            [
                *sorted(set().union(*self.changed.values())),
                "updated_at",
                "embedding",
                "embedding_model",
                *key_sentence.KEY_FIELDS,
            ],
            batch_size=IMPORT_BATCH,
        )
        rows: list[PaperIdentifier | Listing] = [*self.identifiers, *self.listings]
        for row in rows:
            # The paper had no key when it was assigned.
            row.paper_id = row.paper.pk
        PaperIdentifier.objects.bulk_create(self.identifiers, batch_size=IMPORT_BATCH)
        PaperNews.objects.bulk_create(news)
        Listing.objects.bulk_create(self.listings, batch_size=IMPORT_BATCH, ignore_conflicts=True)
        self.statements.write()
        retitled = [paper for paper in updated if self.changed[id(paper)] & {"title", "authors"}]
        if new or retitled:
            write_keys([*new, *retitled])
        Authorship.objects.write(new)
        Authorship.objects.keep([paper for paper in updated if "authors" in self.changed[id(paper)]])
        if new or updated:
            tagging.tag([*new, *updated])
            _hide([paper for paper in updated if paper.withdrawn_at])
        return Imported(papers, len(new), len(updated), len(papers) - len(new) - len(updated), self.notes)


def _hide(papers: Sequence[Paper]) -> None:
    """Hide withdrawn papers from readers in editions that are not out yet."""
    if papers:
        drafts = EditionPaper.objects.filter(paper__in=papers, edition__status=Edition.Status.DRAFT)
        drafts.update(placement=EditionPaper.Placement.HIDDEN)
