"""Lists of short texts that somebody types as JSON: names, categories, keywords."""

import json
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

# A control character (a line break, a NUL) or a lone half of a surrogate pair.
NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


# What PostgreSQL keeps in no text, and UTF-8 in no page.
UNSTORABLE_CHARACTERS = re.compile("[\x00\ud800-\udfff]")


class StorableDecoder(json.JSONDecoder):
    r"""Reads JSON whose texts can be kept and shown again: an escape such as \u0000 may hide one that cannot."""

    def decode(self, s: str, *args: Any) -> Any:
        """Return the value; JSONDecodeError where the JSON is broken, or a text in it cannot be kept."""
        value = super().decode(s, *args)
        # Written out again as it is, whatever was an escape stands there in the open.
        written = json.dumps(value, ensure_ascii=False)
        if UNSTORABLE_CHARACTERS.search(written) or "\\u0000" in written:
            raise json.JSONDecodeError("expected characters that can be kept", s, 0)
        return value


def check_lines(row: Model, *fields: str) -> None:
    """Raise ValidationError for each field that is no list of texts of one line each; an empty one becomes a list."""
    for field in fields:
        if getattr(row, field) is None:
            setattr(row, field, [])
    wrong = [field for field in fields if not _are_lines(getattr(row, field))]
    if wrong:
        raise ValidationError(dict.fromkeys(wrong, 'Write a list, each entry in quotes and on a line: ["one", "two"]'))


def _are_lines(value: object) -> bool:
    lines = value if isinstance(value, list) else [None]
    return all(isinstance(line, str) and line.strip() and not NOT_IN_A_LINE.search(line) for line in lines)
