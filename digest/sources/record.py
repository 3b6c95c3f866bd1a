"""PaperRecord: what every source yields. SourceError: what it raises where it cannot."""

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

# Clocks differ a little; more than that is a mistake of the source.
FUTURE_TOLERANCE = timedelta(days=1)
# arXiv's first paper is of August 1991; other sources have older ones.
EARLIEST_DATE = datetime(1600, 1, 1, tzinfo=UTC)
# Letters. Longer text of a source is cut before anything looks at it; arXiv takes abstracts of 1,920. With its commands
# a title is longer than without them.
LONGEST_ORIGINAL_TITLE = 4 * MAX_TITLE_LENGTH
LONGEST_ABSTRACT = 20_000
MAX_RECORD_NAME_LENGTH = 500
# What no database takes.
_NOT_STORED = re.compile("[\x00\ud800-\udfff]")


class SourceError(ValueError):
    """What a source gave breaks its pattern; str() names the place and what was expected there."""


@dataclass(frozen=True)
class PaperRecord:
    """One paper as a source tells of it. Its text cleaned for reading is made of that when it is asked for."""

    source: str
    # (scheme, value), the schemes as in PaperIdentifier. At least one: by these the paper is known again.
    identifiers: tuple[tuple[str, str], ...]
    original_title: str = ""
    original_abstract: str = ""
    original_authors: tuple[str, ...] = ()
    # arXiv categories, the primary one first.
    categories: tuple[str, ...] = ()
    # Links that the source gives on their own, beside those in the abstract.
    given_code_url: str = ""
    given_project_url: str = ""
    published_at: datetime | None = None
    # arXiv's version of this text; 0 where the source does not say.
    version: int = 0
    # The day the source gives it, and who says so, as in Listing.Origin.
    day: date | None = None
    origin: str = ""
    withdrawn_at: datetime | None = None
    # The journal or conference it appeared in, and under which licence it may be shared.
    venue: str = ""
    licence: str = ""
    # Its day is that of first sight: it has none where its last identifier is known already.
    is_day_of_first_sight: bool = False
    # It tells of a change: nothing comes of it where the paper is not known.
    only_if_known: bool = False

    @classmethod
    def read(
        cls, title: str, abstract: str, *, source: str, identifiers: tuple[tuple[str, str], ...], **rest: Any
    ) -> "PaperRecord":
        """Return the record of a title and an abstract as the source has them. rest: authors, links, other fields."""
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
        """Return the record of a paper of which the source says no more than that it is gone."""
        return cls(source, identifiers, withdrawn_at=withdrawn_at, only_if_known=True)

    @cached_property
    def title(self) -> str:
        """The title, to be read, its end cut off where it is too long. One of commands alone is shown as written."""
        return _cut(clean_text(self.original_title) or " ".join(visible(self.original_title).split()))

    @cached_property
    def abstract(self) -> str:
        """The abstract, to be read, without the links that were taken out of it."""
        return clean_text(self._links.text)

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The names, to be read."""
        return tuple(filter(None, (clean_text(name) for name in self.original_authors if name != OTHERS)))

    @property
    def code_url(self) -> str:
        """The link to the code: the one given comes before the one in the abstract."""
        return self.given_code_url or self._links.code_url

    @property
    def project_url(self) -> str:
        """The link to the project, in the same way."""
        return self.given_project_url or self._links.project_url

    @cached_property
    def _links(self) -> Links:
        return take_links(self.original_abstract)


def _cut(title: str) -> str:
    """Return a title as long as one may be, ended at a word where it has any."""
    if len(title) <= MAX_TITLE_LENGTH:
        return title
    head = title[: MAX_TITLE_LENGTH - 1]
    return f"{head.rpartition(' ')[0] or head}…"


def storable(text: str) -> str:
    """Return the text without characters that no database takes."""
    return _NOT_STORED.sub("", text)


def unescaped(text: str) -> str:
    """Return the text with what is left of HTML's entities written out: some sources escape twice."""
    return re.sub(r"&(?:#\d{1,8}|#[xX][\da-fA-F]{1,8}|\w{2,32});", lambda entity: html.unescape(entity[0]), text)


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment; None where no paper can be of it, such as one in the future."""
    return moment if moment and EARLIEST_DATE <= moment <= now + FUTURE_TOLERANCE else None


def key_of_title(title: str) -> str:
    """Return what two spellings of one title share: a hash of its letters and digits, whatever their case."""
    letters = "".join(character for character in unicodedata.normalize("NFKD", title).casefold() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:32]
