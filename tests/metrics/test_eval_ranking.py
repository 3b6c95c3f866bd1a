"""Evaluating the ranking on readers."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from digest.metrics.evaluation import measures
from digest.metrics.evaluation.known_methods import KnownMethods
from digest.metrics.evaluation.other_readers import EASE_RIDGE, OtherReaders
from digest.metrics.evaluation.readers import (
    CANDIDATES,
    RELEVANT_PER_TRIAL,
    EvaluationError,
    Trial,
    read_library,
    trials,
)

pytestmark = pytest.mark.storeless

SUBJECTS = ["graphs networks nodes", "bread flour oven", "stars planets orbit", "cells genes protein"]
RIVALS = {
    "topics_only",
    "bm25",
    "tfidf_svm",
    "embedding_logistic",
    "most_saved",
    "item_knn",
    "ease",
    "both_joined",
    "ranks_joined",
    "all_ranks_joined",
    "hybrid",
    "hybrid_with_votes",
}


@pytest.fixture
def folder(tmp_path):
    """Papers on four subjects, and readers who each save papers on one of them."""
    chance = np.random.default_rng(3)
    papers = [
        {"id": number + 1000, "text": f"{SUBJECTS[number % 4]} w{chance.integers(40)} w{chance.integers(40)}"}
        for number in range(400)
    ]
    readers = [
        {"reader": number, "saved": [int(chance.integers(100)) * 4 + number % 4 + 1000 for _ in range(25)]}
        for number in range(8)
    ]
    write(tmp_path, papers, readers)
    return tmp_path


def write(folder, papers, readers):
    for name, rows in (("papers", papers), ("readers", readers)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))


def test_one_object_gives_each_methods_figures_by_number_of_known_papers(folder, capsys):
    call_command("eval_ranking", str(folder), "--json")

    figures = json.loads(capsys.readouterr().out)
    assert RIVALS | {"ours"} <= figures.keys()
    assert list(figures["ours"]) == ["0", "1", "3", "10"]
    learned = figures["ours"]["3"]
    assert learned["ndcg_at_10"] > 4 * figures["tfidf_svm"]["0"]["ndcg_at_10"]
    assert learned["ndcg_at_10_interval"][0] <= learned["ndcg_at_10"] <= learned["ndcg_at_10_interval"][1]
    assert learned["readers"] == 8
    assert {"hit_rate", "diversity", "coverage", "ahead"} <= learned.keys()


def test_half_of_the_readers_can_be_left_for_tuning(folder, capsys):
    call_command("eval_ranking", str(folder), "--json", "--readers", "half")

    assert json.loads(capsys.readouterr().out)["ours"]["1"]["readers"] == 4


def test_what_other_readers_saved_comes_only_from_the_other_half(folder):
    library = read_library(folder)

    others = OtherReaders.of(library, 0)

    saved = np.concatenate([saved for reader, saved in enumerate(library.saved) if reader % 2 == 1])
    assert others.popularity.tolist() == np.bincount(saved, minlength=len(library.texts)).tolist()


def test_ease_computed_by_readers_equals_ease_computed_by_papers(folder):
    library = read_library(folder)
    others = OtherReaders.of(library, 0)
    likes = others.likes.toarray().astype(np.float64)
    inverse = np.linalg.inv(likes @ likes.T + EASE_RIDGE * np.eye(len(likes)))
    weights = -inverse / np.diag(inverse)
    trial = trials(library)[0]

    scores = others.scores(trial, 10)["ease"]

    expected = weights[trial.profile[:10]].sum(axis=0)[trial.candidates]
    assert scores == pytest.approx(expected, abs=1e-5)


def test_joining_rankings_that_know_nothing_gives_one_that_knows_nothing(folder):
    library = read_library(folder)

    scores = KnownMethods.of(library, np.ones((len(library.texts), 2), np.float32)).scores(trials(library)[0], 0)

    for method in RIVALS - {"most_saved", "all_ranks_joined", "hybrid_with_votes"}:
        assert len(set(scores[method].tolist())) == 1, method


def test_bm25_ranks_a_known_papers_rare_word_above_a_common_one(folder):
    write(
        folder,
        [{"id": number, "text": "shared filler"} for number in range(300)]
        + [{"id": 300, "text": "shared rare"}, {"id": 301, "text": "rare things"}],
        [{"reader": reader, "saved": [300, 301, *range(5)]} for reader in range(2)],
    )
    library = read_library(folder)
    trial = Trial(0, 0, np.array([300]), np.array([301, *range(10, 209)]))

    scores = KnownMethods.of(library, np.ones((302, 2), np.float32)).scores(trial, 1)["bm25"]

    assert scores.argmax() == 0
    assert scores[0] > 2 * scores[1] > 0


def test_a_trial_hides_what_is_to_be_found_and_is_reproducible(folder):
    library = read_library(folder)

    first, second = trials(library)[0], trials(library)[0]

    saved = set(library.saved[first.reader].tolist())
    assert set(first.candidates[:RELEVANT_PER_TRIAL].tolist()) < saved
    assert not saved & set(first.candidates[RELEVANT_PER_TRIAL:].tolist())
    assert not set(first.profile.tolist()) & set(first.candidates.tolist())
    assert len(set(first.candidates.tolist())) == CANDIDATES
    assert first.candidates.tolist() == second.candidates.tolist()


def test_ndcg_is_one_at_best_and_zero_at_worst():
    best = np.arange(10)[None, :]

    assert measures.ndcg(best)[0] == pytest.approx(1)
    assert measures.ndcg(best + RELEVANT_PER_TRIAL)[0] == 0
    assert 0.5 < measures.ndcg(best[:, ::-1])[0] < 0.8


@pytest.mark.parametrize(
    ("papers", "readers"),
    [
        ([{"id": 1, "text": "too few"}], [{"reader": 1, "saved": [1]}]),
        ([{"id": number, "text": ""} for number in range(300)], []),
        ([{"id": number, "text": ""} for number in range(300)], [{"reader": 1, "saved": [999]}]),
        ([{"id": number} for number in range(300)], [{"reader": 1, "saved": [1]}]),
    ],
)
def test_data_that_cannot_be_evaluated_is_refused(tmp_path, papers, readers):
    write(tmp_path, papers, readers)

    with pytest.raises(EvaluationError, match="expected"):
        read_library(tmp_path)


def test_a_missing_folder_and_a_line_that_is_not_json_give_a_clear_error(tmp_path):
    with pytest.raises(CommandError, match=r"papers\.jsonl"):
        call_command("eval_ranking", str(tmp_path))
    (tmp_path / "papers.jsonl").write_text("{")
    with pytest.raises(CommandError, match=r"papers\.jsonl:1: expected one JSON object"):
        call_command("eval_ranking", str(tmp_path))
