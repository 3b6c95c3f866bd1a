"""Defensive reading of JSON responses: any field may be missing or of another type."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone

from digest.sources.fetching import FetchedResponse
from digest.sources.record import SourceError, believable


def read_object(answer: FetchedResponse) -> dict[str, Any]:
    """Return the JSON object. SourceError for an HTML page, or anything else."""
    content = _read(answer)
    if not isinstance(content, dict):
        raise SourceError(f"{answer.url}: expected an object, found {type(content).__name__}")
    return content


def read_list(answer: FetchedResponse) -> list[Any]:
    """Return the JSON list. SourceError for anything else."""
    content = _read(answer)
    if not isinstance(content, list):
        raise SourceError(f"{answer.url}: expected a list, found {type(content).__name__}")
    return content


def _read(answer: FetchedResponse) -> Any:
    if answer.body.lstrip()[:1] == b"<":
        raise SourceError(f"{answer.url}: expected JSON, found an HTML or XML page")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{answer.url}: expected JSON, found something else: {error}") from error


def text_at(holder: Any, *keys: str) -> str:
    """Return the text at the end of a path of keys, without blanks around it; "" if there is none."""
    value = value_at(holder, *keys)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def value_at(holder: Any, *keys: str) -> Any:
    """Return the value at the end of a path of keys; None if the path ends early."""
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder


def objects_at(holder: Any, *keys: str) -> list[dict[str, Any]]:
    """Return the objects in the list at the end of a path of keys; none if there is no list."""
    value = value_at(holder, *keys)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number_at(holder: Any, *keys: str) -> int | None:
    """Return the whole number at the end of a path of keys, perhaps written as text; None for anything else."""
    text = text_at(holder, *keys)
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else None  # noqa: PLR2004


def day_of(text: str) -> date | None:
    """Return the day that a text begins with, such as 2026-11-25 or 2026/11/5; None if there is none.

    Days must never be compared as text: 2026-6-30 is before 2026-07-15.
    """
    numbers = text.strip()[:10].split("T")[0].replace("/", "-").split("-")
    try:
        year, month, day = map(int, [*numbers, "1", "1"][:3])
        return date(year, month, day)
    except ValueError:
        return None


def midnight(day: date | None) -> datetime | None:
    """Return the beginning of a day as a moment; None for a day that no paper can have."""
    return believable(datetime.combine(day, time(), UTC), timezone.now()) if day else None
