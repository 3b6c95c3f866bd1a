"""Papers in few words."""

import pytest

from digest.composing.wording import Link, byline, outside_links, shorten
from digest.models import PaperIdentifier
from tests.make import make_paper


@pytest.mark.parametrize(
    ("authors", "told"),
    [
        ([], ""),
        (["Ada"], "Ada"),
        (["Ada", "Emmy", "Alan"], "Ada, Emmy, Alan"),
        (["Ada", "Emmy", "Alan", "Grace"], "Ada, Emmy and 2 others"),
    ],
)
def test_few_authors_are_named_and_many_are_counted(authors, told):
    assert byline(authors) == told


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("as long", "as long"),
        ("one two three", "one two…"),
        ("one, two three", "one…"),
        ("one three", "one…"),
        ("unbreakable", "unbreak…"),
        ("one\n two", "one two"),
        ("why? and how", "why?"),
        ("on it: of that", "on it…"),
        ("so, and of it all", "so…"),
    ],
)
def test_text_is_cut_at_a_word(text, short):
    assert shorten(text, 8) == short


@pytest.mark.django_db
def test_links_lead_to_the_web_alone():
    paper = make_paper(code_url="javascript:alert(1)", project_url="https://example.org/project")
    PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value='math/0301001"x')
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1000/182")

    assert outside_links(paper) == [
        Link("arXiv", "https://arxiv.org/abs/math/0301001%22x"),
        Link("PDF", "https://arxiv.org/pdf/math/0301001%22x"),
        Link("DOI", "https://doi.org/10.1000/182"),
        Link("Project", "https://example.org/project"),
    ]
