import re
import unicodedata
from collections import Counter

import pytest

from digest.sources.latex_text import clean_text
from digest.sources.links import take_links
from digest.sources.seed import SHIPPED_PAGE

pytestmark = pytest.mark.storeless

LINES = [line for line in SHIPPED_PAGE.read_text(encoding="utf-8").split("\n")[12:] if line.strip()]

# What is left of LaTeX commands on the page, and words of its formulas that stick to them.
COMMANDS = """
    ell infty mathcal widetilde widetildeTheta Theta Omega theta rightarrow circ varepsilon nvarepsilon epsilon nepsilon
    sqrt dsqrt ksqrt dklog dlog ndlog loglog frac int Oleft left right Lright nabla subset sum sigma eta rho Tsharpmu
    Ain bin Sin xin leq cdot dagger ntimes mtimes delta gamma black nichani provable
"""


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"H\"older, Fr\'echet and Schr\"odinger", "Hölder, Fréchet and Schrödinger"),
        (r"\v{C}ech, Gar\c{c}\~ao, na\"{\i}ve, Erd\H{o}s", "Čech, Garção, naïve, Erdős"),
        (r"Erd{\H o}s, Ho{\v{r}}ava, Mar{\'i}a, Fran\c cois, {\"O}zg{\"u}r", "Erdős, Hořava, María, François, Özgür"),
        (r"3.4\% and 1.6\% \& \#1", "3.4% and 1.6% & #1"),
        (r"the lens of {\em dynamical stability} here", "the lens of dynamical stability here"),
        (r"\emph{very \textbf{bold} text}", "very bold text"),
        ("the ``best'' of `all' worlds", "the “best” of ‘all’ worlds"),
        (r"in prior work~\cite{a2020b} and \citep[see][p. 2]{c}.", "in prior work and ."),
        ("over prior work~nichani2023provable requiring", "over prior work requiring"),
        ("Figure~3 and Theorem~$2$", "Figure 3 and Theorem 2"),
        (r"$\alpha$-stable and $\mathcal{O}(n)$", "α-stable and O(n)"),
        (r"$x_{ij} \in \mathbb{R}^{d \times n}$", "x_(ij) ∈ ℝ^(d × n)"),
        (r"a bound of $\frac{a+b}{c}$ or $\frac{1}{2}$", "a bound of (a+b)/c or 1/2"),
        (r"\(\sqrt{n}\) and $$x^{2}$$", "√(n) and x^2"),
        (r"$\widetilde{O}(n^{-1/2})$", "Õ(n^(-1/2))"),
        (r"$\foo \leq \log \theta$ and \LaTeX{} and a{}b", "foo ≤ log θ and LaTeX and ab"),
        (r"labels in $\{0, 1\}$", "labels in {0, 1}"),
        (r"we call it \ourmethod{RAG} and it works", "we call it RAG and it works"),
        (r"it\'s and don\'t", "it's and don't"),
        ("one -- two --- three, pages 1--9", "one – two — three, pages 1–9"),
    ],
)
def test_latex_becomes_plain_text(latex, text):
    assert clean_text(latex) == text


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ("the ell_infty guarantee", "the ℓ_∞ guarantee"),
        ("mathcal{O}(d^k) samples", "O(d^k) samples"),
        ("widetilde Theta(d^{kq}) and widetildeTheta(d^4)", "Θ̃(d^(kq)) and Θ̃(d^4)"),
        ("h = g circ p where p : R^d rightarrow R", "h = g ∘ p where p : R^d → R"),
        ("widetilde O(d^{2/3}/(nvarepsilon_DP)^{4/3})", "Õ(d^(2/3)/(nε_DP)^(4/3))"),
        ("Omega(sqrt{dklog d}{nepsilon})", "Ω(√(dk log d)/(nε))"),
        ("|x'-x^*|_infty leq 2cdot |A^dagger|", "|x'-x^*|_∞ ≤ 2 · |A^†|"),
        ("T=nabla f_theta, where theta is", "T=∇f_θ, where θ is"),
        ("a matrix Ain R^{ntimes d}", "a matrix A ∈ R^(n × d)"),
        ("M^c_{rho}(T) between Tsharpmu and nu", "M^c_ρ(T) between T♯μ and ν"),
        ("that black{(1) models do} and so on", "that (1) models do and so on"),
        ("m=Omega(epsilon^{-2}d^{1+gamma}) for gamma=Theta(frac{loglog n{log d}})", None),
    ],
)
def test_formulas_that_lost_their_backslashes_get_their_signs_back(broken, text):
    expected = text or "m=Ω(ε^(-2)d^(1+γ)) for γ=Θ((log log n)/(log d))"
    assert clean_text(broken) == expected


