"""Tables of inputs and their expected results."""

from tests.support.fake_source import PAYLOADS


def read_table(name):
    """Return the lines of a table, each as its two columns."""
    lines = (PAYLOADS / "papers" / name).read_text().splitlines()
    return [tuple(line.split("\t", 1)) for line in lines]
