"""True for every text: cleaning it twice is the same as once, no word is lost, and nothing takes long."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources.latex_text import clean_text
from digest.sources.latex_writer import is_unknown
from tests.support.hostile_text import offence

pytestmark = pytest.mark.storeless

COMMANDS = [
    *(
        r"\alpha",
        r"\frac{a}{b}",
        r"\sqrt[3]{x}",
        r"\emph{",
        r"\textbf{",
        r"\ourmethod",
        r"\foo{",
        r"\'e",
        r"\~{\^e}",
        r"\o ",
    ),
    *(
        r"\begin{cases}",
        r"\end{cases}",
        r"$\softmax$",
        r"C:\Users\me\x ",
        r"\left\{",
        r"\right.",
        r"\sin",
        r"\\",
        r"\,",
        r"\%",
        r"\$",
        r"\{",
        r"\}",
        r"\&",
    ),
    *(
        r"\textsuperscript{th}",
        r"\ce{H2O}",
        r"\SI{5}{\kilo\metre}",
        r"\href{https://x.org}{",
        r"\cite{a}",
        r"\sc i",
        "\\",
    ),
    *(
        "$",
        "$$",
        r"\(",
        r"\)",
        "{",
        "}",
        "[",
        "]",
        "^",
        "_",
        "~",
        "``",
        "''",
        "`",
        "'",
        "--",
        "---",
        "&amp;",
        "&lt;",
        "&#x27;",
    ),
    *(
        "<i>",
        "</i>",
        "<sub>",
        "</sub>",
        "<",
        ">",
        "|",
        "5",
        "10",
        "a",
        "x",
        "word",
        "The",
        "is",
        " ",
        " ",
        ", ",
        ". ",
        "=",
        "/",
    ),
    *(
        "mathcal{O}",
        "ell_infty",
        "theta",
        "sqrt{",
        "frac{",
        "left(",
        "right)",
        "https://x.org/a_b",
        "α",
        "é",
        "∈",
        "\u200d",
    ),
]
TEXTS = st.lists(st.sampled_from(COMMANDS), max_size=14).map("".join)


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_cleaning_clean_text_changes_nothing(text):
    once = clean_text(text)
    assert clean_text(once) == once


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_cleaned(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert once == " ".join(once.split())


WORDS = st.from_regex(r"[b-hj-np-z]{4,9}[0-9]?", fullmatch=True)
# Ways to write a visible word, each with nothing else visible.
WAYS = [
    *(
        "{}",
        "{{{}}}",
        r"\emph{{{}}}",
        r"\texttt{{{}}}",
        r"\foo{{{}}}",
        r"\foo[t]{{{}}}",
        r"{{\bf {}}}",
        r"$\mathrm{{{}}}$",
    ),
    *(
        r"$x_{{\rm {}}}$",
        r"\textcolor{{red}}{{{}}}",
        r"\href{{https://x.org}}{{{}}}",
        r"\footnote{{{}}}",
        r"\foo{{y}}{{{}}}",
    ),
    *(
        r"``{}''",
        r"\enquote{{{}}}",
        r"<i>{}</i>",
        r"\textsuperscript{{{}}}",
        r"$\frac{{{}}}{{2}}$",
        r"\{{{}\}}",
        r"`{}'",
    ),
    *(
        r"$\text{{{}}}$",
        r"$\overline{{{}}}$",
        r"$\sqrt{{{}}}$",
        r"\underline{{{}}}",
        r"5\% {}",
        r"~{}",
        r"costs $5 {}",
        "({})",
    ),
]


NAMED_IN_FORMULAS = [r"$2\{}(x)$", r"$x_\{}$", r"$\{}[X]$", r"\(\{}\)", r"$\frac{{\{}}}{{2}}$", r"$\{}{{}}$"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WAYS), WORDS), max_size=6))
def test_every_visible_word_is_in_the_result(parts):
    text = clean_text(" ".join(way.format(word) for way, word in parts))
    bare = re.sub("[\u0300-\u036f]", "", text)
    assert [word for _, word in parts if not re.search(rf"(?<![a-z]){word}(?![a-z])", bare)] == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMED_IN_FORMULAS), st.from_regex(r"[b-hj-np-z]{4,9}", fullmatch=True))))
def test_every_unknown_command_in_a_formula_is_in_the_result(parts):
    parts = [(way, name) for way, name in parts if is_unknown(name)]
    text = clean_text(" ".join(way.format(name) for way, name in parts))
    assert [name for _, name in parts if not re.search(rf"(?<![a-z]){name}(?![a-z])", text)] == []
    assert clean_text(text) == text


LONG = [
    *(
        "{",
        "}",
        "\\",
        "$",
        "$$",
        "\\(",
        "`",
        "``",
        "'",
        "~",
        "^{",
        "_{",
        "<i>",
        "&amp;",
        "\\frac{",
        "\\sqrt[",
        "\\foo{",
        "a_{",
    ),
    *(
        "\\begin{cases}",
        "\\left(",
        "\\{",
        "mathcal{",
        "sqrt{a}{",
        "frac{a{",
        "left(",
        "\\'",
        '\\"a',
        "\\textbf{a",
        "$x",
        "$5 ",
    ),
    *(
        "word ",
        "\\alpha ",
        "x^2",
        "``a",
        "--",
        "https://x.org/",
        "\\href{",
        "\\cite[",
        "[",
        "(",
        "\\sc i",
        "$\\alpha$ ",
        "<a b='",
    ),
    *("\\ce{", "\\SI{", "_{theta", "max{a", "\\over ", "$a{", "\\verb|", "{\\foo ", "}{"),
]


@pytest.mark.parametrize("part", LONG)
def test_time_grows_no_faster_than_the_text(part):
    assert offence(clean_text, [part]) == ""
