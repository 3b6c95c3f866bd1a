"""Formulas on pages: MathML where it is worth it, text where it is not, and never anything else."""

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from digest.catalog.key_sentence import choose_key_sentences
from digest.models import Paper
from digest.site.marked_abstract import marked_pieces
from digest.site.mathematics import Piece, abstract_pieces, pieces, title_tokens
from digest.site.mathml import mathml
from digest.sources.latex_text import clean_text
from tests.support.factories import make_edition, make_paper


def readable_pieces(original):
    """The pieces of a text: text as it is, formulas in angle brackets without their markup."""
    formula_pieces = pieces(original, clean_text(original))
    return [f"<{re.sub('<[^>]*>', '', piece.mathml)}>" if piece.mathml else piece.text for piece in formula_pieces]


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
    assert readable_pieces(original) == expected


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
def test_text_without_a_formula_worth_rendering_stays_text(original):
    assert pieces(original, clean_text(original)) == []


def test_mathml_consists_of_elements_that_browsers_lay_out():
    assert mathml(r"x_1") == (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">'
        "<mrow><msub><mi>x</mi><mn>1</mn></msub></mrow></math>"
    )


@pytest.mark.parametrize(
    ("latex", "markup"),
    [
        (r"\boldsymbol{\theta}_1", "<mi>𝜽</mi>"),
        (r"{\bf x}_1", "<mi>𝐱</mi>"),
        (r"\bm{x}_i", "<mi>𝒙</mi>"),
        (r"{\cal N}_1", "<mi>𝒩</mi>"),
        (r"\mathscr{F}_t", "<mi>ℱ</mi>"),
        (r"\mathfrak{sl}_2", "<mi>𝔰</mi><mi>𝔩</mi>"),
        (r"\mathbb E_{x}", "<mi>𝔼</mi>"),
        (r"\mathbb{1}_A", "<mn>𝟙</mn>"),
        (r"\mathbbm{1}_A", "<mn>𝟙</mn>"),
    ],
)
def test_alphabets_are_unicode_characters_because_browsers_know_no_others(latex, markup):
    assert markup in mathml(latex)
    assert "mathvariant" not in mathml(latex)


@pytest.mark.parametrize(
    ("latex", "sign"),
    [
        (r"T_c\sim 10", "∼"),
        (r"a\pm b_1", "±"),
        (r"p_1\implies q", "⟹"),
        (r"p_1\iff q", "⟺"),
        (r"\langle x_1\rangle", "⟨"),
        (r"\Vert x\Vert_2", "‖"),
        (r"\|x\|_2", "‖"),
        (r"\neg x_1", "¬"),
    ],
)
def test_symbols_become_operators(latex, sign):
    assert re.search(rf"<mo[^>]*>{sign}</mo>", mathml(latex))


@pytest.mark.parametrize(
    ("latex", "markup"),
    [
        (r"O(n^2\log n)", '<mspace width="0.167em" /><mi>log</mi><mo rspace="0.167em">\u2061</mo><mi>n</mi>'),
        (r"\log(n^2)", "<mi>log</mi><mo>\u2061</mo><mo"),
        (r"\max_x f", '<msub><mi>max</mi><mi>x</mi></msub><mo rspace="0.167em">\u2061</mo><mi>f</mi>'),
        (r"\operatorname*{arg\,max}_x", '<mi>arg</mi></mrow><mo>\u2061</mo><mspace width="0.167em" /><msub>'),
        (r"\argmin_x f", "<mi>argmin</mi>"),
        (r"\mathrm{C}_2", '<mi mathvariant="normal">C</mi>'),
        (r"M_{\rm BH}", "<mi>BH</mi>"),
        (r"\text{foo\_bar}_1", "<mtext>foo_bar</mtext>"),
        (r"\sqrt[3]{x}", "<mroot><mrow><mi>x</mi></mrow><mn>3</mn></mroot>"),
        (r"f_1\colon X", '<mo lspace="0">:</mo>'),
    ],
)
def test_names_are_upright_and_spaced(latex, markup):
    assert markup in mathml(latex)


def test_a_formula_before_a_digit_is_a_formula_and_money_is_not():
    assert readable_pieces(r"$x_1$ for $5 or $\sim$10") == ["<x1>", " for $5 or ∼10"]


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
def test_any_formula_yields_only_known_elements(latex):
    markup = mathml(latex)
    names = set(re.findall(r"<\s*/?\s*([^\s>/]+)", markup))
    assert all(re.fullmatch("m[a-z]+", name) for name in names)


@pytest.mark.parametrize("latex", ["{" * 5000 + "^", "x^2" * 5000, "\\left(^" * 40, "^" * 299])
def test_an_endless_formula_is_left_as_text(latex):
    assert mathml(latex) == ""


@pytest.mark.django_db
def test_a_title_keeps_its_spaces():
    title = r"Near $n^2$ and $m_1$-optimal rates"
    paper = make_paper(clean_text(title))
    paper.original_title = title
    tokens = title_tokens(paper)
    shape = "".join((" " if token.spaced else "") + ("M" if token.mathml else token.text) for token in tokens)
    assert shape.strip() == "Near M and M-optimal rates"


@pytest.mark.django_db
def test_text_that_a_curator_wrote_is_shown_without_formulas():
    paper = make_paper("By hand")
    paper.original_title = "$n^2$"
    paper.original_abstract = "$n^2$"
    assert [token.text for token in title_tokens(paper)] == ["By", "hand"]
    assert abstract_pieces(paper) == []


@pytest.mark.django_db
def test_pages_show_mathml_and_escape_everything_else(client):
    original = r"<script>alert(1)</script> in $\mathcal{O}(n^2)$"
    fields = {"original_abstract": original, "abstract": clean_text(original)}
    paper = make_paper(clean_text(original), **fields)
    type(paper).objects.update(original_title=original)
    make_edition(paper)
    for address in ("/", reverse("paper", args=[paper.pk])):
        page = client.get(address).content.decode()
        assert "<msup><mi>n</mi><mn>2</mn></msup>" in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; in" in page
        assert "<script>alert" not in page


@pytest.mark.django_db
def test_a_code_link_does_not_get_in_the_way_of_formulas(client):
    original = r"We need $n^2$ steps. Code: https://github.com/x/y."
    paper = make_paper("Steps", original_abstract=original, abstract="We need n^2 steps.")
    assert [bool(piece.mathml) for piece in abstract_pieces(paper)] == [False, True, False]


def test_the_whole_key_sentence_is_marked_in_an_abstract_with_formulas():
    original = r"We know a lot. In this paper, we show that $\frac{1}{x_1}$ is small for all graphs we know. It is."
    paper = Paper(title="Graphs", abstract=clean_text(original), original_abstract=original)
    choose_key_sentences([paper])

    parts = marked_pieces(paper)

    quote = "".join(part.text for part in parts if part.is_key)
    assert quote == "In this paper, we show that  is small for all graphs we know."
    assert [bool(part.mathml) for part in parts if part.is_key] == [False, True, False]
    assert [part.text.strip() for part in parts if not part.is_key] == ["We know a lot.", "It is."]


def test_an_abstract_without_a_key_sentence_is_shown_in_full():
    assert marked_pieces(Paper(title="Graphs", abstract="Short.")) == [Piece("Short.")]
