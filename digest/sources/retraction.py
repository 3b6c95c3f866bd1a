"""Tell retracted papers from retraction notices, by publication type."""

from collections.abc import Iterable
from typing import Any

_RETRACTED = {"retracted publication", "retracted article", "withdrawn publication", "withdrawn", "retracted"}


def names_retraction(types: Iterable[Any]) -> bool:
    """Return whether a type says that the paper is retracted; “Retraction of publication” is a notice."""
    return any(isinstance(kind, str) and kind.strip().lower().replace("-", " ") in _RETRACTED for kind in types)
