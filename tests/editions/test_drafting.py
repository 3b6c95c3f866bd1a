"""Papers that sources list go into the draft of their day once that day is complete."""

from datetime import UTC, date, datetime, timedelta

import pytest

from digest.catalog import harvesting
from digest.editions import drafting, publishing
from digest.models import Edition, EditionPaper, Listing, SourceRun
from tests.support.factories import make_edition, make_paper, make_topic
from tests.support.source_answers import oai, oai_record, rss, rss_item

pytestmark = pytest.mark.django_db

# Wednesday's announcement is out and the source has it.
NIGHT = datetime(2026, 9, 16, 5, tzinfo=UTC)
WEDNESDAY = date(2026, 9, 16)


@pytest.fixture(autouse=True)
def night(settings, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = settings.EDITION_CATEGORIES = ["cs.LG", "cs.CL"]
    settings.EDITION_FROM = ["arxiv"]
    return time_machine


def list_paper(title="", day=WEDNESDAY, origin="arxiv", categories=("cs.LG",), **fields):
    paper = make_paper(title, arxiv_categories=list(categories), **fields)
    Listing.objects.create(paper=paper, origin=origin, day=day)
    return paper


def complete(day=WEDNESDAY, source="oai", part="cs"):
    SourceRun.objects.create(source=source, part=part, complete_to=day).finish()


def papers_of(day=WEDNESDAY):
    return list(
        EditionPaper.objects.filter(edition__day=day).order_by("position", "pk").values_list("paper__title", flat=True)
    )


def test_a_days_papers_become_its_draft_in_order_of_arrival():
    complete()
    list_paper("One")
    list_paper("Two")
    assert drafting.draft(NIGHT) == {WEDNESDAY: 2}
    assert papers_of() == ["One", "Two"]
    assert not Edition.objects.get().is_published


def test_drafting_again_changes_nothing():
    complete()
    list_paper("One")
    drafting.draft(NIGHT)
    assert drafting.draft(NIGHT) == {}
    assert papers_of() == ["One"]


def test_the_number_of_queries_does_not_grow_with_the_papers(django_assert_max_num_queries):
    complete()
    for _ in range(30):
        list_paper()
        list_paper(categories=["stat.ML"])
    with django_assert_max_num_queries(16):
        assert drafting.draft(NIGHT) == {WEDNESDAY: 30}


def test_only_the_primary_category_counts_and_the_others_stay_in_the_catalogue():
    complete()
    list_paper("Mine", categories=("cs.CL", "stat.ML"))
    list_paper("Crossed", categories=("stat.ML", "cs.LG"))
    list_paper("Nowhere", categories=())
    drafting.draft(NIGHT)
    assert papers_of() == ["Mine"]


def test_two_names_of_a_category_count_as_one(settings):
    settings.EDITION_CATEGORIES = ["cs.NA"]
    complete()
    list_paper("Numbers", categories=("math.NA", "cs.NA"))
    drafting.draft(NIGHT)
    assert papers_of() == ["Numbers"]


def test_an_incomplete_day_waits():
    complete(WEDNESDAY - timedelta(days=1))
    list_paper("One")
    assert drafting.draft(NIGHT) == {}
    assert not Edition.objects.exists()


def test_a_day_waits_for_every_part_of_its_source():
    complete(source="rss", part="cs.LG")
    list_paper("One")
    assert drafting.draft(NIGHT) == {}
    complete(source="rss", part="cs.CL")
    assert drafting.draft(NIGHT) == {WEDNESDAY: 1}


def test_a_failed_run_completes_nothing():
    SourceRun.objects.create(source="oai", part="cs", complete_to=WEDNESDAY).fail("broken")
    list_paper("One")
    assert drafting.draft(NIGHT) == {}


def test_after_a_day_the_papers_that_have_arrived_are_used():
    list_paper("One")
    assert drafting.draft(datetime(2026, 9, 17, tzinfo=UTC)) == {WEDNESDAY: 1}


def test_late_papers_go_into_the_next_draft():
    complete()
    make_edition(make_paper(), day=WEDNESDAY)
    late = list_paper("Late")
    assert drafting.draft(NIGHT) == {}
    make_edition(day=WEDNESDAY + timedelta(days=1), published=False)
    assert drafting.draft(NIGHT) == {WEDNESDAY + timedelta(days=1): 1}
    assert late.entry.edition.day == WEDNESDAY + timedelta(days=1)


def test_a_draft_keeps_the_curators_order():
    complete()
    make_edition(make_paper("Hers, first"), make_paper("Hers, second"), day=WEDNESDAY, published=False)
    list_paper("One")
    drafting.draft(NIGHT)
    assert papers_of() == ["Hers, first", "Hers, second", "One"]


def test_an_unordered_draft_is_ordered_by_topic_when_published_automatically():
    complete()
    topic = make_topic()
    list_paper("Weak", about=topic, score=0.4)
    list_paper("Strong", about=topic, score=0.9)
    drafting.draft(NIGHT)
    publishing.publish_overdue(NIGHT + timedelta(hours=2))
    assert papers_of() == ["Strong", "Weak"]


def test_old_and_far_future_days_make_no_editions():
    complete()
    list_paper("Old", day=date(2026, 9, 8))
    list_paper("Far in the future", day=date(2126, 9, 8))
    assert drafting.draft(NIGHT) == {}


def test_a_withdrawn_paper_is_not_drafted():
    complete()
    list_paper("Gone", withdrawn_at=NIGHT)
    assert drafting.draft(NIGHT) == {}


def test_hugging_faces_day_is_the_day_on_its_page(settings):
    settings.EDITION_FROM = ["huggingface"]
    list_paper("Theirs", origin="huggingface", categories=())
    list_paper("arXiv's")
    drafting.draft(NIGHT)
    assert papers_of() == ["Theirs"]


def test_a_paper_listed_by_two_sources_is_drafted_once(settings):
    settings.EDITION_FROM = ["arxiv", "huggingface"]
    complete()
    paper = list_paper("One")
    Listing.objects.create(paper=paper, origin="huggingface", day=WEDNESDAY)
    assert drafting.draft(NIGHT) == {WEDNESDAY: 1}


def test_a_withdrawn_paper_leaves_the_draft_and_stays_in_a_published_edition(source):
    source.says(
        oai(oai_record("2609.00001"), oai_record("2609.00002", versions=((1, "Tue, 15 Sep 2026 10:00:00 GMT"),)))
    )
    harvesting.harvest("oai", "cs")
    drafting.draft(NIGHT)
    Edition.objects.get(day=date(2026, 9, 15)).publish(NIGHT)
    source.says(oai(oai_record("2609.00001", status="deleted"), oai_record("2609.00002", status="deleted")))
    harvesting.harvest("oai", "cs")
    placements = dict(EditionPaper.objects.values_list("paper__identifiers__value", "placement"))
    assert placements == {"2609.00001": "2-listed", "2609.00002": "3-hidden"}


def test_cross_listed_papers_go_only_into_the_catalogue(source, settings):
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    source.says(rss(rss_item("2609.00001v1", title="New"), rss_item("2609.00002v1", title="Crossed", kind="cross")))
    harvesting.harvest("rss", "cs.LG")
    drafting.draft(NIGHT)
    assert papers_of() == ["New"]
