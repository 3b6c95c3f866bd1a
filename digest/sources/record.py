"""PaperRecord: what every source yields. SourceError: what it raises where it cannot."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from digest.cleaning import clean
from digest.sources.links import take_links


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
    # arXiv categories, the primary one first.
    categories: tuple[str, ...] = ()
    code_url: str = ""
    project_url: str = ""
    published_at: datetime | None = None

    @classmethod
    def read(
        cls, title: str, abstract: str, *, source: str, identifiers: tuple[tuple[str, str], ...], **rest: object
    ) -> "PaperRecord":
        """Return the record of a title and an abstract as the source has them: cleaned, links taken out.

        rest: the other fields. A link that the source gives on its own comes before one found in the abstract.
        """
        links = take_links(abstract)
        fields = {"code_url": links.code_url, "project_url": links.project_url}
        fields |= {name: value for name, value in rest.items() if value}  # type: ignore[misc]
        return cls(
            title=clean(title),
            abstract=clean(links.text),
            source=source,
            identifiers=identifiers,
            original_title=title,
            original_abstract=abstract,
            **fields,  # type: ignore[arg-type]
        )


def key_of_title(title: str) -> str:
    """Return what two spellings of one title share: a hash of its letters and digits, whatever their case."""
    letters = "".join(character for character in unicodedata.normalize("NFKD", title).casefold() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:32]
