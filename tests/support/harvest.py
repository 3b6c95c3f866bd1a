"""A source queried on the night after the mailing of Tuesday, 15 September 2026, whose day is Wednesday."""

from datetime import UTC, date, datetime

from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition

NIGHT = datetime(2026, 9, 16, 5, tzinfo=UTC)
WEDNESDAY = date(2026, 9, 16)


def harvest_position(part="cs", cursor=""):
    return HarvestPosition(part, date(2026, 9, 13), NIGHT, cursor)


def read_source(source_file, at=None):
    return list(source_file.pages(Fetcher(), at or harvest_position()))


def only_record(pages):
    (page,) = pages
    (record,) = page.records
    return record
