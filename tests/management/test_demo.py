"""The demo: its dozen emails, and a panel with something to see and do on each page."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core import management
from django.core.management.base import CommandError
from django.utils import timezone

from digest.management import demo
from digest.management.demo_papers import DEMO_RECORDS
from digest.models import Delivery, Edition, Feedback, Paper, SourceRun, Submission, Tally, Vote
from digest.panel.board.state import candidates
from subscriptions.models import Roster, Status, Subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox_folder(settings, tmp_path):
    settings.DEBUG = True
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture
def demo_output(capsys):
    management.call_command("demo")
    return capsys.readouterr().out


def rows():
    models = (Delivery, Edition, Feedback, Paper, SourceRun, Submission, Subscriber, Vote, LogEntry, Roster)
    return {model.__name__: model.objects.count() for model in models}


def test_twelve_digests_are_sent_and_the_links_are_printed(demo_output, mailoutbox):
    assert len(mailoutbox) == len(demo.DEMO_SUBSCRIBERS) == 12
    assert "12 digests sent just now." in demo_output
    for page in ("/outbox/", "/admin/"):
        assert f"http://localhost:8000{page}" in demo_output


@pytest.mark.usefixtures("demo_output")
def test_a_second_run_sends_and_adds_nothing(capsys, mailoutbox):
    before, sent = rows(), len(mailoutbox)

    management.call_command("demo")

    assert rows() == before
    assert len(mailoutbox) == sent
    assert "0 digests sent just now." in capsys.readouterr().out


@pytest.mark.usefixtures("demo_output")
def test_the_seed_page_stays_on_top_and_the_next_draft_has_papers_to_choose_from():
    today = timezone.now().date()
    draft = Edition.objects.get(status=Edition.Status.DRAFT)

    assert Edition.objects.published().first().papers.count() == 51
    assert draft.day in {today, today + timedelta(days=1)}
    assert draft.entries.shown().count() == 4
    assert candidates(draft).count() >= 40
    assert candidates(draft).filter(votes__gt=0).exists()


@pytest.mark.usefixtures("demo_output")
def test_each_panel_page_has_something_to_show():
    statuses = set(Delivery.objects.values_list("status", flat=True))

    assert statuses >= {"sent", "delivered", "bounced", "complained", "failed", "uncertain", "skipped", "kept"}
    assert set(Subscriber.objects.values_list("status", flat=True)) == set(Status.values)
    assert Submission.objects.filter(status=Submission.Status.QUEUED).count() == 3
    assert set(Feedback.objects.values_list("kind", flat=True)) == set(Feedback.Kind.values)
    assert set(SourceRun.objects.values_list("status", flat=True)) == {"finished", "failed"}
    assert len(set(LogEntry.objects.values_list("user", flat=True))) == 2
    assert Tally.objects.filter(kind=Tally.Kind.OPENS).count() > 2
    assert not Edition.objects.halted().exists()


@pytest.mark.usefixtures("demo_output")
def test_nobody_else_is_due_and_no_digest_is_older_than_its_edition():
    assert not Subscriber.objects.due(timezone.now()).exists()
    for delivery in Delivery.objects.select_related("edition", "subscriber"):
        assert delivery.created_at >= delivery.edition.published_at
        assert delivery.subscriber.confirmed_at <= delivery.created_at


def test_the_demo_needs_debug(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="public password"):
        management.call_command("demo")


def test_the_bundled_papers_are_complete_and_unique():
    papers = [json.loads(line) for line in DEMO_RECORDS.read_text(encoding="utf-8").splitlines()]

    assert len({paper["id"] for paper in papers}) == len(papers) == 120
    for paper in papers:
        assert all(paper[name] for name in ("id", "title", "authors", "categories", "abstract"))
        assert "\n" not in paper["title"] + paper["abstract"]
