"""Whether the types that indexes give a publication say that it was retracted, not that it retracts another one."""

from collections.abc import Iterable
from typing import Any

_RETRACTED = {"retracted publication", "retracted article", "withdrawn publication", "withdrawn", "retracted"}


def names_retraction(types: Iterable[Any]) -> bool:
    """Return whether one of the types says so. “Retraction of publication” is the notice, not the paper."""
    return any(isinstance(kind, str) and kind.strip().lower().replace("-", " ") in _RETRACTED for kind in types)
