"""Checks of whether the service is set up right and working: one file per kind of check, with its messages."""
