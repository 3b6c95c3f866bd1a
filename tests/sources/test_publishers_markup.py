"""What publishers and their systems put into titles and abstracts: formulas in MathML, headings, marks of their own."""

import json

import pytest

from digest.catalog.key_sentence import key_span
from digest.sources import biorxiv, crossref, pubmed
from digest.sources.highwire_text import without_marks
from digest.sources.latex_text import clean_text
from digest.sources.mathml_text import MAX_MATHML_DEPTH
from tests.support import index_answers as answers
from tests.support.harvest import WEDNESDAY, harvest_position, read_source
from tests.support.night_harvest import NIGHT


@pytest.fixture
def morning(time_machine):
    time_machine.move_to(NIGHT, tick=False)


def only(pages):
    (record,) = [record for page in pages for record in page.records]
    return record


def read(module, part=""):
    return read_source(module, harvest_position(part))


PREAMBLE = r"\documentclass[12pt]{minimal} \usepackage{amsmath} \begin{document}$$\sigma ^{2}$$\end{document}"


@pytest.mark.storeless
@pytest.mark.parametrize(
    ("mathml", "text"),
    [
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x^2"),
        ("<msub><mi>T</mi><mi>c</mi></msub><mo>=</mo><mn>5</mn>", "T_c=5"),
        ("<msubsup><mi>B</mi><mi>s</mi><mn>0</mn></msubsup>", "B_s^0"),
        ("<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mi>c</mi></mrow></mfrac>", "a/(b+c)"),
        ("<msqrt><mi>s</mi></msqrt><mo>=</mo><mn>13</mn><mtext> TeV</mtext>", "√(s)=13 TeV"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "∛(x)"),
        ('<mover accent="true"><mi>x</mi><mo>¯</mo></mover>', "x̄"),
        ("<mover><mi>v</mi><mo>→</mo></mover>", "v⃗"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>x</mi>",
            "∑_(i=1)^nx",
        ),
        ("<mmultiscripts><mi>Ca</mi><mprescripts/><none/><mn>48</mn></mmultiscripts>", "^(48)Ca"),
        ("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>", "sin x"),
        ('<mi mathvariant="double-struck">R</mi>', "ℝ"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a,b)"),
        ("\n <mrow>\n  <mn>5</mn>\n  <mo>%</mo>\n </mrow>\n", "5%"),
        ("<mi>p</mi><mo>&lt;</mo><mn>0.05</mn>", "p<0.05"),
        ('<semantics><mi>α</mi><annotation encoding="application/x-tex">\\alpha</annotation></semantics>', "α"),
        ("<msup><mi>x</mi><mn>2", "x^2"),
        ("<mrow>" * (2 * MAX_MATHML_DEPTH) + "<mi>x</mi>" + "</mrow>" * (2 * MAX_MATHML_DEPTH), "x"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "mml:", "m:"])
def test_mathml_is_written_on_one_line(mathml, text, prefix):
    source = f"<math>{mathml}</math>".replace("</", "\0").replace("<", f"<{prefix}").replace("\0", f"</{prefix}")

    assert clean_text(f"Of {source} and more") == " ".join(f"Of {text} and more".split())


@pytest.mark.storeless
@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"<alternatives><tex-math>{PREAMBLE}</tex-math><mml:math><mml:mi>σ</mml:mi></mml:math></alternatives>", "σ^2"),
        ("<jats:alternatives><jats:tex-math>$$\\alpha$$</jats:tex-math></jats:alternatives>-helix", "α-helix"),
        ("<alternatives><mml:math><mml:mi>x</mml:mi></mml:math></alternatives>", "x"),
        ("<tex-math>x^2</tex-math>", "x^2"),
        ("<math> never closed", "<math> never closed"),
        ("the math of <i>x</i>", "the math of x"),
    ],
)
def test_a_formula_in_several_forms_is_there_once(source, text):
    assert clean_text(source) == text


@pytest.mark.storeless
def test_headings_of_a_structured_abstract_have_a_colon_and_the_word_abstract_goes():
    abstract = clean_text(
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title><jats:p>Malaria is common in "
        "many places.</jats:p></jats:sec><jats:sec><jats:title>Conclusions:</jats:title><jats:p>The vaccine works well "
        "in children.</jats:p></jats:sec>"
    )

    assert abstract == (
        "Background: Malaria is common in many places. Conclusions: The vaccine works well in children."
    )
    start, end = key_span("A vaccine", abstract)
    assert abstract[start:end].startswith("Conclusions:")


