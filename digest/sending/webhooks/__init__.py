"""The webhook of the chosen mail provider: the one address at which its reports come in."""


class UnreachableError(Exception):
    """What a report is checked with could not be fetched just now."""
