"""A paper proposed by a member → shown for a check → the desk's queue → accepted into an edition, or refused."""

from datetime import datetime

from django.db import transaction

from digest import curation, uploading
from digest.models import Member, Paper, PaperIdentifier, SourceRun, Submission
from digest.sources import arxiv_api, arxiv_id

# Somebody whose proposals wait may not pile up more.
MOST_OPEN = 20


class RefusedError(Exception):
    """The submission cannot be taken; str() says why in words for its sender."""


def submit(member: Member, text: str, at: datetime) -> Submission:
    """Take a proposal: an arXiv id, or an address that holds one. Return the row; RefusedError where it is none.

    Whoever proposes a paper again gets the first row. A paper not in the catalogue waits for its text.
    """
    found = arxiv_id.read(text[:500])
    if found is None:
        raise RefusedError("This is no arXiv id, and no address of a paper on arXiv. It looks like 2508.01234.")
    mine = Submission.objects.filter(member=member)
    earlier = mine.filter(arxiv_id=found.value).first()
    if earlier:
        return earlier
    if mine.open().count() >= MOST_OPEN:
        raise RefusedError(f"{MOST_OPEN} papers of yours wait already. Please wait until the desk has seen some.")
    paper = _paper_of(found.value)
    if paper and curation.public_papers().filter(pk=paper.pk).exists():
        raise RefusedError("This paper has stood in an edition already. You can vote for it.")
    status = Submission.Status.SHOWN if paper else Submission.Status.WAITING
    row, _ = Submission.objects.get_or_create(
        member=member, arxiv_id=found.value, defaults={"paper": paper, "status": status, "created_at": at}
    )
    return row


def fetch_waiting(now: datetime) -> None:
    """Ask arXiv for the papers that wait for their text, and show them to their senders.

    What arXiv does not know is refused. While it gives no answer, or others are being fetched, all wait on.
    """
    show_arrived()
    waiting = Submission.objects.filter(status=Submission.Status.WAITING).order_by("created_at")
    ids = list(dict.fromkeys(waiting.values_list("arxiv_id", flat=True)))[: arxiv_api.IDS_AT_A_TIME]
    if not ids:
        return
    try:
        run = uploading.take(uploading.Upload("ids", ids=ids))
    except uploading.BusyError:
        return
    show_arrived()
    if run.status == SourceRun.Status.FINISHED:
        for row in waiting.filter(arxiv_id__in=ids):
            row.refuse(now, "arXiv knows no paper by this id.")


def show_arrived() -> int:
    """Show the senders those papers that came in since; return how many submissions moved on."""
    waiting = Submission.objects.filter(status=Submission.Status.WAITING)
    named = PaperIdentifier.objects.filter(scheme=PaperIdentifier.Scheme.ARXIV, value__in=waiting.values("arxiv_id"))
    papers = {row.value: row.paper for row in named.select_related("paper")}
    return sum(row.show(papers[row.arxiv_id]) for row in waiting.filter(arxiv_id__in=list(papers)))


@transaction.atomic
def accept(submission: Submission, at: datetime, reason: str = "") -> bool:
    """Take a submission into the next draft; return whether this call did it."""
    done = submission.accept(at, reason)
    if done and submission.paper:
        curation.add(submission.paper, at)
    return done


def _paper_of(value: str) -> Paper | None:
    return Paper.objects.filter(identifiers__scheme=PaperIdentifier.Scheme.ARXIV, identifiers__value=value).first()
