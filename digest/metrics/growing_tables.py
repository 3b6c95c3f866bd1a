"""Tables that only grow, where a later row has a higher key: the rows since a moment, without an index on it.

Every index of the ledger is paid for with each mail; what is asked once a minute can do with some twenty single rows.
"""

from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet


def first_key_since(rows: QuerySet[Any, Any], column: str, moment: datetime) -> int:
    """Return a key that no row made since a moment is below; 0 in an empty table. Found by halving.

    Rows of about the same moment may stand in another order: who asks takes the exact ones by the column itself, and
    some margin before them where a lost row would matter.
    """
    ends = rows.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["high"] is None:
        return 0
    low, high = ends["low"], ends["high"] + 1
    while low < high:
        middle = (low + high) // 2
        # There is one: `middle` is at most the last key.
        key, made_at = rows.filter(pk__gte=middle).order_by("pk").values_list("pk", column)[:1].get()
        if made_at < moment:
            low = key + 1
        else:
            high = middle
    return int(low)
