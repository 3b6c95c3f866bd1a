"""Pages of tables with millions of rows: counted only as far as anybody would leaf."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

# Beyond these rows one searches instead.
MAX_COUNTED_ROWS = 10_000


class AtMost(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST; what lies beyond is found by searching."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, MOST where there are more."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by()[:MAX_COUNTED_ROWS].count()
