"""Everything the panel registers: Django looks for it here."""

from digest.panel import (
    audit_log,
    community,
    deliveries,
    editions,
    feedback,
    followed_sources,
    papers,
    source_runs,
    users,
)

__all__ = [
    "audit_log",
    "community",
    "deliveries",
    "editions",
    "feedback",
    "followed_sources",
    "papers",
    "source_runs",
    "users",
]
