"""Context for log lines: the request, task or delivery being worked on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_FIELDS: dict[str, ContextVar[object]] = {
    name: ContextVar(name, default=None) for name in ("request_id", "task", "task_id", "delivery")
}


@contextmanager
def working_on(**what: object) -> Iterator[None]:
    """Add these fields (names in _FIELDS) to the lines that this thread logs within the block."""
    tokens = [(_FIELDS[name], _FIELDS[name].set(value)) for name, value in what.items()]
    try:
        yield
    finally:
        for field, token in reversed(tokens):
            field.reset(token)


def set_log_context(**what: object) -> None:
    """Set these fields until they are cleared with None, for work that ends elsewhere."""
    for name, value in what.items():
        _FIELDS[name].set(value)


def log_context_values() -> dict[str, object]:
    """Return the fields that are set, by name."""
    return {name: value for name, field in _FIELDS.items() if (value := field.get()) is not None}
