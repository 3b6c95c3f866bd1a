"""What is trimmed off a name letter by letter takes time in proportion to it, however many brackets end it."""

import pytest

from digest.catalog import identifiers
from digest.sources import arxiv_id, doi, links
from tests.support.hostile_text import MOST, growth_of_built_text

pytestmark = pytest.mark.storeless

# Long enough that counting all brackets again for each would take seconds.
LETTERS = 60_000


@pytest.mark.parametrize("bracket", [")", "]", ">", "(", ".)", "()"])
@pytest.mark.parametrize("begin", ["https://a.b/", "10.1234/a", "2611.00001", "https://github.com/a/b"])
@pytest.mark.parametrize(
    "read",
    [arxiv_id.parse_arxiv_id, arxiv_id.without_wrapping, doi.read_all, links.take_links, identifiers.parse_paper_name],
    ids=lambda read: read.__name__,
)
def test_brackets_at_the_end_take_time_in_proportion_to_them(read, begin, bracket):
    assert growth_of_built_text(read, lambda size: begin + bracket * (size // len(bracket)), LETTERS) < MOST


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("https://a.b/c))", "https://a.b/c"),
        ("https://a.b/c(d))", "https://a.b/c(d)"),
        ("https://a.b/c(d).", "https://a.b/c(d)"),
        ("2611.00001 [cs.LG]]", "2611.00001 [cs.LG]"),
        ("2611.00001 (a)(", "2611.00001 (a)"),
        ("https://a.b/)).]", "https://a.b/"),
    ],
)
def test_brackets_that_close_none_are_left_out(written, name):
    assert arxiv_id.without_wrapping(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("10.1234/a(b)", "10.1234/a(b)"),
        ("10.1234/a(b)).", "10.1234/a(b)"),
        ("10.1234/a<b>>]", "10.1234/a<b>"),
        ("10.1234/a)b)", "10.1234/a)b"),
    ],
)
def test_a_doi_keeps_the_brackets_it_opens(written, name):
    assert doi.read_all(written) == [name]
