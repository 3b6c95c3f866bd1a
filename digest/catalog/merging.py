"""Merge two rows that turn out to be one paper: when that is certain enough, and how.

A BibTeX entry with a DOI and arXiv's record without one make two rows; a later record with both ids says that they
are one. What readers and curators did with either is kept.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product

from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from digest.catalog import embedding, key_sentence, tagging
from digest.catalog.precedence import RANK
from digest.catalog.work_keys import write_keys
from digest.models import Authorship, KeptApart, Paper, PaperIdentifier, PaperJoin, PaperTopic, WorkKey
from digest.sources.record import PaperRecord, key_of_title
from subscriptions.author_matching import author_key

TITLE = PaperIdentifier.Scheme.TITLE.value
# The share of two titles that is the same if an article renames its preprint a little.
ALIKE = 0.5

_TEXT = ("title", "abstract", "original_title", "original_abstract", "authors", "original_authors", "source", "version")
_FILLED = (
    *("abstract", "original_abstract", "authors", "original_authors", "arxiv_categories", "code_url", "project_url"),
    *("published_at", "sent_at", "venue"),
)
_EXACT_FIELDS = (
    *dict.fromkeys([*_TEXT, *_FILLED]),
    "withdrawn_at",
    "withdrawn_version",
    "created_at",
    "voted_at",
    "hot",
)

# Rows computed from a paper's text; the paper that stays has its own.
_MADE_OF_TEXT = (Authorship, PaperTopic, WorkKey)


class SameTitles:
    """The papers that records may be by title and author, if the record or the paper has no id."""

    def __init__(self, records: Sequence[PaperRecord], papers_by_identifier: Mapping[tuple[str, str], Paper]) -> None:
        unknown = [
            record
            for record in records
            if record.title and not any(name in papers_by_identifier for name in record.identifiers)
        ]
        self.papers: dict[str, Paper] = {}
        if not unknown:
            return
        objects = {paper.pk: paper for paper in papers_by_identifier.values()}
        # For a record with an id: a paper that has none.
        keys = [key_of_title(record.title) for record in unknown if record.identifiers[0][0] != TITLE]
        rows = PaperIdentifier.objects.filter(scheme=TITLE, value__in=keys).select_related("paper")
        titled = [(row.value, row.paper) for row in rows] if keys else []
        # For a record without one: any paper.
        titles = [record.title.lower() for record in unknown if record.identifiers[0][0] == TITLE]
        named = Paper.objects.annotate(small=Lower("title")).filter(small__in=titles) if titles else []
        titled += [(key_of_title(paper.title), paper) for paper in named]
        self.papers = {key: objects.get(paper.pk, paper) for key, paper in titled}

    def paper_of(self, record: PaperRecord) -> Paper | None:
        """Return the paper that a record is by its title and its authors; None if there is none."""
        paper = self.papers.get(key_of_title(record.title)) if self.papers else None
        return paper if paper and _share_an_author(record.authors, paper.authors) else None


def are_one(papers: Sequence[Paper], title: str) -> bool:
    """Return whether papers that one record names are alike enough to be one, and at most one was already out."""
    alike = all(
        _are_alike(paper.title, title) or _are_alike(paper.title, papers[0].title) for paper in papers
    ) and _all_share_an_author(papers)
    return alike and sum(map(was_out, papers)) <= 1


def was_out(paper: Paper) -> bool:
    """Return whether readers may have seen it: then its URL and the links in emails must keep working."""
    return paper.pk is not None and Paper.objects.were_sent().filter(pk=paper.pk).exists()


def merge_into(one: Paper, other: Paper) -> set[str]:
    """Copy into one paper what the other has better, or only it has; return the names of the fields that changed."""
    is_better = (other.version, RANK.get(other.source, 0)) > (one.version, RANK.get(one.source, 0))
    changed: set[str] = set()
    for name in dict.fromkeys([*_TEXT, *_FILLED]):
        value = getattr(other, name)
        if value and value != getattr(one, name) and ((is_better and name in _TEXT) or not getattr(one, name)):
            setattr(one, name, value)
            changed.add(name)
    return changed


def _exact(value: object) -> object:
    """Return a value as it is stored in JSON: a moment to the microsecond."""
    return value.isoformat() if isinstance(value, datetime) else value


def fields_before(paper: Paper) -> dict[str, object]:
    """Return a paper's current values in the fields that a join may change."""
    return {name: getattr(paper, name) for name in dict.fromkeys([*_TEXT, *_FILLED])}


