"""Snapshot: what a delivery stores of its digest as JSON, written once when it is planned and read for ever.

    {"papers": [[paper, reason, argument], …], "of": candidates, "parts": [packed, …], "teams": [ranker, …],
     "more": {"papers": …, "of": …, "parts": …}, "news": [[paper, kind, detail], …]}

`papers` are keys, best first, each with the code of its reason (digest.ranking.reasons) and the reason's argument. `of`
is how many papers there were to choose from. `parts` has the score components of each paper, packed into one number by
`pack_components`; older rows have a list of hundredths in the order of COMPONENT_NAMES, or none. `teams` says which
ranker picked each paper, if two took turns. `more` is the extra section for readers who want everything new. `news` is
what happened to papers that the reader saved.

Reading is tolerant, because old rows lack what came later. Writing joins ready JSON, because there may be a million.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import models
from django.db.models.fields.json import KeyTransform
from numpy.typing import NDArray

from digest.ranking import COMPONENTS

# The score components in a row. They are stored by position: a new one goes to the end.
COMPONENT_NAMES = (*COMPONENTS, "pinned")
# A component takes nine bits of a 64-bit integer, in hundredths from MIN_COMPONENT up. Rows hold these integers, so
# another order, number or width of components needs a new member of the snapshot next to `parts`.
COMPONENT_BITS = 9
MIN_COMPONENT = -200
MAX_COMPONENT = MIN_COMPONENT + 2**COMPONENT_BITS - 1
if COMPONENT_BITS * len(COMPONENT_NAMES) > 63:  # noqa: PLR2004 - of 64 bits one is the sign
    raise OverflowError(f"{len(COMPONENT_NAMES)} score components of {COMPONENT_BITS} bits do not fit into 64")

# The databases accept keys of papers below this.
MAX_KEY = 2**63

SnapshotEntry = tuple[int, str, str]


# --- Writing ----------------------------------------------------------------------------------------


def pack_components(components: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    """Return the score components of papers, packed into one integer per paper.

    components: one array per name in COMPONENT_NAMES, in hundredths, all of the shape that is returned. Raises
    OverflowError if there are fewer or more of them. Values below MIN_COMPONENT or above MAX_COMPONENT are clipped.
    """
    packed, number = np.int64(0), 0
    for number, values in enumerate(components, start=1):  # noqa: B007 - counted below
        clipped = np.clip(np.rint(values), MIN_COMPONENT, MAX_COMPONENT).astype(np.int64)
        packed = (packed << COMPONENT_BITS) | (clipped - MIN_COMPONENT)
    if number != len(COMPONENT_NAMES):
        raise OverflowError(f"expected {len(COMPONENT_NAMES)} score components, got {number}")
    return np.asarray(packed)


def unpack_components(packed: int) -> list[int]:
    """Return the score components of one paper in hundredths, in the order of COMPONENT_NAMES."""
    mask = 2**COMPONENT_BITS - 1
    places = range(COMPONENT_BITS * (len(COMPONENT_NAMES) - 1), -1, -COMPONENT_BITS)
    return [((packed >> place) & mask) + MIN_COMPONENT for place in places]


def section_json(
    entries: Iterable[str], candidates: int, components: Sequence[int] | None = None, rankers: Sequence[int] = ()
) -> str:
    """Return the members of a section's JSON object, without its braces.

    entries: ready JSON, one for each paper, best first.
    components: the packed score components of each paper, best first.
    """
    members = [f'"papers": [{", ".join(entries)}], "of": {candidates}']
    if components is not None:
        members.append(f'"parts": {components}')
    if rankers:
        members.append(f'"teams": {list(map(int, rankers))}')
    return ", ".join(members)


def snapshot_json(section: str, extra: str = "", news: str = "") -> str:
    """Return the whole snapshot of these sections.

    section, extra: as `section_json` makes them; mostly there is no extra one. news: ready JSON, "" for none.
    """
    if not extra and not news:
        # Nearly always.
        return f"{{{section}}}"
    members = [section, *([f'"more": {{{extra}}}'] if extra else []), *([f'"news": {news}'] if news else [])]
    return f"{{{', '.join(members)}}}"


def without_reasons(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot with only its papers: reasons, components and rankers reveal something about the reader."""
    bare = {"papers": [[paper, "edition", ""] for paper in papers_in(content)], "of": candidates_of(content)}
    return bare | ({"more": without_reasons(extra_section(content))} if "more" in content else {})


