"""Lists of papers over many days: a week, a month, a topic, an author, trending papers; and the archive."""

from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from digest.catalog import authors
from digest.models import Edition, EditionPaper
from digest.site import paper_lists
from digest.site.page_cache import public_page, render_public
from digest.site.periods import Period, month_of, week_of
from subscriptions.models import Topic

NEWEST = ("-edition__day", "placement", "position", "pk")
BEST = ("-paper__votes", *NEWEST)
HOTTEST = ("-paper__hot", "-paper__pk")


@require_safe
@public_page
def week(request: HttpRequest, first: date) -> HttpResponse:
    """Show the papers of a week, most votes first."""
    return _period(request, week_of(first))


@require_safe
@public_page
def month(request: HttpRequest, first: date) -> HttpResponse:
    """Show the papers of a month, most votes first."""
    return _period(request, month_of(first))


def _period(request: HttpRequest, period: Period) -> HttpResponse:
    days = Edition.objects.published().filter(day__range=(period.first, period.last)).reverse()
    if not days:
        raise Http404("no edition in this time")
    entries = EditionPaper.objects.public().filter(edition__in=days).order_by(*BEST)
    return render_public(
        request, "site/period.html", {"period": period, "days": days, **paper_lists.paginated(request, entries)}
    )


@require_safe
@public_page
def trending(request: HttpRequest) -> HttpResponse:
    """Show the papers ranked by votes and age."""
    entries = EditionPaper.objects.public().order_by(*HOTTEST)
    return render_public(request, "site/trending.html", paper_lists.paginated(request, entries))


@require_safe
@public_page
def trending_formula(request: HttpRequest) -> HttpResponse:
    """Explain how votes and age are combined."""
    return render_public(request, "site/trending_formula.html", {})


@require_safe
@public_page
def topic_list(request: HttpRequest) -> HttpResponse:
    """List the topics."""
    return render_public(request, "site/topics.html", {"topics": paper_lists.topics_with_counts().order_by("name")})


@require_safe
@public_page
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the papers about a topic, newest first."""
    requested = get_object_or_404(Topic, slug=slug)
    return render_public(
        request, "site/topic.html", {"topic": requested, **paper_lists.paginated(request, topic_papers(requested))}
    )


def topic_papers(topic: Topic) -> QuerySet[EditionPaper]:
    """Return the edition entries of the public papers about a topic, newest first."""
    return EditionPaper.objects.public().filter(paper__tags__topic=topic).order_by(*NEWEST)


@require_safe
@public_page
def author(request: HttpRequest, name: str) -> HttpResponse:
    """Show the papers of an author, newest first, under the most common spelling of the name."""
    entries = EditionPaper.objects.public().filter(paper__in=authors.papers_by(name)).order_by(*NEWEST)
    context = paper_lists.paginated(request, entries)
    if not context["entries"]:
        raise Http404("no papers by this author")
    canonical = authors.canonical_name(name)
    if canonical != name:
        # A temporary redirect, because future papers may change the most common spelling.
        return redirect(reverse("author", args=[canonical], query=request.GET))
    return render_public(request, "site/author.html", {"name": name, **context})


@require_safe
@public_page
def archive(request: HttpRequest) -> HttpResponse:
    """List the days that have an edition, by month."""
    months: dict[Period, list[date]] = {}
    for day in Edition.objects.published().values_list("day", flat=True):
        months.setdefault(month_of(day), []).append(day)
    return render_public(request, "site/archive.html", {"months": months.items()})
