"""Approval by another curator, where the setting requires it."""

from datetime import UTC, datetime

import pytest
import time_machine

from digest.editions import publishing
from digest.editions.changes import ExpectedVersion
from tests.support.factories import NOON, make_edition, make_paper

pytestmark = pytest.mark.django_db
TWO = datetime(2025, 8, 21, 14, tzinfo=UTC)


@pytest.fixture
def draft(settings):
    settings.SECOND_LOOK = True
    return make_edition(make_paper(), published=False)


def bring_out(edition, who="ada", at=None):
    _, description = publishing.publish_or_schedule(edition.pk, ExpectedVersion(edition.version, who), at, NOON)
    edition.refresh_from_db()
    return description


def test_with_a_second_look_one_curator_asks_and_another_publishes(draft):
    assert bring_out(draft, who="ada") == "Asked another curator to approve it before it’s published."
    assert bring_out(draft, who="ada") == "Asked another curator to approve it before it’s published."
    assert not draft.is_published

    assert bring_out(draft, who="grace") == "Published."


def test_a_second_look_for_one_hour_does_not_count_for_another(draft):
    bring_out(draft, who="ada", at=TWO)

    assert bring_out(draft, who="grace").startswith("Asked")
    assert not draft.is_published


def test_a_changed_draft_is_not_published_automatically_before_another_curator_looks(draft):
    draft.note_change("ada")
    draft.append([make_paper()])

    assert publishing.publish_overdue(TWO) == []

    draft.refresh_from_db()
    bring_out(draft, who="ada", at=TWO)
    bring_out(draft, who="grace", at=TWO)
    assert publishing.publish_overdue(TWO) == [draft]


def test_an_untouched_draft_is_published_automatically_without_a_second_look(draft):
    assert publishing.publish_overdue(draft.publish_at) == [draft]


def test_the_panel_says_what_waits_for_a_second_look(admin_client, draft, settings):
    draft.note_change("ada")
    addresses = "/admin/", f"/admin/digest/edition/{draft.pk}/publishing/"
    free, waiting = [], []
    for waiting_draft, settings.SECOND_LOOK in ((free, False), (waiting, True)):
        with time_machine.travel(NOON, tick=False):
            waiting_draft.extend(admin_client.get(address).content.decode() for address in addresses)

    assert all("automatically on" in html or "automatically, 21 Aug" in html for html in free)
    assert "needs approval" in waiting[0]
    assert "so another curator has to approve it" in waiting[1]


def test_the_edition_list_and_form_cannot_bypass_the_second_look(admin_client, draft):
    admin_client.post("/admin/digest/edition/", {"action": "publish", "_selected_action": [draft.pk]})

    draft.refresh_from_db()
    assert not draft.is_published
    assert draft.look_asked_by == "admin"
    assert 'name="publish_at_0"' not in admin_client.get(f"/admin/digest/edition/{draft.pk}/change/").content.decode()
