"""Filters that put a paper into words."""

from django import template
from django.utils.safestring import mark_safe

from digest.composing import wording
from digest.site import articles as site_articles

register = template.Library()

# Hyphenated names up to this length stay on one line of a narrow phone.
KEPT_WHOLE = 22

register.filter("byline", wording.byline)
register.filter("outside_links", wording.outside_links)


@register.filter
def excerpt(text: str, limit: int) -> str:
    """Return the text in at most `limit` characters, ended at a word."""
    return wording.shorten(text, limit)


@register.filter
def looked_up(table: dict[int, object], key: int) -> object:
    """Return what a table holds for a key, None where it holds nothing."""
    return table.get(key) if table else None


@register.filter
def one_line(text: str) -> str:
    """Return the text on one line, without unprintable characters."""
    return wording.one_line(text)


@register.filter
def is_kept_whole(word: str) -> bool:
    """Whether it is a hyphenated word that should not be broken at its hyphen."""
    return "-" in word.strip("-") and len(word) <= KEPT_WHOLE


@register.simple_tag(takes_context=True)
def articles(context: template.Context, level: int) -> str:
    """Return the papers of the list in `entries`, under headings of that level."""
    around = {name: context.get(name) for name in site_articles.AROUND}
    return mark_safe("".join(site_articles.rendered(context["entries"], level, around)))  # noqa: S308
