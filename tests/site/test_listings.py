"""Papers over many days: week, month, topic, author, archive."""

import re
from datetime import date, timedelta

import pytest

from digest.models import EditionPaper, Paper, PaperIdentifier, PaperTopic
from tests.support.factories import DAY, make_edition, make_paper, make_topic

pytestmark = pytest.mark.django_db


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def titles(html):
    return re.findall(r'<a href="/papers/\d+">([^<]+?)\s*</a>', html)


def make_votes(**votes):
    """Make papers with these titles and numbers of votes."""
    return [make_paper(title, votes=number) for title, number in votes.items()]


def test_a_week_shows_the_papers_with_the_most_votes_first(client):
    make_edition(*make_votes(Monday=3), day=date(2025, 8, 18))
    make_edition(*make_votes(Thursday=5, Thursday2=0), day=DAY)
    make_edition(*make_votes(Draft=9), day=date(2025, 8, 22), published=False)
    make_edition(*make_votes(Next=9), day=date(2025, 8, 25))

    html = page(client, "/papers/2025-W34")

    assert titles(html) == ["Thursday", "Monday", "Thursday2"]
    assert "Week 34" in html


def test_a_month_shows_its_papers(client):
    make_edition(*make_votes(First=0), day=date(2025, 8, 1))
    make_edition(*make_votes(Last=1), day=date(2025, 8, 31))
    make_edition(*make_votes(Other=1), day=date(2025, 9, 1))

    assert titles(page(client, "/papers/2025-08")) == ["Last", "First"]


def test_weeks_and_months_link_to_the_previous_and_next_one_with_an_edition(client):
    for day in (date(2024, 12, 31), DAY, date(2025, 12, 29)):
        make_edition(make_paper(), day=day)
    around = re.compile(r'<a href="/papers/(2\d{3}-W?\d\d)"\s+rel="(\w+)"')

    assert around.findall(page(client, "/papers/2025-W34")) == [("2025-W01", "prev"), ("2026-W01", "next")]
    assert around.findall(page(client, "/papers/2025-08")) == [("2024-12", "prev"), ("2025-12", "next")]


@pytest.mark.parametrize(
    "part", ["2025-W53", "2025-W00", "2025-W99", "0000-W01", "9999-W52", "2025-13", "2025-00", "0000-01", "2026-01"]
)
def test_an_invalid_or_empty_week_or_month_is_not_found(client, part):
    make_edition(make_paper())

    page(client, f"/papers/{part}", status=404)


def test_a_topic_shows_its_papers_newest_first(client):
    topic = make_topic()
    make_edition(make_paper("Older", about=topic), make_paper("Other"), day=DAY - timedelta(days=1))
    make_edition(make_paper("Newer", about=topic))
    make_edition(make_paper("Draft", about=topic), day=DAY + timedelta(days=1), published=False)

    html = page(client, "/topics/graph-learning")

    assert titles(html) == ["Newer", "Older"]
    assert "All about Graph learning" in html
    page(client, "/topics/none", status=404)


def test_topics_are_listed_with_the_number_of_papers_that_readers_can_see(client):
    topic = make_topic()
    make_edition(make_paper(about=topic), hidden := make_paper(about=topic), make_paper(about=topic))
    EditionPaper.objects.filter(paper=hidden).update(placement=EditionPaper.Placement.HIDDEN)
    make_paper(about=topic)

    html = page(client, "/topics")

    assert 'href="/topics/graph-learning"' in html
    assert "2 papers" in html


@pytest.mark.parametrize("name", ["Ada Lovelace", "José Ñuñez", "Jean-Luc O’Hara", "A/B Testing", "李 明", "a. b. c."])
def test_an_author_has_a_page(client, name):
    paper = make_paper("Theirs", authors=["Somebody Else", name])
    make_edition(paper, make_paper("Not theirs", authors=[f"{name} Junior", "Ada", "Lovelace"]))

    link = re.search(r'<a href="(/authors/[^"]+)">(?!Somebody)', page(client, f"/papers/{paper.pk}"))[1]

    assert titles(page(client, link)) == ["Theirs"]


@pytest.mark.parametrize("name", ["Nobody", "Ada", "%22", "*", "A. Lovelace"])
def test_an_author_without_papers_is_not_found(client, name):
    make_edition(make_paper())

    page(client, f"/authors/{name}", status=404)


def test_the_archive_links_to_every_day_week_and_month(client):
    for day in (date(2025, 7, 31), DAY):
        make_edition(make_paper(), day=day)
    make_edition(make_paper(), day=date(2025, 8, 22), published=False)

    assert re.findall(r'href="/papers/([^"]+)"', page(client, "/archive")) == [
        *("2025-08", "2025-W34", "2025-08-21"),
        *("2025-07", "2025-W31", "2025-07-31"),
    ]


def test_a_long_list_is_split_into_pages(client):
    topic = make_topic()
    make_edition(*(make_paper(about=topic) for _ in range(51)))

    first, second = page(client, "/topics/graph-learning"), page(client, "/topics/graph-learning?page=2")

    assert (len(titles(first)), len(titles(second))) == (50, 1)
    assert re.search(r'href="\?page=2"\s+rel="next"', first)
    assert re.search(r'href="\?page=1"\s+rel="prev"', second)
    for number in ("3", "0", "-1", "x", "9" * 30):
        page(client, f"/topics/graph-learning?page={number}", status=404)


@pytest.mark.parametrize("address", ["/papers/2025-W34", "/papers/2025-08", "/topics/graph-learning", "/trending"])
def test_twice_the_papers_cost_no_more_queries(client, django_assert_max_num_queries, address):
    topic, other = make_topic(), make_topic("Optimization")

    def grow(number):
        Paper.objects.all().delete()
        papers = [make_paper(about=topic) for _ in range(number)]
        for paper in papers:
            PaperTopic.objects.create(paper=paper, topic=other, score=0.5)
            PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value=f"2309.{paper.pk:05}")
        for position, paper in enumerate(papers):
            EditionPaper.objects.create(paper=paper, edition=edition, position=position)

    edition = make_edition()
    grow(10)
    with django_assert_max_num_queries(8) as few:
        page(client, address)
    grow(40)
    with django_assert_max_num_queries(8) as many:
        page(client, address)
    assert len(few) == len(many)
