"""A ranked digest → the section of a snapshot: entries with reasons and score components, as JSON.

Most entries are the same for many readers, so JSON is made once for each paper, reason and topic, then joined.
"""

import json
from typing import Any

import numpy as np
from django.utils.text import Truncator
from numpy.typing import NDArray

from digest.models.snapshot import COMPONENT_NAMES, pack_components, section_json
from digest.ranking import COMPONENTS, REASON_CODES, Indices, Ranking, Reason, weighted_component
from digest.recommending.candidates import CandidateSet
from digest.recommending.features import BatchFeatures

# Maximum length, in characters, of a liked paper's title in a reason.
REASON_TITLE_LENGTH = 60
# Reasons with an argument specific to one reader: the phrase, the author, the liked paper.
OWN_REASONS = (Reason.KEYWORD, Reason.AUTHOR, Reason.LIKED)


class SectionWriter:
    """Writes the sections of a batch of ranked digests."""

    def __init__(self, features: BatchFeatures, ranking: Ranking, candidates: CandidateSet) -> None:
        self._features, self._ranking, self._candidates = features, ranking, candidates
        self._shared = _EntryJson(candidates)
        self._keys = self._shared.keys_of(ranking.papers, ranking.reasons, ranking.topics).tolist()
        self._components = _packed(ranking, candidates).tolist()
        # Checking each entry is expensive, and most digests have none of these.
        own = np.isin(ranking.reasons, [REASON_CODES.index(reason) for reason in OWN_REASONS]) & (ranking.papers >= 0)
        self._has_own = np.asarray(own.any(axis=1)).tolist()

    def section(self, row: int, count: int) -> str:
        """Return the section of a subscriber (row) with this many papers, as `section_json` makes it."""
        if self._has_own[row]:
            entries = [self._personal_entry(row, place) for place in range(count)]
        else:
            entries = list(map(self._shared.__getitem__, self._keys[row][:count]))
        rankers = self._ranking.rankers.get(row, [])[:count]
        return section_json(entries, len(self._candidates.papers), self._components[row][:count], rankers)

    def _personal_entry(self, row: int, place: int) -> str:
        """Return an entry with an argument specific to this reader (row): the phrase, the author, the liked paper."""
        paper = int(self._ranking.papers[row, place])
        reason, argument = REASON_CODES[self._ranking.reasons[row, place]], ""
        if reason == Reason.TOPIC:
            argument = self._candidates.topics[self._ranking.topics[row, place]].name
        elif reason == Reason.KEYWORD:
            argument = self._features.phrase(row, paper)
        elif reason == Reason.AUTHOR:
            argument = self._features.author(row, paper)
        elif reason == Reason.LIKED:
            reason, title = self._features.liked(row, paper)
            argument = Truncator(title).chars(REASON_TITLE_LENGTH)
        return json.dumps([self._candidates.papers[paper], reason, argument])


class _EntryJson(dict[int, str]):
    """Entries as JSON, by a number for each paper, reason and topic; made on first use.

    A dictionary with `__missing__`, so that the look-up is in C: there are ten per digest, for a million digests a day.
    """

    def __init__(self, candidates: CandidateSet) -> None:
        super().__init__()
        self._candidates = candidates
        # One more than there are topics: "none" is -1.
        self._topics = len(candidates.topics) + 1

    def keys_of(self, papers: Indices, reasons: Indices, topics: Indices) -> Indices:
        """Return the number of each entry; the shape is that of the input."""
        return (papers * len(REASON_CODES) + reasons) * self._topics + topics + 1

    def __missing__(self, key: int) -> str:
        rest, topic = divmod(key, self._topics)
        paper, reason = divmod(rest, len(REASON_CODES))
        argument = self._candidates.topics[topic - 1].name if REASON_CODES[reason] == Reason.TOPIC else ""
        self[key] = json.dumps([self._candidates.papers[paper], REASON_CODES[reason], argument])
        return self[key]


def _packed(ranking: Ranking, candidates: CandidateSet) -> Indices:
    """Return the score components of each selected paper, packed into one integer: (subscribers, positions)."""
    papers = ranking.papers
    by_name: dict[str, NDArray[Any]] = {"pinned": 100 * candidates.pinned[papers]}
    for name in COMPONENTS:
        by_name[name] = 100 * weighted_component(ranking.scored, name, papers)
    return pack_components([by_name[name] for name in COMPONENT_NAMES])
