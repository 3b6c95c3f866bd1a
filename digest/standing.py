"""Where a paper stands for a reader, and what would bring it in: the other side of a digest's receipts."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from digest import feedback
from digest.everything import SETTLED, everything, settled
from digest.explaining import Explained, KeptOut, explain, explain_more
from digest.models import Delivery, Edition, Feedback, Paper
from digest.models.delivery import all_papers_in, papers_in
from digest.offers import Candidates, candidates
from digest.receipts import told
from digest.tastes import A_DAY
from subscriptions import wishes
from subscriptions.models import Breadth, Follow, Subscriber, Weight
from subscriptions.models.subscriber import MOST_PAPERS
from subscriptions.phrases import phrase_key


class Remedy(StrEnum):
    """What brings a paper in."""

    UNMUTE = "unmute"
    ALLOW_TOPIC = "allow topic"
    FOLLOW_TOPIC = "follow topic"
    MORE_ROOM = "more room"
    MORE_LIKE_THIS = "more like this"
    EVERYTHING_NEW = "everything new"
    MORE_OF_EVERYTHING = "more of everything"


@dataclass(frozen=True)
class Mend:
    """One thing to do, and to what: a phrase, a topic, a number of papers."""

    remedy: Remedy
    what: str = ""


@dataclass(frozen=True)
class Standing:
    """Where a paper stands for a reader, by their preferences as they are now."""

    paper: Paper
    # None where it stands in no edition that is out: then this is about the second part of digests.
    edition: Edition | None
    # The digest that held it, or could have; None where there is none yet, or never was.
    delivery: Delivery | None
    came: bool
    explained: Explained
    # Of so many papers; the score that got in last, in hundredths.
    of: int
    cut: int
    mend: Mend | None

    @property
    def came_in_more(self) -> bool:
        """Whether it came in the second part of the digest."""
        return self.came and self.delivery is not None and self.paper.pk not in papers_in(self.delivery.content)

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The parts of its score, in words."""
        return told(self.explained.parts)

    @property
    def points(self) -> int:
        """What the parts add up to."""
        return sum(points for _, points in self.parts)

    @property
    def score(self) -> int:
        """What it is ranked by, in hundredths: its points, and the curator's order; 0 for what is kept out."""
        return round(100 * self.explained.score)


def standing(subscriber: Subscriber, paper: Paper, now: datetime) -> Standing | None:
    """Return where a paper that has a page stands for a subscriber; None where none of their digests can hold it."""
    entry = getattr(paper, "entry", None)
    edition = entry.edition if entry else None
    if edition is None or not edition.is_published:
        return _outside(subscriber, paper, now)
    delivery, offer = _offer(subscriber, edition, now)
    explanation = explain(subscriber, offer, now)
    explained = explanation.of(paper.pk)
    if explained is None:
        return None
    delivery = _brought(subscriber, paper) or delivery
    came = delivery is not None and paper.pk in all_papers_in(delivery.content)
    room = _room(subscriber, paper, offer, now) if explained.kept_out == KeptOut.BELOW_THE_CUT else None
    mend = None if explained.place or explained.kept_out == KeptOut.HAD else _mend(subscriber, paper, explained, room)
    cut = round(100 * explanation.cut)
    return Standing(paper, edition, delivery, came, explained, len(offer.papers), cut, mend)


def _outside(subscriber: Subscriber, paper: Paper, now: datetime) -> Standing | None:
    """Return where a paper of no edition stands: in the second part of the first digest after it came in."""
    if subscriber.breadth != Breadth.EVERYTHING:
        none = Explained(paper.pk, None, None, 0.0, {}, KeptOut.IN_NO_EDITION, "", "")
        remedy = Mend(Remedy.EVERYTHING_NEW)
        return Standing(paper, None, None, came=False, explained=none, of=0, cut=0, mend=remedy)
    decided = Delivery.objects.filter(subscriber=subscriber).order_by("created_at")
    delivery = decided.filter(created_at__gte=paper.created_at + SETTLED).first()
    if delivery:
        before = decided.filter(created_at__lt=delivery.created_at).last()
        offer = everything(settled(before.created_at) if before else None, (), delivery.created_at)
    else:
        # Still to come.
        offer = everything(subscriber.more_seen_until, (), now + SETTLED)
    first = papers_in(delivery.content) if delivery else ()
    explanation = explain_more(subscriber, offer, first, now)
    explained = explanation.of(paper.pk)
    if explained is None:
        return None
    came = delivery is not None and paper.pk in all_papers_in(delivery.content)
    mend = None if explained.place else _mend(subscriber, paper, explained, None)
    if mend and explained.kept_out == KeptOut.BELOW_THE_CUT:
        asked = copy(subscriber)
        asked.max_more = MOST_PAPERS
        with_room = explain_more(asked, offer, first, now).of(paper.pk)
        if with_room and with_room.place:
            mend = Mend(Remedy.MORE_OF_EVERYTHING, str(with_room.place))
    return Standing(paper, None, delivery, came, explained, len(offer.papers), round(100 * explanation.cut), mend)


