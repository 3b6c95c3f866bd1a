"""A record's fields under the names of the model's."""

from digest.catalog import precedence
from digest.models import Paper
from digest.sources.record import PaperRecord

MAX_VENUE_LENGTH = 200


def fields_of_record(record: PaperRecord, paper: Paper) -> dict[str, object]:
    """Return what the record says, under the names of the model's fields.

    What was made from the same original before is left out: it need not be made again, and may have been corrected.
    """
    fields: dict[str, object] = {
        "original_title": record.original_title,
        "original_abstract": record.original_abstract,
        "original_authors": list(record.original_authors),
        "arxiv_categories": list(record.categories),
        "code_url": record.given_code_url,
        "project_url": record.given_project_url,
        "published_at": record.published_at,
        "venue": record.venue[:MAX_VENUE_LENGTH],
        "withdrawn_at": record.withdrawn_at if precedence.is_record_withdrawn(record, paper) else None,
    }
    if not record.day and sorted(record.categories) == sorted(paper.arxiv_categories):
        # Only a source that announces a paper knows which of its categories is the primary one.
        del fields["arxiv_categories"]
    is_new = paper.pk is None
    if is_new or paper.original_title != record.original_title:
        fields["title"] = record.title
    if is_new or paper.original_abstract != record.original_abstract:
        fields |= {"abstract": record.abstract, "code_url": record.code_url, "project_url": record.project_url}
    if is_new or paper.original_authors != fields["original_authors"]:
        fields["authors"] = list(record.authors)
    return fields
