"""A second look by another curator, where the setting asks for it."""

from datetime import UTC, datetime

import pytest
import time_machine

from digest import curation, publishing
from digest.arranging import Seen
from tests.make import NOON, make_edition, make_paper

pytestmark = pytest.mark.django_db
TWO = datetime(2025, 8, 21, 14, tzinfo=UTC)


@pytest.fixture
def draft(settings):
    settings.SECOND_LOOK = True
    return make_edition(make_paper(), published=False)


def bring_out(edition, who="ada", at=None):
    _, done = publishing.bring_out(edition.pk, Seen(edition.version, who), at, NOON)
    edition.refresh_from_db()
    return done


def test_with_a_second_look_one_asks_and_another_publishes(draft):
    assert bring_out(draft, who="ada") == "Asked another curator for a look before it comes out."
    assert bring_out(draft, who="ada") == "Asked another curator for a look before it comes out."
    assert not draft.is_published

    assert bring_out(draft, who="grace") == "Published."


def test_a_look_at_one_hour_is_no_look_at_another(draft):
    bring_out(draft, who="ada", at=TWO)

    assert bring_out(draft, who="grace").startswith("Asked")
    assert not draft.is_published


def test_what_one_curator_changed_does_not_publish_itself_before_another_looked(draft):
    draft.note_change("ada")
    draft.append([make_paper()])

    assert curation.publish_late(TWO) == []

    draft.refresh_from_db()
    bring_out(draft, who="ada", at=TWO)
    bring_out(draft, who="grace", at=TWO)
    assert curation.publish_late(TWO) == [draft]


def test_what_nobody_touched_publishes_itself_without_a_second_look(draft):
    assert curation.publish_late(draft.publish_at) == [draft]


def test_the_panel_says_what_waits_for_a_second_look(admin_client, draft, settings):
    draft.note_change("ada")
    addresses = "/admin/", f"/admin/digest/edition/{draft.pk}/publishing/"
    free, waiting = [], []
    for kept, settings.SECOND_LOOK in ((free, False), (waiting, True)):
        with time_machine.travel(NOON, tick=False):
            kept.extend(admin_client.get(address).content.decode() for address in addresses)

    assert all("by itself on" in html or "by itself, 21 Aug" in html for html in free)
    assert "waits for a second look" in waiting[0]
    assert "before another curator has looked at it" in waiting[1]


def test_no_way_of_the_list_leads_around_the_second_look(admin_client, draft):
    admin_client.post("/admin/digest/edition/", {"action": "publish", "_selected_action": [draft.pk]})

    draft.refresh_from_db()
    assert not draft.is_published
    assert draft.look_asked_by == "admin"
    assert 'name="publish_at_0"' not in admin_client.get(f"/admin/digest/edition/{draft.pk}/change/").content.decode()
