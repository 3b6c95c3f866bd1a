"""How papers and tastes are compared: words, readers, whitening and what is learned, with arrays only."""

import numpy as np
import pytest

from digest.ranking import preference_learning, tfidf
from digest.ranking.affinity import LikeSimilarities, affinity, item_similarities, strongest_known_paper
from digest.ranking.audience import ReaderAudience
from digest.ranking.co_likes import co_like_similarity, common_likes
from digest.ranking.similarity import Baseline, PaperVectors, standardized_similarity
from digest.ranking.sparse_matrix import SparseMatrix
from digest.ranking.whitening import Whitening


def floats(*rows):
    return np.array(rows, dtype=np.float32)


def matrix(dense):
    rows, columns = dense.nonzero()
    return SparseMatrix.of(dense[rows, columns], rows, columns, dense.shape)


def papers(texts, vectors):
    counted = tfidf.term_counts(texts)
    return PaperVectors(np.array(vectors, dtype=np.float32), tfidf.TermWeights.of(counted).vectors(counted))


def test_papers_that_share_rare_words_are_closer_than_papers_that_share_common_ones():
    texts = ["the optimal transport plan", "optimal transport maps", "the plan of a house", "the house", "the street"]
    some = papers(texts, np.zeros((5, 2)))

    close = standardized_similarity((some, Baseline.of(some, some)), (some, Baseline.of(some, some)))

    assert close[0, 1] > close[0, 2] > close[0, 4]


def test_a_paper_close_to_everything_is_close_to_nothing_in_particular():
    vectors = floats([1, 0, 0], [0.8, 0.6, 0], [0, 1, 0], [0.6, 0.6, 0.53])
    some = papers([""] * 4, vectors)
    usual = Baseline.of(some, some)

    close = standardized_similarity((some, usual), (some, usual))

    # By cosine alone they are about equally close to the second paper.
    assert vectors[1] @ vectors[3] > vectors[1] @ vectors[0]
    assert close[1, 0] > close[1, 3]


def test_a_text_without_words_is_close_to_nothing_and_breaks_nothing():
    some = papers(["", "graph", "graph"], floats([0, 0], [1, 0], [0, 1]))

    assert np.isfinite(standardized_similarity((some, Baseline.of(some, some)), (some, Baseline.of(some, some)))).all()


def test_papers_the_same_readers_like_belong_together():
    known_papers = matrix(floats([1], [1], [0]))
    others = matrix(floats([1, 0], [1, 0], [0, 1]))

    together = co_like_similarity(known_papers, others, floats(2, 2, 1).ravel())

    assert together[0, 0] > together[0, 1] == 0


def test_affinity_follows_likes_goes_against_dislikes_and_fades():
    says = item_similarities(floats([3, 0], [0, 3]), floats([0, 0], [0, 0]))
    weights = matrix(floats([1, 0], [0, -1], [0.1, 0], [0, 0]))

    liked, disliked, faint, nobody = affinity(weights, says)

    assert liked[0] > faint[0] > 0 == nobody[0]
    assert disliked[1] < 0
    assert strongest_known_paper(weights, says, 0, 0) == 0
    assert strongest_known_paper(weights, says, 3, 0) == -1


def test_being_unlike_a_disliked_paper_is_not_a_reason():
    says = item_similarities(floats([-3], [2]), floats([0], [0]))
    weights = matrix(floats([-1, 0], [-1, 1]))

    assert affinity(weights, says)[0, 0] > 0
    assert strongest_known_paper(weights, says, 0, 0) == -1
    assert strongest_known_paper(weights, says, 1, 0) == 1


def test_common_likes_count_readers_and_count_those_who_like_everything_less():
    likes = matrix(floats([1], [1], [0]))
    others = matrix(floats([1, 0, 0], [1, 1, 0], [0, 0, 1]))

    few = common_likes(likes, others, floats(2, 2, 1).ravel())
    many = common_likes(likes, others, floats(2000, 2000, 1).ravel())

    assert few[0, 0] == pytest.approx(2 * few[0, 1])
    assert few[0, 2] == 0 < many[0, 0] < few[0, 0]


def test_likes_by_others_lift_papers_whose_texts_say_nothing():
    nothing, something = floats([0, 0]), floats([0.1, 0])
    texts = item_similarities(nothing, nothing)

    for likes in (
        LikeSimilarities(something, nothing, nothing),
        LikeSimilarities(nothing, something, nothing),
        LikeSimilarities(nothing, nothing, something),
    ):
        match = affinity(matrix(floats([1])), item_similarities(nothing, nothing, likes))
        assert match[0, 0] > match[0, 1] == 0
    assert not affinity(matrix(floats([1])), texts).any()


