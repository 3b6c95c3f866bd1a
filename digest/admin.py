"""Everything the panel registers: Django looks for it here."""

from digest.panel import community, deliveries, editions, feedback, papers, people, source_runs, trail

__all__ = ["community", "deliveries", "editions", "feedback", "papers", "people", "source_runs", "trail"]
