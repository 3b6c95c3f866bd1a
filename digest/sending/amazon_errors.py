"""Errors of Amazon's SDK, which is loaded only if mail goes out through it, because it takes 13 MB per process."""

import sys
from collections.abc import Mapping
from typing import Any


def is_amazon(error: BaseException | None, *names: str) -> bool:
    """Return whether an error is one of these classes of `botocore.exceptions`."""
    exceptions = sys.modules.get("botocore.exceptions")
    # While it is not loaded, none of its errors can have been raised.
    return exceptions is not None and isinstance(error, tuple(getattr(exceptions, name) for name in names))


def answer_of(error: BaseException | None) -> Mapping[str, Any]:
    """Return Amazon's response from a `ClientError`."""
    answer: Mapping[str, Any] = getattr(error, "response", {})
    return answer
