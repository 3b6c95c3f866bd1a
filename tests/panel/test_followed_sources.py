"""Sources in the panel: tried before they are added, paused, stopped with a reason, and listed with the settings'."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from digest.catalog import harvest_scheduler
from digest.models import FollowedSource, Listing, Paper, SourceRun
from digest.sources import fetching
from tests.support import index_answers as answers
from tests.support.factories import make_paper
from tests.support.html import html_of
from tests.support.night_harvest import NIGHT
from tests.support.source_answers import HTML

pytestmark = [pytest.mark.django_db]
ADD = "/admin/digest/followedsource/add/"
LIST = "/admin/digest/followedsource/"


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(NIGHT, tick=False)
    return time_machine


def post(client, button, **data):
    return client.post(ADD, {"kind": "openreview", "query": "ICLR.cc/2026/C", "most_per_day": 50, button: "1", **data})


def test_a_trial_shows_papers_with_days_marks_known_ones_and_saves_nothing(admin_client, source):
    paper = make_paper("On graphs")
    paper.identifiers.create(scheme="openreview", value="forum1")
    notes = [answers.openreview_note(number, title=f"On graphs {number}") for number in range(1, 15)]
    source.says(answers.openreview(*notes), answers.openreview(total=14))
    page = html_of(post(admin_client, "_try").content.decode())
    rows = page.all("table.p-table tbody tr")
    assert len(rows) == 10
    assert "already here" in rows[0].text
    assert "16 Sep 2026" in rows[1].text
    assert "new" in rows[1].text
    assert "every 12 hours" in page.text
    assert (Paper.objects.count(), FollowedSource.objects.count(), SourceRun.objects.count()) == (1, 0, 0)


def test_a_source_can_be_added_and_is_then_harvested(admin_client, source):
    assert post(admin_client, "_follow", into_drafts="on").status_code == 302
    row = FollowedSource.objects.get()
    assert (row.name, row.status, row.into_drafts) == ("OpenReview ICLR.cc/2026/C", "active", True)
    source.says(answers.openreview(answers.openreview_note()))
    (run,) = harvest_scheduler.harvest_due(NIGHT)
    assert (run.source, run.part, run.new) == ("openreview", "ICLR.cc/2026/C", 1)
    assert Listing.objects.get().origin == row.origin
    page = admin_client.get(LIST).content.decode()
    assert "1 new" in page
    assert "16 Sep 17:00" in page


def test_an_error_from_a_source_is_shown(admin_client, source):
    source.says(HTML)
    page = post(admin_client, "_try").content.decode()
    assert "found an HTML" in page


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"query": "nothing"}, "expected a venue’s ID"),
        ({"kind": "feed", "query": "no address"}, "expected an address"),
        ({"kind": "oai"}, "not one of the available choices"),
        ({"kind": "pubmed", "query": ""}, "expected a PubMed search"),
        ({"kind": "feed", "query": "https://a.example/" + "x" * 600}, "at most 500"),
    ],
)
def test_an_invalid_source_is_refused_with_a_reason_and_not_requested(admin_client, source, data, error):
    for button in ("_try", "_follow"):
        assert error in post(admin_client, button, **data).content.decode()
    assert source.requests == []


def test_a_source_can_be_followed_only_once(admin_client):
    post(admin_client, "_follow")
    assert "You already follow this source." in post(admin_client, "_follow").content.decode()


def test_a_feed_in_our_own_network_is_not_fetched(admin_client, waits, monkeypatch):
    monkeypatch.setattr(fetching, "RETRY_WAITS_SECONDS", ())
    page = post(admin_client, "_try", kind="feed", query="http://127.0.0.1:9/feed").content.decode()
    assert "not public" in page


def test_pausing_and_resuming(admin_client, source):
    row = FollowedSource.objects.create(kind="openreview", query="A.cc/1", name="A")
    row.stop("it no longer exists")
    assert "stopped: it no longer exists" in admin_client.get(LIST).content.decode()
    for action, status in (("resume", "active"), ("pause", "paused")):
        admin_client.post(LIST, {"action": action, "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert (row.status, row.stopped_because) == (status, "")
    assert harvest_scheduler.harvest_due(NIGHT) == []


def test_sources_from_the_settings_are_listed_with_their_health(admin_client, settings):
    settings.SOURCES = ["huggingface"]
    SourceRun.objects.create(source="huggingface", started_at=NIGHT - timedelta(hours=2)).fail("broken")
    page = admin_client.get(LIST).content.decode()
    assert "Hugging Face" in page
    assert "the last run failed" in page


def test_a_source_shows_its_latest_runs(admin_client):
    row = FollowedSource.objects.create(kind="feed", query="https://a.example/rss", name="A")
    SourceRun.objects.create(source="feed", part=row.query).fail("expected XML, found an HTML page")
    page = admin_client.get(reverse("admin:digest_followedsource_change", args=[row.pk])).content.decode()
    assert "found an HTML page" in page


def test_the_list_needs_few_queries_however_many_sources(admin_client, settings, django_assert_max_num_queries):
    settings.SOURCES = ["oai", "rss", "huggingface"]
    settings.ARXIV_CATEGORIES = ["cs.LG", "cs.CL", "cs.AI"]
    with django_assert_max_num_queries(20):
        admin_client.get(LIST)


def test_curators_may_add_sources_and_others_may_not(client, django_user_model):
    user = django_user_model.objects.create_user("curator", password="x", is_staff=True)
    client.force_login(user)
    assert client.get(ADD).status_code == 403
    user.groups.add(Group.objects.get(name="Curator"))
    assert client.get(ADD).status_code == 200
