"""Evaluating the key sentence against summaries that people wrote."""

import json

import pytest
from django.core.management import CommandError, call_command

from digest.catalog.key_sentence import Weights, key_span
from digest.metrics.key_sentences.rouge import rouge

PAPERS = [
    {
        "title": f"Learning from {thing} without labels",
        "sentences": [
            f"Everybody has {thing} at home these days.",
            "Labels are expensive and often wrong.",
            f"We propose to learn from {thing} without labels.",
            "Experiments on ten datasets are reported.",
        ],
        "summaries": [f"A way to learn from {thing} without labels.", "It needs no labels."],
    }
    for thing in ("graphs", "bread", "stars", "cells", "songs", "maps")
]


def write(path, rows=PAPERS):
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return path


def test_each_method_gets_its_figures(tmp_path, capsys):
    write(tmp_path / "dev.jsonl")

    call_command("eval_key_sentence", str(tmp_path), "--json")

    figures = json.loads(capsys.readouterr().out)["dev.jsonl"]
    assert {"first", "random", "lexrank", "title", "cue", "ours", "ours_whole", "excerpt", "oracle"} == figures.keys()
    assert figures["oracle"]["rouge_1"]["mean"] == pytest.approx(75)
    assert figures["ours"]["rouge_1"]["mean"] == figures["oracle"]["rouge_1"]["mean"]
    assert figures["first"]["rouge_1"]["mean"] < figures["cue"]["rouge_1"]["mean"]


def test_rouge_counts_words_pairs_and_order_against_the_nearest_summary():
    one, two, longest = rouge("the cats sat down", ["a dog", "the cat sat"])

    assert one == pytest.approx(2 * 3 / (4 + 3))
    assert two == pytest.approx(2 * 2 / (3 + 2))
    assert longest == pytest.approx(2 * 3 / (4 + 3))


@pytest.mark.parametrize("line", ["{", "[]", '{"title": "A"}', '{"title": "A", "sentences": [], "summaries": ["B"]}'])
def test_an_invalid_line_is_named(tmp_path, line):
    path = write(tmp_path / "dev.jsonl", [PAPERS[0], line])

    with pytest.raises(CommandError, match="line 2: expected"):
        call_command("eval_key_sentence", str(path))


@pytest.mark.parametrize("name", ["", "nowhere.jsonl"])
def test_an_empty_or_missing_path_is_refused(tmp_path, name):
    with pytest.raises(CommandError):
        call_command("eval_key_sentence", str(tmp_path / name))


def test_learned_weights_can_be_read_and_choose_what_the_summaries_say(tmp_path, monkeypatch, capsys):
    path, weights = write(tmp_path / "train.jsonl", PAPERS * 5), tmp_path / "weights.json"

    call_command("train_key_sentence", str(path), "--model", "7", "--to", str(weights))

    learned = Weights.read(weights)
    assert learned.model == 7
    monkeypatch.setattr("digest.catalog.key_sentence.weights", lambda: learned)
    text = " ".join(PAPERS[0]["sentences"])
    span = key_span(PAPERS[0]["title"], text)
    assert text[span.start : span.end] == PAPERS[0]["sentences"][2]
