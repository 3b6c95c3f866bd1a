"""Whether types of a publication, as indexes name them, say that it was retracted: not that it retracts another one."""

from collections.abc import Iterable
from typing import Any

_RETRACTED = {"retracted publication", "retracted article", "withdrawn publication", "withdrawn", "retracted"}


def names_retraction(types: Iterable[Any]) -> bool:
    """Whether one of the types does. “Retraction of publication” is the notice, not the paper."""
    return any(isinstance(kind, str) and kind.strip().lower().replace("-", " ") in _RETRACTED for kind in types)
