"""What the panel's first page asks people to do today, and where each item leads."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from digest.models import Edition, SourceRun, Submission
from tests.support.factories import (
    DAY,
    NOON,
    make_delivery,
    make_edition,
    make_member,
    make_paper,
    make_subscriber,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TOMORROW = DAY + timedelta(days=1)


def todo(client):
    """Return the items: how urgent each is, its text, and the HTTP status of the page it links to."""
    html = client.get("/admin/").content.decode()
    items = re.findall(r'<li class="p-(\w+)"><a href="([^"]+)">([^<]+)</a></li>', html)
    return [(level, text, client.get(url.replace("&amp;", "&")).status_code) for level, url, text in items]


def draft(*papers, **fields):
    return make_edition(*papers, day=TOMORROW, published=False, **fields)


def test_a_draft_has_to_be_published_by_its_hour(admin_client):
    draft(make_paper(), make_paper())

    assert todo(admin_client) == [
        ("warn", "Tomorrow’s edition has 2 papers: publish it by 06:00 UTC, or it goes out as it is", 200)
    ]


def test_an_empty_draft_is_the_most_urgent_item(admin_client):
    submit(1)
    draft()

    items = todo(admin_client)

    assert items[0] == (
        "bad",
        "Tomorrow’s edition is empty: add papers by 06:00 UTC, or no digest goes out",
        200,
    )
    assert items[1][0] == "warn"


def test_a_scheduled_draft_needs_no_action(admin_client):
    draft(make_paper(), hour_set_by="ada")

    assert [item[:2] for item in todo(admin_client)] == [
        ("muted", "Tomorrow’s edition has 1 paper and is scheduled for 06:00 UTC")
    ]


def test_a_curator_who_asked_for_a_second_look_is_named(admin_client, settings):
    settings.SECOND_LOOK = True
    draft(make_paper()).request_approval("ada", None)

    assert [item[:2] for item in todo(admin_client)] == [
        ("warn", "Tomorrow’s edition needs approval: ada asked for it")
    ]


def test_without_an_upcoming_edition_one_has_to_be_created(admin_client):
    make_edition(make_paper())

    assert [item[1] for item in todo(admin_client)] == ["There’s no edition for tomorrow yet: create one"]


def submit(number):
    for index in range(number):
        Submission.objects.create(
            member=make_member(), arxiv_id=f"2508.{index:05}", paper=make_paper(), status=Submission.Status.QUEUED
        )


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 submission waits for a decision"), (3, "3 submissions wait for a decision")],
)
def test_submissions_are_counted(admin_client, number, text):
    submit(number)
    draft(make_paper(), hour_set_by="ada")

    assert todo(admin_client)[0] == ("warn", text, 200)


def test_sources_whose_last_run_failed_are_named(admin_client):
    for part, status in (("cs.LG", "failed"), ("cs.LG", "finished"), ("stat.ML", "finished"), ("stat.ML", "failed")):
        SourceRun.objects.create(source="oai", part=part, status=status)

    assert todo(admin_client)[0] == ("bad", "1 source failed: oai stat.ML", 200)


def test_a_halted_edition_and_uncertain_digests_link_to_their_pages(admin_client):
    edition = make_edition(make_paper())
    edition.halt(NOON, "stopped by ada")
    make_delivery(make_subscriber(), edition, status="uncertain")

    texts = [text for _, text, status in todo(admin_client) if status == 200]

    assert "Sending is stopped for the edition of 21 August 2025: stopped by ada" in texts
    assert "1 digest is uncertain: it may have arrived, so it isn’t sent again automatically" in texts


def test_people_see_only_what_they_are_allowed_to_do(client):
    submit(1)
    person = User.objects.create_user("olga", is_staff=True)
    person.groups.set([Group.objects.get(name="Operator")])
    client.force_login(person)

    assert [text for _, text, _ in todo(client)] == []
    assert "Nothing needs you right now." in client.get("/admin/").content.decode()


def test_an_edition_further_ahead_is_named_by_its_day(admin_client):
    make_edition(make_paper(), day=DAY + timedelta(days=4), published=False)

    assert todo(admin_client)[0][1].startswith("Monday, 25 August’s edition has 1 paper")
    assert Edition.objects.count() == 1
