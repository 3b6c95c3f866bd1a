from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from digest.catalog.importing import IdentifierConflictError, import_records, import_seed_page
from digest.models import Edition, EditionPaper, Paper, PaperIdentifier, PaperTopic
from digest.sources import seed
from digest.sources.record import PaperRecord, SourceError
from tests.support.factories import NOON, make_edition, make_paper, make_topic

pytestmark = pytest.mark.django_db


def make_record(title="On graphs", *, abstract="All about graphs.", identifiers=(("arxiv", "2508.1"),), **fields):
    return PaperRecord.read(title, abstract, source="test", identifiers=identifiers, **fields)


def rows():
    """All rows of the tables that an import writes."""
    models = [Paper, PaperIdentifier, PaperTopic, Edition, EditionPaper]
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("title", ["x" * 100_000, "word " * 20_000, "$x$" * 30_000])
def test_an_endless_title_is_cut(title):
    (paper,) = import_records([PaperRecord.read(title, "", source="seed", identifiers=(("seed", "endless"),))]).papers

    assert 400 < len(paper.title) <= 500
    assert len(paper.original_title) <= 2000


def test_a_record_becomes_a_paper_with_its_identifiers():
    record = make_record(
        "H\\\"older's paper",
        abstract="We win. Code: https://github.com/x/y.",
        identifiers=(("arxiv", "2508.1"), ("doi", "10.1/x")),
        authors=("Otto Hölder",),
        categories=("math.CA", "cs.LG"),
        published_at=NOON,
    )
    imported = import_records([record])
    paper = Paper.objects.get()
    assert imported.new == 1
    assert model_to_dict(paper, exclude=["id", "topics", "created_at"]) == {
        "title": "Hölder's paper",
        "abstract": "We win.",
        "original_title": "H\\\"older's paper",
        "original_abstract": "We win. Code: https://github.com/x/y.",
        "authors": ["Otto Hölder"],
        "original_authors": ["Otto Hölder"],
        "arxiv_categories": ["math.CA", "cs.LG"],
        "code_url": "https://github.com/x/y",
        "project_url": "",
        "source": "test",
        "version": 0,
        "published_at": NOON,
        "withdrawn_at": None,
        "venue": None,
    }
    assert {(row.scheme, row.value) for row in paper.identifiers.all()} == {("arxiv", "2508.1"), ("doi", "10.1/x")}


def test_a_paper_is_recognised_by_any_identifier_and_gains_the_others():
    import_records([make_record(identifiers=(("arxiv", "2508.1"),))])
    imported = import_records([make_record(identifiers=(("doi", "10.1/x"), ("arxiv", "2508.1")))])
    assert (imported.new, imported.unchanged) == (0, 1)
    assert PaperIdentifier.objects.get(scheme="doi").paper == Paper.objects.get()


def test_changed_text_updates_the_row_and_its_time(time_machine):
    time_machine.move_to(datetime(2025, 8, 21, tzinfo=UTC), tick=False)
    import_records([make_record()])
    time_machine.move_to(datetime(2025, 8, 22, tzinfo=UTC), tick=False)
    imported = import_records([make_record(abstract="All about large graphs.")])
    paper = Paper.objects.get()
    assert imported.updated == 1
    assert paper.abstract == "All about large graphs."
    assert paper.updated_at == datetime(2025, 8, 22, tzinfo=UTC)


def test_an_unchanged_record_leaves_the_row_alone():
    import_records([make_record()])
    before = rows()
    imported = import_records([make_record()])
    assert (imported.new, imported.updated, imported.unchanged) == (0, 0, 1)
    assert rows() == before


def test_a_curators_correction_stays_until_the_source_changes():
    import_records([make_record("On grafs")])
    Paper.objects.update(title="On graphs")
    assert import_records([make_record("On grafs")]).unchanged == 1
    assert Paper.objects.get().title == "On graphs"
    import_records([make_record("On large grafs")])
    assert Paper.objects.get().title == "On large grafs"


def test_an_empty_field_erases_nothing():
    import_records([make_record(authors=("Ada",), code_url="https://github.com/x/y")])
    import_records([make_record()])
    paper = Paper.objects.get()
    assert (paper.authors, paper.code_url) == (["Ada"], "https://github.com/x/y")


