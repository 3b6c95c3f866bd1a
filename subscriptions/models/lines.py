"""Lists of short texts that someone types as JSON: names, categories, keywords."""

import json
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

# A control character (a line break, a NUL) or a lone half of a surrogate pair.
NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


# What PostgreSQL cannot store in text, and UTF-8 cannot encode in a page.
UNSTORABLE_CHARACTERS = re.compile("[\x00\ud800-\udfff]")


class StorableDecoder(json.JSONDecoder):
    r"""A JSON decoder for texts that can be kept and shown again: an escape such as \u0000 may hide one that cannot."""

    def decode(self, s: str, *args: Any) -> Any:
        """Return the value; raise JSONDecodeError if the JSON is broken, or a text in it cannot be stored."""
        value = super().decode(s, *args)
        # Written out again without escapes, so that every character that was escaped shows.
        written = json.dumps(value, ensure_ascii=False)
        if UNSTORABLE_CHARACTERS.search(written) or "\\u0000" in written:
            raise json.JSONDecodeError("expected characters that can be stored", s, 0)
        return value


def check_lines(row: Model, *fields: str) -> None:
    """Raise ValidationError for each field that is not a list of one-line texts; None becomes an empty list."""
    for field in fields:
        if getattr(row, field) is None:
            setattr(row, field, [])
    wrong = [field for field in fields if not _are_lines(getattr(row, field))]
    if wrong:
        raise ValidationError(dict.fromkeys(wrong, 'Enter a list of single-line entries in quotes: ["one", "two"]'))


def _are_lines(value: object) -> bool:
    lines = value if isinstance(value, list) else [None]
    return all(isinstance(line, str) and line.strip() and not NOT_IN_A_LINE.search(line) for line in lines)
