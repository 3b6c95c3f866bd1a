"""What can go wrong between a planned digest and its mail."""


class ComposeError(Exception):
    """A digest cannot be turned into a mail, and trying again will not help; str() says why."""
