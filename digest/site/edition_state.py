"""Everything that the page of an edition or a paper depends on, as a short text from one query.

The query runs on every visit. It is raw SQL because that takes a tenth of the time Django needs to build it.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField
from django.http import HttpRequest

PUBLISHED_EDITIONS = "FROM digest_edition WHERE status = 'published'"

# The result changes with a vote, an edit, a new text, a removal, or a new neighbouring edition to link to.
STATE_QUERY = f"""
    SELECT edition.day, (SELECT count(*) {PUBLISHED_EDITIONS}), count(place.id),
        (SELECT max(published_at) {PUBLISHED_EDITIONS}),
        max(place.updated_at), max(paper.updated_at), max(paper.voted_at)
    FROM digest_edition edition
    LEFT JOIN digest_editionpaper place ON place.edition_id = edition.id
    LEFT JOIN digest_paper paper ON paper.id = place.paper_id
    WHERE edition.status = 'published' AND edition.day = {{day}}
    GROUP BY edition.day
"""  # noqa: S608 - made of constants # nosec B608
LATEST_STATE_QUERY = STATE_QUERY.format(day=f"(SELECT max(day) {PUBLISHED_EDITIONS})")
DAY_STATE_QUERY = STATE_QUERY.format(day="%s")
# Who may see a paper depends on whether it is hidden, in a draft, or published.
PAPER_STATE_QUERY = f"""
    SELECT place.placement, edition.status, (SELECT count(*) {PUBLISHED_EDITIONS}),
        (SELECT max(published_at) {PUBLISHED_EDITIONS}),
        place.updated_at, paper.updated_at, paper.voted_at
    FROM digest_paper paper
    LEFT JOIN digest_editionpaper place ON place.paper_id = paper.id
    LEFT JOIN digest_edition edition ON edition.id = place.edition_id
    WHERE paper.id = %s
"""  # noqa: S608 - made of constants # nosec B608


def latest_edition(request: HttpRequest) -> tuple[str, datetime | None] | None:  # noqa: ARG001 - as the view
    """Return the state of the front page and when it last changed; None if no edition is published."""
    return _state(LATEST_STATE_QUERY, [])


def edition_of(request: HttpRequest, day: date) -> tuple[str, datetime | None] | None:  # noqa: ARG001 - as the view
    """Return the state of a day's page and when it last changed; None if the day has no published edition."""
    return _state(DAY_STATE_QUERY, [day.isoformat()])


def state_of_paper(request: HttpRequest, pk: int) -> tuple[str, datetime | None] | None:  # noqa: ARG001 - as the view
    """Return the state of a paper's page and when it last changed; None if there is no such paper."""
    # SQLite refuses larger numbers in a query of our own.
    return _state(PAPER_STATE_QUERY, [pk]) if pk <= BigIntegerField.MAX_BIGINT else None


def _state(question: str, parameters: list[Any]) -> tuple[str, datetime | None] | None:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    return repr(row), max(_moment(value) for value in row[3:] if value)


def _moment(value: str | datetime) -> datetime:
    # SQLite has no datetime type: Django stores text in UTC, which comes back without a time zone.
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
