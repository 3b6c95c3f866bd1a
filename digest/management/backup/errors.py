"""Errors of backups, with messages that say what to do."""


class BackupError(Exception):
    """The backup was not made, or not restored; the message says why and what to do."""
