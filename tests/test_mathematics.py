"""Formulas on pages: MathML where it is worth it, text where it is not, and never anything else."""

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from digest.cleaning import clean
from digest.site.mathematics import abstract_pieces, mathml, pieces, title_tokens
from tests.make import make_edition, make_paper


def told(original):
    """The pieces of a text: text as it is, formulas in angle brackets without their markup."""
    found = pieces(original, clean(original))
    return [f"<{re.sub('<[^>]*>', '', piece.mathml)}>" if piece.mathml else piece.text for piece in found]


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        (r"A bound of $x_{ij} \leq n^2$ holds", ["A bound of ", "<xij≤n2>", " holds"]),
        (r"$\sqrt{n}$-rates for Jos\'e", ["<n>", "-rates for José"]),
        (r"$n^2$", ["<n2>"]),
        (r"\(n^2\) and $m_1$, 3.4\%", ["<n2>", " and ", "<m1>", ", 3.4%"]),
        (r"``$n^2$ lines''", ["“", "<n2>", " lines”"]),
    ],
)
def test_formulas_with_structure_become_mathml_and_the_rest_is_cleaned(original, expected):
    assert told(original) == expected


@pytest.mark.parametrize(
    "original",
    [
        "no formula",
        r"$n$ and $\alpha$",
        "it costs $5 to $10",
        r"$\ourmethod{x}$",
        r"$\frac{a$",
        r"$\begin{x}_1$",
        "$x^$",
    ],
)
def test_without_a_formula_that_is_worth_it_text_is_enough(original):
    assert pieces(original, clean(original)) == []


def test_mathml_is_made_of_elements_a_browser_lays_out():
    assert mathml(r"x_1") == (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">'
        "<mrow><msub><mi>x</mi><mn>1</mn></msub></mrow></math>"
    )


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x^2}",
        r"\style{background:url(//evil.example)}{x^2}",
        r"\class{x}{x^2}",
        r"\text{<script>alert(1)</script>}^2",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}^2",
        r"\color{red;x:y}{x^2}",
        r'x^{"><img src=x onerror=alert(1)>}',
    ],
)
def test_nothing_but_mathematics_comes_out(latex):
    markup = mathml(latex)
    assert markup == "" or markup.startswith("<math ")
    assert not re.search(r"<script|<img|href|style=|class=|url\(", re.sub(r"&lt;.*?&gt;", "", markup))


@given(st.text(alphabet="\\{}^_$&<>\"'axfrcsqtmblehnd1 ()[]|;#", max_size=60))
def test_whatever_stands_in_a_formula_the_markup_is_known(latex):
    markup = mathml(latex)
    names = set(re.findall(r"<\s*/?\s*([^\s>/]+)", markup))
    assert all(re.fullmatch("m[a-z]+", name) for name in names)


@pytest.mark.parametrize("latex", ["{" * 5000 + "^", "x^2" * 5000, "\\left(^" * 40, "^" * 299])
def test_a_formula_without_end_is_left_as_text(latex):
    assert mathml(latex) == ""


@pytest.mark.django_db
def test_a_title_keeps_its_spaces():
    title = r"Near $n^2$ and $m_1$-optimal rates"
    paper = make_paper(clean(title))
    paper.original_title = title
    tokens = title_tokens(paper)
    shape = "".join((" " if token.spaced else "") + ("M" if token.mathml else token.text) for token in tokens)
    assert shape.strip() == "Near M and M-optimal rates"


@pytest.mark.django_db
def test_what_a_curator_wrote_stands_without_formulas():
    paper = make_paper("By hand")
    paper.original_title = "$n^2$"
    paper.original_abstract = "$n^2$"
    assert [token.text for token in title_tokens(paper)] == ["By", "hand"]
    assert abstract_pieces(paper) == []


@pytest.mark.django_db
def test_pages_show_mathml_and_escape_all_else(client):
    original = r"<script>alert(1)</script> in $\mathcal{O}(n^2)$"
    fields = {"original_abstract": original, "abstract": clean(original)}
    paper = make_paper(clean(original), **fields)
    type(paper).objects.update(original_title=original)
    make_edition(paper)
    for address in ("/", reverse("paper", args=[paper.pk])):
        page = client.get(address).content.decode()
        assert "<msup><mi>n</mi><mn>2</mn></msup>" in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; in" in page
        assert "<script>alert" not in page


@pytest.mark.django_db
def test_the_link_to_the_code_is_not_in_the_formulas_way(client):
    original = r"We need $n^2$ steps. Code: https://github.com/x/y."
    paper = make_paper("Steps", original_abstract=original, abstract="We need n^2 steps.")
    assert [bool(piece.mathml) for piece in abstract_pieces(paper)] == [False, True, False]