def drop(one: Paper, other: Paper, *, before: dict[str, object], reason: str) -> None:
    """Move all rows that refer to the other paper to the one, and delete the other. `undo` reverses it.

    before: the fields of the one before the join.
    """
    if other.pk is None:
        return
    if one.pk is None:
        # A paper that is stored comes first when they are sorted.
        raise ValueError("expected a paper that is stored")
    moved: dict[str, list[int]] = {}
    lost: list[models.Model] = []
    for relation in Paper._meta.related_objects:
        name, model = relation.field.name, relation.related_model
        if model in _MADE_OF_TEXT:
            continue
        for row in model._default_manager.filter(**{name: other.pk}):
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{name: one.pk})
                moved.setdefault(f"{model._meta.label_lower}.{name}", []).append(row.pk)
            except IntegrityError:
                # The one already has such a row: a vote by the same reader, a position in an edition.
                lost.append(row)
    PaperJoin.objects.create(
        paper=one,
        other=other.pk,
        title=other.title,
        reason=reason[:300],
        content={
            "other": {name: _exact(getattr(other, name)) for name in _EXACT_FIELDS},
            "before": {name: _exact(value) for name, value in before.items()},
            "moved": moved,
            "lost": serializers.serialize("python", lost),
        },
    )
    one.votes = one.given_votes.count()
    Paper.objects.filter(pk=one.pk).update(votes=one.votes)
    other.delete()


def _are_alike(first: str, second: str) -> bool:
    words, others = (set(re.findall(r"\w+", title.casefold())) for title in (first, second))
    return bool(words) and len(words & others) / len(words | others) >= ALIKE


def _all_share_an_author(papers: Sequence[Paper]) -> bool:
    return all(_share_an_author(paper.authors, papers[0].authors) for paper in papers)


def _share_an_author(names: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether a family name is in both, or one of them has no names."""
    families, theirs = ({key.split()[-1] for name in some if (key := author_key(name))} for some in (names, others))
    return not families or not theirs or bool(families & theirs)


@transaction.atomic
def join(one: Paper, other: Paper, reason: str) -> Paper:
    """Join two papers because someone says they are one; return the joined paper. The published one stays."""
    if was_out(other) and not was_out(one):
        one, other = other, one
    before = fields_before(one)
    changed = merge_into(one, other)
    one.save(update_fields=[*changed, "updated_at"])
    _make_anew([one])
    drop(one, other, before=before, reason=reason)
    return one


@transaction.atomic
def undo(joined: PaperJoin) -> Paper:
    """Split a joined paper into two again, each with the rows it had; return the other. No source joins them again."""
    content, one = joined.content, joined.paper
    other = Paper(pk=joined.other, **content["other"])
    other.save(force_insert=True)
    for place, keys in content["moved"].items():
        label, _, name = place.rpartition(".")
        apps.get_model(label)._default_manager.filter(pk__in=keys, **{name: one.pk}).update(**{name: other.pk})
    for row in serializers.deserialize("python", content["lost"], ignorenonexistent=True):
        row.save()
    for name, value in content["before"].items():
        field = Paper._meta.get_field(name)
        setattr(one, name, field.to_python(value) if isinstance(field, models.DateTimeField) else value)
    one.votes, other.votes = one.given_votes.count(), other.given_votes.count()
    one.save()
    other.save()
    _make_anew([one, other])
    joined.undone_at = timezone.now()
    joined.save(update_fields=["undone_at"])
    keep_apart(one, other)
    return other


def _make_anew(papers: Sequence[Paper]) -> None:
    """Recompute everything that is derived from the text of papers."""
    embedding.embed(papers)
    key_sentence.choose_key_sentences(papers)
    Paper.objects.bulk_update(papers, ["embedding", "embedding_model", *key_sentence.KEY_FIELDS])
    tagging.tag(papers)
    write_keys(papers)


def keep_apart(one: Paper, other: Paper) -> None:
    """Keep all sources from joining two papers again."""
    names = [[f"{row.scheme}:{row.value}" for row in paper.identifiers.all()] for paper in (one, other)]
    pairs = [KeptApart(first=min(pair), second=max(pair)) for pair in product(*names)]
    KeptApart.objects.bulk_create(pairs, ignore_conflicts=True)


def are_kept_apart(names: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether someone said that any of these ids belongs to a different work than any of the others."""
    both = {*names}, {*others}
    rows = KeptApart.objects.filter(
        models.Q(first__in=both[0], second__in=both[1]) | models.Q(first__in=both[1], second__in=both[0])
    )
    return rows.exists()
