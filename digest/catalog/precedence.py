"""Source precedence: newer versions override older ones; for the same version, the better source wins."""

from digest.catalog.same_work import WorkDescription, authors_agree, titles_agree
from digest.models import Paper
from digest.sources.record import PaperRecord

# arXiv's sources, worst first. They number versions the same way.
ARXIV_RANK = {"rss": 1, "api": 2, "oai": 3}
# Worst first; sources that are not here rank below all of these. A source that holds the paper ranks above one that
# lists it, and one with abstracts entered by hand above one that extracts them from pages.
RANK = {
    name: place
    for place, name in enumerate(
        [
            *("feed", "huggingface", "semanticscholar", "dblp", "openalex", "crossref", "europepmc", "pubmed"),
            *("openreview", "medrxiv", "biorxiv", *ARXIV_RANK),
        ],
        start=1,
    )
}
# Their retractions count, whichever source the paper came from first.
RETRACTION_SOURCES = {"crossref", "europepmc", "pubmed", "biorxiv", "medrxiv"}


def _number_versions_alike(source: str, other: str) -> bool:
    return source == other or not {source, other} & (RANK.keys() - ARXIV_RANK.keys() - {"huggingface"})


def overwrites(record: PaperRecord, paper: Paper) -> bool:
    """Return whether the record's text is better than the paper's; otherwise it only fills what is empty."""
    if record.withdrawn_at:
        # A notice that a paper is gone changes none of its text.
        return False
    if record.version != paper.version and _number_versions_alike(record.source, paper.source):
        return record.version > paper.version
    return record.source == paper.source or RANK.get(record.source, 0) > RANK.get(paper.source, 0)


def is_back(record: PaperRecord, paper: Paper) -> bool:
    """Return whether this record brings a withdrawn paper back: a newer version, or OAI-PMH withdraws its own notice.

    Only OAI-PMH and the API give the comment that says whether a version is withdrawn.
    """
    if record.withdrawn_at or ARXIV_RANK.get(record.source, 0) < ARXIV_RANK["api"]:
        return False
    last = max(paper.version, paper.withdrawn_version or 0)
    return record.version > last or (record.version == last and record.source == "oai")


def may_withdraw(record: PaperRecord, paper: Paper) -> bool:
    """Return whether the record's source may say that this paper is withdrawn, and says it of this one.

    arXiv may, and indexes that keep account of retractions; any other source only of its own papers, by their titles.
    """
    if record.source in ARXIV_RANK:
        return True
    own, other = WorkDescription(record.title, record.authors), WorkDescription(paper.title, tuple(paper.authors))
    # Some notices name no title, and a new paper has none yet.
    agree = not (own.title and other.title) or titles_agree(own, other)
    if record.source in RETRACTION_SOURCES:
        # An article may have another title than its preprint.
        return agree or authors_agree(own, other)
    return agree and record.source == paper.source


def is_record_withdrawn(record: PaperRecord, paper: Paper) -> bool:
    """Return whether the record's withdrawal notice counts: one about an older version does not."""
    if not may_withdraw(record, paper):
        return False
    is_index = record.source in RETRACTION_SOURCES and record.source != paper.source
    return is_index or not record.version or record.version >= paper.version
