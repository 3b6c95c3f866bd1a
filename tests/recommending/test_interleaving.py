"""Two rankers in one digest, and what readers make of it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from config import settings as project
from digest.metrics.experiment_results import ExperimentResult, experiment_result, sign_test
from digest.models import Delivery, Feedback
from digest.ranking.interleaving import CHALLENGERS, Ranker, team_draft
from digest.ranking.scoring import WEIGHTS
from digest.recommending import planning, receipts
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber, make_topic

lists = st.lists(st.integers(0, 30), unique=True, max_size=12)


@given(lists, lists, st.integers(1, 12), st.integers(0, 2**40))
def test_a_draft_takes_the_best_one_left_from_each_ranker_in_turn_and_none_twice(usual, challenger, most, coins):
    picked, teams = team_draft(usual, challenger, most, coins)

    assert len(picked) == len(set(picked)) == len(teams) == min(most, len({*usual, *challenger}))
    for place, (paper, team) in enumerate(zip(picked, teams, strict=True)):
        own = usual if team == Ranker.USUAL else challenger
        assert paper == next(one for one in own if one not in picked[:place])
    # While both have something left, neither is ever two ahead.
    short = min(len(usual), len(challenger))
    for place in range(min(len(teams), short)):
        assert abs(teams[: place + 1].count(Ranker.USUAL) - teams[: place + 1].count(Ranker.CHALLENGER)) <= 1


def test_chance_decides_who_begins():
    assert team_draft([1, 2], [3, 4], 4, 0b00)[0] == [1, 3, 2, 4]
    assert team_draft([1, 2], [3, 4], 4, 0b01)[0] == [3, 1, 2, 4]


def test_two_rankers_that_agree_give_the_usual_digest():
    assert team_draft([5, 3, 1], [5, 3, 1], 3, 0b010)[0] == [5, 3, 1]


def test_the_configured_challenger_exists_and_each_weighs_every_component():
    assert project.INTERLEAVE_WITH in CHALLENGERS
    assert all(weights.keys() == WEIGHTS.keys() for weights in CHALLENGERS.values())


@pytest.fixture
def readers(db, settings):
    """Ten readers who follow one topic, each with a digest of five papers by two rankers."""
    settings.INTERLEAVE_SHARE, settings.INTERLEAVE_WITH = 1.0, "more-novelty"
    topic = make_topic()
    make_edition(*[make_paper(about=topic, score=0.9 - number / 10) for number in range(5)])
    readers = [make_subscriber(follows=[topic]) for _ in range(10)]
    planning.plan(NOON)
    return readers


def say(reader, place, kind):
    paper = reader.deliveries.get().content["papers"][place][0]
    Feedback.objects.create(subscriber=reader, paper_id=paper, kind=kind, at=NOON)


def test_a_digest_says_who_picked_each_paper_and_is_otherwise_the_usual_one(readers):
    contents = [reader.deliveries.get().content for reader in readers]

    assert all(len(content["teams"]) == len(content["papers"]) == 5 for content in contents)
    assert all(set(content["teams"]) == {Ranker.USUAL, Ranker.CHALLENGER} for content in contents)
    assert len({tuple(content["teams"]) for content in contents}) > 1
    assert {code for content in contents for _, code, _ in content["papers"]} == {"topic"}
    assert receipts.receipt_for(readers[0].deliveries.get(), contents[0]["papers"][0][0]).parts


@pytest.mark.django_db
def test_without_a_share_no_one_takes_part(settings):
    assert settings.INTERLEAVE_SHARE == 0
    make_edition(make_paper())
    reader = make_subscriber()

    planning.plan(NOON)

    assert "teams" not in reader.deliveries.get().content


@pytest.mark.django_db
def test_a_share_of_the_readers_takes_part(settings):
    settings.INTERLEAVE_SHARE = 0.3
    make_edition(*[make_paper() for _ in range(4)])
    for _ in range(200):
        make_subscriber()

    planning.plan(NOON)

    taking_part = Delivery.objects.filter(content__has_key="teams").count()
    assert 30 < taking_part < 90


def test_feedback_counts_for_the_ranker_that_picked_the_paper(readers):
    for number, reader in enumerate(readers[:6]):
        teams = reader.deliveries.get().content["teams"]
        say(reader, teams.index(Ranker.CHALLENGER), Feedback.Kind.SAVED if number < 4 else Feedback.Kind.LESS)
    both = readers[6]
    for team in (Ranker.USUAL, Ranker.CHALLENGER):
        say(both, both.deliveries.get().content["teams"].index(team), Feedback.Kind.MORE)

    experiment = experiment_result(NOON - timedelta(days=1))

    assert (experiment.usual_won, experiment.challenger_won, experiment.ties) == (2, 4, 1)
    assert experiment.winner == ""


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_sign_test_is_the_binomial_test_at_one_half(wins, losses):
    expected = binomtest(wins, wins + losses).pvalue if wins + losses else 1

    assert sign_test(wins, losses) == pytest.approx(expected, rel=1e-9)


def test_there_is_a_winner_only_when_chance_is_unlikely():
    assert ExperimentResult("plain", 2, 20, 5).winner == "plain"
    assert ExperimentResult("plain", 20, 2, 5).winner == "usual"
    assert ExperimentResult("plain", 8, 12, 0).winner == ""
    assert ExperimentResult("plain", 0, 0, 9).winner == ""


def test_counting_takes_the_same_number_of_queries_for_more_readers(readers, django_assert_num_queries):
    for reader in readers:
        say(reader, 0, Feedback.Kind.SAVED)

    with django_assert_num_queries(2):
        experiment_result(NOON - timedelta(days=1))


def test_the_command_prints_the_current_result(readers, capsys, time_machine):
    time_machine.move_to(NOON)
    say(readers[0], readers[0].deliveries.get().content["teams"].index(Ranker.CHALLENGER), Feedback.Kind.SAVED)

    call_command("interleaving")

    assert capsys.readouterr().out.startswith("usual 0, more-novelty 1, neither 0; no winner yet")
