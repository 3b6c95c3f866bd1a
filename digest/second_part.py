"""“More for you”: the second part of the digests of those who want everything new that fits, chosen and frozen."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np

from digest.freezing import Asking, Choice, Entries, Wanting, is_near, own_entry, packed_parts, parts_in_json
from digest.offers import Candidates
from digest.ranking import reasons, scoring
from digest.ranking.matching import choose_matching, rank_matching
from digest.ranking.reasons import CODES, Reason
from digest.tastes import Wants, tastes, wants_of

# Subscribers times papers that are ranked at once: four megabytes for each array.
AT_ONCE = 1_000_000


def asking(subscriber: Wanting, max_more: int) -> Asking:
    """Return what is asked of the second part; the reading time is that of the first."""
    return Asking(subscriber.pk, subscriber.period, max_more, None, subscriber.least_match)


def second_parts(
    subscribers: Sequence[Asking], first: Mapping[int, Sequence[int]], offer: Candidates, now: datetime
) -> dict[int, str]:
    """Return the second part of each subscriber (key) who has one, as JSON; `first`: the papers of their first part."""
    if not offer.papers:
        return {}
    found: dict[int, str] = {}
    step = max(AT_ONCE // len(offer.papers), 1)
    for some in (subscribers[start : start + step] for start in range(0, len(subscribers), step)):
        keys = [subscriber.pk for subscriber in some]
        wants = wants_of(keys, offer, now)
        wants = wants._replace(had=[*wants.had, *((key, first.get(key, ())) for key in keys)])
        written = frozen(some, choice(some, offer, now, wants), offer)
        found |= {key: part for key, part in zip(keys, written, strict=True) if part}
    return found


def choice(subscribers: Sequence[Wanting], offer: Candidates, now: datetime, wants: Wants) -> Choice:
    """Choose the papers of the second part for a batch of subscribers, by what they want."""
    wanted = tastes([subscriber.pk for subscriber in subscribers], wants, offer, now)
    ranked = rank_matching(wanted.readers, offer.arrays)
    most = np.array([subscriber.max_papers for subscriber in subscribers])
    return Choice(wanted, ranked, choose_matching(ranked, offer.arrays, most))


def frozen(subscribers: Sequence[Wanting], made: Choice, offer: Candidates) -> Iterator[str]:
    """Yield each subscriber's second part as JSON; "" where nothing fits, or nothing as well as they asked for."""
    papers = made.chosen.papers
    codes = reasons.strongest(made.ranked, offer.arrays, made.chosen)
    topics = scoring.strongest_topic(made.tastes.readers.follows, offer.tags, papers)
    parts = packed_parts(made, offer).tolist()
    near = is_near(subscribers, made).tolist()
    counts = (papers >= 0).sum(axis=1).tolist()
    shared = Entries(offer)
    keys = shared.keys_of(papers, codes, topics).tolist()
    # Reasons that hold what is one reader's own cost a look each.
    own = np.asarray(((codes != CODES.index(Reason.TOPIC)) & (papers >= 0)).any(axis=1)).tolist()
    for number, count in enumerate(counts):
        if not count or not near[number]:
            yield ""
            continue
        if own[number]:
            lines = zip(papers[number, :count].tolist(), codes[number].tolist(), topics[number].tolist(), strict=False)
            entries = ", ".join([own_entry(made.tastes, number, *line) for line in lines])
        else:
            entries = ", ".join(map(shared.__getitem__, keys[number][:count]))
        shown = parts_in_json(parts[number][:count])
        yield f'{{"papers": [{entries}], "of": {len(offer.papers)}, "parts": [{shown}]}}'
