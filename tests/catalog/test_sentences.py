"""Sentences as spans: what ends one, and what does not."""

import json
from pathlib import Path

import pytest

from digest.catalog.lead_ins import without_lead_in
from digest.catalog.sentences import sentence_spans

# A hundred abstracts from astronomy, physics, mathematics and biology; a person marked the end of each sentence.
CHECKED = json.loads((Path(__file__).parents[1] / "payloads" / "sentences.json").read_text())


def cut(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("paper", CHECKED, ids=[paper["id"] for paper in CHECKED])
def test_sentences_end_where_a_reader_says_they_do(paper):
    assert [span.end for span in sentence_spans(paper["abstract"])] == paper["ends"]


@pytest.mark.parametrize(
    "text",
    [
        "We follow Smith et al. (2020) and Jones et al. 2021 throughout.",
        "Many models, e.g. BERT and i.e. Transformers, cf. Vaswani, vs. LSTMs, fail.",
        "See Fig. 3, Eqs. 4 and 5, Sec. II, Ref. [7], Thm. A and No. 9 of Vol. X for more.",
        "The mass is 3.5 M_sun at z = 0.3 with p < 0.05 and a flux of 1.2e-3 Jy.",
        "J. R. R. Tolkien, D.-K. Kim and K. Popper met E. coli and S. Typhimurium there.",
        "Samples from the U.S. Department of Energy and the U.K. Biobank were used by Dr. Lee and Prof. Wu.",
        "The line $x. Y = z. W$ holds, and so does (see the note. It is long) the rest.",
        "Pop. III stars of approx. 100 solar masses form ca. 200 Myr after.",
        "Released as Node.js, ASP.NET and at www.example.org/a.B for all.",
        "We observe w.r.t. Earth, i.i.d. Gaussian noise of St. Petersburg quality.",
        "It took 3 hr. to reach 5 arcsec. in the 2.5 mag. sample of sp. Nova plants.",
    ],
)
def test_no_sentence_ends_at_an_abbreviation_an_initial_a_decimal_or_in_a_formula(text):
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One is this. Two is that! Is it? It is.", 4),
        ("It was shown by Smith et al. We extend it.", 2),
        ("We use vitamin C. However, it fades.", 2),
        ("It costs 3.5. We pay in U.S. dollars, pounds, etc. The rest is free.", 3),
        ("Their genes differ. mRNA was taken. p53 was not.", 3),
        ("A full stop in brackets (as here.) We go on.", 2),
        ("The blank is missing here.We go on.", 2),
        ("He said “stop.” Then he left.", 2),
        ("本文提出一种方法。实验表明它有效！是吗？", 3),
        ("हम एक विधि देते हैं। यह काम करती है।", 2),
        ("A heading\n\nA paragraph", 2),
        ("WE PROPOSE A METHOD. IT WORKS. THE END.", 3),
    ],
)
def test_a_sentence_ends_where_another_begins(text, sentences):
    assert len(cut(text)) == sentences


def test_a_heading_in_a_structured_abstract_stays_with_its_text():
    text = "Context. Stars age. Aims. We ask how. Methods: We look. Results. They do."

    assert cut(text) == ["Context. Stars age.", "Aims. We ask how.", "Methods: We look.", "Results. They do."]


@pytest.mark.parametrize("text", ["", "   ", ".", "...", "。", "\n\n\n", "a", "$" * 500, "(" * 3000, ". " * 3000])
def test_input_that_is_not_text_does_no_harm(text):
    assert all(0 <= start < end <= len(text) for start, end in sentence_spans(text))


def test_spans_cover_all_of_the_text_except_white_space():
    for paper in CHECKED:
        text = paper["abstract"]
        assert "".join(cut(text)).replace(" ", "") == text.replace(" ", "")


def test_three_hundred_formulas_end_no_sentence():
    text = "We show that " + ", ".join(f"$x_{{{n}}}. A$ is {n}.5 of \\(y. B\\)" for n in range(300)) + ". It holds."

    assert len(cut(text)) == 2


@pytest.mark.parametrize(
    ("sentence", "trimmed"),
    [
        ("In this paper, we propose a method.", "We propose a method."),
        ("In this work we show that it holds.", "We show that it holds."),
        ("To this end, in this article, we study graphs of stars.", "We study graphs of stars."),
        ("Conclusions: However, the mass is not conserved.", "The mass is not conserved."),
        ("Specifically, mRNA levels rise at night.", "mRNA levels rise at night."),
        ("In this paper, we do.", "In this paper, we do."),
        ("In this universe, we see dark matter.", "In this universe, we see dark matter."),
        ("First results of a survey are shown.", "First results of a survey are shown."),
    ],
)
def test_lead_ins_are_left_out_if_a_sentence_remains(sentence, trimmed):
    assert without_lead_in(sentence) == trimmed
