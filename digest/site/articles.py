"""Papers as they stand in lists, each rendered once and kept until anything in it changes.

A vote for one of fifty papers makes the page anew; the other forty-nine are taken from here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.template.loader import get_template

from digest.models import EditionPaper

KEPT_FOR = timedelta(days=1)
# What a page knows that its papers show.
AROUND = ("voted", "member", "with_days", "topics_shown")


def rendered(entries: Sequence[EditionPaper], level: int, around: Mapping[str, Any]) -> list[str]:
    """Return the HTML of each paper. around: the values of AROUND."""
    shared = {"level": level, "member": bool(around["member"]), "with_days": bool(around["with_days"])}
    shared["topics_shown"] = around["topics_shown"]
    names = [_name(entry, shared, entry.paper_id in around["voted"]) for entry in entries]
    kept = cache.get_many(names)
    template = get_template("site/article.html")
    new = {
        name: template.render({**shared, "voted": around["voted"], "entry": entry})
        for name, entry in zip(names, entries, strict=True)
        if name not in kept
    }
    if new:
        cache.set_many(new, KEPT_FOR.total_seconds())
    return [kept.get(name) or new[name] for name in names]


def _name(entry: EditionPaper, shared: Mapping[str, Any], voted: bool) -> str:  # noqa: FBT001 - a fact, not a switch
    """Return a name that is another one when anything that is shown is."""
    paper = entry.paper
    topics = [(tag.topic.slug, tag.topic.name) for tag in paper.tags.all()]
    identifiers = [str(row) for row in paper.identifiers.all()]
    text = (
        paper.pk,
        paper.title,
        paper.original_title,
        paper.abstract,
        paper.authors,
        paper.code_url,
        paper.project_url,
        paper.votes,
    )
    told = (text, topics, identifiers, entry.placement, entry.note, entry.edition_id, sorted(shared.items()), voted)
    return f"article.{hashlib.sha256(repr(told).encode()).hexdigest()}"
