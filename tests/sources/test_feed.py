"""Any feed becomes records: dated when first seen, recognised by ID or address, without floods of old entries."""

import json
from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest

from digest.catalog import harvest_scheduler, harvesting
from digest.models import FollowedSource, Listing, Paper, SourceRun
from digest.sources import feed
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition
from digest.sources.record import SourceError
from tests.support.fake_source import Reply
from tests.support.night_harvest import NIGHT
from tests.support.source_answers import BOMB, HTML

TODAY = date(2026, 9, 16)
FRESH = "Tue, 15 Sep 2026 08:00:00 GMT"


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(NIGHT, tick=False)
    return time_machine


def rss(*items, title="Journal of Graphs"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{title}</title>{''.join(items)}</channel></rss>"
    )


def item(number=1, title="On graphs", date=FRESH, more="", description="<p>All about <i>graphs</i>.</p>"):
    when = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{escape(title)}</title><link>https://journal.example/{number}</link>"
        f'<guid isPermaLink="false">entry-{number}</guid>{when}<description>{escape(description)}</description>'
        f"{more}</item>"
    )


PRISM = (
    "<dc:creator>Lovelace, Ada</dc:creator><dc:creator>Turing, Alan</dc:creator><prism:doi>10.1000/Graphs.1</prism:doi>"
    "<prism:publicationName>Annals of Graphs</prism:publicationName><dc:subject>Combinatorics</dc:subject>"
)
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>A blog</title>
<entry><id>tag:blog,2026:1</id><title type="html">On &amp;lt;i&amp;gt;graphs&amp;lt;/i&amp;gt;</title>
<link href="https://arxiv.org/abs/2609.00001v2"/><updated>2026-09-15T10:00:00Z</updated>
<author><name>Ada Lovelace</name></author><summary>All about graphs.</summary></entry></feed>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "A lab",
        "items": [
            {
                "id": "https://doi.org/10.1000/graphs.2",
                "url": "https://lab.example/2",
                "title": "More on graphs",
                "content_html": "<p>All &amp; more.</p>",
                "date_published": "2026-09-15T10:00:00+02:00",
                "authors": [{"name": "Ada Lovelace"}],
                "tags": ["Graphs"],
            },
            "nonsense",
            {"id": 7},
        ],
    }
)


def read_feed(server, body, *, is_first=False):
    server.says(body)
    place = HarvestPosition(server.url, TODAY - timedelta(days=3), NIGHT, is_first=is_first)
    (page,) = feed.pages(Fetcher(), place)
    return page


def test_dublin_core_and_prism_are_read(source):
    (record,) = read_feed(source, rss(item(more=PRISM))).records
    assert record.identifiers[0] == ("doi", "10.1000/graphs.1")
    assert record.identifiers[-1][0] == "feed"
    assert record.authors == ("Ada Lovelace", "Alan Turing")
    assert (record.title, record.abstract, record.venue) == ("On graphs", "All about graphs.", "Annals of Graphs")
    assert (record.categories, record.day, record.origin) == (("subject:combinatorics",), TODAY, "feed")
    assert record.published_at == datetime(2026, 9, 15, 8, tzinfo=UTC)


def test_atom_and_json_feeds_are_read_too(source):
    (record,) = read_feed(source, ATOM).records
    assert record.identifiers[0] == ("arxiv", "2609.00001")
    assert (record.title, record.authors, record.venue) == ("On graphs", ("Ada Lovelace",), "A blog")
    page = read_feed(source, JSON_FEED)
    (record,) = page.records
    assert record.identifiers[0] == ("doi", "10.1000/graphs.2")
    assert (record.title, record.abstract, record.venue) == ("More on graphs", "All & more.", "A lab")
    assert record.published_at == datetime(2026, 9, 15, tzinfo=UTC)
    assert len(page.skipped) == 1


def test_the_first_reading_of_a_feed_brings_no_flood_of_old_entries(source):
    old, fresh, dateless = item(1, date="Mon, 01 Jun 2026 08:00:00 GMT"), item(2), item(3, date="")
    page = read_feed(source, rss(old, fresh, dateless), is_first=True)
    assert [record.day for record in page.records] == [None, TODAY, None]


