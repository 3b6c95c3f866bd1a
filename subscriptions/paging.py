"""Paging for tables with millions of rows: counted only as far as people page."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

# Beyond this many rows, people search instead.
MAX_COUNTED_ROWS = 10_000


class AtMost(Paginator):  # type: ignore[type-arg]
    """A paginator that counts no further than MAX_COUNTED_ROWS; beyond that, people search."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most MAX_COUNTED_ROWS."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by()[:MAX_COUNTED_ROWS].count()
