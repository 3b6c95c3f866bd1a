"""Which papers for whom: pure functions on arrays."""