def test_an_entry_without_a_date_gets_the_day_it_is_first_seen(source, db, morning):
    source.says(rss(item(1, date="")))
    harvesting.harvest("feed", source.url)
    morning.move_to(NIGHT + timedelta(days=1), tick=False)
    source.says(rss(item(1, date=""), item(2, "On trees", date="")))
    harvesting.harvest("feed", source.url)
    morning.move_to(NIGHT + timedelta(days=2), tick=False)
    harvesting.harvest("feed", source.url)
    assert list(Listing.objects.values_list("paper__title", "day")) == [("On trees", TODAY + timedelta(days=1))]
    assert Paper.objects.count() == 2


def test_an_archive_put_back_into_a_feed_is_not_news(source, db, morning):
    source.says(rss(item(1)))
    harvesting.harvest("feed", source.url)
    morning.move_to(NIGHT + timedelta(days=1), tick=False)
    old = [item(number, f"Old paper {number}", date="Mon, 01 Jun 2020 08:00:00 GMT") for number in range(2, 40)]
    source.says(rss(item(1), *old))
    harvesting.harvest("feed", source.url)
    assert Listing.objects.count() == 1
    assert Paper.objects.count() == 39


def test_a_feed_lists_no_more_papers_a_day_than_its_limit(source, db, morning, settings):
    settings.SOURCES = []
    followed = FollowedSource.objects.create(kind="feed", query=source.url, name="Blog", most_per_day=2)
    source.says(rss(item(1, "First", date="")))
    harvesting.harvest("feed", source.url)
    morning.move_to(NIGHT + timedelta(days=1), tick=False)
    source.says(rss(*(item(number, f"Paper number {number}", date="") for number in range(1, 6))))
    run = harvesting.harvest("feed", source.url)
    assert Listing.objects.filter(origin=followed.origin).count() == 2
    assert "2 papers over the limit of 2 per day went into the catalogue only" in run.notes
    morning.move_to(NIGHT + timedelta(days=1, hours=3), tick=False)
    harvesting.harvest("feed", source.url)
    assert Listing.objects.count() == 2


@pytest.fixture(autouse=True)
def public_server(monkeypatch):
    """Our server counts as public."""
    monkeypatch.setattr("digest.sources.fetching.public_address", lambda host, _port: host)


def test_authors_in_one_element_are_told_apart(source):
    (record,) = read_feed(source, rss(item(more="<dc:creator>Doe, J., Roe, R.</dc:creator>"))).records
    assert record.authors == ("J. Doe", "R. Roe")


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("<p>All about graphs.</p><script>alert(1)</script>", "All about graphs."),
        ("<style type='text/css'>p { color: red }</style><p>All about graphs.</p>", "All about graphs."),
        ("All <SCRIPT src='x'>a < b</SCRIPT >about graphs.", "All about graphs."),
        ("All about graphs.<script>never closed", "All about graphs."),
        ("All about <b>scripts</b>.", "All about scripts."),
        ("All of <math><msup><mi>x</mi><mn>2</mn></msup></math> on a <map>map</map>.", "All of x^2 on a map ."),
    ],
)
def test_scripts_and_styles_are_no_text(source, description, text):
    (record,) = read_feed(source, rss(item(description=description))).records
    assert record.abstract == text


NETSCAPE = '"-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"'


@pytest.mark.parametrize("before", ["", "<!-- A feed -->\n", "\n"])
@pytest.mark.parametrize(
    "document_type", [f"rss PUBLIC {NETSCAPE}", "rss SYSTEM 'http://example.org/rss.dtd'", "rss", "rss PUBLIC 'a'"]
)
def test_a_document_type_without_declarations_does_no_harm(source, document_type, before):
    body = rss(item(1), item(2, "R&eacute;sum&eacute;s"))
    body = body.replace("<rss", f"{before}<!DOCTYPE {document_type}>\n<rss", 1)
    assert [record.title for record in read_feed(source, body).records] == ["On graphs", "Résumés"]


