"""Feeds of the latest papers, a topic or a search: Atom (RFC 4287) and JSON Feed (version 1.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.views.decorators.http import require_safe

from digest.catalog import search
from digest.catalog.formatting import on_one_line
from digest.catalog.key_sentence import quoted
from digest.models import EditionPaper, Paper
from digest.site import paper_lists
from digest.site.cors import allow_cross_origin
from digest.site.forms import SearchForm
from digest.site.listings import NEWEST, topic_papers
from digest.site.page_cache import public_page, render_public
from digest.site.search import parameters, query_of
from subscriptions.links import absolute
from subscriptions.models import Topic

# Papers in a feed: two full editions.
PAPERS_IN_FEED = 100
JSON_FEED = "application/feed+json; charset=utf-8"


@dataclass(frozen=True)
class PublicFeed:
    """The content of a feed, for either format. page: the path of the page it belongs to."""

    title: str
    page: str
    entries: Sequence[EditionPaper]

    @property
    def changed_at(self) -> datetime:
        """When anything in the feed last changed."""
        return max((changed_at(entry) for entry in self.entries), default=datetime(2020, 1, 1, tzinfo=UTC))


def changed_at(entry: EditionPaper) -> datetime:
    """Return when a paper was published here or its text last changed, whichever is later."""
    return max(entry.edition.published_at or entry.paper.updated_at, entry.paper.updated_at)


def latest_papers_feed() -> PublicFeed:
    """Return the papers of the latest editions."""
    entries = paper_lists.with_paper_data(EditionPaper.objects.public().order_by(*NEWEST))[:PAPERS_IN_FEED]
    return PublicFeed(settings.SITE_NAME, reverse("home"), list(entries))


def papers_of_topic(topic: Topic) -> PublicFeed:
    """Return the newest papers about a topic."""
    entries = list(paper_lists.with_paper_data(topic_papers(topic))[:PAPERS_IN_FEED])
    return PublicFeed(f"{topic.name} · {settings.SITE_NAME}", reverse("topic", args=[topic.slug]), entries)


def papers_of_search(query: search.Query) -> PublicFeed:
    """Return the newest papers that a search finds."""
    matching_entries = EditionPaper.objects.public().filter(paper__in=search.search_papers(query)).order_by(*NEWEST)
    address = f"{reverse('search')}?{parameters(query)}"
    return PublicFeed(
        f"{on_one_line(query.text)} · {settings.SITE_NAME}",
        address,
        list(paper_lists.with_paper_data(matching_entries)[:PAPERS_IN_FEED]),
    )


class PapersFeed(Atom1Feed):
    """Atom with all authors of a paper: Django's own class only supports one."""

    def add_item_elements(self, handler: Any, item: Any) -> None:
        """Write an entry."""
        super().add_item_elements(handler, item)
        if item["abstract"]:
            # In this case the summary is one sentence of the abstract.
            handler.addQuickElement("content", item["abstract"], {"type": "html"})
        for name in item["names"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.endElement("author")


def atom_feed(feed: PublicFeed, own_address: str) -> HttpResponse:
    """Return the feed as Atom."""
    document = PapersFeed(
        title=on_one_line(feed.title),
        link=absolute(feed.page),
        description="",
        feed_url=own_address,
        language="en",
        author_name=settings.SITE_NAME,
    )
    for entry in feed.entries:
        paper = entry.paper
        document.add_item(
            title=on_one_line(paper.title),
            link=absolute(paper.get_absolute_url()),
            # The abstract is plain text, but Django writes the summary as HTML.
            description=escape(quoted(paper) or on_one_line(paper.abstract)),
            abstract=escape(on_one_line(paper.abstract)) if quoted(paper) else "",
            unique_id=absolute(paper.get_absolute_url()),
            pubdate=entry.edition.published_at,
            updateddate=changed_at(entry),
            categories=[on_one_line(tag.topic.name) for tag in paper.tags.all()],
            names=[on_one_line(name) for name in paper.authors if on_one_line(name)],
        )
    # The time of the newest entry, not of the request, so that an unchanged feed is the same text.
    document.latest_post_date = lambda: feed.changed_at  # type: ignore[method-assign]
    return HttpResponse(document.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def json_feed(feed: PublicFeed, own_address: str) -> HttpResponse:
    """Return the feed as JSON Feed."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": on_one_line(feed.title),
        "home_page_url": absolute(feed.page),
        "feed_url": own_address,
        "language": "en",
        "items": [_item(entry, entry.paper) for entry in feed.entries],
    }
    return JsonResponse(document, content_type=JSON_FEED, json_dumps_params={"ensure_ascii": False})


def _item(entry: EditionPaper, paper: Paper) -> dict[str, Any]:
    address = absolute(paper.get_absolute_url())
    return {
        "id": address,
        "url": address,
        "title": on_one_line(paper.title),
        **({"summary": sentence} if (sentence := quoted(paper)) else {}),
        "content_text": on_one_line(paper.abstract),
        "date_published": (entry.edition.published_at or changed_at(entry)).isoformat(),
        "date_modified": changed_at(entry).isoformat(),
        "authors": [{"name": on_one_line(name)} for name in paper.authors],
        "tags": [tag.topic.name for tag in paper.tags.all()],
    }


Form = Callable[[PublicFeed, str], HttpResponse]


def _own_address(request: HttpRequest) -> str:
    return absolute(request.get_full_path())


@require_safe
@public_page
@allow_cross_origin
def latest_feed(request: HttpRequest, form: Form) -> HttpResponse:
    """Return the feed of the latest papers."""
    return form(latest_papers_feed(), _own_address(request))


@require_safe
@public_page
@allow_cross_origin
def topic_feed(request: HttpRequest, slug: str, form: Form) -> HttpResponse:
    """Return the feed of a topic."""
    return form(papers_of_topic(get_object_or_404(Topic, slug=slug)), _own_address(request))


@require_safe
@public_page
@allow_cross_origin
def search_feed(request: HttpRequest, form: Form) -> HttpResponse:
    """Return the feed of a search."""
    return form(papers_of_search(query_of(SearchForm(request.GET))), _own_address(request))


@require_safe
@public_page
def feed_list(request: HttpRequest) -> HttpResponse:
    """List the feeds and files, with a link to the API."""
    return render_public(request, "site/feeds.html", {"topics": Topic.objects.all()})
