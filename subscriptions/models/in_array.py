"""A lookup for many keys at once: `pk__any_of=[…]`."""

import json
from typing import Any

from django.db.models import BigAutoField, ForeignKey, Lookup
from django.db.models.sql.compiler import SQLCompiler


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
        keys = json.dumps(list(self.rhs))
        return f"{left_side} IN (SELECT value FROM json_each(%s))", (*parameters, keys)  # noqa: S608 - the column's name # nosec B608

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition for PostgreSQL."""
        left_side, parameters = self.process_lhs(compiler, connection)
        # As a text, because the driver would look at each key.
        return f"{left_side} = ANY(%s::bigint[])", (*parameters, f"{{{','.join(map(str, self.rhs))}}}")