def test_with_few_opinions_plain_similarity_decides_and_with_many_the_whitened_one():
    count = 100
    plain, whitened = floats(*[[1, 0]] * count), floats(*[[0, 1]] * count)
    says = item_similarities(plain, whitened / 23)

    few, many = affinity(matrix(floats([1] * 3 + [0] * (count - 3), [1] * count)), says)

    assert few[0] > few[1]
    assert many[1] > many[0]


def test_affinity_still_tells_very_close_papers_apart():
    says = item_similarities(floats([1e4, 1.001e4]), floats([0, 0]))

    close, closer = affinity(matrix(floats([1])), says)[0]

    assert close < closer <= 1


def bags(*rows):
    """Papers as unit vectors of how often each word occurs in them."""
    dense = floats(*rows)
    return matrix(dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9))


def test_words_that_all_papers_share_tell_less_than_words_that_few_do():
    # The first word is in all papers, the others in two each.
    common = [[1, *([0] * word), 1, *([0] * (9 - word))] for word in range(10)]
    words = bags(*common, *common)
    papers = PaperVectors(np.zeros((20, 4), dtype=np.float32), words)
    whitening = Whitening.of(papers)

    close = whitening.similarity(papers, papers, whitening.explained(papers))

    plain = words.times_transposed(words)
    assert close[0, 10] > 0
    # The word in all papers is most of what the sample explains.
    assert close[0, 1] / close[0, 10] < 0.5 * plain[0, 1] / plain[0, 10]


def test_whitening_copes_with_papers_without_words_or_vectors_or_nothing_to_learn_from():
    nothing = PaperVectors(np.zeros((2, 4), dtype=np.float32), matrix(np.zeros((2, 3), dtype=np.float32)))
    some = PaperVectors(np.eye(2, 4, dtype=np.float32), bags([1, 0, 0], [0, 1, 1]))
    empty = some[np.zeros(0, dtype=np.intp)]

    for sample in (nothing, some, empty):
        whitening = Whitening.of(sample)
        for known_papers in (nothing, some, empty):
            close = whitening.similarity(known_papers, some, whitening.explained(some))
            assert close.shape == (len(known_papers), 2)
            assert np.isfinite(close).all()
    assert not whitening.similarity(nothing, some, whitening.explained(some)).any()


def test_papers_for_the_same_readers_are_alike_though_no_one_has_liked_them_yet():
    # Readers of graphs write "graph" and "network", readers of bread "flour" and "oven".
    words = bags([1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1])
    likes = matrix(floats([1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]))
    audience = ReaderAudience.of(
        likes, words, bags([1, 0, 0, 0], [0, 1, 0, 0], *[[1, 1, 1, 1]] * 2, *[[0, 0, 1, 1]] * 6)
    )

    graph, network, flour, unknown = audience.of_papers(bags([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]))

    assert graph @ network > 0.9
    assert graph @ flour == 0 == unknown @ graph


@pytest.mark.parametrize("likes", [np.zeros((0, 3)), np.zeros((4, 3)), floats([1, 1, 0], [0, 0, 1])])
def test_without_readers_who_like_enough_papers_have_no_audience(likes):
    words = bags([1, 1], [1, 0], [0, 1])

    assert ReaderAudience.of(matrix(likes.astype(np.float32)), words, words).of_papers(words).shape == (3, 0)


def test_nothing_is_learned_until_there_are_enough_opinions():
    vectors = np.eye(4, dtype=np.float32)
    few = floats(1, 1, -0.1, -0.1).ravel()

    assert preference_learning.fit_weights(vectors, few).tolist() == [1, 1, 0, 0]
    assert (
        preference_learning.fit_weights(np.zeros((0, 4), dtype=np.float32), np.zeros(0, dtype=np.float32)).tolist()
        == []
    )


def test_equal_likes_share_their_weight_and_papers_passed_over_count_against():
    vectors = floats([1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1])

    weights = preference_learning.fit_weights(vectors, floats(1, 1, 1, 1, -0.1).ravel())

    assert weights[0] == pytest.approx(weights[1])
    assert weights[0] < weights[3]
    assert weights[4] < 0
    assert weights[:4].sum() == pytest.approx(4)
