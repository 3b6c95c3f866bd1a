"""Interests in a reader's own words."""

import pytest

from digest.catalog.interests import read_interests
from tests.support.factories import make_edition, make_paper, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue():
    topic = make_topic("Graph learning", keywords=["graph learning", "graph neural network"])
    papers = [make_paper(f"On protein folding and sparse attention, {number}") for number in range(3)]
    make_edition(*papers)
    return topic


@pytest.mark.parametrize(
    ("text", "topics", "follow", "mute"),
    [
        ("I work on graph learning and protein folding, but not drug design.", 1, ["protein folding"], ["drug design"]),
        (
            "Protein folding. Sparse attention! Nothing about benchmarks",
            0,
            ["protein folding", "sparse attention"],
            ["benchmarks"],
        ),
        (
            "I'm interested in sparse attention; not interested in surveys or position papers",
            0,
            ["sparse attention"],
            ["surveys", "position"],
        ),
        ("No surveys, but protein folding", 0, ["protein folding"], ["surveys"]),
        ("Not only protein folding but also sparse attention", 0, ["protein folding", "sparse attention"], []),
        ("Neither surveys nor benchmarks, only protein folding", 0, ["protein folding"], ["surveys", "benchmarks"]),
        ("Protein folding, excluding surveys", 0, ["protein folding"], ["surveys"]),
        (
            "Sparse attention. I am no longer interested in protein folding",
            0,
            ["sparse attention"],
            ["protein folding"],
        ),
        ("Sparse attention apart from surveys", 0, ["sparse attention"], ["surveys"]),
        ("I’m not a fan of surveys, and tired of benchmarks", 0, [], ["surveys", "benchmarks"]),
        ("Nothing but protein folding", 0, ["protein folding"], []),
        ("Everything but surveys", 0, [], ["surveys"]),
        ("unheard-of things nobody wrote about", 0, [], []),
        ("protein folding rather than drug design", 0, ["protein folding"], ["drug design"]),
        ("", 0, [], []),
        ("but not", 0, [], []),
        ("not " * 150, 0, [], []),
        ("我喜欢图学习", 0, [], []),
        ("' OR 1=1 -- \" * ( NEAR", 0, [], []),
    ],
)
def test_a_text_becomes_topics_words_to_follow_and_words_to_mute(catalogue, text, topics, follow, mute):
    parsed = read_interests(text)

    assert len(parsed.topics) == topics
    assert (parsed.follow, parsed.mute) == (follow, mute)
