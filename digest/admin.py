"""Everything the panel registers: Django looks for it here."""

from digest.panel import deliveries, editions, papers, people, trail

__all__ = ["deliveries", "editions", "papers", "people", "trail"]
