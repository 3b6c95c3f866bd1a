"""PaperRecord: what every source yields. SourceError: what it raises when it cannot."""

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from digest.models.paper import MAX_TITLE_LENGTH, OTHERS
from digest.sources.latex_text import clean_text, visible
from digest.sources.links import Links, take_links

# Clocks differ a little; more than that is the source's mistake.
FUTURE_TOLERANCE = timedelta(days=1)
# arXiv's first paper is from August 1991; other sources have older ones.
EARLIEST_DATE = datetime(1600, 1, 1, tzinfo=UTC)
# In characters. Longer text from a source is cut before anything looks at it; arXiv accepts abstracts of 1,920. A title
# is longer with its commands than without them.
LONGEST_ORIGINAL_TITLE = 4 * MAX_TITLE_LENGTH
LONGEST_ABSTRACT = 20_000
MAX_RECORD_NAME_LENGTH = 500
# What no database accepts.
_NOT_STORED = re.compile("[\x00\ud800-\udfff]")


class SourceError(ValueError):
    """A source's data is invalid; str() names the place and what was expected there."""


@dataclass(frozen=True)
class PaperRecord:
    """One paper as a source describes it. The text cleaned for reading is made from that on demand."""

    source: str
    # (scheme, value), the schemes as in PaperIdentifier. At least one: the paper is recognised by these.
    identifiers: tuple[tuple[str, str], ...]
    original_title: str = ""
    original_abstract: str = ""
    original_authors: tuple[str, ...] = ()
    # arXiv categories, the primary one first.
    categories: tuple[str, ...] = ()
    # Links that the source gives separately from those in the abstract.
    given_code_url: str = ""
    given_project_url: str = ""
    published_at: datetime | None = None
    # arXiv's version of this text; 0 if the source does not say.
    version: int = 0
    # The day the source gives it, and the origin, as in Listing.Origin.
    day: date | None = None
    origin: str = ""
    withdrawn_at: datetime | None = None
    # The journal or conference it appeared in, and the licence under which it may be shared.
    venue: str = ""
    licence: str = ""
    # Its day is the day of first sight, so it has none if its last identifier is already known.
    is_day_of_first_sight: bool = False
    # It reports a change: it is ignored if the paper is not known.
    only_if_known: bool = False

    @classmethod
    def read(
        cls, title: str, abstract: str, *, source: str, identifiers: tuple[tuple[str, str], ...], **rest: Any
    ) -> "PaperRecord":
        """Return the record for a title and abstract as the source has them. rest: authors, links, other fields."""
        if rest.get("venue"):
            rest["venue"] = clean_text(storable(rest["venue"])[:LONGEST_ORIGINAL_TITLE])
        return cls(
            source,
            identifiers,
            storable(title)[:LONGEST_ORIGINAL_TITLE],
            storable(abstract)[:LONGEST_ABSTRACT],
            tuple(storable(name)[:MAX_RECORD_NAME_LENGTH] for name in rest.pop("authors", ()) if name),
            given_code_url=rest.pop("code_url", ""),
            given_project_url=rest.pop("project_url", ""),
            **rest,
        )

    @classmethod
    def withdrawal(cls, source: str, identifiers: tuple[tuple[str, str], ...], withdrawn_at: datetime) -> "PaperRecord":
        """Return a withdrawal record: the source only says that the paper is gone."""
        return cls(source, identifiers, withdrawn_at=withdrawn_at, only_if_known=True)

    @cached_property
    def title(self) -> str:
        """The title for reading, its end cut off if it is too long. One that is only commands is shown as written."""
        return _cut(clean_text(self.original_title) or " ".join(visible(self.original_title).split()))

    @cached_property
    def abstract(self) -> str:
        """The abstract for reading, without the links that were taken out of it."""
        return clean_text(self._links.text)

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The authors' names for reading."""
        return tuple(filter(None, (clean_text(name) for name in self.original_authors if name != OTHERS)))

    @property
    def code_url(self) -> str:
        """The link to the code: the one given takes precedence over the one in the abstract."""
        return self.given_code_url or self._links.code_url

    @property
    def project_url(self) -> str:
        """The link to the project, chosen the same way."""
        return self.given_project_url or self._links.project_url

    @cached_property
    def _links(self) -> Links:
        return take_links(self.original_abstract)


def _cut(title: str) -> str:
    """Return the title cut to the maximum length, after a whole word if possible."""
    if len(title) <= MAX_TITLE_LENGTH:
        return title
    head = title[: MAX_TITLE_LENGTH - 1]
    return f"{head.rpartition(' ')[0] or head}…"


def storable(text: str) -> str:
    """Return the text without characters that no database accepts."""
    return _NOT_STORED.sub("", text)


def unescaped(text: str) -> str:
    """Return the text with any remaining HTML entities written out, because some sources escape twice."""
    return re.sub(r"&(?:#\d{1,8}|#[xX][\da-fA-F]{1,8}|\w{2,32});", lambda entity: html.unescape(entity[0]), text)


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment; None if no paper can have it, such as one in the future."""
    return moment if moment and EARLIEST_DATE <= moment <= now + FUTURE_TOLERANCE else None


def key_of_title(title: str) -> str:
    """Return a key that two spellings of a title share: a hash of its letters and digits, ignoring case."""
    letters = "".join(character for character in unicodedata.normalize("NFKD", title).casefold() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:32]


def without_heading(abstract: str) -> str:
    """Return an abstract without the word “Abstract” or “Summary” in front of it."""
    return re.sub(r"^\s*(?:Abstract|Summary|ABSTRACT|SUMMARY)(?:[.:—–-]+\s*|\s+(?=[A-Z]))", "", abstract)
