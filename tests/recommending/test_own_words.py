"""How planning uses what readers wrote about their interests."""

import pytest

from digest.catalog.interests import split_own_words
from digest.community import user_profiles
from digest.ranking.reasons import Reason
from digest.recommending import planning
from digest.recommending.own_words import UNWANTED, WANTED, text_opinions
from digest.recommending.preview import build_preview, request_of
from subscriptions.phrases import MAX_OWN_WORDS
from tests.support.factories import NOON, give_opinion, make_edition, make_embedded, make_subscriber

pytestmark = pytest.mark.django_db

ROBOTS = "Grasping objects with robot arms and hands"
DRONES = "Flying drones through forests at high speed"
BREAD = "Sourdough bread baked at home"
OTHERS = (
    *("Sparse attention for long documents", "Bounds for stochastic gradient descent", "Dark matter in dwarf galaxies"),
    *("Protein folding with diffusion models", "A survey of compilers for tensors", "Voting rules and their paradoxes"),
    *("Seismic waves in sedimentary basins", "Quantum error correction on a ring", "Speech recognition in the car"),
)


@pytest.fixture
def edition():
    # Papers that are not in the edition: they are the measure of what is usual.
    for title in OTHERS:
        make_embedded(title)
    papers = [make_embedded(title) for title in (DRONES, BREAD, ROBOTS)]
    make_edition(*papers)
    return {paper.title: paper.pk for paper in papers}


def entries(*readers):
    planning.plan(NOON)
    return [reader.deliveries.get().content["papers"] for reader in readers]


@pytest.mark.parametrize(
    ("text", "wanted_text", "unwanted_text"),
    [
        ("Robot grasping, but not drones", "Robot grasping,", "drones"),
        ("Robot grasping. Not drones. Sourdough.", "Robot grasping. Sourdough.", "drones."),
        ("No drones, but robots", "robots", "drones,"),
        ("Everything except proofs", "Everything", "proofs"),
        ("图神经网络", "图神经网络", ""),
        (" \n ", "", ""),
    ],
)
def test_a_text_is_split_into_what_is_wanted_and_what_is_not(text, wanted_text, unwanted_text):
    assert split_own_words(text) == (wanted_text, unwanted_text)


def test_a_text_that_many_readers_share_is_compared_once():
    words = [(1, "robots, but not drones"), (2, "drones"), (3, "drones"), (4, "")]

    opinions, texts = text_opinions(words)

    assert texts == {-1: "robots,", -2: "drones"}
    assert [(reader, rows.tolist()) for reader, rows, _ in opinions] == [
        (1, [(-1, WANTED), (-2, UNWANTED)]),
        (2, [(-2, WANTED)]),
        (3, [(-2, WANTED)]),
        (4, []),
    ]


def test_wanted_papers_come_first_with_their_reason_and_unwanted_ones_last(edition):
    writer = make_subscriber(own_words="Robot grasping, but not drones")
    (papers,) = entries(writer)

    assert papers[0] == [edition[ROBOTS], Reason.OWN_WORDS, ""]
    assert papers[-1][0] == edition[DRONES]
    assert papers[-1][1] != Reason.OWN_WORDS


def test_each_reader_gets_what_they_wrote_about_or_the_edition_if_they_wrote_nothing(edition):
    robots, bread, nothing = (make_subscriber(own_words=words) for words in ("robot hands", "baking bread", ""))
    first = [papers[0] for papers in entries(robots, bread, nothing)]

    assert first[0] == [edition[ROBOTS], Reason.OWN_WORDS, ""]
    assert first[1] == [edition[BREAD], Reason.OWN_WORDS, ""]
    assert first[2][1] != Reason.OWN_WORDS


def test_being_unlike_something_unwanted_is_not_a_reason(edition):
    (papers,) = entries(make_subscriber(own_words="not drones"))

    assert papers[-1][0] == edition[DRONES]
    assert {reason for _, reason, _ in papers} <= {Reason.EDITION, Reason.DIFFERENT}


def test_own_words_and_likes_count_together_and_each_paper_names_its_reason(edition):
    liked = make_embedded("Baking bread at home with sourdough")
    reader = make_subscriber(own_words="Grasping with robot arms, but not drones")
    give_opinion(reader, liked)
    user_profiles.learn(reader.pk, NOON)
    (papers,) = entries(reader)

    reasons = {key: (reason, argument) for key, reason, argument in papers}
    assert reasons[edition[ROBOTS]] == (Reason.OWN_WORDS, "")
    assert reasons[edition[BREAD]] == (Reason.LIKED, liked.title)
    assert papers[-1][0] == edition[DRONES]


def test_the_preview_shows_what_planning_will_choose(edition):
    reader = make_subscriber(own_words="Robot grasping, but not drones")
    preview = build_preview(request_of(reader, NOON), NOON)
    (papers,) = entries(reader)

    assert [[line.paper.pk, line.code, line.argument] for line in preview.lines] == papers


@pytest.mark.parametrize(
    "text",
    [
        "not " * (MAX_OWN_WORDS // 4),
        "but not drones",
        "the of and",
        "\x01\x02 \u202e\u200b",
        "🤖" * MAX_OWN_WORDS,
        "图神经网络与蛋白质折叠",
        "\\frac{a}{b} $x^2$ <script>alert(1)</script>",
        "%s %(a)s {0} '; DROP TABLE papers; --",
    ],
)
def test_whatever_a_reader_wrote_they_and_others_get_a_digest(edition, text):
    writer, other = make_subscriber(own_words=text), make_subscriber(own_words="robot grasping")
    written, others = entries(writer, other)

    assert {paper for paper, *_ in written} <= set(edition.values())
    assert written
    assert others[0] == [edition[ROBOTS], Reason.OWN_WORDS, ""]
