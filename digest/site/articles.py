"""The HTML of papers in lists, each rendered once and cached until anything in it changes.

After a vote for one of fifty papers the page is rendered again, but the other forty-nine come from this cache.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.template.loader import get_template

from digest.models import EditionPaper

ARTICLE_CACHE_TIME = timedelta(days=1)
# The values from a page's context that its papers use.
SHARED_CONTEXT = ("voted", "opinions", "member", "reader", "with_days", "topics_shown")


def render_articles(entries: Sequence[EditionPaper], level: int, around: Mapping[str, Any]) -> list[str]:
    """Return the HTML of each paper. `around` has the values of SHARED_CONTEXT."""
    shared = {"level": level, "member": bool(around["member"]), "with_days": bool(around["with_days"])}
    shared |= {"topics_shown": around["topics_shown"], "reader": bool(around["reader"])}
    opinions = around["opinions"] or {}
    own = [(entry.paper_id in around["voted"], sorted(opinions.get(entry.paper_id, ()))) for entry in entries]
    names = [_name(entry, shared, marks) for entry, marks in zip(entries, own, strict=True)]
    cached = cache.get_many(names)
    template = get_template("site/article.html")
    new = {
        name: template.render({**shared, "voted": around["voted"], "kinds": kinds, "entry": entry})
        for name, entry, (_, kinds) in zip(names, entries, own, strict=True)
        if name not in cached
    }
    if new:
        cache.set_many(new, ARTICLE_CACHE_TIME.total_seconds())
    return [cached.get(name) or new[name] for name in names]


def _name(entry: EditionPaper, shared: Mapping[str, Any], own_marks: tuple[bool, list[str]]) -> str:
    """Return a cache key that changes whenever anything shown changes.

    own_marks: whether the reader voted for the paper, and their feedback on it. The cached HTML contains nothing else
    about a reader, so two readers with the same marks share it.
    """
    paper = entry.paper
    topics = [(tag.topic.slug, tag.topic.name) for tag in paper.tags.all()]
    identifiers = [str(row) for row in paper.identifiers.all()]
    text = (
        paper.pk,
        paper.title,
        paper.original_title,
        paper.abstract,
        paper.key_start,
        paper.key_end,
        paper.authors,
        paper.has_more_authors,
        paper.code_url,
        paper.project_url,
        paper.votes,
        paper.published_at,
    )
    fingerprint = (
        text,
        topics,
        identifiers,
        entry.placement,
        entry.note,
        entry.edition_id,
        sorted(shared.items()),
        own_marks,
    )
    return f"article.{hashlib.sha256(repr(fingerprint).encode()).hexdigest()}"
