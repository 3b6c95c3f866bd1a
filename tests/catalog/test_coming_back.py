"""Withdrawn, back again, older and newer: the newest version counts, whatever order they come in."""

from itertools import permutations

import pytest

from digest.catalog import harvesting
from digest.catalog.importing import import_records, import_what_fits
from digest.models import EditionPaper, Paper, PaperIdentifier, Vote
from digest.sources.record import PaperRecord, key_of_title
from tests.support.factories import NOON, give_opinion, make_edition, make_member, make_subscriber
from tests.support.fake_source import payload

pytestmark = pytest.mark.django_db

ID = (("arxiv", "2611.00001"),)
ADA = ("Ada Lovelace",)


def record(version, title="", source="oai", identifiers=ID, **fields):
    return PaperRecord.read(
        title or f"Version {version}", "All.", source=source, identifiers=identifiers, version=version, **fields
    )


def test_a_paper_that_came_back_is_no_longer_withdrawn(source, settings):
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    for number, is_withdrawn in ((1, False), (2, True), (3, False)):
        source.says(payload(f"papers/oai-back-{number}.xml"))
        run = harvesting.harvest("oai", "cs")
        assert bool(Paper.objects.get().withdrawn_at) == is_withdrawn
    paper = Paper.objects.get()
    assert (paper.title, paper.version) == ("Mended", 3)
    assert "“Mended” is back and no longer withdrawn" in run.notes


def test_a_deleted_paper_that_is_listed_again_is_back():
    import_records([record(1)])
    import_records([PaperRecord.withdrawal("oai", ID, NOON)])
    assert Paper.objects.get().withdrawn_at
    import_records([record(1)])
    assert Paper.objects.get().withdrawn_at is None


@pytest.mark.parametrize("source", ["rss", "api", "huggingface", "bibtex"])
def test_another_sources_text_of_the_withdrawn_version_does_not_bring_it_back(source):
    import_records([record(1, authors=ADA), record(2, authors=ADA, withdrawn_at=NOON)])
    import_records([record(2, source=source, authors=ADA)])
    assert Paper.objects.get().withdrawn_at == NOON


def test_the_withdrawal_of_an_older_version_does_not_count():
    import_records([record(3)])
    import_records([record(2, withdrawn_at=NOON)])
    assert Paper.objects.get().withdrawn_at is None


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
@pytest.mark.parametrize("source", ["oai", "bibtex"])
def test_the_newest_version_wins_in_any_order_within_a_page_and_across_pages(order, source):
    import_records([record(version, source=source, authors=ADA) for version in order])
    for version in order:
        import_records([record(version, source=source, identifiers=(("arxiv", "2611.00002"),), authors=ADA)])
    assert set(Paper.objects.values_list("title", "version")) == {("Version 3", 3)}


def test_two_rows_become_one_when_a_record_has_the_ids_of_both():
    import_records([record(1, "On graphs", authors=("Ada Lovelace",))])
    import_records([record(0, "On graphs and maps", "bibtex", (("doi", "10.1000/1"),), authors=("Lovelace, Ada",))])
    published, doubled = Paper.objects.order_by("pk")
    make_edition(published)
    reader, member = make_subscriber(), make_member()
    give_opinion(reader, doubled)
    Vote.objects.create(member=member, paper=doubled)
    both = record(2, "On graphs", identifiers=(*ID, ("doi", "10.1000/1")), authors=("Ada Lovelace",))
    imported = import_what_fits([both])
    paper = Paper.objects.get()
    assert (paper, paper.version, paper.votes) == (published, 2, 1)
    assert (paper.feedback.count(), paper.given_votes.count(), EditionPaper.objects.count()) == (1, 1, 1)
    assert set(paper.identifiers.values_list("value", flat=True)) == {"2611.00001", "10.1000/1"}
    assert "was there twice" in imported.notes[0]


def test_the_row_that_readers_saw_is_kept():
    import_records([record(1, "On graphs")])
    import_records([record(0, "On graphs", "bibtex", (("doi", "10.1000/1"),))])
    sent_paper = Paper.objects.get(identifiers__scheme="doi")
    make_edition(sent_paper)
    import_what_fits([record(2, "On graphs", identifiers=(*ID, ("doi", "10.1000/1")))])
    assert Paper.objects.get() == sent_paper
    assert (sent_paper.arxiv_id, Paper.objects.get().title) == ("2611.00001", "On graphs")


def test_two_rows_from_one_page_become_one():
    doubled = record(0, "On graphs", "bibtex", (("doi", "10.1000/1"),))
    both = record(2, "On graphs", identifiers=(*ID, ("doi", "10.1000/1")))
    import_what_fits([record(1, "On graphs"), doubled, both])
    assert Paper.objects.get().version == 2
    assert PaperIdentifier.objects.count() == 2


@pytest.mark.parametrize("why", ["two arXiv papers", "other titles", "both were out"])
def test_two_rows_that_may_be_different_papers_stay_apart(why):
    other = (("arxiv", "2611.00002"), ("doi", "10.1000/1")) if why == "two arXiv papers" else (("doi", "10.1000/1"),)
    title = "Bread baking" if why == "other titles" else "On graphs"
    import_records([record(1, "On graphs"), record(0, title, "bibtex", other)])
    if why == "both were out":
        make_edition(*Paper.objects.all())
    imported = import_what_fits([record(2, "On graphs", identifiers=(*ID, ("doi", "10.1000/1")))])
    assert Paper.objects.count() == 2
    assert "only arxiv:2611.00001 was used" in imported.notes[0]


def by_title(title="On graphs", authors=("Ada Lovelace",)):
    return record(0, title, "bibtex", (("title", key_of_title(title)),), authors=authors)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_paper_known_by_its_title_is_matched_to_the_one_with_an_id_in_either_order(is_first):
    with_id = record(1, "On Graphs", authors=("Ada Lovelace", "Alan Turing"))
    for one in (by_title(), with_id) if is_first else (with_id, by_title()):
        import_what_fits([one])
    assert Paper.objects.get().arxiv_id == "2611.00001"


def test_the_same_title_by_other_authors_is_another_paper():
    import_what_fits([record(1, "Editorial", authors=("Ada Lovelace",))])
    import_what_fits([by_title("Editorial", ("Emmy Noether",))])
    assert Paper.objects.count() == 2
