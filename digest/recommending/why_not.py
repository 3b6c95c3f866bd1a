"""Why-not explanation: what kept a paper out of a reader's digests, and the one change that would bring it in."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from digest.community import feedback
from digest.models import Delivery, Edition, Feedback, Paper
from digest.models.snapshot import all_papers_in, extra_section, papers_in
from digest.recommending.candidates import (
    SETTLING_TIME,
    CandidateSet,
    candidates_from_editions,
    recent_candidates,
    settled_until,
)
from digest.recommending.explanations import ExclusionReason, PaperExplanation, explain_digest, explain_extra_section
from digest.recommending.features import ONE_DAY
from digest.recommending.wording import labelled_components
from subscriptions import preferences
from subscriptions.models import Breadth, Follow, Subscriber, Weight
from subscriptions.models.subscriber import MOST_PAPERS
from subscriptions.phrases import phrase_key


class FixKind(StrEnum):
    """What brings a paper in."""

    UNMUTE = "unmute"
    ALLOW_TOPIC = "allow topic"
    FOLLOW_TOPIC = "follow topic"
    INCREASE_LIMIT = "more room"
    MORE_LIKE_THIS = "more like this"
    EVERYTHING_NEW = "everything new"
    INCREASE_EXTRA_LIMIT = "more of everything"


@dataclass(frozen=True)
class SuggestedFix:
    """One thing to do, and to what: a phrase, a topic, a number of papers."""

    kind: FixKind
    argument: str = ""


@dataclass(frozen=True)
class WhyNot:
    """How a paper does for a reader, by their current preferences."""

    paper: Paper
    # None if it is in no published edition: then this is about the extra section of digests.
    edition: Edition | None
    # The digest that contained it, or could have; None if there is none yet, or never was.
    delivery: Delivery | None
    was_sent: bool
    explained: PaperExplanation
    # How many papers there were to choose from; the lowest score that got in, in hundredths.
    of: int
    cut: int
    fix: SuggestedFix | None

    @property
    def was_in_extra_section(self) -> bool:
        """Whether it was sent in the extra section of the digest."""
        return self.was_sent and self.delivery is not None and self.paper.pk not in papers_in(self.delivery.content)

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Its score components, in words."""
        return labelled_components(self.explained.parts)

    @property
    def points(self) -> int:
        """The sum of its score components."""
        return sum(points for _, points in self.parts)

    @property
    def score(self) -> int:
        """The score it is ranked by, in hundredths: its points and the curator's order; 0 if it is kept out."""
        return round(100 * self.explained.score)


def explain_absence(subscriber: Subscriber, paper: Paper, now: datetime) -> WhyNot | None:
    """Return how a paper that has a page does for a subscriber; None if none of their digests can contain it."""
    entry = getattr(paper, "entry", None)
    edition = entry.edition if entry else None
    if edition is None or not edition.is_published:
        return _explain_uncurated(subscriber, paper, now)
    delivery, candidates = _candidates_for(subscriber, edition, now)
    explanation = explain_digest(subscriber, candidates, now)
    explained = explanation.of(paper.pk)
    if explained is None:
        return None
    delivery = _delivery_with_extra(subscriber, paper) or delivery
    was_sent = delivery is not None and paper.pk in all_papers_in(delivery.content)
    limit_needed = (
        _limit_needed(subscriber, paper, candidates, now)
        if explained.exclusion == ExclusionReason.BELOW_THE_CUT
        else None
    )
    fix = _suggest_fix(subscriber, paper, explained, limit_needed)
    cut = round(100 * explanation.cut)
    return WhyNot(paper, edition, delivery, was_sent, explained, len(candidates.papers), cut, fix)


def _explain_uncurated(subscriber: Subscriber, paper: Paper, now: datetime) -> WhyNot | None:
    """Return how a paper in no edition does: in the extra section of the first digest after it came in."""
    if subscriber.breadth != Breadth.EVERYTHING:
        none = PaperExplanation(paper.pk, None, None, 0.0, {}, ExclusionReason.IN_NO_EDITION, "", "")
        everything_new = SuggestedFix(FixKind.EVERYTHING_NEW)
        return WhyNot(paper, None, None, was_sent=False, explained=none, of=0, cut=0, fix=everything_new)
    deliveries = Delivery.objects.filter(subscriber=subscriber).order_by("created_at")
    delivery = deliveries.filter(created_at__gte=paper.created_at + SETTLING_TIME).first()
    if delivery:
        before = deliveries.filter(created_at__lt=delivery.created_at).last()
        candidates = recent_candidates(settled_until(before.created_at) if before else None, (), delivery.created_at)
    else:
        # Still to come.
        candidates = recent_candidates(subscriber.more_seen_until, (), now + SETTLING_TIME)
    first = papers_in(delivery.content) if delivery else ()
    explanation = explain_extra_section(subscriber, candidates, first, now)
    explained = explanation.of(paper.pk)
    if explained is None:
        return None
    was_sent = delivery is not None and paper.pk in all_papers_in(delivery.content)
    fix = _suggest_fix(subscriber, paper, explained, None)
    if fix and explained.exclusion == ExclusionReason.BELOW_THE_CUT:
        replayed = copy(subscriber)
        replayed.max_more = MOST_PAPERS
        with_room = explain_extra_section(replayed, candidates, first, now).of(paper.pk)
        if with_room and with_room.place:
            fix = SuggestedFix(FixKind.INCREASE_EXTRA_LIMIT, str(with_room.place))
    return WhyNot(paper, None, delivery, was_sent, explained, len(candidates.papers), round(100 * explanation.cut), fix)


