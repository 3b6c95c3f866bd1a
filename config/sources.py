"""The kinds of sources that papers come from, and each one's settings from the environment.

A source `openalex` reads OPENALEX_QUERIES (its queries), OPENALEX_URL (a mirror), OPENALEX_KEY and
OPENALEX_DAILY (how many requests it may get per day; 0 sets no limit).
"""

from dataclasses import dataclass
from datetime import timedelta

from config import env


@dataclass(frozen=True)
class SourceSetup:
    """How to query one kind of source."""

    # The file that reads it: digest/sources/NAME.py.
    module: str
    # Where to query it; "" if each query is a URL, or if settings of its own say where.
    url: str = ""
    # Between two requests to its host, across all workers.
    spacing: timedelta = timedelta(seconds=1)
    # Requests per day; 0: no limit.
    daily: int = 0
    # Its queries, one after another.
    queries: tuple[str, ...] = ()
    key: str = ""


KINDS = {
    "oai": SourceSetup("arxiv_oai"),
    "api": SourceSetup("arxiv_api"),
    "rss": SourceSetup("arxiv_rss"),
    "huggingface": SourceSetup("huggingface"),
    "biorxiv": SourceSetup("biorxiv", "https://api.biorxiv.org"),
    "medrxiv": SourceSetup("medrxiv", "https://api.biorxiv.org"),
    # Each feed has its own URL.
    "feed": SourceSetup("feed"),
    "europepmc": SourceSetup("europepmc", "https://www.ebi.ac.uk/europepmc/webservices/rest"),
    "pubmed": SourceSetup(
        "pubmed", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", spacing=timedelta(milliseconds=400)
    ),
    # A dollar a day pays for about a thousand lists.
    "openalex": SourceSetup("openalex", "https://api.openalex.org", daily=1000),
    "crossref": SourceSetup("crossref", "https://api.crossref.org"),
    "openreview": SourceSetup("openreview", "https://api2.openreview.net"),
    "hal": SourceSetup("hal", "https://api.archives-ouvertes.fr"),
    "dblp": SourceSetup("dblp", "https://dblp.org", spacing=timedelta(seconds=2), daily=1000),
    "semanticscholar": SourceSetup("semanticscholar", "https://api.semanticscholar.org"),
}
# arXiv's, which use ARXIV_CATEGORIES.
ARXIV_KINDS = ("oai", "api", "rss")


def source_setups() -> dict[str, SourceSetup]:
    """Return each kind with its settings from the environment; raise ImproperlyConfigured on a bad value."""
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
