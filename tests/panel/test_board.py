"""The board page: what it shows, its forms, and two curators at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry

from digest.catalog import embedding
from digest.models import EditionPaper, Paper
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_topic
from tests.support.html import html_of

pytestmark = pytest.mark.django_db

PINNED, LISTED, HIDDEN = EditionPaper.Placement.values


@pytest.fixture
def edition():
    return make_edition(make_paper("One"), make_paper("Two"), published=False)


def address(edition, rest=""):
    return f"/admin/digest/edition/{edition.pk}/board/{rest}"


def act(client, edition, name, headers=None, **fields):
    fields = {"version": edition.version, "act": name, **fields}
    return client.post(address(edition, "act/"), fields, headers=headers or {})


def titles(papers):
    return [paper.title for paper in papers]


def test_candidates_are_recent_papers_that_are_in_no_edition(admin_client, edition):
    make_paper("New", created_at=NOON)
    make_paper("Newer", created_at=NOON + timedelta(hours=1))
    make_paper("Old", created_at=NOON - timedelta(days=30))

    context = admin_client.get(address(edition)).context

    assert titles(context["candidates"]) == ["Newer", "New"]
    assert titles(entry.paper for entry in context["shown"]) == ["One", "Two"]


def test_candidates_can_be_filtered_by_source_topic_and_title(admin_client, edition):
    graphs = make_topic("Graph learning")
    make_paper("Alpha", about=graphs, created_at=NOON)
    make_paper("Beta", source="arxiv", created_at=NOON)

    def candidate_titles(**filters):
        return titles(admin_client.get(address(edition), filters).context["candidates"])

    assert candidate_titles(source="arxiv") == ["Beta"]
    assert candidate_titles(topic="graph-learning") == ["Alpha"]
    assert candidate_titles(text="alp") == ["Alpha"]
    assert candidate_titles(source="arxiv", text="alp") == []


def test_candidates_can_be_sorted_by_votes_age_or_fit(admin_client, edition):
    make_paper("Voted", votes=3, created_at=NOON)
    make_paper("Fits", about=make_topic(), created_at=NOON + timedelta(hours=1))
    make_paper("New", created_at=NOON + timedelta(hours=2))

    def candidate_titles(order):
        return titles(admin_client.get(address(edition), {"order": order}).context["candidates"])

    assert candidate_titles("") == candidate_titles("nonsense") == ["Voted", "New", "Fits"]
    assert candidate_titles("new") == ["New", "Fits", "Voted"]
    assert candidate_titles("fit") == ["Fits", "New", "Voted"]


@pytest.mark.parametrize(
    ("name", "fields", "shown"),
    [
        ("up", {"entry": 2}, ["Two", "One"]),
        ("down", {"entry": 1}, ["Two", "One"]),
        ("put", {"entry": 2, "place": 0}, ["Two", "One"]),
        ("pin", {"entry": 2}, ["Two", "One"]),
        ("hide", {"entry": 1}, ["Two"]),
        ("remove", {"entry": 1}, ["Two"]),
        ("add", {"paper": 3}, ["One", "Two", "Three"]),
        ("add", {"paper": 3, "place": 0}, ["Three", "One", "Two"]),
        ("clear", {}, []),
    ],
)
def test_every_form_on_the_board_works_without_scripts(admin_client, edition, name, fields, shown):
    keys = [entry.pk for entry in edition.entries.all()]
    third = make_paper("Three").pk
    fields = {
        key: {"entry": lambda n: keys[n - 1], "paper": lambda _: third}.get(key, lambda n: n)(value)
        for key, value in fields.items()
    }

    answer = act(admin_client, edition, name, **fields)

    assert answer.status_code == 302
    assert [entry.paper.title for entry in edition.entries.shown()] == shown
    assert LogEntry.objects.count() == 1


def test_html_in_a_note_is_shown_as_text_on_the_board(admin_client, edition):
    entry = edition.entries.first()

    act(admin_client, edition, "note", entry=entry.pk, note="<script>alert(1)</script>")

    html = admin_client.get(address(edition)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)" not in html


def test_the_second_curator_gets_a_conflict_and_loses_nothing_they_typed(admin_client, edition):
    entry = edition.entries.first()
    act(admin_client, edition, "words", subject="First", intro="")

    answer = act(admin_client, edition, "note", entry=entry.pk, note="My long thought")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "admin changed this edition in the meantime, so yours wasn’t saved." in html
    assert "My long thought" in [area.text for area in html_of(html).all("textarea")]
    entry.refresh_from_db()
    assert entry.note == ""


def test_a_note_that_is_too_long_is_refused_and_kept_in_its_field(admin_client, edition):
    answer = act(admin_client, edition, "note", entry=edition.entries.first().pk, note="x" * 281)

    assert answer.status_code == 422
    assert "The note can have 280 characters at most. This one has 281." in answer.content.decode()
    assert "x" * 281 in answer.content.decode()


def test_a_polling_board_gets_an_update_only_when_something_changed(admin_client, edition):
    again = {"since": edition.version}
    assert admin_client.get(address(edition), again, headers={"HX-Request": "true"}).status_code == 204

    act(admin_client, edition, "words", subject="New subject", intro="")

    answer = admin_client.get(address(edition), again, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "admin changed this edition." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_edition_form_refuses_changes_based_on_an_outdated_version(admin_client, edition):
    act(admin_client, edition, "words", subject="First", intro="")
    data = {"day": DAY, "publish_at_0": "2025-08-21", "publish_at_1": "06:00", "version": edition.version}
    data |= {f"entries{part}-{form}_FORMS": 0 for part in ("", "-2") for form in ("TOTAL", "INITIAL")}

    answer = admin_client.post(f"/admin/digest/edition/{edition.pk}/change/", {**data, "subject": "Second"})

    assert "admin changed this edition in the meantime" in answer.content.decode()
    edition.refresh_from_db()
    assert edition.subject == "First"


@pytest.mark.parametrize("fields", [{"act": "explode"}, {}, {"act": "up", "entry": "x"}, {"act": "add"}])
def test_an_invalid_change_returns_404(admin_client, edition, fields):
    assert admin_client.post(address(edition, "act/"), {"version": 0, **fields}).status_code == 404


@time_machine.travel(datetime(2025, 8, 21, 5, tzinfo=UTC), tick=False)
def test_the_board_needs_no_more_queries_for_twice_the_papers(admin_client, edition, django_assert_max_num_queries):
    topic = make_topic()

    def grow():
        for _ in range(10):
            make_paper(about=topic)
            EditionPaper.objects.create(edition=edition, paper=make_paper(about=topic))

    grow()
    with django_assert_max_num_queries(20) as few:
        admin_client.get(address(edition))
    grow()
    with django_assert_max_num_queries(20) as many:
        admin_client.get(address(edition))
    assert len(few) == len(many)
    assert Paper.objects.count() > 40


def test_a_candidate_similar_to_a_paper_in_a_recent_edition_says_so(admin_client, edition):
    vector = embedding.embedder().vectors(["Optimal transport between graphs"])[0]
    fields = {"embedding": vector.astype("float16").tobytes(), "embedding_model": embedding.embedder().name}
    make_edition(make_paper("Before", **fields), day=DAY - timedelta(days=3))
    make_paper("Again", created_at=NOON, **fields)

    page = html_of(admin_client.get(address(edition)))

    assert page.text.count("Similar to “Before” in the edition of 18 August") == 1


# --- Undoing ---


def stands(edition):
    edition.refresh_from_db()
    rows = edition.entries.values_list("paper__title", "position", "placement", "note")
    return [*rows, edition.subject, edition.intro]


@pytest.mark.parametrize("name", ["up", "pin", "hide", "remove", "note", "clear", "words", "add"])
def test_the_last_change_can_be_undone_and_redone(admin_client, edition, name):
    first, second = edition.entries.all()
    EditionPaper.objects.filter(pk=second.pk).update(note="Read this.")
    act(admin_client, edition, "note", entry=first.pk, note="Or this.")
    before = stands(edition)
    fields = {"entry": second.pk, "note": "New", "subject": "S", "intro": "I", "paper": make_paper("Three").pk}
    if name == "clear":
        EditionPaper.objects.update(note="")
        before = stands(edition)

    act(admin_client, edition, name, **fields)
    after = stands(edition)
    assert after != before
    act(admin_client, edition, "undo")
    assert stands(edition) == before
    act(admin_client, edition, "redo")
    assert stands(edition) == after


def test_nothing_can_be_undone_once_another_curator_has_changed_something(admin_client, edition):
    act(admin_client, edition, "remove", entry=edition.entries.first().pk)
    edition.refresh_from_db()
    assert 'value="undo"' in admin_client.get(address(edition)).content.decode()
    edition.note_change("grace")

    assert 'value="undo"' not in admin_client.get(address(edition)).content.decode()
    assert act(admin_client, edition, "undo").status_code == 422
    assert edition.entries.count() == 1


def test_undo_does_not_take_a_paper_back_from_another_edition(admin_client, edition):
    removed = edition.entries.first()
    act(admin_client, edition, "remove", entry=removed.pk)
    make_edition(removed.paper, day=DAY + timedelta(days=1), published=False)
    edition.refresh_from_db()

    answer = act(admin_client, edition, "undo")

    assert answer.status_code == 422
    assert "one of the papers is in another edition now" in answer.content.decode()


@pytest.mark.parametrize("name", ["undo", "redo"])
def test_without_changes_there_is_nothing_to_undo_or_redo(admin_client, edition, name):
    assert act(admin_client, edition, name).status_code == 422


def test_the_last_ten_changes_can_be_undone_one_by_one(admin_client, edition):
    before = []
    for number in range(12):
        before.append(stands(edition))
        act(admin_client, edition, "note", entry=edition.entries.first().pk, note=f"Note {number}")
        stands(edition)

    for number in range(10):
        assert act(admin_client, edition, "undo").status_code == 302
        assert stands(edition) == before[11 - number]
    assert act(admin_client, edition, "undo").status_code == 422


def test_a_change_cannot_be_redone_after_another_change(admin_client, edition):
    entry = edition.entries.first().pk
    for name in ("pin", "undo", "hide"):
        act(admin_client, edition, name, entry=entry)
        edition.refresh_from_db()

    assert act(admin_client, edition, "redo").status_code == 422
    assert edition.entries.get(pk=entry).placement == HIDDEN
