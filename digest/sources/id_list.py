"""A list of arXiv ids, in any of the ways to write them."""

from dataclasses import dataclass

from digest.sources import arxiv_id


@dataclass(frozen=True)
class IdList:
    """The ids of a list, each once and without its version, in its order; and what could not be read."""

    ids: list[str]
    skipped: list[str]


def read(text: str) -> IdList:
    """Return the ids in a text: one or more a line, parted by blanks or commas; what follows a # is a remark."""
    ids: dict[str, None] = {}
    skipped: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        for word in line.partition(" #")[0].replace(",", " ").replace(";", " ").split():
            if word.startswith("#"):
                break
            # "arXiv: 2508.12345" has a blank after its prefix.
            if word.lower() == "arxiv:":
                continue
            found = arxiv_id.read(word)
            if found:
                ids[found.value] = None
            else:
                skipped.append(f"line {number}: expected an arXiv id, found “{word[:60]}”")
    return IdList(list(ids), skipped)
