"""Filters that put a paper into words."""

from django import template

from digest.composing import wording

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
def one_line(text: str) -> str:
    """Return the text on one line, without unprintable characters."""
    return wording.one_line(text)


@register.filter
def is_kept_whole(word: str) -> bool:
    """Whether it is a hyphenated word that should not be broken at its hyphen."""
    return "-" in word.strip("-") and len(word) <= KEPT_WHOLE
