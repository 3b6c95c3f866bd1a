"""The keys by which to find papers that may be one work."""

from collections.abc import Sequence
from itertools import islice

from digest.catalog.same_work import WorkDescription, keys_of_work
from digest.models import Paper, WorkKey

WORK_KEY_BATCH = 1000


def write_keys(papers: Sequence[Paper]) -> None:
    """Store the keys by which these papers are found, from their titles and authors."""
    WorkKey.objects.filter(paper__in=[paper.pk for paper in papers]).delete()
    works = [(paper, WorkDescription(paper.title, tuple(paper.authors))) for paper in papers]
    rows = [WorkKey(paper=paper, key=key) for paper, work in works for key in keys_of_work(work)]
    WorkKey.objects.bulk_create(rows, batch_size=WORK_KEY_BATCH)


def write_missing_keys() -> int:
    """Write the keys of papers that have none, for example after an upgrade; return how many there were."""
    papers = Paper.objects.filter(work_keys=None).only("title", "authors").iterator(chunk_size=WORK_KEY_BATCH)
    count = 0
    while batch := list(islice(papers, WORK_KEY_BATCH)):
        write_keys(batch)
        count += len(batch)
    return count
