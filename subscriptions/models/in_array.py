"""A lookup for many keys at once: `pk__any_of=[…]`, or `pk__any_of=KeyArray([…])` for several queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, ForeignKey, Lookup
from django.db.models.sql.compiler import SQLCompiler


class KeyArray:
    """Keys as one parameter, written once for several queries. Django doesn't look at each, as it does with a list."""

    __slots__ = ("text",)

    def __init__(self, keys: Iterable[int]) -> None:
        self.text = ",".join(map(str, keys))


@BigAutoField.register_lookup
@ForeignKey.register_lookup
class AnyOf(Lookup):
    """Like `in`, but with all keys in one parameter.

    `in` writes a placeholder for each key, which takes longer than the database takes for the rows.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition for SQLite."""
        left_side, parameters = self.process_lhs(compiler, connection)
        keys = f"[{self._keys.text}]"
        return f"{left_side} IN (SELECT value FROM json_each(%s))", (*parameters, keys)  # noqa: S608 - the column's name # nosec B608

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition for PostgreSQL."""
        left_side, parameters = self.process_lhs(compiler, connection)
        # As text, because the driver would convert each key.
        return f"{left_side} = ANY(%s::bigint[])", (*parameters, f"{{{self._keys.text}}}")

    @property
    def _keys(self) -> KeyArray:
        return self.rhs if isinstance(self.rhs, KeyArray) else KeyArray(self.rhs)
