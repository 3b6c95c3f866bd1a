"""Each subscriber's papers, chosen and frozen: keys, reasons, and the parts of their scores."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

import numpy as np
from django.utils.text import Truncator
from numpy.typing import NDArray

from digest import interleaving
from digest.offers import Candidates
from digest.ranking import reasons, scoring
from digest.ranking.choosing import Chosen, Ranked, choose, rank
from digest.ranking.reasons import CODES, Reason
from digest.ranking.scoring import Indices
from digest.tastes import Tastes, Wants, tastes, wants_of

# What a row of the parts holds, in hundredths of the score.
PARTS = (*scoring.NAMES, "pinned")
# Of the title of a paper that somebody liked.
TITLE = 60
NOT_CLOSE = "no paper matched as well as was asked for"


class Wanting(Protocol):
    """What is asked of a subscriber; a row of the planner, or anything like it."""

    @property
    def pk(self) -> int: ...  # noqa: D102
    @property
    def period(self) -> date: ...  # noqa: D102
    @property
    def max_papers(self) -> int: ...  # noqa: D102
    @property
    def reading_minutes(self) -> int | None: ...  # noqa: D102
    @property
    def least_match(self) -> int: ...  # noqa: D102


class Asking(NamedTuple):
    """What is asked of one subscriber, or of somebody who tries."""

    pk: int
    period: date
    max_papers: int
    reading_minutes: int | None
    least_match: int


class Digest(NamedTuple):
    """One subscriber's papers as they are frozen: `content` is JSON."""

    content: str
    is_worth_sending: bool
    why_not: str = ""


class Choice(NamedTuple):
    """How a batch's papers were chosen."""

    tastes: Tastes
    ranked: Ranked
    chosen: Chosen


def choice(subscribers: Sequence[Wanting], offer: Candidates, now: datetime, wants: Wants | None = None) -> Choice:
    """Choose the papers of a batch of subscribers, by what they want: as it is stored, unless `wants` is given."""
    keys = [subscriber.pk for subscriber in subscribers]
    wanted = tastes(keys, wants_of(keys, offer, now) if wants is None else wants, offer, now)
    ranked = rank(wanted.readers, offer.arrays)
    most = np.array([subscriber.max_papers for subscriber in subscribers])
    chosen = choose(ranked, offer.arrays, most, draws(subscribers))
    return Choice(wanted, ranked, _within_reading_time(chosen, subscribers, offer))


def draws(subscribers: Sequence[Wanting]) -> NDArray[np.float64]:
    """Return what chance holds for each, from 0 to 1: by subscriber and day, so that a second run draws the same."""
    numbers = np.array([subscriber.pk * 1_000_003 + subscriber.period.toordinal() for subscriber in subscribers])
    # Knuth's multiplicative hash: neighbours end far apart.
    mixed = (numbers.astype(np.uint64) * np.uint64(2_654_435_761)) & np.uint64(0xFFFFFFFF)
    return mixed / 2**32


def digests(
    subscribers: Sequence[Wanting], offer: Candidates, now: datetime, wants: Wants | None = None
) -> Iterator[Digest]:
    """Yield the frozen digest of each subscriber, in their order; `wants` as in `choice`."""
    made = choice(subscribers, offer, now, wants)
    teams: interleaving.Teams = {}
    if wants is None and interleaving.is_on() and offer.papers:
        made, teams = _interleaved(made, subscribers, offer)
    papers = made.chosen.papers
    codes = reasons.strongest(made.ranked, offer.arrays, made.chosen)
    topics = scoring.strongest_topic(made.tastes.readers.follows, offer.tags, papers)
    parts = packed_parts(made, offer)

    shared = Entries(offer)
    keys = shared.keys_of(papers, codes, topics).tolist()
    # Reasons that hold what is one reader's own cost a look each; most digests have none.
    own = [CODES.index(code) for code in (Reason.KEYWORD, Reason.AUTHOR, Reason.LIKED)]
    special = np.asarray((np.isin(codes, own) & (papers >= 0)).any(axis=1)).tolist()
    near = is_near(subscribers, made).tolist()
    counts = (papers >= 0).sum(axis=1).tolist()
    of = len(offer.papers)
    for number, (row, scores, count) in enumerate(zip(keys, parts.tolist(), counts, strict=True)):
        if count and not near[number]:
            yield Digest(f'{{"papers": [], "of": {of}}}', is_worth_sending=False, why_not=NOT_CLOSE)
            continue
        if special[number]:
            lines = zip(papers[number, :count].tolist(), codes[number].tolist(), topics[number].tolist(), strict=False)
            entries = ", ".join([own_entry(made.tastes, number, *line) for line in lines])
        else:
            entries = ", ".join(map(shared.__getitem__, row[:count]))
        shown = ", ".join(map(_PARTS_JSON.__getitem__, scores[:count]))
        who = f', "teams": {list(map(int, teams[number][:count]))}' if number in teams else ""
        yield Digest(f'{{"papers": [{entries}], "of": {of}, "parts": [{shown}]{who}}}', is_worth_sending=count > 0)


