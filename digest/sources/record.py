"""PaperRecord: what every source yields. SourceError: what it raises where it cannot."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from digest.cleaning import clean, visible
from digest.sources.links import Links, take_links

# Clocks differ a little; more than that is a mistake of the source.
AHEAD = timedelta(days=1)
# arXiv's first paper is of August 1991; other sources have older ones.
OLDEST = datetime(1600, 1, 1, tzinfo=UTC)
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
            storable(title),
            storable(abstract),
            tuple(storable(name) for name in rest.pop("authors", ())),
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
        """The title, to be read. One of commands alone is shown as it was written."""
        return clean(self.original_title) or " ".join(visible(self.original_title).split())

    @cached_property
    def abstract(self) -> str:
        """The abstract, to be read, without the links that were taken out of it."""
        return clean(self._links.text)

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The names, to be read."""
        return tuple(filter(None, map(clean, self.original_authors)))

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


def doi(text: str) -> str:
    """Return a DOI in the one form it is kept in; "" where it is none, or another name of an arXiv id."""
    text = re.sub(r"^(?:doi:\s*|https?://(?:dx\.)?doi\.org/)", "", text.strip(), flags=re.I).lower().rstrip(",;.")
    fits = re.fullmatch(r"10\.\d{4,9}/\S{1,240}", text) and not text.startswith("10.48550/arxiv.")
    return text if fits else ""


def storable(text: str) -> str:
    """Return the text without characters that no database takes."""
    return _NOT_STORED.sub("", text)


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment; None where no paper can be of it, such as one in the future."""
    return moment if moment and OLDEST <= moment <= now + AHEAD else None


def key_of_title(title: str) -> str:
    """Return what two spellings of one title share: a hash of its letters and digits, whatever their case."""
    letters = "".join(character for character in unicodedata.normalize("NFKD", title).casefold() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:32]
