"""What goes wrong with a backup, in words that say what to do."""


class BackupError(Exception):
    """The backup was not made, or not put back; the text says why and what to do."""
