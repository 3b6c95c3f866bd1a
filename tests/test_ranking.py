"""Ranking by arrays: no database."""

import numpy as np
import pytest
from scipy import sparse

from digest.ranking import learning, scoring, words
from digest.ranking.alike import liked_together
from digest.ranking.choosing import Offer, Readers, choose, rank
from digest.ranking.closeness import Papers, Usual, closeness
from digest.ranking.diversity import sameness
from digest.ranking.reasons import CODES, Reason, strongest
from digest.ranking.taste import kernel, nearest, taste


def floats(*rows):
    return np.array(rows, dtype=np.float32)


def an_offer(tags, **parts):
    papers = len(tags)
    fields = {"pinned": np.zeros(papers, dtype=np.bool_), "same": np.zeros((papers, papers), dtype=np.float32), **parts}
    return Offer(np.array(tags, dtype=np.float32), **fields)


def readers(follows, **parts):
    array = floats(follows)
    return Readers(array, parts.pop("never", np.zeros(array.shape, dtype=np.bool_)), **parts)


def chosen(wanted, offer, most=10, draw=0.0):
    ranked = rank(wanted, offer)
    return choose(ranked, offer, np.array([most]), np.array([draw]))


def papers_of(wanted, offer, most=10):
    return [paper for paper in chosen(wanted, offer, most).papers[0].tolist() if paper >= 0]


def test_more_of_a_topic_comes_before_the_same_of_another_and_less_after_it():
    offer = an_offer([[0.6, 0, 0], [0, 0.6, 0], [0, 0, 0.6]])

    assert papers_of(readers([0.5, 1, 2]), offer) == [2, 1, 0]


def test_a_topic_never_wanted_keeps_a_paper_out_whatever_else_speaks_for_it():
    offer = an_offer([[0.9, 0.3], [0.5, 0]], pinned=np.array([True, False]))

    assert papers_of(readers([1, 0], never=np.array([[False, True]])), offer) == [1]


def test_a_muted_paper_stays_out_also_when_a_followed_phrase_stands_in_it():
    wanted = readers([0], keyword=floats([1, 1]), muted=np.array([[True, False]]), asks=np.array([True]))

    assert papers_of(wanted, an_offer([[0], [0]])) == [1]


def test_words_and_authors_bring_papers_without_a_topic():
    offer = an_offer([[0], [0], [0]])
    wanted = readers([0], keyword=floats([0, 1, 0]), author=floats([0, 0, 1]), asks=np.array([True]))

    assert papers_of(wanted, offer) == [2, 1]


def test_what_is_to_a_readers_taste_comes_without_a_topic_and_what_is_not_goes():
    offer = an_offer([[0.2, 0], [0, 0], [0, 0]])

    assert papers_of(readers([1, 0], taste=floats([-0.9, 0.8, 0.1])), offer) == [1]


def test_who_dislikes_everything_still_gets_the_edition():
    offer = an_offer([[0], [0]])

    assert papers_of(readers([0], taste=floats([-1, -1])), offer) == [0, 1]


def test_an_offer_of_one_paper_and_one_of_none():
    assert papers_of(readers([1]), an_offer([[0.5]])) == [0]
    assert papers_of(readers([1]), an_offer(np.zeros((0, 1)))) == []


def test_the_same_paper_again_gives_way_to_another():
    twins = floats([1, 0], [1, 0], [0, 1])
    offer = an_offer([[0.9], [0.88], [0.6]], same=sameness(twins))

    assert papers_of(readers([1]), offer) == [0, 2, 1]


def test_a_whole_edition_keeps_the_curators_order():
    offer = an_offer([[0], [0], [0]], same=sameness(floats([1, 0], [1, 0], [0, 1])))

    assert papers_of(readers([0]), offer) == [0, 1, 2]


def test_novelty_does_not_upset_the_order_of_a_whole_edition_and_votes_do():
    new = an_offer([[0], [0]], novelty=floats([0, 1]))
    liked = an_offer([[0], [0]], votes=floats([0, 0.5]))

    assert papers_of(readers([0]), new) == [0, 1]
    assert papers_of(readers([0]), liked) == [1, 0]


def test_of_many_papers_the_best_are_found():
    values = np.full((400, 1), 0.1)
    best = [390, 5, 200, 17, 300]
    values[best, 0] = [0.9, 0.8, 0.7, 0.6, 0.5]

    assert papers_of(readers([1]), an_offer(values), most=5) == best


def test_a_full_digest_ends_with_one_paper_that_is_different_and_is_marked():
    offer = an_offer([[0.5]] * 8 + [[0]], votes=floats([0] * 8 + [1]))
    wanted = readers([1])

    got = chosen(wanted, offer, most=6)

    assert got.papers[0].tolist() == [0, 1, 2, 3, 4, 8]
    assert got.different[0].tolist() == [False] * 5 + [True]
    codes = strongest(rank(wanted, offer), offer, got)
    assert CODES[codes[0, -1]] == Reason.DIFFERENT


def test_a_short_digest_holds_nothing_that_was_not_asked_for():
    assert papers_of(readers([1]), an_offer([[0.5], [0.5], [0]])) == [0, 1]


