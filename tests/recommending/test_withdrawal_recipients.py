"""Readers who got a paper in a digest hear in the next one that it was withdrawn."""

from datetime import timedelta

import pytest

from digest.catalog.importing import import_records
from digest.composing.renderer import render
from digest.models import Delivery, NewsRecipient, Paper, PaperNews
from digest.recommending import planning
from digest.recommending.saved_news import news_for
from digest.recommending.withdrawal_recipients import find_recipients
from digest.sources.record import PaperRecord
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, on_arxiv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

Status = Delivery.Status
BEFORE = DAY - timedelta(days=3)


@pytest.fixture
def paper():
    return on_arxiv(make_paper("Withdrawn paper", version=1, source="oai"), "2508.00001")


@pytest.fixture
def other():
    return make_paper("Another one")


@pytest.fixture
def edition(paper, other):
    return make_edition(paper, other, day=BEFORE)


def withdraw(version=2):
    fields = {"identifiers": (("arxiv", "2508.00001"),), "source": "oai", "version": version}
    import_records([PaperRecord.read("Withdrawn paper", "", withdrawn_at=NOON, **fields)])


def sent_digest(reader, edition, *papers, period=BEFORE, status=Status.SENT, more=()):
    content = {"papers": [[paper.pk, "topic", "Graphs"] for paper in papers], "of": 9}
    if more:
        content["more"] = {"papers": [[paper.pk, "topic", "Graphs"] for paper in more], "of": 9}
    return make_delivery(reader, edition, period=period, status=status, content=content)


def test_it_is_in_the_next_digest_of_those_who_got_the_paper(paper, other, edition):
    got, without = make_subscriber(), make_subscriber()
    sent_digest(got, edition, paper)
    sent_digest(without, edition, other)

    withdraw()
    assert find_recipients(NOON) == 1
    assert find_recipients(NOON) == 0

    later = NOON + timedelta(hours=1)
    assert news_for([got.pk, without.pk], later) == {got.pk: [(paper.pk, "withdrawn", "")]}
    make_edition(make_paper("New"), day=DAY)
    planning.plan(later)
    assert "“Withdrawn paper” was withdrawn" in render(Delivery.objects.get(subscriber=got, period=DAY)).text
    assert "was withdrawn" not in render(Delivery.objects.get(subscriber=without, period=DAY)).text
    # Only once.
    Delivery.objects.filter(period=DAY).update(created_at=later)
    assert news_for([got.pk], later + timedelta(days=1)) == {}


def test_a_monthly_reader_and_one_who_got_it_in_the_extra_section_hear_of_it_too(other):
    paper = on_arxiv(make_paper("Withdrawn paper", version=1, source="oai", sent_at=NOON), "2508.00001")
    edition = make_edition(other, day=BEFORE)
    monthly, second = make_subscriber(), make_subscriber()
    sent_digest(monthly, edition, paper, period=DAY + timedelta(days=30))
    sent_digest(second, edition, other, period=DAY, more=[paper])
    withdraw()
    assert find_recipients(NOON) == 2
    assert set(NewsRecipient.objects.values_list("subscriber", flat=True)) == {monthly.pk, second.pk}


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.SENT}))
def test_a_digest_that_was_not_sent_does_not_count(paper, edition, status):
    sent_digest(make_subscriber(), edition, paper, status=status)
    withdraw()
    assert find_recipients(NOON) == 0


def test_a_key_elsewhere_in_a_digest_is_not_a_paper(paper, other, edition):
    reader = make_subscriber()
    content = {"papers": [[other.pk, "topic", f'[{paper.pk}, "']], "parts": [[paper.pk]], "of": 9}
    make_delivery(
        reader, edition, period=BEFORE, status=Status.SENT, content={**content, "news": [[paper.pk, "version", "2"]]}
    )
    withdraw()
    assert find_recipients(NOON) == 0


def test_nothing_is_recorded_about_a_paper_that_no_one_got(paper):
    withdraw()
    assert not PaperNews.objects.exists()
    assert find_recipients(NOON) == 0


def test_a_reader_who_saved_it_and_got_it_hears_of_it_once(paper, edition):
    reader = make_subscriber()
    sent_digest(reader, edition, paper)
    reader.feedback.create(paper=paper, kind="saved", at=NOON - timedelta(days=2))
    withdraw()
    find_recipients(NOON)
    assert news_for([reader.pk], NOON + timedelta(hours=1)) == {reader.pk: [(paper.pk, "withdrawn", "")]}


def test_a_reader_whose_data_was_erased_is_not_looked_for(paper, edition):
    reader = make_subscriber()
    sent_digest(reader, edition, paper)
    reader.delete()
    withdraw()
    assert find_recipients(NOON) == 0


def test_many_recipients_are_recorded_in_few_queries(paper, edition, django_assert_max_num_queries):
    for _ in range(30):
        sent_digest(make_subscriber(), edition, paper)
    withdraw()
    with django_assert_max_num_queries(12):
        assert find_recipients(NOON) == 30
    assert Paper.objects.get(pk=paper.pk).withdrawn_at == NOON


@pytest.mark.parametrize("source", ["crossref", "europepmc", "pubmed"])
def test_readers_also_hear_of_a_retraction_reported_by_an_index(source):
    paper = make_paper("Retracted paper", source="oai")
    paper.identifiers.create(scheme="doi", value="10.1000/182")
    reader = make_subscriber()
    sent_digest(reader, make_edition(paper, day=BEFORE), paper)
    import_records([PaperRecord.withdrawal(source, (("doi", "10.1000/182"),), NOON)])
    assert find_recipients(NOON) == 1
    assert news_for([reader.pk], NOON + timedelta(hours=1)) == {reader.pk: [(paper.pk, "withdrawn", "")]}
