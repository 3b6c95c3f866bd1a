"""The starter topics: a TOML file → Topic rows."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from subscriptions.models import Topic

SHIPPED = settings.BASE_DIR / "seeds" / "topics.toml"
# One file for each field of science, with broad topics and their narrower ones.
SETS = settings.BASE_DIR / "seeds" / "topics"

_KEYS = {"slug": str, "name": str, "description": str, "arxiv_categories": list, "keywords": list}
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)?))?|[a-z]+:[\w-]+")
# This one may be left out.
_PARENT = "parent"
_KEYWORD = re.compile(r"(?=.*\w)\S(?:.*\S)?")


class TopicError(ValueError):
    """The topics file is invalid; str() names the topic and the key."""


@dataclass(frozen=True)
class Loaded:
    """What happened to the topics of a file."""

    new: int
    updated: int
    unchanged: int

    def __str__(self) -> str:
        return f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged"


def topic_sets() -> list[str]:
    """Return the names of the sets that can be loaded."""
    return sorted(file.stem for file in SETS.glob("*.toml"))


@transaction.atomic
def load_topics(path: Path = SHIPPED) -> Loaded:
    """Save the topics of a file, matched by slug. Topics that are not in the file stay.

    Raises TopicError if the file is invalid; then nothing changes.
    """
    topics = read_topics(path)
    parents = {topic.slug: topic.parent for topic in topics}
    for topic in topics:
        topic.parent = None
    _refuse_names_of_others(topics)
    existing = {topic.slug: topic for topic in Topic.objects.filter(slug__in=[topic.slug for topic in topics])}
    new = [topic for topic in topics if topic.slug not in existing]
    updated = []
    for topic in topics:
        row = existing.get(topic.slug)
        if row and any(getattr(row, key) != getattr(topic, key) for key in _KEYS):
            for key in _KEYS:
                setattr(row, key, getattr(topic, key))
            updated.append(row)
    Topic.objects.bulk_create(new)
    Topic.objects.bulk_update(updated, list(_KEYS))
    moved = _put_under(parents)
    updated += [topic for topic in moved if topic.slug in existing and topic not in updated]
    return Loaded(len(new), len(updated), len(topics) - len(new) - len(updated))


def _put_under(parents: dict[str, Topic | None]) -> list[Topic]:
    """Set the broad topics of topics given by slug; return those whose broad topic changed."""
    rows = {topic.slug: topic for topic in Topic.objects.filter(slug__in=parents)}
    moved = []
    for slug, named in parents.items():
        parent = rows[named.slug] if named else None
        if rows[slug].parent_id != (parent.pk if parent else None):
            rows[slug].parent = parent
            moved.append(rows[slug])
    Topic.objects.bulk_update(moved, ["parent"])
    return moved


def read_topics(path: Path) -> list[Topic]:
    """Return the topics of a file, unsaved, each checked; raise TopicError if the file is invalid."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TopicError(f"{path.name}: expected TOML in UTF-8: {error}") from error
    entries = content.pop("topic", None)
    if content or not isinstance(entries, list) or {type(entry) for entry in entries} != {dict}:
        raise TopicError(f"{path.name}: expected [[topic]] tables and nothing else")
    parents = {str(entry.get("slug")): entry.pop(_PARENT, "") for entry in entries}
    topics = [_topic(number, entry) for number, entry in enumerate(entries, start=1)]
    for key in ("slug", "name"):
        seen: set[str] = set()
        for topic in topics:
            value = getattr(topic, key)
            if value in seen:
                raise TopicError(f"topic {topic.slug}: {key}: expected a unique {key}, found “{value}” twice")
            seen.add(value)
    _name_parents(topics, parents)
    return topics


def _name_parents(topics: list[Topic], slugs: dict[str, str]) -> None:
    """Replace each slug of a broad topic with that topic; raise TopicError if the file does not have it."""
    by_slug = {topic.slug: topic for topic in topics}
    for topic in topics:
        slug = slugs[topic.slug]
        if slug and (not isinstance(slug, str) or slug not in by_slug or slugs[slug] or slug == topic.slug):
            raise TopicError(f"topic {topic.slug}: parent: expected a broad topic from this file, found “{slug}”")
        topic.parent = by_slug[slug] if slug else None


def _topic(number: int, entry: dict[str, Any]) -> Topic:
    """Return one topic, with its keys and the rules of the model checked."""
    place = f"topic {entry.get('slug') or f'number {number}'}"
    for key in sorted(entry.keys() - _KEYS.keys()):
        raise TopicError(f"{place}: {key}: unknown, expected only {', '.join([*_KEYS, _PARENT])}")
    for key, kind in _KEYS.items():
        if key not in entry:
            raise TopicError(f"{place}: {key}: missing")
        # A few topics have no category of their own; all have keywords.
        if not isinstance(entry[key], kind) or not (entry[key] or key == "arxiv_categories"):
            raise TopicError(f"{place}: {key}: expected a {'text' if kind is str else 'list of texts'}")
    _check_list(place, "keywords", entry["keywords"], _KEYWORD, "a word or a phrase")
    _check_list(place, "arxiv_categories", entry["arxiv_categories"], _CATEGORY, "an arXiv category such as cs.LG")
    topic = Topic(**entry)
    try:
        topic.clean_fields()
    except ValidationError as error:
        key, messages = next(iter(error.message_dict.items()))
        raise TopicError(f"{place}: {key}: {' '.join(messages)}") from error
    return topic


def _check_list(place: str, key: str, values: list[Any], pattern: re.Pattern[str], expected: str) -> None:
    for value in values:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise TopicError(f"{place}: {key}: expected {expected}, found {value!r}")


def _refuse_names_of_others(topics: list[Topic]) -> None:
    """Raise TopicError if a topic that is not in the file has the same name as one that is."""
    others = Topic.objects.exclude(slug__in=[topic.slug for topic in topics])
    namesake = others.filter(name__in=[topic.name for topic in topics]).first()
    if namesake is not None:
        raise TopicError(
            f"topic {namesake.slug}: name: expected a unique name, found “{namesake.name}” in the file too"
        )
