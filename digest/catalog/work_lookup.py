"""Match records with unknown ids to the papers that they nevertheless are, by title, authors and text."""

from collections.abc import Iterable, Mapping, Sequence

from digest.catalog.same_work import WorkDescription, is_same_work, keys_of_work
from digest.models import KeptApart, Paper, PaperIdentifier, WorkKey
from digest.sources.record import PaperRecord

# A key that more papers than this have is not used.
MOST_PER_KEY = 40
# These alone do not tell one work from another.
_OWN_NAMES = {PaperIdentifier.Scheme.TITLE.value, PaperIdentifier.Scheme.SEED.value}


class SameWorks:
    """The papers that unknown records may be: those in the database and those that the batch brings."""

    def __init__(self, records: Sequence[PaperRecord], papers_by_identifier: Mapping[tuple[str, str], Paper]) -> None:
        unknown = [
            record
            for record in records
            if record.title and not any(name in papers_by_identifier for name in record.identifiers)
        ]
        self._descriptions = {id(record): description_of_record(record) for record in unknown}
        self._keys = {key: keys_of_work(work) for key, work in self._descriptions.items()}
        self._papers: dict[int, list[tuple[WorkDescription, Paper]]] = {}
        wanted_keys = sorted({key for keys in self._keys.values() for key in keys})
        if not wanted_keys:
            return
        objects = {paper.pk: paper for paper in papers_by_identifier.values() if paper.pk}
        rows = list(WorkKey.objects.filter(key__in=wanted_keys).values_list("key", "paper_id"))
        by_key: dict[int, set[int]] = {}
        for key, paper in rows:
            by_key.setdefault(key, set()).add(paper)
        few = {key: keys for key, keys in by_key.items() if len(keys) <= MOST_PER_KEY}
        candidates = Paper.objects.defer("embedding").prefetch_related("identifiers")
        stored = candidates.in_bulk(sorted(set().union(*few.values()))) if few else {}
        self._apart = self._kept_apart(unknown)
        described = {pk: (description_of_paper(paper), objects.get(pk, paper)) for pk, paper in stored.items()}
        self._papers = {key: [described[pk] for pk in sorted(keys)] for key, keys in few.items()}

    _apart: frozenset[tuple[str, str]] = frozenset()

    @staticmethod
    def _kept_apart(records: Iterable[PaperRecord]) -> frozenset[tuple[str, str]]:
        names = [f"{scheme}:{value}" for record in records for scheme, value in record.identifiers]
        rows = KeptApart.objects.filter(first__in=names) | KeptApart.objects.filter(second__in=names)
        return frozenset(rows.values_list("first", "second"))

    def paper_of(self, record: PaperRecord) -> Paper | None:
        """Return the paper that a record is; None if there is none, or more than one."""
        own = self._descriptions.get(id(record))
        if own is None:
            return None
        candidates = {
            id(paper): (work, paper) for key in self._keys[id(record)] for work, paper in self._papers.get(key, ())
        }
        same = [paper for work, paper in candidates.values() if self._may_join(own, work) and is_same_work(own, work)]
        return same[0] if len(same) == 1 else None

    def add(self, record: PaperRecord, paper: Paper) -> None:
        """Make a paper that this record brings known to the records that follow in the batch."""
        own = self._descriptions.get(id(record))
        if own is not None:
            for key in self._keys[id(record)]:
                self._papers.setdefault(key, []).append((own, paper))

    def _may_join(self, own: WorkDescription, other: WorkDescription) -> bool:
        if not self._apart:
            return True
        names = [[f"{scheme}:{value}" for scheme, value in work.identifiers] for work in (own, other)]
        return not any((min(a, b), max(a, b)) in self._apart for a in names[0] for b in names[1])


def description_of_record(record: PaperRecord) -> WorkDescription:
    """Return what a record says about its work."""
    day = record.published_at.date() if record.published_at else record.day
    ids = tuple(name for name in record.identifiers if name[0] not in _OWN_NAMES)
    return WorkDescription(record.title, record.authors, record.abstract, ids, day)


def description_of_paper(paper: Paper) -> WorkDescription:
    """Return what is known about a paper's work. Prefetch `identifiers`."""
    ids = tuple((row.scheme, row.value) for row in paper.identifiers.all() if row.scheme not in _OWN_NAMES)
    day = paper.published_at.date() if paper.published_at else None
    return WorkDescription(paper.title, tuple(paper.authors), paper.abstract, ids, day)
