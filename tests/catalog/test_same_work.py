"""Whether two descriptions are of the same work, on handmade pairs: twins, versions, errata, parts, translations."""

from datetime import date

import pytest
from django.conf import settings

from digest.catalog.same_work import WorkDescription, is_same_work, keys_of_work

PAIRS = settings.BASE_DIR / "tests" / "payloads" / "same_works.txt"


def description(line, base=None):
    """Return the fields of a line, with empty ones filled from the work it is compared with."""
    fields = [field.strip() for field in line[1:].split("|")]
    before = base or [""] * len(fields)
    return ["" if field == "~" else field or old for field, old in zip(fields, before, strict=True)]


def work(fields):
    title, authors, ids, year, abstract = fields
    pairs = tuple(tuple(name.split(":", 1)) for name in ids.split())
    return WorkDescription(title, tuple(authors.split("; ")), abstract, pairs, date(int(year), 6, 1))


def pairs():
    base = []
    for line in PAIRS.read_text().splitlines():
        if line.startswith("="):
            base = description(line)
        elif line[:1] in {"+", "-"}:
            yield line[0] == "+", work(base), work(description(line, base))


def test_at_most_one_join_in_a_hundred_is_wrong_and_few_twins_are_missed():
    judged = [(expected, is_same_work(one, other), other.title) for expected, one, other in pairs()]
    joined = [expected for expected, is_joined, _ in judged if is_joined]
    twins = [is_joined for expected, is_joined, _ in judged if expected]
    wrong = [title for expected, is_joined, title in judged if expected != is_joined]
    assert sum(joined) / len(joined) >= 0.99, wrong
    assert sum(twins) / len(twins) >= 0.95, wrong


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Jürgen Müller", "Mueller J"),
        ("Ada Lovelace", "Ada Lovelace, Jr."),
        ("Ada Lovelace", "Ada Lovelace Jr"),
        ("Rik Roe", "Rik Roe III"),
    ],
)
def test_one_family_is_the_same_in_every_index(name, other):
    one, two = WorkDescription("On graphs", (name,)), WorkDescription("On graphs", (other,))
    assert one.families == two.families


@pytest.mark.parametrize(("name", "other"), [("J. Roe", "J. Ro"), ("J. Doe", "J. Do")])
def test_short_families_stay_apart(name, other):
    assert WorkDescription("", (name,)).families != WorkDescription("", (other,)).families


@pytest.mark.parametrize("title", ["Capture of CO_2 at 10^(-3) bar", "Capture of CO2 at 10-3 bar"])
def test_scripts_of_a_title_are_plain_digits(title):
    assert WorkDescription(title).words == ("capture", "of", "co2", "at", "10", "3", "bar")


def test_the_order_of_a_pair_does_not_matter():
    assert [is_same_work(one, other) for _, one, other in pairs()] == [is_same_work(b, a) for _, a, b in pairs()]


def test_nearly_all_twins_share_a_key():
    shared = [bool({*keys_of_work(one)} & {*keys_of_work(other)}) for expected, one, other in pairs() if expected]
    assert sum(shared) / len(shared) >= 0.98


@pytest.mark.parametrize("title", ["", "   ", "!!!", "∑"])
def test_a_title_without_words_has_no_twin(title):
    nothing = WorkDescription(title, ("Ada Lovelace",))
    assert keys_of_work(nothing) == [] or title == "∑"
    assert not is_same_work(nothing, WorkDescription("On graphs and trees", ("Ada Lovelace",)))


def test_without_authors_nothing_is_joined():
    assert not is_same_work(WorkDescription("On graphs and their trees"), WorkDescription("On graphs and their trees"))