@pytest.mark.storeless
@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "O_ST_ABSBackgroundC_ST_ABSCells grow. O_ST_ABSResults:C_ST_ABSFast.",
            "Background: Cells grow. Results: Fast.",
        ),
        ("AO_SCPLOWBSTRACTC_SCPLOWCells grow in MO_SCPLOWYCC_SCPLOW.", "Cells grow in MYC."),
        ("We see this. O_LIOne pointC_LI\nO_LITwo pointsC_LI", "We see this. One point Two points"),
        (
            "The end.\n\nGraphical Abstract\n\nO_FIG O_LINKSMALLFIG WIDTH=200>\nView larger version:\norg  M_FIG C_FIG",
            "The end.",
        ),
        ("TGF-{beta}1 at 5 {micro}M, 3 {+/-} 1 and 37{degrees}C", "TGF-β1 at 5 μM, 3 ± 1 and 37°C"),
        ("[~]5 and [&ge;]3 [->] 4, as in [12]", "~5 and ≥3 → 4, as in [12]"),
        (r"$x_{max}$, \text{beta} and {GAN}", "x_(max), beta and GAN"),
        ("Abstract Reasoning in mice", "Abstract Reasoning in mice"),
    ],
)
def test_marks_of_the_preprint_servers_are_gone(source, text):
    assert clean_text(without_marks(source)) == text


@pytest.mark.usefixtures("morning")
def test_biorxiv_gives_titles_and_abstracts_without_marks(source):
    entry = {
        "doi": "10.1101/2026.09.14.000001",
        "title": "{beta}-catenin",
        "authors": "Lovelace, A.",
        "date": "2026-09-15",
        "version": "1",
        "abstract": "O_ST_ABSAimsC_ST_ABSTo see.",
    }
    source.says(json.dumps({"messages": [{"status": "ok", "total": 1}], "collection": [entry]}))

    record = only(read(biorxiv))

    assert (record.title, record.abstract) == ("β-catenin", "Aims: To see.")


@pytest.mark.usefixtures("morning")
def test_pubmed_keeps_exponents_formulas_and_suffixes(source):
    article = answers.pubmed_article(
        title="[On CO<sub>2</sub> at 10<sup>-3</sup> and [60]fullerene].",
        abstract="<AbstractText>If <mml:math xmlns:mml='http://www.w3.org/1998/Math/MathML'><mml:msup><mml:mi>x</mml:mi>"
        "<mml:mn>2</mml:mn></mml:msup></mml:math> is <b>big</b>.</AbstractText>",
    ).replace("</ForeName>", "</ForeName><Suffix>Jr</Suffix>")
    source.says(answers.pubmed_search(1), answers.pubmed_articles(article))

    record = only(read(pubmed, "graphs"))

    assert record.title == "On CO_2 at 10^(-3) and [60]fullerene"
    assert record.abstract == "If x^2 is big."
    assert record.authors[0] == "Ada Lovelace, Jr"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("[On graphs].", "On graphs"),
        ("[On graphs.]", "On graphs"),
        ("Of C[60].", "Of C[60]"),
        ("[2+2]-rings", "[2+2]-rings"),
    ],
)
@pytest.mark.usefixtures("morning")
def test_only_the_brackets_of_a_translated_title_go(source, written, title):
    source.says(answers.pubmed_search(1), answers.pubmed_articles(answers.pubmed_article(title=written)))

    assert only(read(pubmed, "graphs")).title == title


@pytest.mark.usefixtures("morning")
def test_crossref_names_have_their_suffixes(source):
    people = [
        {"given": "Ada", "family": "Lovelace", "suffix": "Jr."},
        {"given": "Rik", "family": "Roe", "suffix": "III"},
    ]
    source.says(answers.crossref(answers.crossref_work(author=people)))

    record = only(read(crossref, "1476-4687"))

    assert record.authors == ("Ada Lovelace, Jr.", "Rik Roe III")
    assert record.day == WEDNESDAY
