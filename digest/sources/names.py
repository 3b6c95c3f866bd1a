"""One string of authors → their names."""

import re

# "Ada Lovelace, Jr." is one.
_SUFFIXES = {"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"}
_INNERMOST = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"\s*,\s*(?:and|&)\s+|\s*[,;]\s*|\s+and\s+")


def split(text: str) -> tuple[str, ...]:
    """Return the names in a string of authors, without the affiliations, which stand in parentheses."""
    text = " ".join(text.split())
    # An affiliation may hold commas, and further parentheses.
    while (shorter := _INNERMOST.sub("", text)) != text:
        text = shorter
    names: list[str] = []
    for name in (part.strip() for part in _BETWEEN.split(text)):
        if name in _SUFFIXES and names:
            names[-1] = f"{names[-1]}, {name}"
        elif re.search(r"\w", name):
            names.append(name)
    return tuple(names)
