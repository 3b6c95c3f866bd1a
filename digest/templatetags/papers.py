"""Filters and tags that show papers."""

from django import template
from django.utils.safestring import mark_safe

from digest.catalog import citations, formatting, key_sentence, written_sentence
from digest.recommending.wording import reason_sentence
from digest.site import articles as site_articles

register = template.Library()

# A paper's page shows this many authors and folds the rest, unless there are only a few more.
AUTHORS_SHOWN, FEW_AUTHORS = 15, 3

register.filter("byline", formatting.byline)
register.filter("authors_line", formatting.authors_line)
register.filter("outside_links", formatting.outside_links)
register.filter("coins", citations.coins)
register.filter("gist", key_sentence.gist)
register.filter("written", written_sentence.written)
register.filter("discussion_links", formatting.discussion_links)


@register.filter
def excerpt(text: str, limit: int) -> str:
    """Return at most `limit` characters of the text, cut at a word."""
    return formatting.shorten(text, limit)


@register.filter
def folded(names: list[str]) -> dict[str, list[str]]:
    """Return the names that are shown, and those that a reader can unfold: in a long list all after the first few."""
    visible = AUTHORS_SHOWN if len(names) > AUTHORS_SHOWN + FEW_AUTHORS else len(names)
    return {"shown": names[:visible], "folded": names[visible:]}


@register.filter
def looked_up(table: dict[int, object], key: int) -> object:
    """Return the value for a key, None if there is none."""
    return table.get(key) if table else None


@register.filter
def one_line(text: str) -> str:
    """Return the text on one line, without unprintable characters."""
    return formatting.on_one_line(text)


@register.simple_tag
def reason(code: str, argument: str) -> str:
    """Return the reason for a paper, as its reader sees it."""
    return reason_sentence(code, argument)


@register.simple_tag(takes_context=True)
def articles(context: template.Context, level: int) -> str:
    """Return the papers in `entries`, with headings of this level."""
    around = {name: context.get(name) for name in site_articles.SHARED_CONTEXT}
    return mark_safe("".join(site_articles.render_articles(context["entries"], level, around)))  # noqa: S308 # nosec B308 B703
