"""User features: what a batch of subscribers wants, as arrays of topics, keywords, authors and affinity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q

from digest.community.user_profiles import faded
from digest.models import Delivery, Feedback, Paper
from digest.models.profile import Opinions, opinions_of
from digest.models.snapshot import papers_in
from digest.ranking import NO_MASK, ZERO, Bools, Floats, Reason, UserFeatures
from digest.ranking.affinity import ItemSimilarities, affinity, strongest_known_paper
from digest.ranking.sparse_matrix import SparseMatrix
from digest.recommending.candidates import CandidateSet
from digest.recommending.item_similarity import similarity_to_known
from digest.recommending.own_words import text_opinions
from digest.recommending.phrase_matching import FollowedTerms, PhraseHits, phrase_hits, term_mask
from subscriptions.models import AuthorFollow, Breadth, Follow, KeyArray, Rule, Subscriber

# The day of a digest follows its reader's calendar.
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BatchFeatures:
    """User features of a batch of subscribers: the arrays, and the data that reasons are worded from."""

    candidates: CandidateSet
    subscribers: Sequence[int]
    users: UserFeatures
    hits: PhraseHits
    # Row of a subscriber → the terms, as written and as searched for.
    phrases: FollowedTerms
    mutes: FollowedTerms
    authors: FollowedTerms
    # The weights of known papers for subscribers, those papers (keys; below 0: texts), their similarity to candidates.
    weights: Any
    known_papers: list[int]
    similarities: ItemSimilarities | None
    # Which papers were already sent to them, and which they wrote: (subscribers, papers), or (1, 1) if none.
    already_sent: Bools
    written: Bools

    def phrase(self, user: int, paper: int) -> str:
        """Return the longest phrase that a subscriber (row) follows and that occurs in a paper (index)."""
        return self._longest(self.phrases.get(user, []), paper)

    def muting(self, user: int, paper: int) -> str:
        """Return the longest phrase that a subscriber (row) mutes and that occurs in a paper (index)."""
        return self._longest(self.mutes.get(user, []), paper)

    def _longest(self, terms: list[tuple[str, str]], paper: int) -> str:
        return max((phrase for phrase, key in terms if paper in self.hits.get(key, ())), key=len, default="")

    def author(self, user: int, paper: int) -> str:
        """Return the author whom a subscriber (row) follows and who wrote a paper (index)."""
        places = self.candidates.by_author
        return next((name for name, key in self.authors.get(user, ()) if paper in places.get(key, ())), "")

    def liked(self, user: int, paper: int) -> tuple[Reason, str]:
        """Return which of a subscriber's (row) likes speaks most for a candidate (index): a reason, a title.

        A paper that was opened, with no other feedback, is not named, because openings are deleted on request. A
        candidate that is only unlike what they dislike has no reason but its edition.
        """
        assert self.similarities is not None  # noqa: S101 - no one likes anything without similarities
        strongest = strongest_known_paper(self.weights, self.similarities, user, paper)
        if strongest < 0:
            return Reason.EDITION, ""
        liked_paper = self.known_papers[strongest]
        if liked_paper < 0:
            return Reason.OWN_WORDS, ""
        if (self.subscribers[user], liked_paper) in self.opened:
            return Reason.OPENED, ""
        return Reason.LIKED, self.titles.get(liked_paper, "")

    @cached_property
    def opened(self) -> set[tuple[int, int]]:
        """The pairs of subscriber and paper (keys) with an opening but no other feedback."""
        allowing = Feedback.objects.filter(subscriber__any_of=self.subscribers).exclude(
            subscriber__may_note_opens_since=None
        )
        kinds_of = defaultdict(set)
        for subscriber, paper, kind in allowing.values_list("subscriber_id", "paper_id", "kind"):
            kinds_of[subscriber, paper].add(kind)
        return {pair for pair, kinds in kinds_of.items() if kinds == {Feedback.Kind.OPENED}}

    @cached_property
    def titles(self) -> dict[int, str]:
        """The titles of the known papers."""
        return dict(Paper.objects.filter(pk__any_of=self.known_papers).values_list("pk", "title"))


class PreferenceRows(NamedTuple):
    """Preferences of a batch of subscribers (by key), stored or being tried out: plain rows."""

    # subscriber, topic, weight
    follows: Sequence[tuple[int, int, float]] = ()
    # subscriber, kind, phrase as written, phrase as searched for
    rules: Sequence[tuple[int, str, str, str]] = ()
    # subscriber, name as written, name as compared
    authors: Sequence[tuple[int, str, str]] = ()
    # subscriber, papers with their weights, the share of the weight left after fading with age
    opinions: Sequence[tuple[int, Opinions, float]] = ()
    # subscriber, papers that were already sent and must not be sent again
    already_sent: Sequence[tuple[int, Sequence[int]]] = ()
    # subscriber, papers that they wrote, which are never sent
    written: Sequence[tuple[int, Sequence[int]]] = ()
    # subscriber, what they wrote about their interests
    own_words: Sequence[tuple[int, str]] = ()


def preference_rows(subscribers: Sequence[int], candidates: CandidateSet, now: datetime) -> PreferenceRows:
    """Return the preferences of these subscribers (keys), and which candidates were already sent to them."""
    return stored_preferences(subscribers, now)._replace(already_sent=_sent_candidates(subscribers, candidates))


def stored_preferences(subscribers: Sequence[int], now: datetime) -> PreferenceRows:
    """Return the stored preferences of these subscribers (keys), in at most five queries."""
    keys = KeyArray(subscribers)
    rules = Rule.objects.filter(subscriber__any_of=keys).values_list("subscriber_id", "kind", "phrase", "key")
    authors = AuthorFollow.objects.filter(subscriber__any_of=keys)
    with_taste = Subscriber.objects.filter(pk__any_of=keys).exclude(Q(profile=None) & Q(own_words=""))
    profiles = list(with_taste.order_by().values_list("pk", "own_words", "profile__raw", "profile__as_of"))
    return PreferenceRows(
        list(Follow.objects.filter(subscriber__any_of=keys).values_list("subscriber_id", "topic_id", "weight")),
        list(rules),
        list(authors.values_list("subscriber_id", "name", "key")),
        [(user, opinions_of(bytes(raw)), faded(as_of, now)) for user, _, raw, as_of in profiles if as_of],
        written=_written_papers([user for user, *_, as_of in profiles if as_of]),
        own_words=[(user, words) for user, words, *_ in profiles if words],
    )


def _written_papers(subscribers: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Return the papers that readers said they wrote; readers who said so have a profile."""
    if not subscribers:
        return []
    rows = Feedback.objects.filter(subscriber__any_of=subscribers, kind=Feedback.Kind.WROTE)
    papers = defaultdict(list)
    for subscriber, paper in rows.values_list("subscriber_id", "paper_id"):
        papers[subscriber].append(paper)
    return list(papers.items())


