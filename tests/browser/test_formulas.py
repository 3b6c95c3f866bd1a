"""Formulas in papers, as Chromium draws them."""

import pytest

from digest.site.mathml import mathml

pytestmark = pytest.mark.browser

FORMULAS = [
    *(r"x_1", r"x_{ij} \leq n^2", r"\boldsymbol{\theta}^2", r"{\bf x}_1", r"\bm{x}_i", r"{\cal N}=2_1"),
    *(r"\mathscr{F}_t", r"\mathfrak{sl}_2", r"\mathbb E_{x}[f]", r"\mathbb{1}_A", r"\mathbf{x}_1"),
    *(r"T_c\sim 10", r"x_1\pm 5", r"p_1\implies q", r"p_1\iff q", r"f_1\colon X\to Y"),
    *(r"\langle x_1,y\rangle", r"a_1,\ldots,a_n", r"O(n^2\log n)", r"\cos\theta_1", r"a\sin^2 x+b\ln y"),
    *(r"\log\log n_1", r"\mathrm{C}_2", r"\mathrm{M}_\odot", r"\text{foo\_bar}_1"),
    *(r"\operatorname*{arg\,max}_x f", r"\operatorname*{argmin}_x f", r"\operatorname{tr}A^2"),
    *(r"\arg\max_x f", r"\|x\|_2", r"\lVert x\rVert_2", r"\Vert x\Vert^2", r"\sqrt[3]{x}", r"\sqrt{s_{NN}}"),
    *(r"\frac{a+b}{c}", r"\binom{n}{k}", r"\sum_{i=1}^{n} x_i", r"\int_0^1 f\,dx", r"\lim_{n\to\infty} a_n"),
    *(r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", r"M_{\rm BH}\sim10^{9}\,M_\odot", r"1.14^{+0.41}_{-0.63}"),
    *(r"10^{-3}", r"x^{\prime}", r"f''(x_1)", r"\dot{M}_1", r"\hat{y}_i", r"\overline{MS}_1"),
    *(r"\widetilde{O}(n^{-1/2})", r"b\bar{b}_1", r"\vec{x}_1", r"\{0,1\}^n", r"|V_{ub}|"),
    *(r"\mathcal{O}(n^2)", r"\ell_{2,p}", r"\lesssim 10^3", r"\nabla_x f", r"\neg x_1", r"A^\top B"),
    *(r"\chi^2_\nu", r"\hbar^2", r"B^0\to K^{*0}\mu^+\mu^-", r"SU(3)_c\times SU(2)_L", r"X\xrightarrow{f}Y"),
    r"x\stackrel{d}{=}y",
]
SIZES = "maths => maths.map(math => { const box = math.getBoundingClientRect(); return [box.width, box.height]; })"
# The second of each pair has the same letters but no function, so nothing is set apart.
APART = [(r"n_1\log n", r"n_1\mathrm{lgo}n"), (r"\cos\theta_1", r"\mathrm{soc}\theta_1")]


def draw(page, formulas):
    """Draw formulas, each on its own line, and return their sizes."""
    lines = "".join(f"<p>{mathml(formula)}</p>" for formula in formulas)
    page.set_content(f"<!doctype html><meta charset=utf-8><body>{lines}")
    return page.locator("math").evaluate_all(SIZES)


def test_every_formula_is_converted_and_drawn_on_one_or_two_lines(chromium):
    page = chromium.new_page()
    assert [formula for formula in FORMULAS if not mathml(formula)] == []
    sizes = draw(page, FORMULAS)
    assert len(sizes) == len(FORMULAS) >= 60
    drawn = zip(FORMULAS, sizes, strict=True)
    assert [(formula, size) for formula, size in drawn if size[0] <= 5 or not 10 < size[1] < 80] == []
    assert page.locator("merror").count() == 0
    page.close()


def test_no_symbol_is_drawn_as_a_letter(chromium):
    page = chromium.new_page()
    draw(page, FORMULAS)
    letters = page.locator("mi").all_text_contents()
    assert [text for text in letters if not any(char.isalnum() or char in "∞∇∂∅⊤…" for char in text)] == []
    page.close()


@pytest.mark.parametrize(("function", "letters"), APART)
def test_function_names_are_set_apart(chromium, function, letters):
    page = chromium.new_page()
    (apart, _), (together, _) = draw(page, [function, letters])
    assert apart > together + 1
    page.close()
