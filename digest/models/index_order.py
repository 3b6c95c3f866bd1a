"""Read a queue in the order of its index, whatever the database's statistics say."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def index_order() -> Iterator[None]:
    """Make PostgreSQL read in the order of an index meanwhile; for use within a transaction.

    Its statistics of a queue are out of date most of the time, and after an import there are none. Going by them, it
    would sort everything that waits for every batch, and the longer the queue, the more a batch would cost.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        yield
        # After an error the transaction ends, and the settings with it.
        cursor.execute("SET LOCAL enable_sort TO DEFAULT; SET LOCAL enable_bitmapscan TO DEFAULT")