def _sent_candidates(subscribers: Sequence[int], candidates: CandidateSet) -> list[tuple[int, list[int]]]:
    """Return the papers already sent in extra sections; candidates in editions may include them again."""
    if candidates.sent_since is None:
        # The usual case: no digests need to be read.
        return []
    since = candidates.sent_since.date() - ONE_DAY
    rows = Delivery.objects.filter(subscriber__any_of=subscribers, period__gte=since)
    rows = rows.filter(subscriber__breadth=Breadth.EVERYTHING, content__has_key="more")
    return [
        (user, papers_in(content["more"]))
        for user, content in rows.values_list("subscriber_id", "content")
        if "more" in content
    ]


def build_features(
    subscribers: Sequence[int], preferences: PreferenceRows, candidates: CandidateSet, now: datetime
) -> BatchFeatures:
    """Return the features of these subscribers (keys) for these candidates."""
    row = {subscriber: index for index, subscriber in enumerate(subscribers)}
    shape = len(row), len(candidates.papers)
    follows, never = _follow_weights(row, preferences, candidates)
    phrases, mutes = (_by_row(row, preferences.rules, kind) for kind in (Rule.Kind.FOLLOW, Rule.Kind.MUTE))
    authors: FollowedTerms = defaultdict(list)
    for subscriber, name, key in preferences.authors:
        authors[row[subscriber]].append((name, key))
    hits = phrase_hits({key for *_, key in preferences.rules}, candidates) if preferences.rules else {}
    on_texts = text_opinions(preferences.own_words)
    weights, known_papers = _opinion_weights(row, [*preferences.opinions, *on_texts.opinions])
    interests = np.zeros(len(row), dtype=np.bool_)
    interests[[*phrases, *authors]] = True
    similarities = None
    if weights is not None and candidates.papers:
        # Texts come first because their keys are below 0.
        texts = [on_texts.texts[key] for key in known_papers if key < 0]
        similarities = similarity_to_known(known_papers[len(texts) :], candidates, now, texts)
    muted = term_mask(mutes, hits, shape).astype(np.bool_)
    already_sent, written = (_paper_mask(row, of, candidates) for of in (preferences.already_sent, preferences.written))
    users = UserFeatures(
        follows,
        never,
        keyword=term_mask(phrases, hits, shape),
        author=term_mask(authors, candidates.by_author, shape) if authors else ZERO,
        affinity=ZERO if similarities is None else affinity(weights, similarities),
        excluded=muted | already_sent | written,
        has_explicit_interests=interests,
    )
    opinions = weights, known_papers, similarities
    return BatchFeatures(
        candidates, subscribers, users, hits, phrases, mutes, authors, *opinions, already_sent, written
    )


