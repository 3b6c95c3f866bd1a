"""Look up papers by identifier."""

from collections.abc import Iterable

from django.db.models import Q

from digest.models import Paper, PaperIdentifier
from digest.sources.record import PaperRecord

Identifier = tuple[str, str]
ARXIV_SCHEME = PaperIdentifier.Scheme.ARXIV.value


def papers_by_identifiers(records: Iterable[PaperRecord]) -> dict[Identifier, Paper]:
    """Return {identifier: paper} for the records' identifiers: one object per paper."""
    values: dict[str, set[str]] = {}
    for record in records:
        for scheme, value in record.identifiers:
            values.setdefault(scheme, set()).add(value)
    if not values:
        return {}
    named = Q()
    for scheme, scheme_values in values.items():
        named |= Q(scheme=scheme, value__in=scheme_values)
    papers: dict[int, Paper] = {}
    return {
        (row.scheme, row.value): papers.setdefault(row.paper_id, row.paper)
        for row in PaperIdentifier.objects.filter(named).select_related("paper").order_by("pk")
    }


def arxiv_ids_of(papers: Iterable[Paper]) -> dict[int, str]:
    """Return the arXiv id of each of these objects that has one, by the object's identity."""
    objects = {paper.pk: paper for paper in papers}
    rows = PaperIdentifier.objects.filter(scheme=ARXIV_SCHEME, paper__in=objects).values_list("paper_id", "value")
    return {id(objects[pk]): value for pk, value in rows}
