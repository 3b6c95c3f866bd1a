"""What is being worked on just now, for each line of the log to tell: the request, the task, the delivery."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_FIELDS: dict[str, ContextVar[object]] = {
    name: ContextVar(name, default=None) for name in ("request_id", "task", "task_id", "delivery")
}


@contextmanager
def working_on(**what: object) -> Iterator[None]:
    """Have the lines that are logged meanwhile, in this thread, tell of these: names of _FIELDS."""
    tokens = [(_FIELDS[name], _FIELDS[name].set(value)) for name, value in what.items()]
    try:
        yield
    finally:
        for field, token in reversed(tokens):
            field.reset(token)


def set_log_context(**what: object) -> None:
    """The same until further notice, where the end comes elsewhere; None for nothing."""
    for name, value in what.items():
        _FIELDS[name].set(value)


def log_context_values() -> dict[str, object]:
    """Return what is known, by name."""
    return {name: value for name, field in _FIELDS.items() if (value := field.get()) is not None}
