"""Lists of papers over many days: a week, a month, a topic, an author, what is trending; and the archive."""

from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from digest import searching
from digest.models import Edition, EditionPaper
from digest.site import reading
from digest.site.keeping import for_everybody, show
from digest.site.periods import Period, month_of, week_of
from subscriptions.models import Topic

NEWEST = ("-edition__day", "placement", "position", "pk")
BEST = ("-paper__votes", *NEWEST)
HOTTEST = ("-paper__hot", "-paper__pk")


@require_safe
@for_everybody
def week(request: HttpRequest, first: date) -> HttpResponse:
    """Show the papers of a week, those with most votes first."""
    return _period(request, week_of(first))


@require_safe
@for_everybody
def month(request: HttpRequest, first: date) -> HttpResponse:
    """Show the papers of a month, those with most votes first."""
    return _period(request, month_of(first))


def _period(request: HttpRequest, period: Period) -> HttpResponse:
    days = Edition.objects.published().filter(day__range=(period.first, period.last)).reverse()
    if not days:
        raise Http404("no edition in this time")
    entries = EditionPaper.objects.public().filter(edition__in=days).order_by(*BEST)
    return show(request, "site/period.html", {"period": period, "days": days, **reading.paged(request, entries)})


@require_safe
@for_everybody
def trending(request: HttpRequest) -> HttpResponse:
    """Show the papers by votes and age."""
    entries = EditionPaper.objects.public().order_by(*HOTTEST)
    return show(request, "site/trending.html", reading.paged(request, entries))


@require_safe
@for_everybody
def trending_formula(request: HttpRequest) -> HttpResponse:
    """Say how votes and age are joined."""
    return show(request, "site/formula.html", {})


@require_safe
@for_everybody
def topics(request: HttpRequest) -> HttpResponse:
    """List the topics."""
    return show(request, "site/topics.html", {"topics": reading.topics_with_counts().order_by("name")})


@require_safe
@for_everybody
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the papers about a topic, newest first."""
    found = get_object_or_404(Topic, slug=slug)
    return show(request, "site/topic.html", {"topic": found, **reading.paged(request, about(found))})


def about(topic: Topic) -> QuerySet[EditionPaper]:
    """Return the places of the papers about a topic that readers may see, newest first."""
    return EditionPaper.objects.public().filter(paper__tags__topic=topic).order_by(*NEWEST)


@require_safe
@for_everybody
def author(request: HttpRequest, name: str) -> HttpResponse:
    """Show the papers of an author, newest first."""
    papers = searching.papers_by(name)
    entries = EditionPaper.objects.public().filter(paper__in=papers).order_by(*NEWEST)
    context = reading.paged(request, entries)
    if not context["entries"]:
        raise Http404("no paper of theirs")
    return show(request, "site/author.html", {"name": name, **context})


@require_safe
@for_everybody
def archive(request: HttpRequest) -> HttpResponse:
    """List the days that have an edition, by month."""
    months: dict[Period, list[date]] = {}
    for day in Edition.objects.published().values_list("day", flat=True):
        months.setdefault(month_of(day), []).append(day)
    return show(request, "site/archive.html", {"months": months.items()})