# --- Reading ----------------------------------------------------------------------------------------


def read_section(section: str) -> dict[str, Any]:
    """Return a section as `section_json` made it, parsed; empty for ""."""
    return dict(json.loads(f"{{{section}}}"))


def extra_section(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the extra section of a snapshot; empty if there is none."""
    return content.get("more") or {}


def entries_in(section: Mapping[str, Any]) -> list[SnapshotEntry]:
    """Return the papers of a section (a snapshot is its own first section): key, code of the reason, its argument."""
    return [(paper, code, argument) for paper, code, argument in section.get("papers", [])]


def papers_in(section: Mapping[str, Any]) -> list[int]:
    """Return the keys of the papers of a section, best first."""
    return [paper for paper, *_ in section.get("papers", [])]


def news_in(content: Mapping[str, Any]) -> list[SnapshotEntry]:
    """Return what happened to saved papers: the key of the paper, the kind of news, its detail."""
    news = content.get("news", [])
    return [(paper, kind, detail) for paper, kind, detail in filter(_is_entry, news if isinstance(news, list) else [])]


def all_papers_in(content: Mapping[str, Any]) -> list[int]:
    """Return the keys of the papers of both sections."""
    return papers_in(content) + papers_in(extra_section(content))


def candidates_of(section: Mapping[str, Any]) -> int:
    """Return how many papers a section was chosen from; 0 if that was not kept."""
    return int(section.get("of", 0))


def components_in(section: Mapping[str, Any]) -> list[dict[str, int]]:
    """Return the score components of each paper of a section, by name; empty if they were not kept."""
    rows = (unpack_components(row) if isinstance(row, int) else row for row in section.get("parts", []))
    named = [dict(zip(COMPONENT_NAMES, row, strict=False)) for row in rows]
    return named or [{} for _ in section.get("papers", [])]


def with_named_components(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot for people to read: each score component, in hundredths, with its name."""
    named = {"parts": components_in(content)} if "parts" in content else {}
    return {**content, **named} | ({"more": with_named_components(extra_section(content))} if "more" in content else {})


def rankers_in(content: Mapping[str, Any]) -> dict[int, int]:
    """Return which ranker picked each paper (key) of the first section, if two took turns."""
    return dict(zip(papers_in(content), content.get("teams", []), strict=False))


class SnapshotField(models.JSONField):
    """The snapshot of a digest. Whatever a row contains, reading it gives the shape that planning writes."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the content, without the parts that cannot be read."""
        stored = super().from_db_value(value, expression, connection)
        # The shape of a part is not known here.
        return stored if isinstance(expression, KeyTransform) else readable_snapshot(stored)

    def deconstruct(self) -> Any:
        """Deconstruct as plain JSON, which it is to the database."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def readable_snapshot(stored: Any) -> dict[str, Any]:
    """Return a snapshot as planning writes it, without invalid entries and what belongs to their positions."""
    if not isinstance(stored, dict):
        return {"papers": [], "of": 0}
    content: dict[str, Any] = stored
    entries = content.get("papers", [])
    whole = isinstance(entries, list) and all(map(_is_entry, entries)) and isinstance(content.get("of", 0), int)
    if not whole:
        valid = [entry for entry in entries if _is_entry(entry)] if isinstance(entries, list) else []
        content = {"papers": valid, "of": len(valid), **({"more": content["more"]} if "more" in content else {})}
    parts = content.get("parts", [])
    if not isinstance(parts, list) or not {*map(type, parts)} <= {int, list}:
        content = {name: value for name, value in content.items() if name != "parts"}
    if "more" in content:
        content = {**content, "more": {"papers": [], "of": 0, **readable_snapshot(content["more"])}}
    return content


def _is_entry(entry: Any) -> bool:
    # Called for each paper of each mail: a match statement takes twice as long.
    if not isinstance(entry, list) or len(entry) != 3:  # noqa: PLR2004
        return False
    key, code, argument = entry
    return isinstance(key, int) and isinstance(code, str) and isinstance(argument, str) and 0 < key < MAX_KEY
