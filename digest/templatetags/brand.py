"""The colours and fonts from tokens.css, for templates without a style sheet."""

from django import template
from django.utils.safestring import SafeString

from config.brand import DAY, LETTERS, NIGHT

register = template.Library()


@register.simple_tag
def day(name: str) -> str:
    """Return a colour of the light theme."""
    return DAY[name]


@register.simple_tag
def night(name: str) -> str:
    """Return a colour of the dark theme."""
    return NIGHT[name]


@register.simple_tag
def letters(name: str) -> str:
    """Return a font stack, in CSS syntax."""
    # Safe because it is our own, from tokens.css.
    return SafeString(LETTERS[name])  # nosec B308 B703
