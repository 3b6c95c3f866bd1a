"""The kinds of sources that papers come from, and what the environment says of each.

A source `openalex` takes OPENALEX_QUERIES (what it is asked for), OPENALEX_URL (a mirror), OPENALEX_KEY and
OPENALEX_DAILY (how many requests a day it may get; 0 sets no limit).
"""

from dataclasses import dataclass
from datetime import timedelta

from config import env


@dataclass(frozen=True)
class SourceSetup:
    """How one kind of source is asked."""

    # The file that reads it: digest/sources/NAME.py.
    module: str
    # Where it is asked; "" where each query is an address, or where settings of its own say so.
    url: str = ""
    # Between two requests to its host, over all workers.
    spacing: timedelta = timedelta(seconds=1)
    # Requests a day; 0: no limit.
    daily: int = 0
    # What it is asked for, one after another.
    queries: tuple[str, ...] = ()
    key: str = ""


KINDS = {
    "oai": SourceSetup("arxiv_oai"),
    "api": SourceSetup("arxiv_api"),
    "rss": SourceSetup("arxiv_rss"),
    "huggingface": SourceSetup("huggingface"),
    "biorxiv": SourceSetup("biorxiv", "https://api.biorxiv.org"),
    "medrxiv": SourceSetup("medrxiv", "https://api.biorxiv.org"),
    # Each is asked at its own address.
    "feed": SourceSetup("feed"),
    "europepmc": SourceSetup("europepmc", "https://www.ebi.ac.uk/europepmc/webservices/rest"),
    "pubmed": SourceSetup(
        "pubmed", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", spacing=timedelta(milliseconds=400)
    ),
    # A dollar a day pays for some thousand lists.
    "openalex": SourceSetup("openalex", "https://api.openalex.org", daily=1000),
    "crossref": SourceSetup("crossref", "https://api.crossref.org"),
    "openreview": SourceSetup("openreview", "https://api2.openreview.net"),
    "hal": SourceSetup("hal", "https://api.archives-ouvertes.fr"),
    "dblp": SourceSetup("dblp", "https://dblp.org", spacing=timedelta(seconds=2), daily=1000),
    "semanticscholar": SourceSetup("semanticscholar", "https://api.semanticscholar.org"),
}
# arXiv's, which ARXIV_CATEGORIES are for.
ARXIV_KINDS = ("oai", "api", "rss")


def source_setups() -> dict[str, SourceSetup]:
    """Return each kind as the environment has it; ImproperlyConfigured on what cannot be."""
    return {name: _setup(name, kind) for name, kind in KINDS.items()}


def _setup(name: str, kind: SourceSetup) -> SourceSetup:
    prefix = name.upper()
    queries = tuple(filter(None, (query.strip() for query in env.text(f"{prefix}_QUERIES").split(";"))))
    return SourceSetup(
        kind.module,
        env.endpoint(f"{prefix}_URL", kind.url) if kind.url else "",
        kind.spacing,
        env.integer(f"{prefix}_DAILY", kind.daily),
        queries,
        env.text(f"{prefix}_KEY"),
    )
