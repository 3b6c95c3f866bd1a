"""The key sentence: which one is chosen, how it is kept with the paper, and how it is shown."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from digest.catalog import key_sentence
from digest.catalog.importing import import_records
from digest.catalog.key_sentence import Weights, choose_key_sentences, gist, key_span, quoted
from digest.models import Paper
from digest.sources.record import PaperRecord
from tests.support.factories import make_paper
from tests.support.hostile_text import MOST, growth_of_long_text

CHECKED = json.loads((Path(__file__).parents[1] / "payloads" / "sentences.json").read_text())
ABSTRACT = (
    "Graphs are everywhere, and many methods learn from them. However, they need labels, which are expensive. "
    "In this paper, we propose a method that learns from graphs without labels. It is evaluated on ten datasets."
)
PROPOSAL = "In this paper, we propose a method that learns from graphs without labels."


def sentence_of(abstract, title="Learning from graphs without labels"):
    span = key_span(title, abstract)
    return abstract[span.start : span.end] if span else None


def record(abstract):
    title = "Learning from graphs without labels"
    return PaperRecord("arxiv", (("arxiv", "2501.00001"),), title, abstract)


def test_the_sentence_that_states_the_contribution_is_chosen():
    assert sentence_of(ABSTRACT) == PROPOSAL


def test_it_fits_for_nearly_all_of_a_hundred_abstracts_from_other_fields():
    """The weights come only from machine learning papers; a person judged which sentences fit."""
    unfit = [paper["id"] for paper in CHECKED if place_of_key(paper) not in paper["fit"]]

    assert len(unfit) <= 5, unfit


def place_of_key(paper):
    span = key_span(paper["title"], paper["abstract"])
    return paper["ends"].index(span.end)


def test_a_structured_abstract_is_quoted_from_its_results_or_conclusions():
    text = (
        "Background: We propose that sleep matters for all of us. Methods: We present a study of 300 nurses. "
        "Results: Sleep fell by two hours a night. Conclusions: Night shifts cost sleep."
    )

    assert sentence_of(text, "Sleep of nurses").split(":")[0] in {"Results", "Conclusions"}


@pytest.mark.parametrize(
    ("abstract", "sentence"),
    [
        ("", None),
        ("   ", None),
        ("Abridged.", None),
        ("$x$ $y$ $z$ $w$ $v$.", None),
        ("We propose one single sentence and nothing else.", "We propose one single sentence and nothing else."),
        ("图无处不在。本文提出一种从图中学习的方法。实验表明它有效。", "本文提出一种从图中学习的方法。"),
        ("WE KNOW GRAPHS WELL. WE PROPOSE A NEW METHOD FOR GRAPHS. IT WORKS.", "WE PROPOSE A NEW METHOD FOR GRAPHS."),
    ],
)
def test_odd_abstracts_give_a_sentence_or_nothing(abstract, sentence):
    assert sentence_of(abstract, "Graphs") == sentence


def test_three_hundred_formulas_give_a_sentence():
    formulas = (
        "We show that " + " and ".join(f"$x_{{{number}}} = {number}.5$" for number in range(300)) + " hold here. "
    )

    assert sentence_of(formulas * 3, "Formulas")


def test_a_whole_book_gives_a_sentence_in_time_proportional_to_its_length():
    assert sentence_of(ABSTRACT * 2000, "Graphs")
    assert growth_of_long_text(lambda text: sentence_of(text, "Graphs"), ABSTRACT, len(ABSTRACT) * 400) < MOST


@given(st.text(max_size=400), st.text(max_size=60))
def test_a_span_lies_within_its_text_whatever_the_text(abstract, title):
    span = key_span(title, abstract)

    assert span is None or 0 <= span.start < span.end <= len(abstract)


def test_weights_for_other_features_are_refused(tmp_path):
    path = tmp_path / "weights.json"
    path.write_text(json.dumps({"model": 1, "word": [], "word_bias": 0, "stems": {}, "sentence": {"place": 1}}))

    with pytest.raises(ValueError, match=r"weights\.json: expected weights"):
        Weights.read(path)


@pytest.mark.django_db
class TestPapers:
    def test_importing_chooses_one_and_chooses_again_for_a_new_abstract(self):
        import_records([record(ABSTRACT)])
        assert quoted(Paper.objects.get()) == PROPOSAL

        import_records([record("We show that graphs of all kinds can do without labels. That is all there is.")])

        paper = Paper.objects.get()
        assert quoted(paper) == "We show that graphs of all kinds can do without labels."
        assert paper.key_model == key_sentence.weights().model

    def test_lists_show_it_without_its_lead_in_or_else_the_start_of_the_abstract(self):
        paper = make_paper("Learning from graphs", abstract=ABSTRACT)
        assert gist(paper).startswith("Graphs are everywhere")

        choose_key_sentences([paper])

        assert gist(paper) == "We propose a method that learns from graphs without labels."

    def test_a_span_that_is_no_longer_a_sentence_is_not_quoted(self):
        paper = make_paper(abstract=ABSTRACT)
        choose_key_sentences([paper])

        paper.abstract = "Something else altogether, much shorter."
        assert quoted(paper) == ""
        paper.abstract = "x" * len(ABSTRACT)
        assert quoted(paper) == ""
        assert gist(paper).startswith("xxx")

    def test_the_command_chooses_for_older_papers_once(self, capsys):
        old, empty = make_paper(abstract=ABSTRACT), make_paper(abstract="")

        call_command("choose_key_sentences")
        call_command("choose_key_sentences")

        assert capsys.readouterr().out.splitlines() == ["2 papers checked", "0 papers checked"]
        old.refresh_from_db()
        empty.refresh_from_db()
        assert quoted(old) == PROPOSAL
        assert (empty.key_start, empty.key_end, empty.key_model) == (None, None, key_sentence.weights().model)
