"""The final check, right before a mail is sent: whether it still may be."""

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from digest.models import Delivery, Edition
from digest.sending.outcome import Outcome, Verdict
from subscriptions.models import Status, Subscriber

UNSUBSCRIBED_DETAIL = "the subscriber left before it was sent"
STOPPED = "its edition was halted before it was sent"

# If mails follow each other faster than PAUSE, one answer is valid for those that follow within CHECK_VALID_FOR.
# All others are checked again: the only mail that still goes is the one that is on the wire.
PAUSE, CHECK_VALID_FOR = 0.01, 0.02
# How many of the following mails are checked at once: as many as go out meanwhile.
LOOKAHEAD = 40

# In SQL, because it runs many times per second: the ORM would take longer than the database does. Only by primary keys,
# whatever PostgreSQL's statistics of a queue say: those are always out of date. Only table names are filled in.
_READER = f"(SELECT status FROM {Subscriber._meta.db_table} WHERE id = delivery.subscriber_id)"  # noqa: S608 # nosec B608
_IS_STOPPED = f"""EXISTS (
    SELECT 1 FROM {Edition._meta.db_table} edition
    WHERE edition.id = delivery.edition_id AND (edition.halted_at IS NOT NULL OR edition.status = 'draft')
)"""  # noqa: S608 # nosec B608
# The conditions come before FROM, not after WHERE, where they could make PostgreSQL choose another index.
_MAY_GO = f"""
    SELECT delivery.id, delivery.status = '{Delivery.Status.SENDING}' AND delivery.claimed_by = %s
        AND {_READER} = '{Status.ACTIVE}' AND NOT {_IS_STOPPED}
    FROM {Delivery._meta.db_table} delivery WHERE delivery.id
"""  # noqa: S608 # nosec B608
# Why a mail may not go: if it is still ours, its reader left or its edition was stopped.
_WHY_NOT = f"""
    SELECT delivery.id, delivery.status = '{Delivery.Status.SENDING}' AND delivery.claimed_by = %s,
        {_READER}, {_IS_STOPPED}
    FROM {Delivery._meta.db_table} delivery WHERE delivery.id
"""  # noqa: S608 # nosec B608


class FinalCheck:
    """Queries the ledger for all of a worker's mail connections, over the worker's one database connection.

    A database connection for each connection to the mail server would mean hundreds.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._connection = connections[DEFAULT_DB_ALIAS]
        self._connection.inc_thread_sharing()
        self._lock = threading.Lock()
        # Which may go, and what happens to those that may not; None if that is no longer this worker's to say.
        self._may_go: set[int] = set()
        self._refused: dict[int, Outcome | None] = {}
        self._asked_at = self._used_at = 0.0

    def __call__(self, deliveries: Collection[int], following: Sequence[int] = ()) -> dict[int, Outcome | None]:
        """Return which of these must not go out, and what happens to each; None if that is not ours to say.

        following: the deliveries that come next.
        """
        with self._lock:
            now = time.monotonic()
            is_fresh = now - self._used_at < PAUSE and now - self._asked_at < CHECK_VALID_FOR
            if not is_fresh or not self._may_go.issuperset(deliveries):
                self._ask([*deliveries, *following[:LOOKAHEAD]])
                self._asked_at = now
            self._used_at = time.monotonic()
            return {delivery: self._refused.get(delivery) for delivery in deliveries if delivery not in self._may_go}

    def _ask(self, deliveries: Sequence[int]) -> None:
        self._may_go = {key for key, may_go in self._rows(_MAY_GO, deliveries) if may_go}
        self._refused = {}
        # Nearly always, all of them may go.
        if others := [key for key in deliveries if key not in self._may_go]:
            for key, is_ours, reader, is_stopped in self._rows(_WHY_NOT, others):
                if is_ours and reader != Status.ACTIVE:
                    self._refused[key] = Outcome(Verdict.CANCELLED, UNSUBSCRIBED_DETAIL)
                elif is_ours and is_stopped:
                    self._refused[key] = Outcome(Verdict.HELD, STOPPED)
                elif is_ours:
                    # It became sendable between the two queries.
                    self._may_go.add(key)

    def _rows(self, question: str, deliveries: Sequence[int]) -> list[tuple[Any, ...]]:
        connection = self._connection
        with connection.wrap_database_errors:
            if connection.vendor != "postgresql":
                with connection.cursor() as cursor:
                    places = ", ".join(["%s"] * len(deliveries))
                    cursor.execute(f"{question} IN ({places})", [self._worker, *deliveries])
                    return list(cursor.fetchall())
            # Planned once, because planning takes longer than all the rest: with a cursor that leaves the values to the
            # server, which Django's does not. A pooler that hands connections around keeps no prepared statements; this
            # is Django's setting for it.
            connection.ensure_connection()
            pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
            with psycopg.Cursor(connection.connection) as cursor:
                cursor.execute(f"{question} = ANY(%s)", [self._worker, list(deliveries)], prepare=not pooled)
                return cursor.fetchall()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let no check run meanwhile: the worker itself needs its connection to the database."""
        with self._lock:
            yield

    def close(self) -> None:
        """End the checks."""
        self._connection.dec_thread_sharing()