@pytest.mark.parametrize(
    "text",
    [
        "about ~80% of 50% at $5 or $10, AT&T, C#, a < b > c, snake_case_name, 100%",
        "prices between $5 and $7 fell",
        "An alpha release, beta testers and the Omega of an epsilon; pi, ln(2) and the mll n",
        "TNF-alpha, beta_schedule and num_theta_steps",
        "We subset the data, in max and log, left and right, times and circles",
        "labels in {0, 1} and {-1, +1}",
        "Brave <x>claims</x> & <script>alert(1)</script>",
        "Which `code` is it? It's Gauss', and Lemniscate's",
        "see https://example.org/a_b~c/%7Ed?x=1&y=2#z_theta_ for it",
        "Ω(kd) samples, ℓ_2-norm, “quoted” – done",
        "catalog n, backlog n and dialog d",
    ],
)
def test_plain_text_stays_as_it_is(text):
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\SU(2)", "SU(2)"),
        (r"\E[X]", "E[X]"),
        (r"\softmax(x)", "softmax(x)"),
        (r"2\KL(p\|q)", "2 KL(p‖q)"),
        (r"\KL{}(p)", "KL(p)"),
        (r"n_\eff + A^\sca", "n_eff + A^sca"),
        (r"\frac{\KL}{2}", "KL/2"),
        (r"\varlimsup_n a_n", "lim sup_n a_n"),
        (r"\textalpha + \upbeta", "α + β"),
        (r"\ourvec{x} + \ournorm{y}", "x + y"),
        (r"\displaystyle x\label{a}\hline\kern", "x"),
        (r"x~\citep{a}", "x"),
        (r"a\,b\!c", "a bc"),
    ],
)
def test_an_unknown_command_in_a_formula_is_read_as_its_name_unless_it_has_arguments(formula, text):
    assert clean_text(f"${formula}$") == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\textalpha-helix", "α-helix"),
        (r"\ourmethod{RAG}", "RAG"),
        (r"A:\ourmethod is", "A: is"),
        (r"f: \to x", "f: → x"),
    ],
)
def test_outside_formulas_an_unknown_command_has_no_name(latex, text):
    assert clean_text(latex) == text


@pytest.mark.parametrize(
    "text",
    [
        r"in C:\Users\name\file, for example",
        r"C:\Program Files\App\a.exe",
        r"d:\temp\new_1\alpha.txt",
        r"C:\autoexec.bat and (D:\data\2024)",
    ],
)
def test_a_path_of_windows_stays_as_it_is(text):
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("latex", "text"), [(r"$X:\Omega\to Y$", "X:Ω→ Y"), (r"X:\Omega\rightarrow Y", "X:Ω→ Y"), (r"A:\emph{b}", "A:b")]
)
def test_commands_after_a_colon_are_no_path(latex, text):
    assert clean_text(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"it costs $\$$5", "it costs $5"),
        (r"from $\$$5 to $\$$7", "from $5 to $7"),
        (r"at $-\$$5", "at -$5"),
        (r"with $p =$5", "with p =5"),
        (r"with $p<$0.05 and $n\,=\,$12", "with p<0.05 and n = 12"),
        (r"for $x_1=$5 and $k, l >$3", "for x_1=5 and k, l >3"),
    ],
)
def test_a_number_may_follow_a_formula(latex, text):
    assert clean_text(latex) == text


@pytest.mark.parametrize("text", ["between $5 and $7", "a US$ is =$5", "pays $more =$5", "$HOME=$5", "$x $5"])
def test_dollars_around_words_are_no_formula(text):
    assert clean_text(text) == text


def test_invisible_and_bidirectional_characters_are_removed():
    assert clean_text("a\u202eb\u200bc\x07d\u2066e\ufefff\x00g\u00adh") == "abcdefgh"


def test_white_space_is_folded_and_letters_are_composed():
    assert clean_text("  Scho\u0308n \n\n und\u00a0\tgut ") == "Schön und gut"


def test_styled_letters_become_plain_ones():
    assert clean_text("𝒪(𝐧) in ℝ") == "O(n) in ℝ"


@pytest.mark.parametrize(
    "broken", [r"\frac{a", r"\sqrt", r"a \ b\\", "$x", r"\emph{open", "}{", "{{{", r"\begin{x} y", "\\", r"\verb|x|"]
)
def test_broken_latex_leaves_no_backslash_and_no_error(broken):
    assert "\\" not in clean_text(broken)


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_the_seed_page_keeps_every_word(line):
    missing = Counter(words(line)) - Counter(words(clean_text(line)))
    assert set(missing) <= set(COMMANDS.split())


def test_the_seed_page_has_no_braces_or_backslashes_left():
    text = "\n".join(clean_text(take_links(line).text) for line in LINES)
    assert not re.search(r"[{}\\]|``|''|~[a-z]", text)


def test_cleaning_the_seed_page_again_changes_nothing():
    once = [clean_text(line) for line in LINES]
    assert [clean_text(line) for line in once] == once


def words(text):
    """The words of three letters or more, without their accents, however the accents are written."""
    text = unicodedata.normalize("NFKD", re.sub(r"https?://\S+|\\[\"']|\u0303", "", text))
    return re.findall(r"[A-Za-z]{3,}", re.sub(r"[\u0300-\u036f]", "", text))
