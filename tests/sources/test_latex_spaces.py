"""Spaces of formulas that belong to the text around them: between a number and its unit, above all."""

import pytest

from digest.sources.latex_text import clean_text

pytestmark = pytest.mark.storeless


@pytest.mark.parametrize(
    "space", [r"\,", r"\:", r"\;", r"\>", r"\ ", "~", r"\quad", r"\qquad", r"\thinspace", r"\hspace{1mm}", r"\,\,"]
)
@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("$13SPACE$TeV", "13 TeV"),
        (r"$\sqrt{s}=13SPACE$TeV", "√(s)=13 TeV"),
        ("5$SPACE$GHz", "5 GHz"),
        (r"5$SPACE\mu$m", "5 μm"),
        (r"\(13SPACE\)TeV", "13 TeV"),
        (r"10$SPACE$--$SPACE$20 K", "10 – 20 K"),
        (r"the mass, $mSPACE$, and ($xSPACE$).", "the mass, m, and (x)."),
        (r"$\alphaSPACE$ is", "α is"),
        (r"($\,SPACE\alpha$)", "(α)"),
    ],
)
def test_a_space_command_at_the_edge_of_a_formula_is_one_space_of_the_text(latex, text, space):
    assert clean_text(latex.replace("SPACE", space)) == text
    assert clean_text(text) == text


@pytest.mark.parametrize("space", [r"\text{ }", r"\mbox{ }", r"\text{~}"])
def test_text_that_is_a_space_is_one(space):
    assert clean_text(rf"$\sqrt{{s}}=13{space}$TeV") == "√(s)=13 TeV"


def test_words_in_a_formula_do_not_stick_to_those_after_it():
    assert clean_text(r"$x\text{ if }$positive, else$\text{ or }y$") == "x if positive, else or y"


@pytest.mark.parametrize("latex", [r"$13$TeV", r"$13\!$TeV", r"$13\hspace{-1mm}$TeV", r"$13\negthinspace$TeV"])
def test_nothing_else_separates_a_formula_from_what_touches_it(latex):
    assert clean_text(latex) == "13TeV"
