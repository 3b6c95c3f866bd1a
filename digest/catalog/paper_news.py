"""Changes to papers that readers saved or received, recorded on import for their next digest."""

from collections.abc import Iterable, Sequence

from digest.models import Feedback, Paper, PaperIdentifier, PaperNews

Kind = PaperNews.Kind
# arXiv gives each paper a DOI of its own, which is not a publication (info.arxiv.org/help/doi.html).
ARXIV_DOI_PREFIX = "10.48550/"


def news_of(changed: Iterable[Paper], new_identifiers: Sequence[PaperIdentifier]) -> list[PaperNews]:
    """Return what changed in papers compared with what is stored, before they are written.

    For those that someone saved, everything that changed; for those that were sent, that they were withdrawn.
    """
    stored = {paper.pk: paper for paper in (*changed, *(row.paper for row in new_identifiers)) if paper.pk}
    if not stored:
        return []
    saved = Feedback.objects.filter(kind=Feedback.Kind.SAVED, paper__in=stored).values("paper")
    fields = "version", "code_url", "withdrawn_at"
    rows = Paper.objects.filter(pk__in=saved).only(*fields).in_bulk()
    withdrawn = [pk for pk, paper in stored.items() if paper.withdrawn_at and pk not in rows]
    sent = Paper.objects.were_sent().filter(pk__in=withdrawn, withdrawn_at=None) if withdrawn else ()
    news = [
        PaperNews(paper_id=pk, kind=kind, detail=detail)
        for pk, before in rows.items()
        for kind, detail, is_new in (
            (Kind.WITHDRAWN, "", stored[pk].withdrawn_at is not None and before.withdrawn_at is None),
            (Kind.VERSION, str(stored[pk].version), 0 < before.version < stored[pk].version),
            (Kind.CODE, "", bool(stored[pk].code_url) and not before.code_url),
        )
        if is_new
    ]
    published = [
        PaperNews(paper_id=row.paper.pk, kind=Kind.PUBLISHED, detail=row.value)
        for row in new_identifiers
        if row.paper.pk in rows
        and row.scheme == PaperIdentifier.Scheme.DOI
        and not row.value.lower().startswith(ARXIV_DOI_PREFIX)
    ]
    return [*news, *published, *(PaperNews(paper_id=paper.pk, kind=Kind.WITHDRAWN) for paper in sent)]
