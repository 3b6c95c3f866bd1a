"""The webhook of the chosen mail provider: the one address where its reports come in."""


class UnreachableError(Exception):
    """What is needed to check a report could not be fetched just now."""
