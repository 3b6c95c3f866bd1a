"""Backups of the database: made, checked, kept, and put back."""
