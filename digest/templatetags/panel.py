"""What the panel's pages lack for screen readers."""

import re
from itertools import count

from django import template

register = template.Library()

MAIN = '<div id="main"'
# Unfold's mark for every scrolling part. It labels all of them “scrollable content”.
_SCROLLING = re.compile(r"\bdata-simplebar(?=[\s>])")


@register.filter(is_safe=True)
def with_landmarks(html: str) -> str:
    """Return a panel page with landmarks for screen readers: its main content, and names for scrolling parts."""
    numbers = count(1)
    html = html.replace(MAIN, f'{MAIN} role="main"', 1)
    return _SCROLLING.sub(lambda part: f'{part[0]} data-simplebar-aria-label="Scrolling part {next(numbers)}"', html)
