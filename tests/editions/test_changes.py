"""Changes to an edition: each is based on a version that someone saw, and none is lost silently."""

from datetime import timedelta

import pytest

from digest.editions import changes
from digest.models import EditionPaper
from tests.support.factories import DAY, make_edition, make_paper

pytestmark = pytest.mark.django_db

PINNED, LISTED, HIDDEN = EditionPaper.Placement.values


@pytest.fixture
def edition():
    return make_edition(*[make_paper(title) for title in ("A", "B", "C", "D")], published=False)


def change(edition, command, *args, version=None, who="ada"):
    expected_version = changes.ExpectedVersion(edition.version if version is None else version, who)
    changes.apply_change(edition.pk, expected_version, lambda locked: command(locked, *args))
    edition.refresh_from_db()


def entry(edition, title):
    return edition.entries.get(paper__title=title).pk


def order(edition):
    return "".join(entry.paper.title for entry in edition.entries.shown().select_related("paper"))


def test_a_paper_is_moved_to_a_position(edition):
    change(edition, changes.move, entry(edition, "D"), 1)

    assert order(edition) == "ADBC"
    assert [entry.position for entry in edition.entries.all()] == [1, 2, 3, 4]


@pytest.mark.parametrize(("title", "by", "then"), [("B", -1, "BACD"), ("B", 1, "ACBD"), ("A", -1, "ABCD")])
def test_a_paper_moves_up_and_down(edition, title, by, then):
    change(edition, changes.shift, entry(edition, title), by)

    assert order(edition) == then


def test_a_pinned_paper_comes_first_and_nothing_is_moved_before_it(edition):
    change(edition, changes.set_placement, entry(edition, "C"), PINNED)
    change(edition, changes.move, entry(edition, "D"), 0)

    assert order(edition) == "CDAB"


def test_a_hidden_paper_is_not_shown_and_can_be_brought_back(edition):
    change(edition, changes.set_placement, entry(edition, "B"), HIDDEN)
    assert order(edition) == "ACD"

    change(edition, changes.set_placement, entry(edition, "B"), LISTED)
    assert sorted(order(edition)) == ["A", "B", "C", "D"]


def test_a_paper_is_added_at_its_position_or_at_the_end_before_hidden_ones(edition):
    change(edition, changes.set_placement, entry(edition, "D"), HIDDEN)

    change(edition, changes.add_paper, make_paper("X").pk, 1)
    change(edition, changes.add_paper, make_paper("Y").pk)

    assert order(edition) == "AXBCY"


def test_a_paper_from_another_edition_is_not_added(edition):
    other = make_paper("X")
    make_edition(other, day=DAY - timedelta(days=1))

    with pytest.raises(changes.ChangeRefusedError, match="20 August 2025"):
        change(edition, changes.add_paper, other.pk)


def test_clearing_keeps_papers_that_are_pinned_or_have_a_note(edition):
    change(edition, changes.set_placement, entry(edition, "A"), PINNED)
    change(edition, changes.write_note, entry(edition, "C"), "Read this.")

    change(edition, changes.clear)

    assert order(edition) == "AC"


def test_a_note_is_one_line_of_text_as_it_was_typed(edition):
    change(edition, changes.write_note, entry(edition, "A"), " <b>Look</b>\n at this ")

    assert edition.entries.get(paper__title="A").note == "<b>Look</b> at this"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (lambda entry: (changes.write_note, entry, "x" * 281), "280 characters at most. This one has 281"),
        (lambda _: (changes.write_words, "x" * 121, ""), "120 characters at most. This one has 121"),
        (lambda _: (changes.write_words, "", "x" * 1001), "1000 characters at most. This one has 1001"),
        (lambda _: (changes.move, 0, 1), "is no longer in the edition"),
        (lambda _: (changes.shift, 0, 1), "is no longer in the edition"),
        (lambda _: (changes.add_paper, 0), "This paper no longer exists."),
    ],
)
def test_an_impossible_change_does_nothing_and_says_why(edition, command, message):
    with pytest.raises(changes.ChangeRefusedError, match=message):
        change(edition, *command(entry(edition, "A")))

    edition.refresh_from_db()
    assert edition.version == 0


def test_the_second_of_two_changes_to_the_same_version_is_refused(edition):
    change(edition, changes.move, entry(edition, "D"), 0, version=0, who="ada")

    with pytest.raises(changes.StaleError, match="ada changed this edition in the meantime"):
        change(edition, changes.move, entry(edition, "C"), 0, version=0, who="grace")

    assert order(edition) == "DABC"


def test_a_change_cancels_a_request_for_a_second_look(edition):
    type(edition).objects.update(look_asked_by="grace")

    change(edition, changes.write_words, "Subject", "Intro")

    assert edition.look_asked_by == ""