def _interleaved(made: Choice, subscribers: Sequence[Wanting], offer: Candidates) -> tuple[Choice, interleaving.Teams]:
    """Return the choice with a second ranker's picks in the digests of some, and who picked what in theirs."""
    most = [subscriber.max_papers for subscriber in subscribers]
    # Who takes part has nothing to do with what else chance decides.
    chance = np.modf(draws(subscribers) * 7919)[0]
    chosen, teams = interleaving.interleave(made.tastes.readers, offer.arrays, made.chosen, most, chance)
    return made._replace(chosen=_within_reading_time(chosen, subscribers, offer)), teams


class Entries(dict[int, str]):
    """Entries of digests as JSON, by a number for each paper, reason and topic; made when first asked for.

    A dictionary, for it is asked ten times a digest.
    """

    def __init__(self, offer: Candidates) -> None:
        super().__init__()
        self._offer = offer
        # One more than there are topics: "none" is -1.
        self._topics = len(offer.topics) + 1

    def keys_of(self, papers: Indices, codes: Indices, topics: Indices) -> Indices:
        """Return the number of each entry; shapes as they come."""
        return (papers * len(CODES) + codes) * self._topics + topics + 1

    def __missing__(self, key: int) -> str:
        rest, topic = divmod(key, self._topics)
        paper, code = divmod(rest, len(CODES))
        argument = self._offer.topics[topic - 1].name if CODES[code] == Reason.TOPIC else ""
        self[key] = json.dumps([self._offer.papers[paper], CODES[code], argument])
        return self[key]


# Each part takes nine bits of a number: from -200 to 311.
_BITS, _OFFSET = 9, 200
MOST_KEPT = 100_000


def packed_parts(made: Choice, offer: Candidates) -> NDArray[np.int64]:
    """Return the parts of each chosen paper's score, packed into a number each: (subscribers, places)."""
    rows = np.arange(len(made.chosen.papers))[:, None]
    packed = np.zeros(made.chosen.papers.shape, dtype=np.int64)
    for name in PARTS:
        if name == "pinned":
            values = 100 * offer.pinned[made.chosen.papers]
        else:
            part = np.broadcast_to(getattr(made.ranked.parts, name), made.ranked.scores.shape)
            values = np.rint(100 * scoring.WEIGHTS[name] * part[rows, made.chosen.papers])
        packed = (packed << _BITS) | (np.clip(values, -_OFFSET, 2**_BITS - 1 - _OFFSET).astype(np.int64) + _OFFSET)
    return packed


class _PartsJson(dict[int, str]):
    """Packed parts as a list of hundredths, in JSON; made when first asked for."""

    def __missing__(self, packed: int) -> str:
        places = range(_BITS * (len(PARTS) - 1), -1, -_BITS)
        shown = json.dumps([((packed >> place) & (2**_BITS - 1)) - _OFFSET for place in places])
        # Tastes make nearly every row its own: those are not worth keeping.
        if len(self) < MOST_KEPT:
            self[packed] = shown
        return shown


_PARTS_JSON = _PartsJson()


def parts_in_json(packed: Sequence[int]) -> str:
    """Return the rows of packed parts as JSON, one after the other."""
    return ", ".join(map(_PARTS_JSON.__getitem__, packed))


def is_near(subscribers: Sequence[Wanting], made: Choice) -> NDArray[np.bool_]:
    """Return for whom at least one chosen paper matches as well as they asked: (subscribers,)."""
    least = np.array([subscriber.least_match for subscriber in subscribers]) / 100
    papers = made.chosen.papers
    matches = np.where(papers >= 0, np.take_along_axis(made.ranked.match, np.maximum(papers, 0), axis=1), 0)
    return np.asarray(matches.max(axis=1, initial=0) >= least)


def _within_reading_time(chosen: Chosen, subscribers: Sequence[Wanting], offer: Candidates) -> Chosen:
    """Keep of each list as much as can be read in the time that was asked for, and the first paper always."""
    if not any(subscriber.reading_minutes for subscriber in subscribers) or not offer.papers:
        return chosen
    time = np.array([subscriber.reading_minutes or np.inf for subscriber in subscribers])
    takes = np.where(chosen.papers >= 0, offer.minutes[chosen.papers], 0).cumsum(axis=1)
    too_long = (takes > time[:, None]) & (np.arange(chosen.papers.shape[1]) > 0)
    return Chosen(np.where(too_long, -1, chosen.papers), chosen.different & ~too_long)


def own_entry(wanted: Tastes, number: int, paper: int, code: int, topic: int) -> str:
    """Return an entry as JSON, with what belongs to this reader (row): the phrase, the author, the liked paper."""
    arguments = {
        Reason.TOPIC: lambda: wanted.offer.topics[topic].name,
        Reason.KEYWORD: lambda: wanted.phrase(number, paper),
        Reason.AUTHOR: lambda: wanted.author(number, paper),
    }
    reason = CODES[code]
    argument = arguments[reason]() if reason in arguments else ""
    if reason == Reason.LIKED:
        title = wanted.liked(number, paper)
        # What was only opened is not named, for it is forgotten when asked.
        reason, argument = (Reason.OPENED, "") if title is None else (reason, Truncator(title).chars(TITLE))
    return json.dumps([wanted.offer.papers[paper], reason, argument])
