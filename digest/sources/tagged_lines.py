"""Read files whose lines begin with a tag, such as `%T On graphs` and `TI  - On graphs`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.sources import author_names
from digest.sources.record import storable
from digest.sources.reference import Reference


@dataclass(frozen=True)
class Tag:
    """One tag with its text, the line it begins on, and whether a blank line comes before it."""

    line: int
    name: str
    text: str
    is_after_blank: bool


@dataclass
class Draft:
    """An entry while it is read: of each field the first counts, and people are named one by one."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)

    def reference(self) -> Reference:
        """Return the entry with its authors in reading order."""
        authors = (name for person in self.people for name in author_names.of_bibtex(person.rstrip(",")))
        return Reference(f"line {self.line}", self.fields, tuple(authors))


def read_tags(text: str, pattern: re.Pattern[str]) -> Iterator[Tag]:
    """Yield the tags of a text in order; lines without one continue the text before them.

    pattern: matches a line with a tag, its name in group 1 and its text in group 2.
    """
    begun: tuple[int, str, bool] | None = None
    pieces: list[str] = []
    after_blank = True
    for number, line in enumerate(storable(text.lstrip("\ufeff")).splitlines(), start=1):
        match = pattern.match(line)
        if match:
            if begun:
                yield Tag(begun[0], begun[1], " ".join(filter(None, pieces)), begun[2])
            begun, pieces = (number, match[1], after_blank), [match[2].strip()]
        elif begun:
            pieces.append(line.strip())
        after_blank = not line.strip()
    if begun:
        yield Tag(begun[0], begun[1], " ".join(filter(None, pieces)), begun[2])
