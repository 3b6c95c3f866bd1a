"""Find the rows since a moment without an index, in tables that only grow, so that later rows have higher keys.

Every mail pays for each index of the ledger; a query that runs once a minute can use about twenty single-row look-ups
instead.
"""

from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet


def first_key_since(rows: QuerySet[Any, Any], column: str, moment: datetime) -> int:
    """Return a key below which there is no row made since a moment; 0 for an empty table. A binary search.

    Rows of about the same moment may be in another order: callers filter the exact ones by the column itself, and
    leave some margin before them if a lost row would matter.
    """
    ends = rows.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["high"] is None:
        return 0
    low, high = ends["low"], ends["high"] + 1
    while low < high:
        middle = (low + high) // 2
        # There is always a row: `middle` is at most the last key.
        key, made_at = rows.filter(pk__gte=middle).order_by("pk").values_list("pk", column)[:1].get()
        if made_at < moment:
            low = key + 1
        else:
            high = middle
    return int(low)
