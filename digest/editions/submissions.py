"""A paper proposed by a member → shown for a check → the curators' queue → accepted into an edition, or refused."""

from datetime import datetime

from django.db import transaction

from digest.catalog import uploads
from digest.editions import curation
from digest.models import Member, Paper, PaperIdentifier, SourceRun, Submission
from digest.sources import arxiv_api, arxiv_id

# The limit of waiting proposals per member.
MOST_OPEN = 20


class SubmissionRefusedError(Exception):
    """The submission cannot be accepted; str() tells its sender why."""


def submit_paper(member: Member, text: str, at: datetime) -> Submission:
    """Accept a proposal, an arXiv ID or a URL with one, and return its row; raise SubmissionRefusedError otherwise.

    Proposing a paper again returns the first row. A paper that is not in the catalogue waits for its text.
    """
    identifier = arxiv_id.parse_arxiv_id(text[:500])
    if identifier is None:
        raise SubmissionRefusedError("That isn’t an arXiv ID or a link to an arXiv paper. An ID looks like 2508.01234.")
    mine = Submission.objects.filter(member=member)
    earlier = mine.filter(arxiv_id=identifier.value).first()
    if earlier:
        return earlier
    if mine.open().count() >= MOST_OPEN:
        raise SubmissionRefusedError(
            f"You already have {MOST_OPEN} papers waiting. Please wait until a curator has looked at some."
        )
    paper = _paper_of(identifier.value)
    if paper and Paper.objects.public().filter(pk=paper.pk).exists():
        raise SubmissionRefusedError("This paper has already been in an edition. You can vote for it.")
    status = Submission.Status.SHOWN if paper else Submission.Status.WAITING
    row, _ = Submission.objects.get_or_create(
        member=member, arxiv_id=identifier.value, defaults={"paper": paper, "status": status, "created_at": at}
    )
    return row


def fetch_waiting(now: datetime) -> None:
    """Fetch the papers that wait for their text from arXiv, and show them to their senders.

    Papers that arXiv does not know are refused. If it does not answer, or another fetch is running, all keep waiting.
    """
    show_arrived()
    waiting = Submission.objects.filter(status=Submission.Status.WAITING).order_by("created_at")
    ids = list(dict.fromkeys(waiting.values_list("arxiv_id", flat=True)))[: arxiv_api.IDS_AT_A_TIME]
    if not ids:
        return
    try:
        run = uploads.import_upload(uploads.Upload("ids", ids=ids))
    except uploads.BusyError:
        return
    show_arrived()
    if run.status == SourceRun.Status.FINISHED:
        for row in waiting.filter(arxiv_id__in=ids):
            row.refuse(now, "arXiv has no paper with this ID.")


def show_arrived() -> int:
    """Show senders the papers that have come in since; return how many submissions moved on."""
    waiting = Submission.objects.filter(status=Submission.Status.WAITING)
    named = PaperIdentifier.objects.filter(scheme=PaperIdentifier.Scheme.ARXIV, value__in=waiting.values("arxiv_id"))
    papers = {row.value: row.paper for row in named.select_related("paper")}
    return sum(row.show(papers[row.arxiv_id]) for row in waiting.filter(arxiv_id__in=list(papers)))


@transaction.atomic
def accept(submission: Submission, at: datetime, reason: str = "", who: str = "") -> bool:
    """Accept a submission into the next draft; return whether this call did it. who: the curator."""
    accepted = submission.accept(at, reason)
    if accepted and submission.paper:
        stood_already = hasattr(submission.paper, "entry")
        edition = curation.add_to_next_edition(submission.paper, at)
        if not stood_already:
            edition.note_change(who)
    return accepted


def _paper_of(value: str) -> Paper | None:
    return Paper.objects.filter(identifiers__scheme=PaperIdentifier.Scheme.ARXIV, identifiers__value=value).first()
