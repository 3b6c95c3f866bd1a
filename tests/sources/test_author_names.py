"""Author strings become names."""

import pytest

from digest.sources import author_names
from tests.support.reading import read_table


@pytest.mark.parametrize(("text", "expected"), read_table("names.tsv"))
def test_an_author_string_is_split_into_names(text, expected):
    assert " | ".join(author_names.split(text)) == expected


@pytest.mark.parametrize(("text", "expected"), read_table("bibtex-names.tsv"))
def test_a_bibtex_field_is_split_into_names_in_reading_order(text, expected):
    assert " | ".join(author_names.of_bibtex(text)) == expected


def test_accented_letters_stay_as_they_were_written():
    original = r"Bj{\o}rn S{\o}rensen, M. Wei{\ss}, \'Eric \^{I}le, Jos\'e Pe\~na"
    assert author_names.split(original) == (
        r"Bj{\o}rn S{\o}rensen",
        r"M. Wei{\ss}",
        r"\'Eric \^{I}le",
        r"Jos\'e Pe\~na",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Doe, J.", ("J. Doe",)),
        ("Doe, J., Roe, R.", ("J. Doe", "R. Roe")),
        ("Doe, J. and Roe, R.", ("J. Doe", "R. Roe")),
        ("Doe, J. A., van Roe, R.-P., Poe, E", ("J. A. Doe", "R.-P. van Roe", "E Poe")),
        ("Jane Doe, Rik Roe", ("Jane Doe", "Rik Roe")),
        ("J. Doe, R. Roe", ("J. Doe", "R. Roe")),
        ("Smith J, Doe R", ("Smith J", "Doe R")),
        ("XU, LI", ("XU", "LI")),
        ("Jane Doe, M.D., Rik Roe, M.D.", ("Jane Doe", "Rik Roe")),
        ("Jane Doe, II, Rik Roe, III", ("Jane Doe, II", "Rik Roe, III")),
    ],
)
def test_initials_after_a_family_name_belong_to_it(text, names):
    assert author_names.split(text) == names


def test_a_very_long_list_of_authors_is_split_in_full():
    many = " and ".join(f"Author{{{number}}}, Ada" for number in range(5000))
    assert len(author_names.of_bibtex(many)) == 5000
