"""One paper from several sources: joined with care, every statement kept, the best text shown, all of it undoable."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digest.catalog import merging
from digest.catalog.importing import import_what_fits
from digest.catalog.work_keys import write_missing_keys
from digest.models import Authorship, KeptApart, Listing, Paper, PaperJoin, SourceStatement, WorkKey
from digest.sources.record import PaperRecord
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db

TITLE = "Sparse attention in the fly brain"
TEXT = "We show that neurons of the fly brain attend to few odours at a time, and that this makes them learn faster."


def record(source="biorxiv", doi="10.1101/2026.01.01.000001", title=TITLE, abstract=TEXT, **fields):
    fields = {
        "authors": ("Ada Lovelace", "Alan Turing"),
        "published_at": datetime(2026, 1, 1, tzinfo=UTC),
        "day": date(2026, 1, 2),
        "origin": source,
        **fields,
    }
    return PaperRecord.read(title, abstract, source=source, identifiers=(("doi", doi),), **fields)


def article(**fields):
    return record(
        "crossref", "10.1038/fly.1", **{"authors": ("A. Lovelace", "A. M. Turing"), "venue": "Nature", **fields}
    )


@pytest.mark.parametrize("together", [True, False])
def test_a_preprint_and_its_article_are_one_paper_that_no_one_gets_twice(together):
    records = [record(), article(title=f"{TITLE}.")]
    for batch in [records] if together else [[each] for each in records]:
        import_what_fits(batch)
    paper = Paper.objects.get()
    assert (paper.source, paper.title, paper.venue) == ("biorxiv", TITLE, "Nature")
    assert set(paper.identifiers.values_list("value", flat=True)) == {"10.1101/2026.01.01.000001", "10.1038/fly.1"}
    assert list(SourceStatement.objects.values_list("source", "content__title")) == [
        ("biorxiv", TITLE),
        ("crossref", f"{TITLE}."),
    ]


def test_the_better_source_provides_the_text_whichever_came_first():
    import_what_fits([article(abstract="", title="SPARSE ATTENTION IN THE FLY BRAIN")])
    import_what_fits([record()])
    paper = Paper.objects.get()
    assert (paper.source, paper.title, paper.abstract, paper.venue) == ("biorxiv", TITLE, TEXT, "Nature")


def test_unchanged_statements_are_not_written_again():
    import_what_fits([record()])
    import_what_fits([article()])
    said_at = set(SourceStatement.objects.values_list("pk", "said_at"))
    assert import_what_fits([record(), article()]).unchanged == 1
    assert set(SourceStatement.objects.values_list("pk", "said_at")) == said_at


@pytest.mark.parametrize("last", [[article(), record()], [record(), article()], [article()]])
def test_each_source_has_one_statement_under_its_own_name_whatever_the_order(last):
    for batch in ([record()], [article()], [article(title=f"{TITLE} II")], last):
        import_what_fits(batch)
    statements = SourceStatement.objects.values_list("source", "name", "content__identifiers")
    assert list(statements) == [
        (source, f"doi:{doi}", [["doi", doi]])
        for source, doi in (("biorxiv", "10.1101/2026.01.01.000001"), ("crossref", "10.1038/fly.1"))
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"authors": ("Grace Hopper",)},
        {"title": f"{TITLE} II"},
        {"title": f"Erratum: {TITLE}"},
        {"title": "Sparse attention in the mouse brain", "abstract": "Of mice, and of how they forget."},
        {"published_at": datetime(2016, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_record_that_may_be_another_paper_is_not_joined(fields):
    import_what_fits([record()])
    import_what_fits([article(**fields)])
    assert Paper.objects.count() == 2


def test_a_title_shared_by_two_papers_joins_neither():
    import_what_fits([record(), record(doi="10.1101/2026.01.01.000002")])
    assert Paper.objects.count() == 2
    import_what_fits([article()])
    assert Paper.objects.count() == 3


def test_papers_from_before_the_upgrade_are_found_once_their_keys_are_written():
    make_paper(TITLE, abstract=TEXT, authors=["Ada Lovelace", "Alan Turing"])
    assert write_missing_keys() == 1
    assert write_missing_keys() == 0
    import_what_fits([article()])
    assert Paper.objects.count() == 1


def test_a_paper_whose_title_changed_is_found_by_its_new_title():
    import_what_fits([record()])
    import_what_fits([record(title="Of odours and little else", version=2)])
    before = WorkKey.objects.count()
    import_what_fits([article(title="Of odours and little else")])
    assert (Paper.objects.count(), WorkKey.objects.count()) == (1, before)


def two_rows():
    """The preprint and the article as separate rows, each with feedback from readers."""
    import_what_fits([record(), article(title="Another title", abstract="")])
    first, second = Paper.objects.order_by("pk")
    reader, other = make_subscriber(), make_subscriber()
    for paper, whose in ((first, reader), (second, reader), (second, other)):
        paper.feedback.create(subscriber=whose, kind="saved", at=NOON)
    return first, second


def snapshot():
    fields = [name.attname for name in Paper._meta.fields if name.attname not in {"updated_at", "embedding"}]
    rows = {relation.related_model for relation in Paper._meta.related_objects} - {PaperJoin, WorkKey, Authorship}
    tables = {
        model._meta.label: sorted(model.objects.values_list(*[f.attname for f in model._meta.fields])) for model in rows
    }
    return list(Paper.objects.order_by("pk").values(*fields)), tables


def test_undoing_a_join_restores_everything_exactly():
    first, second = two_rows()
    make_edition(second)
    before = snapshot()
    joined_paper = merging.join(first, second, "Somebody said so")
    assert joined_paper == second
    assert Paper.objects.count() == 1
    assert set(joined_paper.identifiers.values_list("value", flat=True)) == {
        "10.1101/2026.01.01.000001",
        "10.1038/fly.1",
    }
    merging.undo(PaperJoin.objects.get())
    (papers, tables), (papers_before, tables_before) = snapshot(), before
    differing = [(a[k], b[k], k) for a, b in zip(papers, papers_before, strict=True) for k in a if a[k] != b[k]]
    assert differing == []
    assert tables == tables_before
    assert [paper.authorships.count() for paper in Paper.objects.all()] == [2, 2]
    assert PaperJoin.objects.get().undone_at


def test_rows_that_someone_separated_are_not_joined_again_by_a_source():
    first, second = two_rows()
    merging.join(first, second, "Somebody said so")
    merging.undo(PaperJoin.objects.get())
    both = record(abstract="New text")
    import_what_fits([replace(both, identifiers=(*both.identifiers, ("doi", "10.1038/fly.1")))])
    import_what_fits([record("pubmed", "10.1038/fly.1")])
    assert Paper.objects.count() == 2
    assert KeptApart.objects.exists()


def test_a_source_that_lists_both_ids_joins_two_rows_and_says_why():
    import_what_fits([record(), article(title="Sparse attention in a fly", abstract="")])
    assert Paper.objects.count() == 2
    both = record()
    import_what_fits([replace(both, identifiers=(*both.identifiers, ("doi", "10.1038/fly.1")))])
    assert Paper.objects.count() == 1
    assert PaperJoin.objects.get().reason.startswith("biorxiv lists the IDs of both")


def test_a_joined_paper_is_listed_once_per_source():
    import_what_fits([record(), article(day=date(2026, 1, 3))])
    assert Listing.objects.filter(paper=Paper.objects.get()).count() == 2