def _delivery_with_extra(subscriber: Subscriber, paper: Paper) -> Delivery | None:
    """Return the digest that had a paper in its extra section, before or after the paper was in an edition."""
    since = paper.sent_at
    if since is None:
        return None
    deliveries = Delivery.objects.filter(subscriber=subscriber, period__gte=since.date() - ONE_DAY)
    rows = deliveries.filter(content__has_key="more").order_by("period")
    return next((row for row in rows if paper.pk in papers_in(extra_section(row.content))), None)


def _candidates_for(subscriber: Subscriber, edition: Edition, now: datetime) -> tuple[Delivery | None, CandidateSet]:
    """Return the digest chosen from an edition and all its candidates; without a digest, the edition's candidates."""
    published_at = edition.published_at
    deliveries = Delivery.objects.filter(subscriber=subscriber, edition__isnull=False).select_related("edition")
    delivery = (
        deliveries.filter(edition__published_at__gte=published_at).order_by("edition__published_at", "period").first()
    )
    if delivery is None:
        if subscriber.seen_until and published_at and subscriber.seen_until < published_at:
            # Still to come.
            return None, candidates_from_editions(subscriber.seen_until, now)
        return None, candidates_from_editions(None, now, published_at)
    before = deliveries.filter(period__lt=delivery.period).order_by("-period").first()
    since = before.edition.published_at if before and before.edition else None
    return delivery, candidates_from_editions(
        since, now, delivery.edition.published_at if delivery.edition else published_at
    )


def _limit_needed(subscriber: Subscriber, paper: Paper, candidates: CandidateSet, now: datetime) -> int | None:
    """Return how many papers a digest must have for this one to be in it; None if no number helps."""
    replayed = copy(subscriber)

    def place_with(papers: int) -> int | None:
        replayed.max_papers = papers
        explained = explain_digest(replayed, candidates, now).of(paper.pk)
        return explained.place if explained else None

    place = place_with(MOST_PAPERS)
    if place is None:
        return None
    # The last position may be taken by “something different”.
    return next((papers for papers in (place, place + 1) if papers < MOST_PAPERS and place_with(papers)), MOST_PAPERS)


def _suggest_fix(
    subscriber: Subscriber, paper: Paper, explained: PaperExplanation, limit_needed: int | None
) -> SuggestedFix | None:
    """Return the change that does most for a paper that was not sent; None if it was, or if no change is wanted."""
    exclusion = explained.exclusion
    if explained.place or exclusion in (ExclusionReason.ALREADY_SENT, ExclusionReason.WRITTEN):
        return None
    if exclusion == ExclusionReason.MUTED:
        return SuggestedFix(FixKind.UNMUTE, explained.exclusion_detail)
    if exclusion == ExclusionReason.NEVER:
        return SuggestedFix(FixKind.ALLOW_TOPIC, explained.exclusion_detail)
    if exclusion == ExclusionReason.BELOW_THE_CUT and limit_needed and limit_needed > subscriber.max_papers:
        return SuggestedFix(FixKind.INCREASE_LIMIT, str(limit_needed))
    strongest = paper.tags.select_related("topic").first()
    if exclusion == ExclusionReason.NOT_ASKED_FOR and strongest:
        return SuggestedFix(FixKind.FOLLOW_TOPIC, strongest.topic.name)
    return SuggestedFix(FixKind.MORE_LIKE_THIS)


def apply_fix(subscriber: Subscriber, paper: Paper, kind: str, now: datetime) -> SuggestedFix | None:
    """Apply the suggested fix if it is still the one that `kind` names; return it."""
    absence = explain_absence(subscriber, paper, now)
    if absence is None or absence.fix is None or absence.fix.kind != kind:
        return None
    _apply(subscriber, paper, absence.fix, now)
    return absence.fix


def _apply(subscriber: Subscriber, paper: Paper, fix: SuggestedFix, now: datetime) -> None:
    match fix.kind:
        case FixKind.UNMUTE:
            saved = preferences.preferences_of(subscriber)
            key = phrase_key(fix.argument)
            preferences.keep(
                subscriber, replace(saved, mute=tuple(one for one in saved.mute if phrase_key(one) != key))
            )
        case FixKind.ALLOW_TOPIC:
            Follow.objects.filter(subscriber=subscriber, topic__name=fix.argument, weight=Weight.NEVER).delete()
        case FixKind.FOLLOW_TOPIC:
            topic = paper.tags.get(topic__name=fix.argument).topic
            Follow.objects.update_or_create(subscriber=subscriber, topic=topic, defaults={"weight": Weight.NORMAL})
        case FixKind.INCREASE_LIMIT:
            Subscriber.objects.filter(pk=subscriber.pk).update(max_papers=int(fix.argument))
        case FixKind.INCREASE_EXTRA_LIMIT:
            Subscriber.objects.filter(pk=subscriber.pk).update(max_more=int(fix.argument))
        case FixKind.EVERYTHING_NEW:
            Subscriber.objects.filter(pk=subscriber.pk).update(breadth=Breadth.EVERYTHING)
        case FixKind.MORE_LIKE_THIS:
            feedback.give_feedback(subscriber, paper.pk, Feedback.Kind.MORE, now)
