"""Harvesting a source on the night after a Tuesday."""

from datetime import UTC, datetime

from digest.catalog import harvesting

NIGHT = datetime(2026, 9, 16, 5, tzinfo=UTC)
TUESDAY_MORNING = "Tue, 15 Sep 2026 10:00:00 GMT"


def harvest_part(name="oai", part="cs"):
    """Harvest one part of a source; return its run."""
    run = harvesting.harvest(name, part)
    run.refresh_from_db()
    return run


def numbers(run):
    """Return how many papers of a run were new, updated, unchanged and skipped."""
    return (run.new, run.updated, run.unchanged, run.skipped)