def _brought(subscriber: Subscriber, paper: Paper) -> Delivery | None:
    """Return the digest that held a paper in its second part, before or after it stood in an edition."""
    since = paper.sent_at
    if since is None:
        return None
    lately = Delivery.objects.filter(subscriber=subscriber, period__gte=since.date() - A_DAY)
    rows = lately.filter(content__has_key="more").order_by("period")
    return next((row for row in rows if paper.pk in papers_in(row.content["more"])), None)


def _offer(subscriber: Subscriber, edition: Edition, now: datetime) -> tuple[Delivery | None, Candidates]:
    """Return the digest that was chosen from an edition, and all that it was chosen from; or that edition alone."""
    out = edition.published_at
    decided = Delivery.objects.filter(subscriber=subscriber, edition__isnull=False).select_related("edition")
    delivery = decided.filter(edition__published_at__gte=out).order_by("edition__published_at", "period").first()
    if delivery is None:
        if subscriber.seen_until and out and subscriber.seen_until < out:
            # Still to come.
            return None, candidates(subscriber.seen_until, now)
        return None, candidates(None, now, out)
    before = decided.filter(period__lt=delivery.period).order_by("-period").first()
    since = before.edition.published_at if before and before.edition else None
    return delivery, candidates(since, now, delivery.edition.published_at if delivery.edition else out)


def _room(subscriber: Subscriber, paper: Paper, offer: Candidates, now: datetime) -> int | None:
    """Return how many papers a digest must have for this one to be in it; None where no number helps."""
    asked = copy(subscriber)

    def place_with(papers: int) -> int | None:
        asked.max_papers = papers
        explained = explain(asked, offer, now).of(paper.pk)
        return explained.place if explained else None

    place = place_with(MOST_PAPERS)
    if place is None:
        return None
    # The last place may be taken by something different.
    return next((papers for papers in (place, place + 1) if papers < MOST_PAPERS and place_with(papers)), MOST_PAPERS)


def _mend(subscriber: Subscriber, paper: Paper, explained: Explained, room: int | None) -> Mend:
    """Return the one thing that does most for a paper that did not come."""
    kept_out = explained.kept_out
    if kept_out == KeptOut.MUTED:
        return Mend(Remedy.UNMUTE, explained.because)
    if kept_out == KeptOut.NEVER:
        return Mend(Remedy.ALLOW_TOPIC, explained.because)
    if kept_out == KeptOut.BELOW_THE_CUT and room and room > subscriber.max_papers:
        return Mend(Remedy.MORE_ROOM, str(room))
    strongest = paper.tags.select_related("topic").first()
    if kept_out == KeptOut.NOT_ASKED_FOR and strongest:
        return Mend(Remedy.FOLLOW_TOPIC, strongest.topic.name)
    return Mend(Remedy.MORE_LIKE_THIS)


def mend(subscriber: Subscriber, paper: Paper, wanted: str, now: datetime) -> Mend | None:
    """Do what brings a paper in, where that still is what `wanted` says; return what was done."""
    found = standing(subscriber, paper, now)
    if found is None or found.mend is None or found.mend.remedy != wanted:
        return None
    _do(subscriber, paper, found.mend, now)
    return found.mend


def _do(subscriber: Subscriber, paper: Paper, what: Mend, now: datetime) -> None:
    match what.remedy:
        case Remedy.UNMUTE:
            saved = wishes.read(subscriber)
            key = phrase_key(what.what)
            wishes.keep(subscriber, replace(saved, mute=tuple(one for one in saved.mute if phrase_key(one) != key)))
        case Remedy.ALLOW_TOPIC:
            Follow.objects.filter(subscriber=subscriber, topic__name=what.what, weight=Weight.NEVER).delete()
        case Remedy.FOLLOW_TOPIC:
            topic = paper.tags.get(topic__name=what.what).topic
            Follow.objects.update_or_create(subscriber=subscriber, topic=topic, defaults={"weight": Weight.NORMAL})
        case Remedy.MORE_ROOM:
            Subscriber.objects.filter(pk=subscriber.pk).update(max_papers=int(what.what))
        case Remedy.MORE_OF_EVERYTHING:
            Subscriber.objects.filter(pk=subscriber.pk).update(max_more=int(what.what))
        case Remedy.EVERYTHING_NEW:
            Subscriber.objects.filter(pk=subscriber.pk).update(breadth=Breadth.EVERYTHING)
        case Remedy.MORE_LIKE_THIS:
            feedback.say(subscriber, paper.pk, Feedback.Kind.MORE, now)
