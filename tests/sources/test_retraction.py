"""Which titles say that their paper is retracted; the same for every source."""

import pytest

from digest.sources.reference import Reference, record_of
from digest.sources.retraction import without_retraction


@pytest.mark.parametrize(
    "title", ["RETRACTED: On graphs", "[Retracted] On graphs", "Withdrawn - On graphs", "Retracted paper: On graphs"]
)
def test_a_retracted_paper_is_known_by_its_title_and_gets_it_back(title):
    assert without_retraction(title) == ("On graphs", True)
    assert record_of(Reference("line 1", {"title": title}), "bibtex").withdrawn_at


@pytest.mark.parametrize("title", ["Retraction-based methods", "Retracted-space maps", "Withdrawn nodes in graphs"])
def test_other_titles_with_these_words_are_papers(title):
    assert without_retraction(title) == (title, False)
    assert record_of(Reference("line 1", {"title": title}), "bibtex").withdrawn_at is None


def test_a_notice_in_a_reading_list_is_not_a_withdrawn_paper():
    assert record_of(Reference("line 1", {"title": "Retraction Note: On graphs"}), "bibtex").withdrawn_at is None
