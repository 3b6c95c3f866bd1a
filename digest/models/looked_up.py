"""A value for each row by its key, in one parameter: `update(name=looked_up({key: text, …}))`."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Func, JSONField, TextField, Value
from django.db.models.functions import Cast, Concat
from django.db.models.sql.compiler import SQLCompiler


def looked_up(table: Mapping[int, str]) -> Func:
    """Return the text that a table has for a row's primary key.

    CASE with a WHEN for each row does the same, and takes Django longer to write than the database to run.
    """
    return _LookedUp(
        Value({str(key): text for key, text in table.items()}, JSONField()),
        Cast("pk", TextField()),
        output_field=TextField(),
    )


class _LookedUp(Func):
    template = "(%(expressions)s)"
    arg_joiner = " ->> "

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        """Write it for SQLite, whose ->> would take a number in a text for the place in an array."""
        table, key = self.get_source_expressions()
        path = Concat(Value('$."'), key, Value('"'))
        return Func(table, path, function="json_extract").as_sql(compiler, connection, **extra)
