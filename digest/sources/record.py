"""PaperRecord: what every source yields. SourceError: what it raises where it cannot."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from digest.cleaning import clean, visible
from digest.sources.links import take_links

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
    """One paper as a source tells of it, its text cleaned for reading, what the source said kept beside it."""

    title: str
    abstract: str
    source: str
    # (scheme, value), the schemes as in PaperIdentifier. At least one: by these the paper is known again.
    identifiers: tuple[tuple[str, str], ...]
    original_title: str
    original_abstract: str
    authors: tuple[str, ...] = ()
    original_authors: tuple[str, ...] = ()
    # arXiv categories, the primary one first.
    categories: tuple[str, ...] = ()
    code_url: str = ""
    project_url: str = ""
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
        cls, title: str, abstract: str, *, source: str, identifiers: tuple[tuple[str, str], ...], **rest: object
    ) -> "PaperRecord":
        """Return the record of a title and an abstract as the source has them: cleaned, links taken out.

        rest: the other fields. A link that the source gives on its own comes before one found in the abstract.
        """
        title, abstract = storable(title), storable(abstract)
        links = take_links(abstract)
        fields = {"code_url": links.code_url, "project_url": links.project_url}
        fields |= {name: value for name, value in rest.items() if value}  # type: ignore[misc]
        names = tuple(storable(name) for name in fields.pop("authors", ()))
        return cls(
            # A title of commands alone is shown as it was written.
            title=clean(title) or " ".join(visible(title).split()),
            abstract=clean(links.text),
            source=source,
            identifiers=identifiers,
            original_title=title,
            original_abstract=abstract,
            authors=tuple(filter(None, map(clean, names))),
            original_authors=names,
            **fields,  # type: ignore[arg-type]
        )

    @classmethod
    def withdrawal(cls, source: str, identifiers: tuple[tuple[str, str], ...], withdrawn_at: datetime) -> "PaperRecord":
        """Return the record of a paper of which the source says no more than that it is gone."""
        return cls("", "", source, identifiers, "", "", withdrawn_at=withdrawn_at, only_if_known=True)


def doi(text: str) -> str:
    """Return a DOI in the one form it is kept in; "" where it is none, or another name of an arXiv id."""
    text = re.sub(r"^(?:doi:\s*|https?://(?:dx\.)?doi\.org/)", "", text.strip(), flags=re.I).lower()
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
