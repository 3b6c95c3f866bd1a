"""Score weights learned from pairs of papers: close to the true ones, never below zero, little from few pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking import COMPONENTS, WEIGHTS, learn_weights

pytestmark = pytest.mark.storeless

NAMES = list(COMPONENTS)


def pairs_of(true_multiples, number=4000, seed=1, slope=6.0):
    """Differences of pairs that readers order by weights other than the usual ones."""
    chance = np.random.default_rng(seed)
    differences = chance.normal(0, 0.3, (number, len(NAMES)))
    margins = slope * differences @ np.array([true_multiples.get(name, 1.0) for name in NAMES])
    liked_first = chance.random(number) < 1 / (1 + np.exp(-margins))
    differences[~liked_first] *= -1
    return differences, np.ones(number), chance.random(number) < 0.5


@pytest.mark.parametrize("true", [{}, {"affinity": 2.0, "topic": 0.5}, {"votes": 0.0, "author": 1.5}])
def test_the_weights_that_readers_go_by_are_found(true):
    lesson = learn_weights(*pairs_of(true))
    learned_weights = np.array([lesson.weights[name] / WEIGHTS[name] for name in NAMES])
    true_weights = np.array([true.get(name, 1.0) for name in NAMES])
    # Up to a common factor, because only proportions determine an order.
    assert learned_weights / learned_weights.mean() == pytest.approx(true_weights / true_weights.mean(), abs=0.15)


def test_it_does_better_on_held_out_readers_if_there_is_something_to_learn():
    lesson = learn_weights(*pairs_of({"affinity": 3.0, "topic": 0.2, "novelty": 0.0}))
    assert lesson.right_after > lesson.right_before + 0.02
    same = learn_weights(*pairs_of({}))
    assert same.right_after == pytest.approx(same.right_before, abs=0.01)


def test_few_opinions_change_little_and_none_change_nothing():
    some = learn_weights(*pairs_of({"affinity": 4.0, "topic": 0.1}, number=6))
    assert all(some.weights[name] == pytest.approx(WEIGHTS[name], rel=0.35) for name in NAMES)
    nothing = np.zeros((0, len(NAMES))), np.zeros(0), np.zeros(0, dtype=bool)
    assert learn_weights(*nothing).weights == WEIGHTS


def test_a_component_that_never_differs_keeps_its_weight():
    differences, counts, halves = pairs_of({"affinity": 2.0}, number=3000)
    place = NAMES.index("keyword")
    differences[:, place] = 0
    lesson = learn_weights(differences, counts, halves)
    others = [lesson.weights[name] / WEIGHTS[name] for name in NAMES if name not in ("keyword", "affinity")]
    assert lesson.weights["keyword"] / WEIGHTS["keyword"] == pytest.approx(np.mean(others), abs=0.3)


def test_a_disliked_component_weighs_zero_and_not_less():
    lesson = learn_weights(*pairs_of({"votes": -2.0}))
    assert lesson.weights["votes"] == 0


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_no_weight_is_negative_infinite_or_nan(number, seed):
    chance = np.random.default_rng(seed)
    differences = chance.normal(0, chance.choice([0, 1e-6, 1, 100]), (number, len(NAMES)))
    lesson = learn_weights(differences, np.ones(number), chance.random(number) < 0.5)
    for name in NAMES:
        assert 0 <= lesson.weights[name] <= 4 * WEIGHTS[name] + 1e-9
    assert 0 <= lesson.right_before <= 1
