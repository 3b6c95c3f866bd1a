"""“More for you”: ranks and writes the extra section for readers who want everything new that matches."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np

from digest.ranking import Limits, rank_relevant
from digest.recommending.candidates import CandidateSet
from digest.recommending.features import PreferenceRows, build_features, preference_rows
from digest.recommending.learned_weights import weights_in_force
from digest.recommending.section_writer import SectionWriter
from digest.recommending.selection import DigestRequest, DigestRequestRow, RankedBatch, has_close_match

# Subscribers times papers to rank at once: four megabytes per array.
MAX_SCORES = 1_000_000


def extra_request(subscriber: DigestRequestRow, max_papers: int) -> DigestRequest:
    """Return the request for an extra section; the reading time only limits the first section."""
    return DigestRequest(subscriber.pk, subscriber.period, max_papers, None, subscriber.least_match)


def extra_sections(
    subscribers: Sequence[DigestRequest],
    first: Mapping[int, Sequence[int]],
    candidates: CandidateSet,
    now: datetime,
) -> dict[int, str]:
    """Return the extra section of each subscriber (key) who has one; `first`: the papers in their first section."""
    if not candidates.papers:
        return {}
    sections: dict[int, str] = {}
    step = max(MAX_SCORES // len(candidates.papers), 1)
    for batch in (subscribers[start : start + step] for start in range(0, len(subscribers), step)):
        keys = [subscriber.pk for subscriber in batch]
        preferences = preference_rows(keys, candidates, now)
        preferences = preferences._replace(
            already_sent=[*preferences.already_sent, *((key, first.get(key, ())) for key in keys)]
        )
        with_extra = write_extra_sections(batch, rank_extra_batch(batch, candidates, now, preferences), candidates)
        sections |= {key: section for key, section in zip(keys, with_extra, strict=True) if section}
    return sections


def rank_extra_batch(
    subscribers: Sequence[DigestRequestRow], candidates: CandidateSet, now: datetime, preferences: PreferenceRows
) -> RankedBatch:
    """Rank the candidates for the extra section of a batch of subscribers, by their preferences."""
    features = build_features([subscriber.pk for subscriber in subscribers], preferences, candidates, now)
    papers = np.array([subscriber.max_papers for subscriber in subscribers])
    limits = Limits(papers, np.zeros(len(papers)))
    return RankedBatch(features, rank_relevant(features.users, candidates.arrays, limits, weights_in_force()))


def write_extra_sections(
    subscribers: Sequence[DigestRequestRow], ranked: RankedBatch, candidates: CandidateSet
) -> Iterator[str]:
    """Yield each subscriber's extra section; "" if nothing matches, or nothing matches as closely as they asked."""
    writer = SectionWriter(ranked.features, ranked.ranking, candidates)
    close = has_close_match(subscribers, ranked.ranking).tolist()
    for row, count in enumerate((ranked.ranking.papers >= 0).sum(axis=1).tolist()):
        yield writer.section(row, count) if count and close[row] else ""
