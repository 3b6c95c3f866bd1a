"""The content of pages with papers. The number of queries does not grow with the number of papers."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest

from digest.community import feedback, votes
from digest.models import Edition, EditionPaper, Paper, PaperTopic
from digest.site.members import member_of, reader_of
from subscriptions.models import Topic

# The strongest come first. More would be noise under a title.
TOPICS_SHOWN = 3
# Papers per page of a long list.
PAPERS_PER_LIST_PAGE = 50


def paper_prefetches(prefix: str = "") -> "list[Prefetch[Any] | str]":
    """Return what to prefetch so that the topics and links of papers need no query per paper."""
    tags = Prefetch(f"{prefix}tags", queryset=PaperTopic.objects.select_related("topic"))
    return [f"{prefix}identifiers", tags]


def edition_page(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    """Return an edition with its visible papers and the editions before and after it."""
    entries = EditionPaper.objects.shown().filter(edition=edition).select_related("paper")
    neighbours = Edition.objects.filter(status=Edition.Status.PUBLISHED).aggregate(
        earlier=Max("day", filter=Q(day__lt=edition.day)), later=Min("day", filter=Q(day__gt=edition.day))
    )
    return {
        "edition": edition,
        **neighbours,
        **_papers(request, list(entries.prefetch_related(*paper_prefetches("paper__")))),
    }


def paginated(request: HttpRequest, entries: QuerySet[EditionPaper]) -> dict[str, Any]:
    """Return the page of a long list given by `page` in the query string, with editions; Http404 past the end."""
    page = _page(request, with_paper_data(entries))
    return {"page": page, "with_days": True, **_papers(request, list(page.object_list))}


def in_ranking_order(request: HttpRequest, keys: Sequence[int]) -> dict[str, Any]:
    """Return one page of the papers with these keys, in their order."""
    page = _page(request, keys)
    by_paper = {
        entry.paper_id: entry for entry in with_paper_data(EditionPaper.objects.public().filter(paper__in=page))
    }
    entries = [by_paper[key] for key in page if key in by_paper]
    return {"page": page, "with_days": True, **_papers(request, entries)}


def with_paper_data(entries: QuerySet[EditionPaper]) -> QuerySet[EditionPaper]:
    """Fetch everything a list shows of papers with the entries."""
    return entries.select_related("paper", "edition").prefetch_related(*paper_prefetches("paper__"))


def _page(request: HttpRequest, items: Any) -> "Page[Any]":
    try:
        return Paginator(items, PAPERS_PER_LIST_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404("no such page") from error


def _papers(request: HttpRequest, entries: list[EditionPaper]) -> dict[str, Any]:
    """Return the papers with the signed-in member's votes and feedback."""
    return {
        "entries": entries,
        "topics_shown": f":{TOPICS_SHOWN}",
        **own_marks(request, [entry.paper_id for entry in entries]),
    }


def own_marks(request: HttpRequest, papers: Sequence[int]) -> dict[str, Any]:
    """Return the signed-in member's votes and feedback on these papers (keys). They make a page personal."""
    member, reader = member_of(request), reader_of(request)
    return {
        "voted": votes.voted_by(member, papers) if member and papers else set(),
        "opinions": feedback.feedback_by_paper(reader, papers) if reader and papers else {},
    }


def papers_for_page() -> QuerySet[Paper]:
    """Return the papers that have a public page, with everything it shows."""
    return Paper.objects.with_page().select_related("entry__edition").prefetch_related(*paper_prefetches())


def topics_with_counts() -> QuerySet[Any]:
    """Return the topics, each with `count`, the number of papers about it that readers may see."""
    is_published = Q(papers__entry__edition__status=Edition.Status.PUBLISHED)
    is_published &= ~Q(papers__entry__placement=EditionPaper.Placement.HIDDEN)
    return Topic.objects.annotate(count=Count("papers", filter=is_published))
