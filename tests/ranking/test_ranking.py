"""Ranking with arrays, without a database."""

import numpy as np
import pytest

from digest.ranking import CandidateFeatures, Limits, UserFeatures, rank, vote_score
from digest.ranking.diversity import redundancy
from digest.ranking.reasons import REASON_CODES, Reason
from digest.ranking.sparse_matrix import SparseMatrix


def floats(*rows):
    return np.array(rows, dtype=np.float32)


def matrix(dense):
    rows, columns = dense.nonzero()
    return SparseMatrix.of(dense[rows, columns], rows, columns, dense.shape)


def an_offer(tags, **parts):
    papers = len(tags)
    fields = {
        "pinned": np.zeros(papers, dtype=np.bool_),
        "redundancy": np.zeros((papers, papers), dtype=np.float32),
        **parts,
    }
    return CandidateFeatures(np.array(tags, dtype=np.float32), **fields)


def readers(follows, **parts):
    array = floats(follows)
    return UserFeatures(array, parts.pop("never", np.zeros(array.shape, dtype=np.bool_)), **parts)


def chosen(users, offer, most=10, draw=0.0):
    return rank(users, offer, Limits(np.array([most]), np.array([draw])))


def papers_of(users, offer, most=10):
    return [paper for paper in chosen(users, offer, most).papers[0].tolist() if paper >= 0]


def test_topics_set_to_more_come_first_and_those_set_to_less_last():
    offer = an_offer([[0.6, 0, 0], [0, 0.6, 0], [0, 0, 0.6]])

    assert papers_of(readers([0.5, 1, 2]), offer) == [2, 1, 0]


def test_a_topic_set_to_never_keeps_a_paper_out_whatever_else_speaks_for_it():
    offer = an_offer([[0.9, 0.3], [0.5, 0]], pinned=np.array([True, False]))

    assert papers_of(readers([1, 0], never=np.array([[False, True]])), offer) == [1]


def test_a_muted_paper_stays_out_even_if_it_contains_a_followed_phrase():
    users = readers(
        [0], keyword=floats([1, 1]), excluded=np.array([[True, False]]), has_explicit_interests=np.array([True])
    )

    assert papers_of(users, an_offer([[0], [0]])) == [1]


def test_keywords_and_authors_bring_in_papers_without_a_topic():
    offer = an_offer([[0], [0], [0]])
    users = readers([0], keyword=floats([0, 1, 0]), author=floats([0, 0, 1]), has_explicit_interests=np.array([True]))

    assert papers_of(users, offer) == [2, 1]


def test_papers_to_a_readers_taste_come_without_a_topic_and_others_drop_out():
    offer = an_offer([[0.2, 0], [0, 0], [0, 0]])

    assert papers_of(readers([1, 0], affinity=floats([-0.9, 0.8, 0.1])), offer) == [1]


def test_a_reader_who_dislikes_everything_still_gets_the_edition():
    offer = an_offer([[0], [0]])

    assert papers_of(readers([0], affinity=floats([-1, -1])), offer) == [0, 1]


def test_one_candidate_or_none_can_be_ranked():
    assert papers_of(readers([1]), an_offer([[0.5]])) == [0]
    assert papers_of(readers([1]), an_offer(np.zeros((0, 1)))) == []


def test_a_near_duplicate_gives_way_to_a_different_paper():
    twins = floats([1, 0], [1, 0], [0, 1])
    offer = an_offer([[0.9], [0.88], [0.6]], redundancy=redundancy(twins))

    assert papers_of(readers([1]), offer) == [0, 2, 1]


def test_a_whole_edition_keeps_the_curators_order():
    offer = an_offer([[0], [0], [0]], redundancy=redundancy(floats([1, 0], [1, 0], [0, 1])))

    assert papers_of(readers([0]), offer) == [0, 1, 2]


def test_votes_change_the_order_of_a_whole_edition_but_novelty_does_not():
    new = an_offer([[0], [0]], novelty=floats([0, 1]))
    liked = an_offer([[0], [0]], votes=floats([0, 0.5]))

    assert papers_of(readers([0]), new) == [0, 1]
    assert papers_of(readers([0]), liked) == [1, 0]


def test_the_best_of_many_papers_are_found():
    values = np.full((400, 1), 0.1)
    best = [390, 5, 200, 17, 300]
    values[best, 0] = [0.9, 0.8, 0.7, 0.6, 0.5]

    assert papers_of(readers([1]), an_offer(values), most=5) == best


def test_a_full_digest_ends_with_one_different_paper_which_is_marked():
    offer = an_offer([[0.5]] * 8 + [[0]], votes=floats([0] * 8 + [1]))
    users = readers([1])

    ranking = chosen(users, offer, most=6)

    assert ranking.papers[0].tolist() == [0, 1, 2, 3, 4, 8]
    assert ranking.selection.exploratory[0].tolist() == [False] * 5 + [True]
    assert REASON_CODES[ranking.reasons[0, -1]] == Reason.DIFFERENT


def test_a_short_digest_has_nothing_the_reader_did_not_ask_for():
    assert papers_of(readers([1]), an_offer([[0.5], [0.5], [0]])) == [0, 1]


def test_nothing_muted_or_disliked_is_explored():
    offer = an_offer([[0.5]] * 6 + [[0]] * 2)
    muted = np.array([[False] * 6 + [True, False]])
    users = readers([1], excluded=muted, affinity=floats([0] * 7 + [-0.2]))

    assert papers_of(users, offer) == [0, 1, 2, 3, 4, 5]


def test_the_same_input_gives_the_same_output():
    chance = np.random.default_rng(5)
    offer = an_offer(chance.random((60, 4)), votes=chance.random((1, 60)).astype(np.float32))
    users = readers([1, 0, 2, 0])

    first, second = chosen(users, offer, draw=0.4), chosen(users, offer, draw=0.4)

    assert first.papers.tolist() == second.papers.tolist()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"keyword": [[1.0]], "affinity": [[0.5]]}, Reason.KEYWORD),
        ({"author": [[1.0]], "keyword": [[1.0]]}, Reason.AUTHOR),
        ({"affinity": [[0.9]]}, Reason.LIKED),
        ({}, Reason.TOPIC),
    ],
)
def test_the_reason_is_what_weighed_most(parts, code):
    offer = an_offer([[0.3]])
    users = readers([1], **{name: np.array(part, dtype=np.float32) for name, part in parts.items()})

    codes = chosen(users, offer).reasons

    assert REASON_CODES[codes[0, 0]] == code


def test_without_anything_personal_the_reason_is_the_curator_then_the_votes_then_the_edition():
    offer = an_offer([[0], [0], [0]], pinned=np.array([True, False, False]), votes=floats([0, 0.2, 0.5]))
    users = readers([0])

    codes = chosen(users, offer).reasons

    assert [REASON_CODES[code] for code in codes[0]] == [Reason.PINNED, Reason.VOTED, Reason.EDITION]


def test_each_further_vote_counts_less_and_so_do_older_ones():
    one, ten, old = vote_score(floats(1, 10, 10).ravel(), floats(0, 0, 6).ravel())[0]

    assert 0 < one < old < ten < 10 * one
    assert vote_score(floats(-3).ravel(), floats(0).ravel())[0, 0] == 0
