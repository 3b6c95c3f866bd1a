"""The rate limit that a source announces in its responses: a number of requests in a number of seconds.

Crossref: https://www.crossref.org/documentation/retrieve-metadata/rest-api/tips-for-using-the-crossref-rest-api/
"""

import re
from collections.abc import Mapping

# In seconds. If a source asks for more, we use this, and a later run continues.
LONGEST_SPACING = 30.0
_LIMIT, _INTERVAL = "X-Rate-Limit-Limit", "X-Rate-Limit-Interval"
_NUMBER = re.compile(r"\s*(\d{1,9})\s*s?\s*", re.ASCII)


def announced_spacing(headers: Mapping[str, str]) -> float:
    """Return the seconds between two requests under the announced limit, 0 if none is announced.

    headers: of a response; look-ups must ignore case.
    """
    limit, interval = (_NUMBER.fullmatch(headers.get(name, "")) for name in (_LIMIT, _INTERVAL))
    if not limit or not interval:
        return 0
    return min(int(interval[1]) / max(int(limit[1]), 1), LONGEST_SPACING)
