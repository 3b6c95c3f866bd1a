"""What happens to saved papers is news in the next digest: once, at most three lines, and only for their reader."""

from datetime import timedelta

import pytest
import time_machine

from digest.catalog.importing import import_records
from digest.community import feedback
from digest.composing.digest_data import Letter
from digest.composing.fast_renderer import FragmentRenderer
from digest.composing.renderer import HTML_BYTES, render
from digest.composing.view_in_browser import render_for_browser
from digest.models import Delivery, Edition, Feedback, Paper, PaperIdentifier, PaperNews
from digest.models.snapshot import news_in, readable_snapshot, without_reasons
from digest.recommending import planning
from digest.recommending.saved_news import news_for
from digest.sources.record import PaperRecord
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, on_arxiv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

SAVED = Feedback.Kind.SAVED
BEFORE = NOON - timedelta(days=2)


def record(title="Saved paper", abstract="", **fields):
    defaults = {"identifiers": (("arxiv", "2508.00001"),), "source": "oai", "version": 1}
    return PaperRecord.read(title, abstract, **defaults | fields)


@pytest.fixture
def paper():
    return on_arxiv(make_paper("Saved paper", version=1, source="oai"), "2508.00001")


def save(reader, *papers, at=BEFORE):
    for paper in papers:
        feedback.give_feedback(reader, paper.pk, SAVED, at)


def news_rows():
    return sorted(PaperNews.objects.values_list("paper__title", "kind", "detail"))


@pytest.mark.parametrize(
    ("fields", "news"),
    [
        ({"version": 3}, [("version", "3")]),
        ({"identifiers": (("arxiv", "2508.00001"), ("doi", "10.1000/182"))}, [("published", "10.1000/182")]),
        ({"identifiers": (("arxiv", "2508.00001"), ("doi", "10.48550/arXiv.2508.00001"))}, []),
        ({"code_url": "https://example.org/code"}, [("code", "")]),
        ({"version": 2, "withdrawn_at": NOON}, [("withdrawn", "")]),
        ({"abstract": "Another text."}, []),
        ({"version": 1}, []),
    ],
)
def test_news_about_a_saved_paper_is_recorded(paper, fields, news):
    save(make_subscriber(), paper)

    import_records([record(**fields)])

    assert [row[1:] for row in news_rows()] == news
    import_records([record(**fields)])
    assert [row[1:] for row in news_rows()] == news


def test_nothing_is_recorded_about_new_papers_or_ones_that_no_one_saved(paper):
    feedback.give_feedback(make_subscriber(), paper.pk, Feedback.Kind.MORE, NOON)

    import_records([record(version=4), record(title="New", identifiers=(("arxiv", "2508.00002"), ("doi", "10.1/2")))])

    assert news_rows() == []


def test_moved_code_and_a_first_known_version_are_not_news(paper):
    save(make_subscriber(), paper)
    Paper.objects.filter(pk=paper.pk).update(code_url="https://example.org/old", version=0)

    import_records([record(code_url="https://example.org/new", version=2)])

    assert news_rows() == []


# --- In the digest ----------------------------------------------------------------------------------


def happen(paper, kind="version", detail="2", at=NOON - timedelta(hours=2)):
    return PaperNews.objects.create(paper=paper, kind=kind, detail=detail, at=at)


@pytest.fixture
def edition():
    return make_edition(make_paper("Of today"))


def digest_of(reader, at=NOON):
    with time_machine.travel(at, tick=False):
        planning.plan(at)
    return reader.deliveries.order_by("-period").first()


def test_the_next_digest_has_it_and_the_one_after_does_not(edition, paper):
    reader = make_subscriber()
    save(reader, paper)
    happen(paper)

    first = digest_of(reader)
    make_edition(make_paper("Of tomorrow"), day=DAY + timedelta(days=1))
    second = digest_of(reader, NOON + timedelta(days=1))

    assert news_in(first.content) == [(paper.pk, "version", "2")]
    assert first != second
    assert news_in(second.content) == []


def test_only_what_happened_after_saving_and_not_long_ago_counts(edition, paper):
    reader, late, away = make_subscriber(), make_subscriber(), make_subscriber()
    save(reader, paper)
    save(late, paper, at=NOON - timedelta(hours=1))
    old = make_paper("Old")
    save(away, old, at=NOON - timedelta(days=90))
    happen(paper)
    happen(old, at=NOON - timedelta(days=60))

    planning.plan(NOON)

    assert news_in(Delivery.objects.get(subscriber=reader).content)
    assert news_in(Delivery.objects.get(subscriber=late).content) == []
    assert news_in(Delivery.objects.get(subscriber=away).content) == []


