"""Check that the time zone database is installed, and knows the subscribers' zones."""

import zoneinfo
from collections.abc import Iterable

from digest.health.result import CheckResult, Reporter
from subscriptions.models import Subscriber

ZONES_REPORTER = Reporter("time zones")
# How many unknown zones are named.
SHOWN = 3


def time_zones_are_known() -> Iterable[CheckResult]:
    """Look up each time zone that a subscriber has."""
    zone_names = zoneinfo.available_timezones()
    if "Europe/Berlin" not in zone_names:
        yield ZONES_REPORTER.bad("There’s no time zone database.", "Install the tzdata package.")
        return
    used = set(Subscriber.objects.order_by().values_list("time_zone", flat=True).distinct())
    unknown = sorted(used - zone_names)
    if unknown:
        names = ", ".join(name if name.isprintable() and "@" not in name else "?" for name in unknown[:SHOWN])
        yield ZONES_REPORTER.bad(
            f"{len(unknown)} of the subscribers’ zones aren’t known here: {names}.",
            "Install a newer tzdata, or change these subscribers’ zones at /admin/.",
        )
    else:
        yield ZONES_REPORTER.ok(f"{len(zone_names)} known, including all {len(used)} that subscribers use.")
