"""Tables of inputs and what should come of them."""

from tests.support.fake_source import PAYLOADS


def read_table(name):
    """The lines of a table, each as its two columns."""
    lines = (PAYLOADS / "papers" / name).read_text().splitlines()
    return [tuple(line.split("\t", 1)) for line in lines]
