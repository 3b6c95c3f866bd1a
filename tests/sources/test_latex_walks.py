"""What LaTeX costs, counted in the tokens that pylatexenc's walker reads: no nesting costs the square of its length."""

import pytest
from pylatexenc.latexwalker import LatexWalker

from digest.sources import latex_walker, latex_writer
from digest.sources.latex_source import MAX_NESTING_DEPTH
from digest.sources.latex_text import clean_text

pytestmark = pytest.mark.storeless

# Each takes arguments of another kind, or is written in another way.
COMMANDS = ["'", "SI", "abs", "ce", "footnote", "frac", "hat", "not", "operatorname", "overset", "sqrt", "text", "foo"]
JUST_BELOW = MAX_NESTING_DEPTH - 1
# Twice the text may cost twice the tokens, and a little for where it is cut.
MOST_GROWTH = 2.5


def nested(opens, closes, levels, inside=""):
    return opens * levels + inside + closes * levels


SHAPES = {
    "nested": lambda command, size: nested(command + "{", "}", size),
    "just below the limit": lambda command, size: nested(command + "{", "}", JUST_BELOW) * (size // JUST_BELOW),
    "just below the limit, with letters": lambda command, size: (
        nested(command + "{a", "}", JUST_BELOW, "b ") * (size // JUST_BELOW)
    ),
    "never closed": lambda command, size: (command + "{") * size,
    "without arguments": lambda command, size: command * size,
    "options": lambda command, size: nested(command + "[", "]", size),
    "options that never end": lambda command, size: (command + "[") * size,
    "in one argument": lambda command, size: f"\\frac{{{command * size}}}",
    "in many arguments": lambda command, size: nested(
        f"{command}{{\\sqrt{{\\frac{{", "}}}", MAX_NESTING_DEPTH // 3 - 1, command * size
    ),
    "in formulas": lambda command, size: f"${nested(command + '{', '}', JUST_BELOW)}$ " * (size // JUST_BELOW),
}
RUNS = [
    *("{", "}", "$", "$$", "$ ", "$a", "\\(", "\\[", "\\left(", "\\begin{a}", "\\begin{cases}", "\\frac{\\begin{a}"),
    *("^{_{", "^{_{^{", "^\\frac", "_\\sqrt{", "\\frac{$", "\\frac $", "\\frac{%", "\\frac{a}", "\\frac{}", "{\\frac"),
    *("\\'{\\frac{", "\\sqrt[a", "\\frac{\\sqrt}", "\\verb|\\frac{", "\\{", "a\\over ", "\\'\\"),
]


@pytest.fixture
def tokens(monkeypatch):
    """The number of tokens read to clean a text."""
    read = LatexWalker.get_token
    count = 0

    def counting(*args, **options):
        nonlocal count
        count += 1
        return read(*args, **options)

    monkeypatch.setattr(LatexWalker, "get_token", counting)

    def tokens_of(text):
        nonlocal count
        count = 0
        latex_writer.formula.cache_clear()
        clean_text(text)
        return count

    return tokens_of


@pytest.mark.parametrize("shape", SHAPES)
def test_commands_in_any_shape_cost_in_proportion_to_their_number(tokens, shape):
    for name in COMMANDS:
        command = f"\\{name}"
        half, whole = (tokens(SHAPES[shape](command, size)) for size in (120, 240))

        assert whole <= MOST_GROWTH * half + latex_walker.FEWEST_TOKENS, command


@pytest.mark.parametrize("unit", RUNS)
@pytest.mark.parametrize("end", ["", "}", "\\end{a}", "$"])
def test_a_row_of_anything_costs_in_proportion_to_its_length(tokens, unit, end):
    half, whole = (tokens(unit * size + end) for size in (300, 600))

    assert whole <= MOST_GROWTH * half + latex_walker.FEWEST_TOKENS


@pytest.mark.parametrize("name", ["frac", "sqrt", "hat", "binom", "abs", "'"])
def test_text_that_is_nested_too_deep_costs_no_walk_and_keeps_its_words(tokens, name):
    text = f"Before {nested(f'{chr(92)}{name}{{', '}', MAX_NESTING_DEPTH + 1, 'inside')} after"

    assert tokens(text) == 0
    assert [word for word in clean_text(text).split() if word.isalpha()] == ["Before", "inside", "after"]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (nested("\\sqrt{", "}", MAX_NESTING_DEPTH, "x"), nested("√(", ")", MAX_NESTING_DEPTH, "x")),
        (nested("\\abs{", "}", MAX_NESTING_DEPTH, "x"), nested("|", "|", MAX_NESTING_DEPTH, "x")),
        ("\\frac{1}{2} " * 2000, "1/2 " * 2000),
        ("{" * 100 + "\\frac{1}{2}", "1/2"),
    ],
    ids=["roots at the limit", "bars at the limit", "many fractions", "braces that are never closed"],
)
def test_what_is_not_nested_too_deep_is_written_out(latex, text):
    assert clean_text(latex) == text.strip()
