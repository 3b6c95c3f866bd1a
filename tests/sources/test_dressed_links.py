"""Links in the markup that authors and arXiv wrap around them: nothing is left of one that is taken out."""

import pytest

from digest.sources.latex_text import clean_text
from digest.sources.links import take_links

CODE = "https://github.com/c/d"


@pytest.mark.parametrize(
    "abstract",
    [
        rf"Code: $\href{{{CODE}}}{{\text{{this https URL}}}}$.",
        rf"Our code and data are at \href{{{CODE}}}{{\texttt{{github.com/c/d}}}}.",
        rf"Our code is at \href{{{CODE}}}{{{CODE}}}.",
        rf"Code is released at {{\tt {CODE}}}.",
        rf"Code is available at \texttt{{{CODE}}}.",
        rf"Code: \textcolor{{blue}}{{\url{{{CODE}}}}}.",
        rf"Code is at this https URL: {{\small \url{{{CODE}}}}}.",
        rf"Code: {CODE}。",
    ],
)
def test_a_sentence_that_only_links_to_the_code_is_removed(abstract):
    links = take_links(f"We win. {abstract}")
    assert links.code_url == CODE
    assert clean_text(links.text).rstrip("。 ") == "We win."


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        (f"See https://github.com/a/b, {CODE}, and https://e.github.io.", f"See {CODE}."),
        ("See https://github.com/a/b and https://e.github.io.", ""),
        ("Our tool T (https://github.com/a/b, https://e.github.io) wins.", "Our tool T wins."),
        (f"Our tool is open and at {CODE}.", "Our tool is open."),
        (rf"A tool, \href{{{CODE}}}{{\texttt{{graphkit}}}}, is fast.", "A tool, graphkit, is fast."),
        (r"See \href{https://doi.org/10.1/x}{our survey} of $n$ tools.", "See our survey of n tools."),
        (r"See \url{https://doi.org/10.1/a_b}, too.", "See https://doi.org/10.1/a_b, too."),
    ],
)
def test_no_comma_or_and_is_left_over_from_a_list(abstract, expected):
    assert clean_text(take_links(abstract).text) == expected
