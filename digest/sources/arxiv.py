"""What arXiv's three sources have in common."""

from datetime import date, datetime, timedelta

from django.conf import settings

from digest.models import Listing, PaperIdentifier
from digest.sources import arxiv_calendar, doi, withdrawal

ORIGIN = Listing.Origin.ARXIV.value
# OAI-PMH and the API have the whole announcement two and a half hours after the mailing.
DELAY = timedelta(hours=2, minutes=30)
# No moderator holds a paper longer than this; a later change of its record says nothing about its announcement.
HELD_AT_MOST = timedelta(days=14)

# For categories with two names: the other name → the one arXiv uses.
ALIASES = {
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "math.IT": "cs.IT",
    "q-fin.EC": "econ.GN",
    "cs.SY": "eess.SY",
    "cs.NA": "math.NA",
}
_OF_PHYSICS = {
    *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th"),
    *("math-ph", "nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"),
}


def canonical_category(category: str) -> str:
    """Return the name arXiv uses for a category."""
    return ALIASES.get(category, category)


def categories_asked() -> list[str]:
    """Return the configured categories, each once."""
    return list(dict.fromkeys(map(canonical_category, settings.ARXIV_CATEGORIES)))


def set_of(category: str) -> str:
    """Return the OAI-PMH set that contains a category: its archive."""
    archive = category.partition(".")[0]
    return f"physics:{archive}" if archive in _OF_PHYSICS else archive


def identifiers(arxiv_id: str, dois: str = "") -> tuple[tuple[str, str], ...]:
    """Return the identifiers of a paper; arXiv's DOI field may contain several."""
    result = [(PaperIdentifier.Scheme.DOI.value, name) for name in doi.read_all(dois)]
    return ((PaperIdentifier.Scheme.ARXIV.value, arxiv_id), *result)


def says_withdrawn(comment: str) -> bool:
    """Return whether the authors' comment says that the paper is withdrawn."""
    return withdrawal.has_withdrawal_notice(comment)


def day_of_record(submitted: datetime | None, *, modified: date | None = None) -> date | None:
    """Return the day a paper was announced, judging by when it was submitted.

    modified: when arXiv last touched the record of a paper that has its first version. A moderator may have held it.
    Depending on the clocks, the date of the record and the announcement may be a day or two apart.
    """
    if submitted is None:
        return None
    day = arxiv_calendar.announcement_day(submitted)
    if modified and timedelta(days=1) < modified - day <= HELD_AT_MOST:
        while not arxiv_calendar.has_mailing(modified - timedelta(days=1)):
            modified += timedelta(days=1)
        return modified
    return day