def _paper_mask(row: dict[int, int], papers_of: Sequence[tuple[int, Sequence[int]]], candidates: CandidateSet) -> Bools:
    """Return the mask of candidates among each subscriber's papers: (subscribers, papers), or (1, 1) if none are."""
    place = {paper: index for index, paper in enumerate(candidates.papers)} if papers_of else {}
    cells = [(row[user], place[paper]) for user, papers in papers_of for paper in papers if paper in place]
    if not cells:
        return NO_MASK
    marks = np.zeros((len(row), len(candidates.papers)), dtype=np.bool_)
    marks[tuple(zip(*cells, strict=True))] = True
    return marks


def _by_row(row: dict[int, int], rules: Sequence[tuple[int, str, str, str]], of_kind: str) -> FollowedTerms:
    """Return the phrases of one kind by row, as written and as searched for."""
    terms: FollowedTerms = defaultdict(list)
    for subscriber, kind, phrase, key in rules:
        if kind == of_kind:
            terms[row[subscriber]].append((phrase, key))
    return terms


def _follow_weights(row: dict[int, int], preferences: PreferenceRows, candidates: CandidateSet) -> tuple[Floats, Bools]:
    """Return the weights of followed topics and the mask of topics never wanted, both (subscribers, topics)."""
    follows = np.zeros((len(row), len(candidates.topics)), dtype=np.float32)
    if preferences.follows and candidates.topics:
        # Four rows for each subscriber: as one array, and keys looked up by bisection instead of one by one.
        flat = np.fromiter(chain.from_iterable(preferences.follows), dtype=np.float64)
        subscribers, topics, weights = flat.reshape(-1, 3).T
        keys = np.array(sorted(row))
        rows = np.array([row[key] for key in keys.tolist()])[np.searchsorted(keys, subscribers)]
        columns = np.array([topic.pk for topic in candidates.topics])
        nearest = np.minimum(np.searchsorted(columns, topics), len(columns) - 1)
        # A topic created a moment ago is not among those of the candidates yet.
        is_candidate_topic = columns[nearest] == topics
        follows[rows[is_candidate_topic], nearest[is_candidate_topic]] = weights[is_candidate_topic]
    return np.maximum(follows, 0), follows < 0


def _opinion_weights(row: dict[int, int], all_opinions: Sequence[tuple[int, Opinions, float]]) -> tuple[Any, list[int]]:
    """Return the weights of opinions, (subscribers, known papers) or None, and the known papers (keys) in order."""
    with_opinions = [(row[user], opinions, share) for user, opinions, share in all_opinions if len(opinions)]
    if not with_opinions:
        return None, []
    papers = np.concatenate([opinions["paper"] for _, opinions, _ in with_opinions])
    weights = np.concatenate([opinions["weight"] * np.float32(share) for _, opinions, share in with_opinions])
    rows = np.repeat([place for place, *_ in with_opinions], [len(opinions) for _, opinions, _ in with_opinions])
    known_papers, columns = np.unique(papers, return_inverse=True)
    return SparseMatrix.of(weights, rows, columns, (len(row), len(known_papers))), known_papers.tolist()
