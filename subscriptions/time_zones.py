"""Time zones, listed by region and place; unknown ones count as UTC."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

EVERYWHERE, UTC = "Everywhere", "UTC"
TimeZoneGroup = tuple[str, list[tuple[str, str]]]
# Names that tzdata has next to the zones, but that mean this machine and not a place.
_NO_ZONES = {"localtime", "Factory", "posixrules"}
# Places whose name changed: whichever of the two names this machine knows is used.
_RENAMED = {
    "Europe/Kyiv": "Europe/Kiev",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Yangon": "Asia/Rangoon",
    "America/Nuuk": "America/Godthab",
    "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
    "Atlantic/Faroe": "Atlantic/Faeroe",
    "Pacific/Kanton": "Pacific/Enderbury",
}


def known_as(name: str) -> str:
    """Return a zone as this machine knows it, from a name in any case, old or new; "" if there is none."""
    return _spellings().get("_".join(name.split()).casefold(), "")


@cache
def _spellings() -> dict[str, str]:
    """Return each case-folded spelling of a zone, with the name that can be loaded."""
    names = sorted(available_timezones() - _NO_ZONES)
    spellings = {name.casefold(): name for name in names if not name.startswith(("posix/", "right/"))}
    for new, old in _RENAMED.items():
        for one, other in ((new, old), (old, new)):
            if other.casefold() in spellings:
                spellings.setdefault(one.casefold(), spellings[other.casefold()])
    return spellings


@cache
def by_region() -> list[TimeZoneGroup]:
    """Return UTC and then the zones of each region, as (name, label): one for each place in tzdata's table of places.

    No list has aliases, or the zones of Etc, whose sign is the opposite of what people write.
    """
    places = _places()
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(places.keys() & available_timezones()):
        region, _, place = name.partition("/")
        regions.setdefault(region, []).append((name, _label(place, places[name])))
    return [(EVERYWHERE, [(UTC, UTC)]), *regions.items()]


def with_present_time(at: datetime) -> list[TimeZoneGroup]:
    """Return the zones by region, each label with the time there."""
    return [
        (region, [(name, f"{label}, {at.astimezone(zone(name)):%H:%M}") for name, label in zones])
        for region, zones in by_region()
    ]


def listed_as(name: str) -> str:
    """Return the listed zone a name stands for: what an alias points to; the name itself if no listed zone fits."""
    target = own_name = known_as(name)
    while target not in _places() and target in _links():
        target = _links()[target]
    return target if target in _places() or target == UTC else own_name or name


def place_label(name: str) -> str:
    """Return what a zone is called in the lists."""
    place = name.partition("/")[2] or name
    return _label(place, _places().get(name, ""))


def _label(place: str, country: str) -> str:
    # If there are two parts, the last is the place: “Knox, Indiana”.
    parts = [part.replace("_", " ") for part in reversed(place.split("/"))]
    return ", ".join(dict.fromkeys([*parts, *([country] if country else [])]))


@cache
def _places() -> dict[str, str]:
    """Return the country of each zone that is named after a place, according to tzdata."""
    lines = _table("iso3166.tab"), _table("zone.tab")
    countries, zones = ([line.split("\t") for line in table] for table in lines)
    names = {code: name for code, name, *_ in countries}
    return {name: names.get(code, "") for code, _, name, *_ in zones}


@cache
def _links() -> dict[str, str]:
    """Return the zone that each alias in tzdata stands for."""
    links = (line.split() for line in _table("tzdata.zi") if line.startswith("L "))
    return {alias: target for _, target, alias in links}


def _table(name: str) -> list[str]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone of that name, or UTC if it is unknown: one machine may know fewer zones than another."""
    return ZoneInfo(known_as(name) or UTC)
