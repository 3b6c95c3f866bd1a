"""DOIs and arXiv IDs, however they are written, and what a comment says about its paper."""

import pytest

from digest.sources import arxiv, doi, id_list
from tests.support.reading import read_table


@pytest.mark.parametrize(("text", "expected"), read_table("dois.tsv"))
def test_a_doi_is_recognised_however_it_is_written(text, expected):
    assert " ".join(doi.read_all(text)) == expected


@pytest.mark.parametrize(("text", "expected"), read_table("ids.tsv"))
def test_ids_are_found_in_what_people_paste_without_complaints(text, expected):
    id_list_entries = id_list.parse_id_list(text)
    assert (" ".join(id_list_entries.ids), id_list_entries.skipped) == (expected, [])


def test_consecutive_words_that_are_not_ids_are_reported_on_one_line():
    id_list_entries = id_list.parse_id_list("Doe et al., arXiv:2611.00001 (best paper)\nnothing here")
    assert id_list_entries.ids == ["2611.00001"]
    assert id_list_entries.skipped == [
        "line 1: expected an arXiv ID, found “Doe et al.”",
        "line 1: expected an arXiv ID, found “(best paper)”",
        "line 2: expected an arXiv ID, found “nothing here”",
    ]


@pytest.mark.parametrize(("expected", "comment"), read_table("comments.tsv"))
def test_a_comment_says_whether_its_paper_is_withdrawn(expected, comment):
    assert arxiv.says_withdrawn(comment) == (expected == "yes")
