"""What can go wrong between a planned digest and its mail."""


class ComposeError(Exception):
    """A digest cannot become a mail, and trying again will not change that; str() says why."""