def test_news_that_comes_in_during_planning_waits_and_is_not_lost(edition, paper):
    reader = make_subscriber()
    save(reader, paper)
    happen(paper, at=NOON - timedelta(minutes=5))

    assert news_in(digest_of(reader).content) == []
    make_edition(make_paper("Of tomorrow"), day=DAY + timedelta(days=1))
    assert news_in(digest_of(reader, NOON + timedelta(days=1)).content)


def test_a_day_without_a_digest_loses_no_news(paper):
    reader = make_subscriber()
    save(reader, paper)
    happen(paper)

    assert digest_of(reader, NOON + timedelta(hours=5)).status == "skipped"
    make_edition(make_paper("Of tomorrow"), day=DAY + timedelta(days=1))
    assert news_in(digest_of(reader, NOON + timedelta(days=1)).content)


def test_there_are_at_most_three_lines_most_serious_first_and_one_of_a_kind(edition):
    reader = make_subscriber()
    papers = [make_paper(f"Saved {number}") for number in range(4)]
    save(reader, *papers)
    for paper, kind in zip(papers, ("code", "version", "published", "withdrawn"), strict=True):
        happen(paper, kind)
    happen(papers[1], "version", "3", at=NOON - timedelta(hours=1))

    lines = news_in(digest_of(reader).content)

    assert [kind for _, kind, _ in lines] == ["withdrawn", "published", "version"]
    assert lines[2] == (papers[1].pk, "version", "3")


def test_news_costs_four_queries_per_batch_however_many_readers_there_are(edition, paper, django_assert_num_queries):
    readers = [make_subscriber() for _ in range(20)]
    for reader in readers:
        save(reader, paper)
    with django_assert_num_queries(1):
        assert news_for([reader.pk for reader in readers], NOON) == {}
    happen(paper)
    with django_assert_num_queries(4):
        assert len(news_for([reader.pk for reader in readers], NOON)) == 20


@pytest.fixture
def delivery(edition):
    reader = make_subscriber()
    papers = [make_paper(title) for title in ('Saved <b>one</b> & "more"', "Ünï " * 60, "Third")]
    news = [[papers[0].pk, "published", "10.1000/182"], [papers[1].pk, "version", "2"], [papers[2].pk, "code", ""]]
    content = {"papers": [[edition.papers.get().pk, "edition", ""]], "of": 1, "news": news}
    return make_delivery(reader, edition, content=content)


def spliced(delivery):
    renderer = FragmentRenderer()
    letter = Letter.of(delivery)
    renderer.load([letter])
    return renderer.mail(letter).message()


def test_the_email_has_the_news_in_both_parts_and_the_spliced_one_is_the_same(delivery):
    rendered = render(delivery)
    message = spliced(delivery)

    assert "News about papers you saved or received" in rendered.text
    assert "has been published: doi.org/10.1000/182" in rendered.text
    assert "Saved &lt;b&gt;one&lt;/b&gt;" in rendered.html
    assert "<b>one</b>" not in rendered.html
    assert "has a new version, v2" in rendered.html
    assert message.body == rendered.text
    assert message.alternatives[0].content == rendered.html
    assert len(rendered.html.encode()) < HTML_BYTES


def test_the_page_for_everyone_does_not_mention_it(delivery):
    page = render_for_browser(delivery)

    for text in (page.html, page.text):
        assert "you saved" not in text
        assert "10.1000/182" not in text
    assert "news" not in without_reasons(delivery.content)


def test_a_paper_that_can_no_longer_be_shown_is_left_out_and_so_are_odd_rows(delivery):
    keys = [key for key, *_ in delivery.content["news"]]
    Paper.objects.filter(pk__in=keys).delete()

    assert "News about papers" not in render(delivery).text
    for odd in (None, "x", [[1]], [["a", "b", "c"]], [[1, 2, 3]], {"a": 1}):
        assert news_in(readable_snapshot({"papers": [], "of": 0, "news": odd})) == []
    delivery.content["news"] = [[delivery.content["papers"][0][0], "nonsense", ""]]
    assert "nonsense" not in render(delivery).text


def test_the_email_links_to_the_saved_papers(delivery, client):
    text = render(delivery).text
    address = next(line for line in text.splitlines() if line.startswith("Saved papers: ")).partition(": ")[2]

    assert address in render(delivery).html
    assert client.get(address.removeprefix("http://localhost:8000")).status_code == 200


def test_an_edition_is_planned_as_usual_if_nothing_happened(edition):
    reader = make_subscriber()

    assert "news" not in digest_of(reader).content
    assert Edition.objects.count() == 1
    assert PaperIdentifier.objects.count() == 0
