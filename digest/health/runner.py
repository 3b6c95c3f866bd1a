"""Run the checks: in parallel if they wait for the network, each with a time limit, none able to stop the others.

The local ones run in the caller's thread, because they share its database connection.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from digest.health.result import CheckResult, CheckVerdict, HealthCheck, Reporter

logger = logging.getLogger(__name__)

# A check that has not answered within this many seconds counts as hanging. All together stay below half a minute.
NETWORK_SECONDS = 12.0
DATABASE_SECONDS = 4.0
STATEMENT_MILLISECONDS = 3500


class NetworkRun:
    """Checks that run in threads of their own, started right away."""

    def __init__(self, checks: Sequence[HealthCheck], seconds: float = NETWORK_SECONDS) -> None:
        self._end = time.monotonic() + seconds
        self._seconds = seconds
        self._results: dict[str, list[CheckResult]] = {}
        # Daemon threads: a check that hangs must not keep the command from ending.
        self._threads = {
            check.name: threading.Thread(target=self._examine, args=[check], name=f"doctor {check.name}", daemon=True)
            for check in checks
        }
        for thread in self._threads.values():
            thread.start()

    def _examine(self, check: HealthCheck) -> None:
        self._results[check.name] = examine(check)

    def results(self) -> list[CheckResult]:
        """Wait for the checks and return their results, in the order of the checks."""
        answers: list[CheckResult] = []
        for name, thread in self._threads.items():
            thread.join(max(0.0, self._end - time.monotonic()))
            hangs = Reporter(name).bad(
                f"It didn’t answer within {self._seconds:g} seconds.",
                "Check whether this machine can reach the network: firewall, name server, proxy.",
            )
            answers += self._results.get(name, [hangs])
        return answers


def examine(check: HealthCheck) -> list[CheckResult]:
    """Return the results of a check; if it crashes, a line that says so."""
    try:
        return list(check.examine())
    except Exception as error:  # Any error: the other checks go on, and the line reports it.
        logger.debug("the check of %s failed", check.name, exc_info=True)
        action = "Run manage.py doctor with LOG_LEVEL=DEBUG to see where."
        if isinstance(error, DatabaseError):
            action = f"Are all migrations applied? If so, {action[0].lower()}{action[1:]}"
        # Only the name of the error: its message may contain a password or an address.
        return [Reporter(check.name).bad(f"The check failed: {type(error).__name__}.", action)]


def run_local(
    probe: HealthCheck, of_database: Sequence[HealthCheck], others: Sequence[HealthCheck]
) -> list[CheckResult]:
    """Run the probe of the database, the database's own checks if it answers, and the others."""
    results = NetworkRun([probe], DATABASE_SECONDS).results()
    if any(result.verdict == CheckVerdict.BAD for result in results):
        results += [Reporter(check.name).skipped("The database doesn’t answer.") for check in of_database]
    else:
        results += [result for check in of_database for result in _examine_bounded(check)]
    return results + [result for check in others for result in examine(check)]


def _examine_bounded(check: HealthCheck) -> list[CheckResult]:
    def bounded() -> list[CheckResult]:
        with _statement_timeout():
            return list(check.examine())

    return examine(HealthCheck(check.name, bounded))


@contextmanager
def _statement_timeout() -> Iterator[None]:
    if connection.vendor != "postgresql":
        # SQLite does not wait for another process when it reads.
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MILLISECONDS)])
        yield
