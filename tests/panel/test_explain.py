"""Explain in the panel: what an edition means for one subscriber. Also the submission queue."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry

from digest.models import Member, Submission
from digest.recommending import planning
from subscriptions.models import Breadth
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic
from tests.support.html import html_of, words_of

pytestmark = pytest.mark.django_db


def test_every_paper_shows_its_score_components_and_why_it_is_in_or_out(admin_client):
    graphs, cats = make_topic("Graph learning"), make_topic("Cats")
    edition = make_edition(make_paper("On graphs", about=graphs), make_paper("On cats", about=cats))
    make_subscriber("ada@example.org", follows=[graphs])

    context = admin_client.get(f"/admin/digest/edition/{edition.pk}/explain/", {"address": "ADA@example.org"}).context

    verdicts = {row["paper"].title: (row["row"].place, row["verdict"]) for row in context["rows"]}
    assert verdicts == {"On graphs": (1, "topics they follow"), "On cats": (None, "no match")}
    assert all(len(row["parts"]) == len(context["names"]) for row in context["rows"])
    assert context["frozen"] == []


def test_a_planned_digest_is_shown_as_it_was_frozen(admin_client):
    edition = make_edition(make_paper("The paper"))
    make_subscriber("ada@example.org")
    planning.plan(NOON)

    html = admin_client.get(f"/admin/digest/edition/{edition.pk}/explain/", {"address": "ada@example.org"}).content

    assert "Their digest (" in html.decode()


def test_a_paper_sent_before_is_out_as_already_sent(admin_client):
    paper = make_paper("The paper", sent_at=NOON - timedelta(days=1))
    edition = make_edition(paper)
    reader = make_subscriber("ada@example.org", breadth=Breadth.EVERYTHING)
    content = {"papers": [], "of": 0, "more": {"papers": [[paper.pk, "edition", ""]], "of": 1}}
    make_delivery(reader, edition, period=DAY - timedelta(days=1), content=content)

    answer = admin_client.get(f"/admin/digest/edition/{edition.pk}/explain/", {"address": "ada@example.org"})

    out = re.search(r">out</span>(.*?)</td>", answer.content.decode(), re.DOTALL)
    assert words_of(out[1]) == ": already sent"


@pytest.mark.parametrize(("query", "messages"), [({}, []), ({"address": "x@example.org"}, ["There’s no subscriber"])])
def test_without_a_known_subscriber_the_page_asks_for_one(admin_client, query, messages):
    edition = make_edition(make_paper())

    page = html_of(admin_client.get(f"/admin/digest/edition/{edition.pk}/explain/", query).content.decode())

    assert page.one("input[name=address]")["value"] == query.get("address", "")
    assert [message.text[:21] for message in page.all("[role=alert]")] == messages


def test_an_edition_without_papers_can_be_explained_too(admin_client):
    make_subscriber("ada@example.org")
    address = f"/admin/digest/edition/{make_edition(published=False).pk}/explain/"

    assert "This edition is empty" in admin_client.get(address, {"address": "ada@example.org"}).content.decode()


# --- The queue ---


@pytest.fixture
def submission():
    member = Member.objects.create(email="m@example.org")
    paper = make_paper("Proposed")
    return Submission.objects.create(member=member, arxiv_id="2508.00001", paper=paper, status="queued")


def decide(client, submission, **fields):
    return client.post(f"/admin/digest/submission/{submission.pk}/decide/", fields)


def test_an_accepted_submission_leaves_the_queue_and_goes_into_a_draft(admin_client, submission):
    edition = make_edition(published=False, day=NOON.date().replace(year=2100))
    assert "Proposed" in admin_client.get("/admin/digest/submission/queue/").content.decode()

    assert decide(admin_client, submission, act="accept", reason="").status_code == 302

    submission.refresh_from_db()
    assert submission.status == "accepted"
    assert "Proposed" not in admin_client.get("/admin/digest/submission/queue/").content.decode()
    assert LogEntry.objects.count() == 1
    assert edition.entries.get().paper == submission.paper


def test_a_submission_is_refused_with_a_reason_its_sender_sees(admin_client, submission):
    decide(admin_client, submission, act="refuse", reason=" Not  research ")

    submission.refresh_from_db()
    assert (submission.status, submission.reason) == ("refused", "Not research")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"act": "refuse", "reason": " "}, "Please give a reason"),
        ({"act": "accept", "reason": "x" * 281}, "The reason can be 280 characters at most. Yours has 281."),
    ],
)
def test_a_submission_stays_open_when_the_decision_is_invalid(admin_client, submission, fields, message):
    answer = decide(admin_client, submission, **fields)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    submission.refresh_from_db()
    assert submission.is_open


def test_the_second_of_two_curators_learns_it_is_already_decided(admin_client, submission):
    decide(admin_client, submission, act="refuse", reason="No")

    answer = decide(admin_client, submission, act="accept")

    assert answer.status_code == 409
    assert "isn’t waiting for a curator any more" in answer.content.decode()


def test_more_submissions_cost_no_more_queries(admin_client, submission, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as few:
        admin_client.get("/admin/digest/submission/queue/")
    for number in range(2, 9):
        fields = {"member": submission.member, "paper": make_paper(about=make_topic(f"T{number}")), "status": "queued"}
        Submission.objects.create(arxiv_id=f"2508.0000{number}", **fields)
    with django_assert_max_num_queries(len(few) + 2):
        admin_client.get("/admin/digest/submission/queue/")
