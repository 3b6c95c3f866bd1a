"""What the demo's curators have to do and have done: submissions, votes, source runs, the activity log, a list."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from digest.community import accounts, votes
from digest.management.demo import DEMO_CURATOR
from digest.models import Edition, Member, Paper, SourceRun, Submission, Vote
from subscriptions.models import Roster

DEMO_COLLEAGUE = "mira"
MEMBERS = 9
# One paper in this many gets no vote from anyone.
UNVOTED_EVERY = 5
REFUSAL_REASON = "Thanks! It's a little far from what our readers follow, so we'll leave it out."
# Part of the source → how many new and updated papers each of the last runs had, oldest first.
RUNS = {
    ("oai", "cs.CV"): [(212, 18), (187, 25), (203, 22), (141, 9), (198, 31)],
    ("oai", "cs.LG"): [(164, 12), (171, 20), (158, 16), (102, 7), (175, 23)],
    ("huggingface", ""): [(14, 3), (11, 2), (19, 5), (8, 1), (16, 4)],
}
FAILED_RUN = ("oai", "stat.ML")
RUN_ERROR = "arXiv answered 503 Service Unavailable three times, most recently after 120 seconds. Nothing was lost."


def create_colleague() -> None:
    """Create a second curator, who cannot sign in, so that the log has two names in it."""
    person, _ = User.objects.get_or_create(username=DEMO_COLLEAGUE, defaults={"is_staff": True})
    person.set_unusable_password()
    person.save()
    person.groups.set(Group.objects.filter(name="Curator"))


def vote_for(papers: Iterable[Paper], now: datetime) -> list[Member]:
    """Let members vote, more for early papers than for late ones; return the members."""
    members = []
    for number in range(1, MEMBERS + 1):
        came = now - timedelta(days=6 * number)
        members.append(Member.objects.create(email=f"member{number}@example.org", created_at=came, joined_at=came))
        accounts.join_reader(members[-1], came)
    rows = [
        Vote(member=member, paper=paper, created_at=now - timedelta(hours=place % 40 + number))
        for place, paper in enumerate(papers)
        for number, member in enumerate(members)
        if place % UNVOTED_EVERY and (7 * place + 5 * number) % (MEMBERS + place // 4) < MEMBERS // 2
    ]
    Vote.objects.bulk_create(rows)
    votes.count_votes({row.paper_id for row in rows}, now)
    return members


def submit(members: list[Member], waiting: list[Paper], accepted_paper: Paper, now: datetime) -> None:
    """Let members propose papers: some wait for a curator, one was accepted, one refused."""
    for number, (member, paper) in enumerate(zip(members, waiting, strict=False)):
        at = now - timedelta(hours=3 * number + 2)
        state = {"status": Submission.Status.QUEUED, "created_at": at}
        Submission.objects.create(member=member, paper=paper, arxiv_id=paper.arxiv_id, **state)
    decided = {"created_at": now - timedelta(days=2), "decided_at": now - timedelta(days=1)}
    accepted = {"status": Submission.Status.ACCEPTED, "paper": accepted_paper, "arxiv_id": accepted_paper.arxiv_id}
    refused = {"status": Submission.Status.REFUSED, "reason": REFUSAL_REASON, "arxiv_id": "2506.01234"}
    Submission.objects.create(member=members[0], **accepted, **decided)
    Submission.objects.create(member=members[-1], **refused, **decided)


def run_sources(now: datetime) -> None:
    """Record the source runs of the last days; the latest of one part failed."""
    for back in range(len(RUNS["oai", "cs.CV"]), 0, -1):
        at = now - timedelta(days=back - 1, hours=1)
        for (source, part), counts in RUNS.items():
            new, updated = counts[-back]
            _run(source, part, at, status=SourceRun.Status.FINISHED, new=new, updated=updated)
        state = {"status": SourceRun.Status.FINISHED, "new": 20 + back, "updated": back}
        _run(*FAILED_RUN, at, **(state if back > 1 else {"status": SourceRun.Status.FAILED, "error": RUN_ERROR}))


def _run(source: str, part: str, at: datetime, **fields: object) -> None:
    ended = at + timedelta(seconds=50)
    times = {"started_at": at, "asked_at": at, "seen_at": ended, "ended_at": ended}
    SourceRun.objects.create(source=source, part=part, **times, **fields)


def keep_log(past: list[Edition], draft: Edition, now: datetime) -> None:
    """Record what the curators did: an edition per day, and the beginning of tomorrow's."""
    users = [User.objects.get(username=name) for name in (DEMO_CURATOR, DEMO_COLLEAGUE)]
    for back, edition in zip(range(len(past), 0, -1), past, strict=True):
        titles = [f"“{entry.paper}”" for entry in edition.entries.select_related("paper")[:2]]
        what = [f"Added {titles[0]}.", f"Moved {titles[1]} to position 2.", "Published."]
        for number, words in enumerate(what):
            _log(users[back % 2], edition, words, now - timedelta(days=back, minutes=30 - 10 * number))
    pinned = draft.entries.select_related("paper")[0].paper
    _log(users[0], draft, f"“{pinned}” is pinned: it stays at the top.", now - timedelta(minutes=40))


def _log(user: User, row: Model, words: str, at: datetime) -> None:
    LogEntry.objects.create(
        action_time=at,
        user=user,
        content_type=ContentType.objects.get_for_model(row),
        object_id=row.pk,
        object_repr=str(row)[:200],
        action_flag=CHANGE,
        change_message=words,
    )


def import_a_list(now: datetime) -> None:
    """Record that a list of subscribers was imported a month ago."""
    at = now - timedelta(days=30)
    counts = {"proven": 18, "to ask": 3, "invalid": 1}
    Roster.objects.create(
        name="old-newsletter.csv",
        content=b"",
        encoding="utf-8",
        lines=22,
        status=Roster.Status.DONE,
        counts=counts,
        faults=[[17, "This is not an email address.", "invalid"]],
        uploaded_by=DEMO_CURATOR,
        created_at=at,
        finished_at=at,
    )
