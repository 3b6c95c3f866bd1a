"""Check Redis, and how much is waiting in the broker's queues."""

from collections.abc import Iterable
from typing import Any

import redis
from django.conf import settings

from config.schedule import SCHEDULE
from digest.health.result import CheckResult, Reporter
from digest.metrics import queues

REDIS_REPORTER, QUEUES_REPORTER = Reporter("redis"), Reporter("queues")

REDIS_TIMEOUT_SECONDS = 3
FULL = 0.9
# Minutes of unanswered rings, and the minimum number of them: harvesting may take a while.
SLOW_MINUTES, STUCK_MINUTES = 10, 60
SLOW_RINGS, STUCK_RINGS = 3, 6
HOURS_A_DAY = 24


def redis_answers() -> Iterable[CheckResult]:
    """Check that Redis answers, has room and can write."""
    if not settings.REDIS_URL:
        yield REDIS_REPORTER.skipped("REDIS_URL isn’t set, so files and memory are used.")
        return
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=REDIS_TIMEOUT_SECONDS, socket_timeout=REDIS_TIMEOUT_SECONDS
    )
    try:
        facts: dict[str, Any] = client.info()
    except redis.AuthenticationError:
        yield REDIS_REPORTER.bad("It refuses the password.", "Fix the password in REDIS_URL.")
        return
    except (redis.RedisError, OSError) as error:
        yield REDIS_REPORTER.bad(
            f"It doesn’t answer: {type(error).__name__}.", "Is it running, and is REDIS_URL right for this machine?"
        )
        return
    finally:
        client.close()
    yield from _health(facts)


def _health(facts: dict[str, Any]) -> Iterable[CheckResult]:
    used, most = int(facts.get("used_memory", 0)), int(facts.get("maxmemory", 0))
    if facts.get("rdb_last_bgsave_status", "ok") != "ok":
        yield REDIS_REPORTER.bad("It can’t write to its disk and may refuse new data.", "Check its log and its disk.")
    elif most and used > FULL * most:
        yield REDIS_REPORTER.warn(
            f"{100 * used / most:.0f}% of maxmemory is used.", "Raise maxmemory, or give it its own machine."
        )
    else:
        yield REDIS_REPORTER.ok(f"Redis {facts.get('redis_version', '')} answers, with {used / 2**20:.0f} MB in use.")


def queues_are_short() -> Iterable[CheckResult]:
    """Report how many tasks wait in each queue, and how many minutes of beat's rings that is."""
    waiting = queues.waiting()
    if waiting is None:
        yield QUEUES_REPORTER.bad(
            "The broker doesn’t answer.", "Is Redis running? Without Redis, VAR_DIR must be writable."
        )
        return
    rings = rings_a_minute()
    late = {name: count / rings[name] for name, count in waiting.items() if rings.get(name) and count >= SLOW_RINGS}
    slow = {name: minutes for name, minutes in late.items() if minutes >= SLOW_MINUTES}
    listed = ", ".join(f"{waiting[name]} in {name} ({minutes:.0f} minutes’ worth)" for name, minutes in slow.items())
    if any(minutes >= STUCK_MINUTES and waiting[name] >= STUCK_RINGS for name, minutes in slow.items()):
        yield QUEUES_REPORTER.bad(
            f"No worker handles these: {listed}.", "Start a worker for these queues: see docs/running.md."
        )
    elif slow:
        yield QUEUES_REPORTER.warn(
            f"Workers are behind: {listed}.", "Start another worker, or give these queues one of their own."
        )
    else:
        yield QUEUES_REPORTER.ok(f"{sum(waiting.values())} tasks waiting in {len(waiting)} queues.")


def rings_a_minute() -> dict[str, float]:
    """Return how often per minute beat rings for each queue, according to the schedule."""
    rings: dict[str, float] = {}
    for entry in SCHEDULE.values():
        route = settings.CELERY_TASK_ROUTES.get(str(entry["task"]), {"queue": "celery"})["queue"]
        when: Any = entry["schedule"]
        a_day = len(when.minute) * len(when.hour)
        rings[route] = rings.get(route, 0.0) + a_day / HOURS_A_DAY / 60
    return rings
