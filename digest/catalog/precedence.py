"""Whose word on a paper counts: of newer versions before older ones, then by what each source knows."""

from digest.models import Paper
from digest.sources.record import PaperRecord

# arXiv's, worst first. They number versions alike.
ARXIV_RANK = {"rss": 1, "api": 2, "oai": 3}
# Worst first; sources that are not here come before none of these. Who holds the paper comes before who lists it, and
# who writes abstracts down by hand before who reads them off pages.
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
# Their word that a paper was retracted counts, whoever told of the paper first.
SPEAKS_OF_RETRACTIONS = {"crossref", "europepmc", "pubmed", "biorxiv", "medrxiv"}


def _number_versions_alike(source: str, other: str) -> bool:
    return source == other or not {source, other} & (RANK.keys() - ARXIV_RANK.keys() - {"huggingface"})


def overwrites(record: PaperRecord, paper: Paper) -> bool:
    """Whether the record's text is better than the paper's; otherwise it only fills what is empty."""
    if record.withdrawn_at:
        # A notice that a paper is gone changes none of its text.
        return False
    if record.version != paper.version and _number_versions_alike(record.source, paper.source):
        return record.version > paper.version
    return record.source == paper.source or RANK.get(record.source, 0) > RANK.get(paper.source, 0)


def is_back(record: PaperRecord, paper: Paper) -> bool:
    """Whether a withdrawn paper lives again by this record: a newer version, or OAI-PMH takes its own word back.

    Only OAI-PMH and the API give the comment that says whether a version is withdrawn.
    """
    if record.withdrawn_at or ARXIV_RANK.get(record.source, 0) < ARXIV_RANK["api"]:
        return False
    last = max(paper.version, paper.withdrawn_version or 0)
    return record.version > last or (record.version == last and record.source == "oai")


def is_record_withdrawn(record: PaperRecord, paper: Paper) -> bool:
    """Whether the record's word that the paper is withdrawn counts: not that of an older version.

    A source without versions, such as Hugging Face, does not know better than arXiv's own.
    """
    if record.source in SPEAKS_OF_RETRACTIONS and record.source != paper.source:
        return True
    if record.version:
        return record.version >= paper.version
    return record.source in ARXIV_RANK or ARXIV_RANK.get(paper.source, 0) < ARXIV_RANK["api"]