def test_one_paper_twice_in_a_batch_becomes_one_row():
    imported = import_records([make_record(), make_record(authors=("Ada",))])
    assert imported.new == 1
    assert Paper.objects.get().authors == ["Ada"]


def test_a_record_with_the_ids_of_two_papers_is_refused_and_nothing_is_written():
    first, second = make_record("On maps", identifiers=(("arxiv", "1"),)), make_record(identifiers=(("doi", "2"),))
    import_records([first, second])
    before = rows()
    both = make_record("Both", identifiers=(("arxiv", "1"), ("doi", "2")))
    with pytest.raises(IdentifierConflictError, match="“Both”: expected one paper for arxiv:1, doi:2, found 2"):
        import_records([make_record("New", identifiers=(("arxiv", "3"),)), both])
    assert rows() == before


def test_new_and_changed_papers_are_tagged():
    topic = make_topic(keywords=["graph mining"])
    import_records([make_record("Graph mining")])
    assert PaperTopic.objects.get().topic == topic
    import_records([make_record("Bread baking")])
    assert not PaperTopic.objects.exists()


def test_the_seed_page_becomes_the_draft_of_its_day_in_page_order():
    page = import_seed_page()
    edition = Edition.objects.get()
    assert (edition.day, edition.is_published) == (date(2025, 8, 21), False)
    assert (page.papers.new, page.added) == (51, 51)
    titles = list(edition.entries.shown().values_list("paper__title", flat=True))
    assert titles == [paper.title for paper in seed.read_seed(seed.SHIPPED_PAGE).papers]


def test_importing_the_seed_page_again_changes_nothing():
    call_command("load_topics")
    import_seed_page()
    before = rows()
    page = import_seed_page()
    assert (page.papers.unchanged, page.added) == (51, 0)
    assert rows() == before


def test_a_published_edition_that_has_all_papers_stays_as_it_is():
    import_seed_page()
    Edition.objects.get().publish(NOON)
    before = rows()
    import_seed_page()
    assert rows() == before


def test_papers_are_added_after_the_curators_own_and_not_taken_from_other_editions():
    first, second = seed.read_seed(seed.SHIPPED_PAGE).papers[:2]
    elsewhere = import_records([first]).papers[0]
    make_edition(elsewhere, day=date(2025, 8, 20))
    mine = make_paper("The curator's own")
    edition = make_edition(mine, published=False)
    assert import_seed_page().added == 50
    order = [entry.paper.title for entry in edition.entries.order_by("position")[:2]]
    assert order == ["The curator's own", second.title]
    assert elsewhere.entry.edition.day == date(2025, 8, 20)


def test_the_number_of_queries_does_not_grow_with_the_papers():
    call_command("load_topics")
    with CaptureQueriesContext(connection) as first:
        import_seed_page()
    with CaptureQueriesContext(connection) as second:
        import_seed_page()
    assert len(first) <= 28
    assert len(second) <= 8


def test_the_command_prints_one_line(capsys):
    call_command("import_papers", "seed")
    call_command("import_papers", "seed")
    assert capsys.readouterr().out.splitlines() == [
        "daily-papers-aug-21.txt: 51 new, 0 updated, 0 unchanged; 51 added to the edition of 2025-08-21",
        "daily-papers-aug-21.txt: 0 new, 0 updated, 51 unchanged; 0 added to the edition of 2025-08-21",
    ]


def test_the_command_accepts_another_year():
    call_command("import_papers", "seed", "--year", "2024")
    assert Edition.objects.get().day == date(2024, 8, 21)


@pytest.mark.parametrize("year", ["0", "10000"])
def test_the_command_refuses_an_impossible_year(year):
    with pytest.raises(CommandError, match="--year: expected a year"):
        call_command("import_papers", "seed", "--year", year)


def test_a_page_broken_at_its_end_imports_nothing(tmp_path):
    path = tmp_path / "broken.txt"
    path.write_bytes(seed.SHIPPED_PAGE.read_bytes() + b"\n\nA title without its abstract\n")
    with pytest.raises(SourceError, match=r"broken\.txt, line 21\d: expected an abstract"):
        import_seed_page(path)
    with pytest.raises(CommandError, match=r"broken\.txt, line 21\d"):
        call_command("import_papers", "seed", str(path))
    assert rows() == [[], [], [], [], []]


def test_a_missing_page_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.txt"):
        call_command("import_papers", "seed", str(tmp_path / "nowhere.txt"))
