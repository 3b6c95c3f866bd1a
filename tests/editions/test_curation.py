"""When an edition is published, in which order, and the panel pages where a curator decides that."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from digest.community import votes
from digest.editions import curation, publishing
from digest.models import Edition, EditionPaper, Paper
from tests.support.factories import (
    DAY,
    NOON,
    make_delivery,
    make_edition,
    make_member,
    make_paper,
    make_subscriber,
    make_topic,
)

pytestmark = pytest.mark.django_db

HIDDEN, PINNED = EditionPaper.Placement.HIDDEN, EditionPaper.Placement.PINNED


def draft(*papers, **fields):
    return make_edition(*papers, published=False, **fields)


def titles_shown(edition):
    return [entry.paper.title for entry in edition.entries.shown()]


def test_an_edition_is_published_only_once():
    edition = draft(make_paper())

    assert curation.publish_edition(edition, NOON)
    assert not curation.publish_edition(edition, NOON + timedelta(hours=1))
    assert Edition.objects.get().published_at == NOON


def test_an_edition_with_nothing_to_show_is_not_published():
    edition = draft(make_paper())
    edition.entries.update(placement=HIDDEN)

    with pytest.raises(curation.EmptyEditionError):
        curation.publish_edition(edition, NOON)

    assert not Edition.objects.get().is_published


def test_drafts_are_published_automatically_at_their_hour_and_not_before():
    make_edition(make_paper(), day=DAY - timedelta(days=1))
    today = draft(make_paper())
    draft(make_paper(), day=DAY + timedelta(days=1))

    assert publishing.publish_overdue(datetime(2025, 8, 21, 5, 59, tzinfo=UTC)) == []
    assert publishing.publish_overdue(datetime(2025, 8, 21, 6, tzinfo=UTC)) == [today]
    assert publishing.publish_overdue(NOON) == []


def test_an_empty_draft_waits_and_does_not_hold_up_others(caplog):
    empty = draft(day=DAY - timedelta(days=1))
    full = draft(make_paper())

    assert publishing.publish_overdue(NOON) == [full]
    empty.refresh_from_db()
    assert not empty.is_published
    assert "Edition of 2025-08-20 has no papers to show" in caplog.text


def test_a_draft_that_stays_one_is_logged_once_an_hour_and_not_for_ever(caplog):
    empty = draft()

    for minute in range(5 * 24 * 60):
        if minute < 180 or minute % 60 == 0:
            publishing.publish_overdue(empty.publish_at + timedelta(minutes=minute, seconds=2))

    assert caplog.text.count("has no papers to show") == 48


def test_an_unordered_edition_starts_with_the_papers_that_fit_their_topic_best():
    topic = make_topic()
    edition = draft(
        make_paper("None"), make_paper("Weak", about=topic, score=0.2), make_paper("Strong", about=topic, score=0.9)
    )
    edition.entries.update(position=0)

    publishing.publish_overdue(NOON)

    assert titles_shown(edition) == ["Strong", "Weak", "None"]


def test_an_unordered_edition_starts_with_the_papers_with_most_votes():
    voted = make_paper("Voted")
    edition = draft(make_paper("Strong", about=make_topic(), score=0.9), voted)
    edition.entries.update(position=0)
    votes.cast_vote(make_member(), voted, NOON)

    publishing.publish_overdue(NOON)

    assert titles_shown(edition) == ["Voted", "Strong"]


def test_an_order_set_by_hand_is_kept():
    topic = make_topic()
    edition = draft(make_paper("First", about=topic, score=0.1), make_paper("Second", about=topic, score=0.9))

    publishing.publish_overdue(NOON)

    assert titles_shown(edition) == ["First", "Second"]


def test_pinned_papers_come_first_whatever_the_order():
    edition = draft(make_paper("First"), pinned := make_paper("Second"))
    EditionPaper.objects.filter(paper=pinned).update(placement=PINNED)

    publishing.publish_overdue(NOON)

    assert titles_shown(edition) == ["Second", "First"]


def test_readers_see_only_papers_shown_in_a_published_edition():
    visible, hidden = make_paper(), make_paper()
    make_edition(visible, hidden)
    EditionPaper.objects.filter(paper=hidden).update(placement=HIDDEN)
    draft(make_paper(), day=DAY + timedelta(days=1))
    make_paper()

    assert list(Paper.objects.public()) == [visible]


# --- The panel ---


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("curator"))
    return client


def form_of(edition, **changes):
    """Return what the browser posts for an edition with its papers."""
    entries = list(edition.entries.all())
    data = {"day": edition.day.isoformat(), "publish_at_0": "2025-08-21", "publish_at_1": "06:00:00"}
    for prefix, count in (("entries", len(entries)), ("entries-2", 1)):
        initial = count if prefix == "entries" else 0
        data |= {f"{prefix}-TOTAL_FORMS": count, f"{prefix}-INITIAL_FORMS": initial}
    for number, entry in enumerate(entries):
        row = {"id": entry.pk, "position": entry.position, "placement": entry.placement, "note": entry.note}
        data |= {f"entries-{number}-{name}": value for name, value in row.items()}
    data |= {"entries-2-0-position": 0, "entries-2-0-placement": "2-listed"}
    return {**data, **changes}


def test_a_curator_can_order_pin_and_annotate_papers(desk):
    edition = draft(make_paper("One"), make_paper("Two"))

    response = desk.post(
        f"/admin/digest/edition/{edition.pk}/change/",
        form_of(edition, **{"entries-1-placement": PINNED, "entries-1-note": "Look!", "entries-0-position": 7}),
    )

    assert response.status_code == 302
    assert titles_shown(edition) == ["Two", "One"]
    assert edition.entries.get(placement=PINNED).note == "Look!"


def test_a_curator_can_add_a_paper(desk):
    edition, paper = draft(make_paper("One")), make_paper("Added")

    desk.post(
        f"/admin/digest/edition/{edition.pk}/change/",
        form_of(edition, **{"entries-2-0-paper": paper.pk, "entries-2-0-position": 5}),
    )

    assert titles_shown(edition) == ["One", "Added"]


def test_one_button_saves_and_publishes(desk):
    edition = draft(make_paper())
    address = f"/admin/digest/edition/{edition.pk}/change/"
    assert 'name="_publish"' in desk.get(address).content.decode()

    response = desk.post(address, form_of(edition, _publish="Save and publish"), follow=True)

    assert "Published Edition" in response.content.decode()
    assert Edition.objects.get().is_published
    assert 'name="_publish"' not in desk.get(address).content.decode()


def test_publishing_many_editions_at_once_says_why_one_was_not(desk):
    full, empty = draft(make_paper()), draft(day=DAY + timedelta(days=1))

    response = desk.post(
        "/admin/digest/edition/", {"action": "publish", "_selected_action": [full.pk, empty.pk]}, follow=True
    )

    assert "has no papers to show" in response.content.decode()
    assert [edition.day for edition in Edition.objects.published()] == [DAY]


def test_a_new_edition_gets_the_usual_hour(desk):
    data = {"day": "2025-09-01", "publish_at_0": "", "publish_at_1": "", "entries-TOTAL_FORMS": 0}
    data |= {"entries-INITIAL_FORMS": 0, "entries-2-TOTAL_FORMS": 0, "entries-2-INITIAL_FORMS": 0}

    response = desk.post("/admin/digest/edition/add/", data)

    assert response.status_code == 302
    edition = Edition.objects.get(day=date(2025, 9, 1))
    assert edition.publish_at == datetime(2025, 9, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize("where", ["edition/", "edition/{edition}/change/", "paper/", "delivery/"])
def test_panel_pages_need_no_more_queries_for_twice_the_rows(desk, django_assert_max_num_queries, where):
    def grow(day):
        edition = draft(*(make_paper(about=topic) for _ in range(10)), day=day)
        for _ in range(10):
            make_delivery(make_subscriber(), edition)
        return edition

    topic = make_topic()
    edition = grow(DAY)
    address = f"/admin/digest/{where.format(edition=edition.pk)}"
    desk.get(address)
    with django_assert_max_num_queries(20) as few:
        desk.get(address)
    grow(DAY + timedelta(days=1))
    for position, paper in enumerate(Paper.objects.filter(entry=None)):
        EditionPaper.objects.create(edition=edition, paper=paper, position=position)
    EditionPaper.objects.update(edition=edition)
    with django_assert_max_num_queries(20) as many:
        desk.get(address)
    assert len(few) == len(many)


def test_the_ledger_can_be_searched_by_address_and_read_but_not_changed(desk):
    delivery = make_delivery(make_subscriber("Ada@example.org"), make_edition(make_paper()))
    address = f"/admin/digest/delivery/{delivery.pk}/change/"

    assert "Ada@example.org" in desk.get("/admin/digest/delivery/?q=ada@").content.decode()
    assert "Ada@example.org" not in desk.get("/admin/digest/delivery/?q=emmy@").content.decode()
    assert "/digests/" in desk.get(address).content.decode()
    assert desk.post(address, {"status": "sent"}).status_code == 403
    assert desk.get("/admin/digest/delivery/add/").status_code == 403