def test_nothing_muted_or_disliked_is_tried():
    offer = an_offer([[0.5]] * 6 + [[0]] * 2)
    muted = np.array([[False] * 6 + [True, False]])
    wanted = readers([1], muted=muted, taste=floats([0] * 7 + [-0.2]))

    assert papers_of(wanted, offer) == [0, 1, 2, 3, 4, 5]


def test_the_same_input_gives_the_same_output():
    chance = np.random.default_rng(5)
    offer = an_offer(chance.random((60, 4)), votes=chance.random((1, 60)).astype(np.float32))
    wanted = readers([1, 0, 2, 0])

    first, second = chosen(wanted, offer, draw=0.4), chosen(wanted, offer, draw=0.4)

    assert first.papers.tolist() == second.papers.tolist()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"keyword": [[1.0]], "taste": [[0.5]]}, Reason.KEYWORD),
        ({"author": [[1.0]], "keyword": [[1.0]]}, Reason.AUTHOR),
        ({"taste": [[0.9]]}, Reason.LIKED),
        ({}, Reason.TOPIC),
    ],
)
def test_the_reason_is_what_weighed_most(parts, code):
    offer = an_offer([[0.3]])
    wanted = readers([1], **{name: np.array(part, dtype=np.float32) for name, part in parts.items()})

    codes = strongest(rank(wanted, offer), offer, chosen(wanted, offer))

    assert CODES[codes[0, 0]] == code


def test_without_anything_personal_the_reason_is_the_curator_then_the_votes_then_the_edition():
    offer = an_offer([[0], [0], [0]], pinned=np.array([True, False, False]), votes=floats([0, 0.2, 0.5]))
    wanted = readers([0])

    codes = strongest(rank(wanted, offer), offer, chosen(wanted, offer))

    assert [CODES[code] for code in codes[0]] == [Reason.PINNED, Reason.VOTED, Reason.EDITION]


def test_votes_count_less_each_and_less_with_age():
    one, ten, old = scoring.votes(floats(1, 10, 10).ravel(), floats(0, 0, 6).ravel())[0]

    assert 0 < one < old < ten < 10 * one
    assert scoring.votes(floats(-3).ravel(), floats(0).ravel())[0, 0] == 0


def papers(texts, vectors):
    counted = words.counts(texts)
    return Papers(np.array(vectors, dtype=np.float32), words.Lexicon.of(counted).vectors(counted))


def test_papers_that_share_telling_words_are_closer_than_papers_that_share_common_ones():
    texts = ["the optimal transport plan", "optimal transport maps", "the plan of a house", "the house", "the street"]
    some = papers(texts, np.zeros((5, 2)))

    close = closeness((some, Usual.of(some, some)), (some, Usual.of(some, some)))

    assert close[0, 1] > close[0, 2] > close[0, 4]


def test_a_paper_close_to_everything_is_close_to_nobody_in_particular():
    vectors = floats([1, 0, 0], [0.8, 0.6, 0], [0, 1, 0], [0.6, 0.6, 0.53])
    some = papers([""] * 4, vectors)
    usual = Usual.of(some, some)

    close = closeness((some, usual), (some, usual))

    # By the cosine alone they are nearly the same to the second paper.
    assert vectors[1] @ vectors[3] > vectors[1] @ vectors[0]
    assert close[1, 0] > close[1, 3]


def test_a_text_without_words_is_close_to_nothing_and_breaks_nothing():
    some = papers(["", "graph", "graph"], floats([0, 0], [1, 0], [0, 1]))

    assert np.isfinite(closeness((some, Usual.of(some, some)), (some, Usual.of(some, some)))).all()


def test_what_the_same_readers_like_belongs_together():
    known = sparse.csr_array(floats([1], [1], [0]))
    others = sparse.csr_array(floats([1, 0], [1, 0], [0, 1]))

    together = liked_together(known, others, floats(2, 2, 1).ravel())

    assert together[0, 0] > together[0, 1] == 0


def test_taste_goes_with_likes_and_against_dislikes_and_fades():
    says = kernel(floats([3, 0], [0, 3]))
    weights = sparse.csr_array(floats([1, 0], [0, -1], [0.1, 0], [0, 0]))

    liked, disliked, faint, nobody = taste(weights, says)

    assert liked[0] > faint[0] > 0 == nobody[0]
    assert disliked[1] < 0
    assert nearest(weights, says, 0, 0) == 0
    assert nearest(weights, says, 3, 0) == -1


def test_nothing_is_learned_until_there_is_enough():
    vectors = np.eye(4, dtype=np.float32)
    few = floats(1, 1, -0.1, -0.1).ravel()

    assert learning.learn(vectors, few).tolist() == [1, 1, 0, 0]
    assert learning.learn(np.zeros((0, 4), dtype=np.float32), np.zeros(0, dtype=np.float32)).tolist() == []


def test_likes_that_say_the_same_share_and_what_was_passed_over_speaks_against():
    vectors = floats([1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1])

    weights = learning.learn(vectors, floats(1, 1, 1, 1, -0.1).ravel())

    assert weights[0] == pytest.approx(weights[1])
    assert weights[0] < weights[3]
    assert weights[4] < 0
    assert weights[:4].sum() == pytest.approx(4)
