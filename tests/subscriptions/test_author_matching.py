"""Which spellings of author names are one person."""

import pytest

from subscriptions.author_matching import author_key


@pytest.mark.parametrize("name", ["Kurt Gödel", "Gödel, Kurt", "kurt  godel", "Kurt Go\u0308del"])
def test_an_author_is_the_same_however_the_name_is_written(name):
    assert author_key(name) == "kurt godel"


@pytest.mark.parametrize(("one", "other"), [("K. Gödel", "Kurt Gödel"), ("李明", "王明")])
def test_an_initial_or_another_name_is_a_different_author(one, other):
    assert author_key(one) != author_key(other)
    assert author_key(one)


@pytest.mark.parametrize(
    "spellings",
    [
        ["Kurt Gödel", "Gödel, Kurt", "kurt godel", "Kurt F. Gödel", "Gödel, Kurt F.", "Kurt Gödel 0001", "KURT GÖDEL"],
        ["Søren Kierkegaard", "Soren Kierkegaard"],
        ["Łukasz Strauß", "Lukasz Strauss"],
        ["Nguyễn Văn An", "Nguyen Van An"],
        ["Ludwig van Beethoven", "van Beethoven, Ludwig"],
        ["Sammy Davis, Jr.", "Davis, Jr., Sammy", "Davis, Sammy, Jr.", "Sammy Davis Jr"],
        ["J.-P. Serre", "J. P. Serre", "Serre, J.-P.", "JP Serre"],
        ["Wei-Lun Chao", "Weilun Chao"],
        ["Conor O'Brien", "Conor O’Brien"],
        ["The ATLAS Collaboration", "ATLAS Collaboration"],
        ["LI Ming", "Li Ming"],
    ],
)
def test_the_spellings_of_one_person_share_a_key(spellings):
    assert len({author_key(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J. Smith", "Jane Smith"),
        ("J. Smith", "J. A. Smith"),
        ("Min Jae Kim", "Min Ji Kim"),
        ("Sammy Davis", "Sammy Davis, Jr."),
        ("Ludwig von Mises", "Ludwig Mises"),
    ],
)
def test_names_that_may_be_different_people_have_different_keys(one, other):
    assert author_key(one) != author_key(other)
