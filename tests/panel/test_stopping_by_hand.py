"""A curator stops and resumes the sending of an edition in the panel."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.utils import timezone

from digest.sending import breaker
from tests.support.factories import make_edition, make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return make_edition(make_paper())


@pytest.fixture
def curator(client):
    curator = get_user_model().objects.create_superuser("ada", "ada@example.org", "secret")
    client.force_login(curator)
    return curator


def act(client, action, edition):
    data = {"action": action, "_selected_action": [edition.pk]}
    return client.post("/admin/digest/edition/", data, follow=True).content.decode()


def test_a_curator_stops_and_resumes_sending_and_the_activity_log_says_who(client, curator, edition):
    page = act(client, "stop_sending", edition)
    edition.refresh_from_db()
    assert edition.is_halted
    assert "stopped by ada" in page

    page = act(client, "resume_sending", edition)
    edition.refresh_from_db()
    assert not edition.is_halted
    assert "Sending resumes" in page
    notes = LogEntry.objects.order_by("pk").values_list("user__username", "change_message")
    assert [who for who, _ in notes] == ["ada", "ada"]
    assert ["stopped" in notes[0][1], "resumed" in notes[1][1]] == [True, True]


def test_stopping_by_hand_sends_no_email(client, curator, edition, mailoutbox):
    act(client, "stop_sending", edition)
    breaker.watch(timezone.now())

    assert not mailoutbox


def test_stopping_or_resuming_twice_changes_nothing(client, curator, edition):
    assert "isn’t stopped" in act(client, "resume_sending", edition)
    act(client, "stop_sending", edition)
    assert "already stopped" in act(client, "stop_sending", edition)
