"""What the panel's pages lack for those who hear them."""

import re
from itertools import count

from django import template

register = template.Library()

MAIN = '<div id="main"'
# Unfold marks each part that scrolls by itself so, and calls all of them “scrollable content”.
_SCROLLING = re.compile(r"\bdata-simplebar(?=[\s>])")


@register.filter(is_safe=True)
def with_landmarks(html: str) -> str:
    """Return a page of the panel with what screen readers steer by: where its content is, a name for what scrolls."""
    numbers = count(1)
    html = html.replace(MAIN, f'{MAIN} role="main"', 1)
    return _SCROLLING.sub(lambda part: f'{part[0]} data-simplebar-aria-label="Scrolling part {next(numbers)}"', html)
