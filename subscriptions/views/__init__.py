"""Pages of signing up, of preferences and of leaving."""
