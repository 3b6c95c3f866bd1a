"""A subscriber's preferences as one value: from the database, from a form, and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from subscriptions.author_matching import author_key
from subscriptions.models import AuthorFollow, Follow, Rule, Subscriber
from subscriptions.phrases import MAX_PHRASES, phrase_key


@dataclass(frozen=True)
class Preferences:
    """Topics with their weights, phrases to follow and to mute, authors to follow: saved, or only tried out."""

    # By topic key; see subscriptions.models.Weight.
    weights: dict[int, float] = field(default_factory=dict)
    follow: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    @classmethod
    def of_words(cls, choices: "Mapping[str, Any]") -> "Preferences":
        """Return the words and authors entered in a sign-up form."""
        return cls(
            follow=tuple(choices.get("follow", ())),
            mute=tuple(choices.get("mute", ())),
            authors=tuple(choices.get("authors", ())),
        )

    @property
    def contradictions(self) -> list[str]:
        """The phrases that are both muted and followed: muting wins."""
        followed = {phrase_key(phrase) for phrase in self.follow}
        return [phrase for phrase in self.mute if phrase_key(phrase) in followed]


def preferences_of(subscriber: Subscriber) -> Preferences:
    """Return what a subscriber wants, in three queries."""
    rules = list(subscriber.rules.values_list("kind", "phrase"))
    return Preferences(
        weights=dict(subscriber.follows.values_list("topic_id", "weight")),
        follow=tuple(phrase for kind, phrase in rules if kind == Rule.Kind.FOLLOW),
        mute=tuple(phrase for kind, phrase in rules if kind == Rule.Kind.MUTE),
        authors=tuple(subscriber.authors.values_list("name", flat=True)),
    )


@transaction.atomic
def keep(subscriber: Subscriber, wishes: Preferences) -> None:
    """Make these a subscriber's exact preferences. Rows that stay the same are not touched."""
    _keep_weights(subscriber, wishes.weights)
    _keep_rules(subscriber, Rule.Kind.FOLLOW, wishes.follow)
    _keep_rules(subscriber, Rule.Kind.MUTE, wishes.mute)
    _keep_authors(subscriber, wishes.authors)


def ask_for(subscriber: Subscriber, wishes: Preferences) -> None:
    """Let someone who signs up follow and mute what they asked for, replacing what an earlier try asked for.

    What a reader has followed since confirming stays: someone else who types their address must not change it.
    """
    stored = preferences_of(subscriber) if subscriber.confirmed_at else Preferences()
    _keep_rules(subscriber, Rule.Kind.FOLLOW, _together(stored.follow, wishes.follow))
    _keep_rules(subscriber, Rule.Kind.MUTE, _together(stored.mute, wishes.mute))
    _keep_authors(subscriber, _together(stored.authors, wishes.authors))


def _together(stored: Sequence[str], new: Sequence[str]) -> list[str]:
    return [*stored, *new][: max(MAX_PHRASES, len(stored))]


def _keep_weights(subscriber: Subscriber, weights: dict[int, float]) -> None:
    present = dict(subscriber.follows.values_list("topic_id", "weight"))
    if present == weights:
        return
    obsolete = [topic for topic in present if present[topic] != weights.get(topic)]
    subscriber.follows.filter(topic__in=obsolete).delete()
    new = {topic: weight for topic, weight in weights.items() if present.get(topic) != weight}
    Follow.objects.bulk_create(
        [Follow(subscriber=subscriber, topic_id=topic, weight=weight) for topic, weight in new.items()]
    )


def _keep_rules(subscriber: Subscriber, kind: Rule.Kind, phrases: Iterable[str]) -> None:
    phrases_by_key = {phrase_key(phrase): phrase for phrase in phrases}
    rows = subscriber.rules.filter(kind=kind)
    present = dict(rows.values_list("key", "pk"))
    rows.filter(pk__any_of=[present[key] for key in present.keys() - phrases_by_key.keys()]).delete()
    Rule.objects.bulk_create(
        [
            Rule(subscriber=subscriber, kind=kind, phrase=phrases_by_key[key], key=key)
            for key in phrases_by_key
            if key not in present
        ]
    )


def _keep_authors(subscriber: Subscriber, names: Iterable[str]) -> None:
    names_by_key = {author_key(name): name for name in names}
    present = dict(subscriber.authors.values_list("key", "pk"))
    subscriber.authors.filter(pk__any_of=[present[key] for key in present.keys() - names_by_key.keys()]).delete()
    AuthorFollow.objects.bulk_create(
        [
            AuthorFollow(subscriber=subscriber, name=names_by_key[key], key=key)
            for key in names_by_key
            if key not in present
        ]
    )
