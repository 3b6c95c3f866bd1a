"""The colours and letters of tokens.css in templates that no style sheet reaches."""

from django import template
from django.utils.safestring import SafeString

from config.brand import DAY, LETTERS, NIGHT

register = template.Library()


@register.simple_tag
def day(name: str) -> str:
    """Return a colour by day."""
    return DAY[name]


@register.simple_tag
def night(name: str) -> str:
    """Return a colour by night."""
    return NIGHT[name]


@register.simple_tag
def letters(name: str) -> str:
    """Return a stack of letters, as a style sheet says it."""
    # Ours, out of tokens.css.
    return SafeString(LETTERS[name])  # nosec B308 B703
