"""How words are compared."""

import pytest

from subscriptions.phrases import phrase_key
from subscriptions.schedule import ScheduleFields
from subscriptions.wording import how_often


@pytest.mark.parametrize("phrase", ["optimal transport", " Optimal\n Transport ", "ＯＰＴＩＭＡＬ transport"])
def test_a_phrase_is_the_same_whatever_its_case_and_spacing(phrase):
    assert phrase_key(phrase) == "optimal transport"


def test_a_phrase_keeps_its_punctuation():
    assert phrase_key("C++ .*") == "c++ .*"


@pytest.mark.parametrize(
    ("frequency", "which", "words"),
    [
        ("daily", {}, "every day"),
        ("weekdays", {}, "every weekday"),
        ("weekly", {"weekday": 4}, "every Friday"),
        ("days", {"chosen_days": 0b1}, "every Monday"),
        ("days", {"chosen_days": 0b1010001}, "every Monday, Friday and Sunday"),
        ("monthly", {"month_day": 2}, "on the 2nd of every month"),
        ("monthly", {"month_day": 11}, "on the 11th of every month"),
        ("monthly", {"month_day": 23}, "on the 23rd of every month"),
        ("monthly", {"month_day": 30}, "on the 30th of every month (or its last day)"),
        ("monthly", {"month_day": 31}, "on the last day of every month"),
    ],
)
def test_how_often_is_put_into_words(frequency, which, words):
    assert how_often(ScheduleFields("UTC", None, frequency, **which)) == words
