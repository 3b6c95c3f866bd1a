"""Database backups: making, checking, keeping and restoring them."""
