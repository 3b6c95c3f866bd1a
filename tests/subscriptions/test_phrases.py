"""How words are compared."""

import pytest

from subscriptions.phrases import phrase_key


@pytest.mark.parametrize("phrase", ["optimal transport", " Optimal\n Transport ", "ＯＰＴＩＭＡＬ transport"])
def test_a_phrase_is_the_same_whatever_its_case_and_spacing(phrase):
    assert phrase_key(phrase) == "optimal transport"


def test_a_phrase_keeps_its_punctuation():
    assert phrase_key("C++ .*") == "c++ .*"
