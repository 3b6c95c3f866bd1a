"""Everything the panel registers: Django looks for it here."""

from digest.panel import deliveries, editions, feedback, papers, people, source_runs, trail

__all__ = ["deliveries", "editions", "feedback", "papers", "people", "source_runs", "trail"]
