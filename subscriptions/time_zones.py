"""The time zones one can choose, by region."""

from functools import cache
from zoneinfo import available_timezones

# Those a browser can tell (Intl): named after places, or fixed distances from UTC. The rest are old aliases.
REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"),
    "Etc",
)

Group = tuple[str, list[tuple[str, str]]]


@cache
def by_region() -> list[Group]:
    """Return UTC and then the zones of each region, as (name, label)."""
    regions: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if place and region in regions:
            regions[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return [("Everywhere", [("UTC", "UTC")]), *regions.items()]
