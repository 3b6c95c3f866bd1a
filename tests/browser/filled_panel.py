"""A pytest plugin: a panel with something on every page, and the addresses of those pages."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.utils import timezone

from digest.metrics import tallies
from digest.models import Delivery, Edition, EditionPaper, Event, Feedback, Paper, SourceRun, Submission
from subscriptions.importing import table_reader
from subscriptions.models import Consent, Roster, Subscriber, Suppression, Topic
from tests.support.factories import make_member

LIST = "email;name;topics;agreed;words\n" + "".join(
    f"reader{number}@example.com;Reader {number};graph-learning;2024-05-0{number};Yes, send me the papers of the day.\n"
    for number in range(1, 6)
)


@pytest.fixture
def panel_pages(site):
    """The addresses of the panel's pages, after running the demo and adding what the demo does not leave."""
    call_command("demo")
    out, now = Edition.objects.published().first(), timezone.now()
    draft = make_draft(out, now)
    reader = Subscriber.objects.order_by("pk").first()
    tell_of_readers(reader, now)
    tallies.update_tallies(now)
    tallies.count_history(now, 60)
    return [
        *pages_of_editions(draft, out, reader),
        *pages_of_readers(reader),
        *pages_of_rosters(now),
        *pages_of_members(draft, now),
        *pages_of_sources(),
        *pages_of_people(out),
    ]


def make_draft(out, now):
    """Make an edition for the day after tomorrow: one paper pinned, one with a note, one hidden.

    The papers removed from today's edition become candidates.
    """
    left_over = list(out.papers.order_by("-entry__position")[:16])
    EditionPaper.objects.filter(paper__in=left_over).delete()
    draft = Edition.objects.create(day=now.date() + timedelta(days=2), subject="Graphs, and what they cannot see")
    changes = [{"placement": "1-pinned"}, {"note": "Read this one first: it is short."}, {"placement": "3-hidden"}, {}]
    for position, (paper, wish) in enumerate(zip(left_over, changes, strict=False)):
        EditionPaper.objects.create(edition=draft, paper=paper, position=position, **wish)
    return draft


def tell_of_readers(reader, now):
    """Add provider reports, a consent, a suppressed address and feedback."""
    mails = list(Delivery.objects.order_by("pk"))
    kinds = ["delivered", "soft_bounce", "hard_bounce", "complained"]
    for number, (mail, kind) in enumerate(zip(mails, kinds, strict=False)):
        Event.objects.create(provider="test", event_id=str(number), type=kind, kind=kind, delivery=mail, at=now)
    Delivery.objects.filter(pk=mails[1].pk).update(status="failed", error="550 5.1.1 The mailbox is not there")
    Consent.objects.create(subscriber=reader, requested_at=now, confirmed_at=now, wording="Send me the papers.")
    Subscriber.objects.order_by("-pk").first().suppress(now)
    Suppression.objects.create(address_hash="0123456789abcdef" * 4, reason="bounced")
    for paper, kind in zip(Paper.objects.all(), ["more", "less", "saved"], strict=False):
        Feedback.objects.create(subscriber=reader, paper=paper, kind=kind)


def pages_of_editions(draft, out, reader):
    paper, address = out.papers.first(), f"address={reader.email}"
    return [
        *("", "digest/edition/", "digest/edition/add/", f"digest/edition/{draft.pk}/change/"),
        *(f"digest/edition/{draft.pk}/{page}/" for page in ("board", "audience", "preview", "publishing")),
        *(f"digest/edition/{out.pk}/publishing/", f"digest/edition/{draft.pk}/delete/"),
        *(f"digest/edition/{pk}/explain/?{address}" for pk in (draft.pk, out.pk)),
        *("digest/paper/", "digest/paper/?q=graph", f"digest/paper/{paper.pk}/change/", "digest/paper/add/"),
        f"digest/paper/{paper.pk}/sources/",
    ]


def pages_of_readers(reader):
    mail = Delivery.objects.filter(events__isnull=False).first()
    topic, suppressed = Topic.objects.first(), Suppression.objects.first()
    return [
        *("subscriptions/subscriber/", f"subscriptions/subscriber/{reader.pk}/story/"),
        *(f"subscriptions/subscriber/{reader.pk}/{page}/" for page in ("change", "delete", "history")),
        *("subscriptions/topic/", "subscriptions/topic/add/", f"subscriptions/topic/{topic.pk}/change/"),
        *("subscriptions/suppression/", "subscriptions/suppression/add/", "subscriptions/sign-up-form/"),
        f"subscriptions/suppression/{suppressed.pk}/change/",
        *("digest/feedback/", f"digest/feedback/{Feedback.objects.first().pk}/change/"),
        *("digest/delivery/", f"digest/delivery/{mail.pk}/change/"),
    ]


def pages_of_rosters(now):
    """Lists that are uploaded, checked, importing and done."""
    states = [
        {},
        {"status": "checked", "counts": {"proven": 3, "to ask": 1}, "faults": [[4, "This is no address."]]},
        {"status": "importing", "position": 2, "counts": {"proven": 2}},
        {"status": "done", "counts": {"proven": 3}, "finished_at": now},
    ]
    lists = [
        table_reader.take_in(f"readers-of-the-old-letter-{number}.csv", LIST.encode(), "curator") for number in "1234"
    ]
    for roster, state in zip(lists, states, strict=True):
        Roster.objects.filter(pk=roster.pk).update(**state)
    return ["subscriptions/roster/", *(f"subscriptions/roster/{roster.pk}/" for roster in lists)]


def pages_of_members(draft, now):
    member, papers = make_member("a.member.with.a.long.name@example.org"), list(draft.papers.all())
    states = [{"status": "queued"}, {"status": "queued"}, {"status": "refused", "decided_at": now, "reason": "Old."}]
    for number, (paper, state) in enumerate(zip(papers, states, strict=False)):
        Submission.objects.create(member=member, arxiv_id=f"2508.0000{number}", paper=paper, **state)
    submission = Submission.objects.filter(status="queued").first()
    return [
        *("digest/submission/queue/", "digest/submission/", f"digest/submission/{submission.pk}/change/"),
        *("digest/member/", f"digest/member/{member.pk}/change/"),
    ]


def pages_of_sources():
    SourceRun.objects.create(source="arxiv-oai", part="cs.LG", new=214, updated=31).finish()
    run = SourceRun.objects.create(source="arxiv-oai", part="math.ST", notes="2508.00001: without a title")
    run.fail("https://oaipmh.arxiv.org/oai answered 503 Service Unavailable three times, the last after 120 seconds")
    own = ["digest/categories/", "digest/followedsource/", "digest/followedsource/add/"]
    return [*own, "digest/sourcerun/", f"digest/sourcerun/{run.pk}/change/", "digest/sourcerun/upload/"]


def pages_of_people(out):
    curator, role = User.objects.get(username="curator"), Group.objects.first()
    LogEntry.objects.log_actions(curator.pk, [out], CHANGE, change_message="Published.", single_object=True)
    entry = LogEntry.objects.first()
    return [
        *("auth/user/", "auth/user/add/", f"auth/user/{curator.pk}/change/", f"auth/user/{curator.pk}/password/"),
        *("auth/group/", "auth/group/add/", f"auth/group/{role.pk}/change/", "password_change/"),
        *("admin/logentry/", f"admin/logentry/{entry.pk}/change/", "digest/", "digest/doctor/"),
    ]