@pytest.mark.parametrize(
    "document_type",
    [
        '[<!ENTITY a "b">]',
        f'PUBLIC {NETSCAPE} [<!ENTITY a "b">]',
        "SYSTEM 'x.dtd' [<!ENTITY % a SYSTEM 'http://example.org/a'> %a;]",
        "[<!ELEMENT rss ANY>]",
        ">\n<!DOCTYPE rss [<!ENTITY a 'b'>]",
    ],
)
def test_a_document_type_with_declarations_is_refused(source, document_type):
    body = rss(item(1)).replace("<rss", f"<!DOCTYPE rss {document_type}>\n<rss", 1)
    with pytest.raises(SourceError, match="expected"):
        read_feed(source, body)


def test_notes_about_other_papers_are_left_out_and_a_retraction_marks_the_paper(source, db):
    source.says(rss(item(1, more=PRISM)))
    harvesting.harvest("feed", source.url)
    notes = [item(2, "Correction: On graphs"), item(3, "Author Correction: On trees"), item(4, "Issue Information")]
    retracted = item(5, "RETRACTED: On graphs", more="<prism:doi>10.1000/Graphs.1</prism:doi>")
    source.says(rss(*notes, retracted))
    run = harvesting.harvest("feed", source.url)
    paper = Paper.objects.get()
    assert run.skipped == 3
    assert (paper.title, paper.withdrawn_at) == ("On graphs", NIGHT)


@pytest.mark.parametrize("body", [HTML, "", "{}", '{"items": []}', BOMB, "<rss><channel>"])
def test_anything_that_is_not_a_feed_is_a_clear_error(source, body):
    with pytest.raises(SourceError, match="expected"):
        read_feed(source, body)


@pytest.mark.parametrize(
    "query", ["", "ftp://x.example/", "https://", "https://a b", "https://u:p@x.example/", "graphs"]
)
def test_only_an_address_is_accepted(query):
    with pytest.raises(SourceError, match="expected an address"):
        feed.checked_query(query)


def test_an_unchanged_feed_is_not_downloaded_again(source, db, morning):
    source.says(Reply(rss(item(1)), headers={"ETag": '"1"'}))
    harvesting.harvest("feed", source.url)
    source.says(Reply(status=304))
    assert harvesting.harvest("feed", source.url).new == 0
    assert source.requests[-1].headers["If-None-Match"] == '"1"'


def test_a_feed_that_moved_permanently_says_where(source, db):
    followed = FollowedSource.objects.create(kind="feed", query=source.url, name="Blog")
    source.says(Reply(status=301, headers={"Location": "/new"}), rss(item(1)))
    harvest_scheduler.harvest_due(NIGHT)
    followed.refresh_from_db()
    assert followed.moved_to == f"{source.url}/new"
    assert f"it has moved permanently to {source.url}/new" in SourceRun.objects.get().notes


@pytest.mark.parametrize(("status", "times"), [(410, 1), (404, 5)])
@pytest.mark.usefixtures("db")
def test_a_feed_that_is_gone_is_stopped_and_the_operator_is_told(source, morning, caplog, status, times):
    followed = FollowedSource.objects.create(kind="feed", query=source.url, name="Blog")
    source.says(Reply(status=status))
    for day in range(10):
        morning.move_to(NIGHT + timedelta(days=day), tick=False)
        harvest_scheduler.harvest_due(NIGHT + timedelta(days=day))
    followed.refresh_from_db()
    assert len(source.requests) == times
    assert (followed.status, "it no longer exists" in followed.stopped_because) == ("stopped", True)
    assert [record.levelname for record in caplog.records if "has been stopped" in record.message] == ["ERROR"]


def test_a_feed_that_only_fails_is_queried_less_and_less_and_then_stopped(source, db, morning, waits):
    followed = FollowedSource.objects.create(kind="feed", query=source.url, name="Blog")
    source.says(HTML)
    for hour in range(0, 24 * 20, 4):
        now = NIGHT + timedelta(hours=hour)
        morning.move_to(now, tick=False)
        harvest_scheduler.harvest_due(now)
    followed.refresh_from_db()
    assert followed.status == "stopped"
    assert len(source.requests) < 25


def test_a_feed_from_the_panel_may_not_reach_into_our_network(source, db, monkeypatch):
    monkeypatch.undo()
    FollowedSource.objects.create(kind="feed", query="http://127.0.0.1:1/feed", name="Within")
    (run,) = harvest_scheduler.harvest_due(NIGHT)
    assert "not public" in run.error
