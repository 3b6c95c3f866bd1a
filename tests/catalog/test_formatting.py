"""Papers in a few words."""

import pytest

from digest.catalog.formatting import OutsideLink, byline, on_one_line, outside_links, shorten
from digest.models import PaperIdentifier
from tests.support.factories import make_paper


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ([], ""),
        (["Ada"], "Ada"),
        (["Ada", "Emmy", "Alan"], "Ada, Emmy, Alan"),
        (["Ada", "Emmy", "Alan", "Grace"], "Ada, Emmy and 2 others"),
    ],
)
def test_few_authors_are_named_and_many_are_counted(authors, expected):
    assert byline(authors) == expected


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
def test_only_web_links_are_listed():
    paper = make_paper(code_url="javascript:alert(1)", project_url="https://example.org/project")
    PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value='math/0301001"x')
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1000/182")

    assert outside_links(paper) == [
        OutsideLink("arXiv", "https://arxiv.org/abs/math/0301001%22x"),
        OutsideLink("PDF", "https://arxiv.org/pdf/math/0301001%22x"),
        OutsideLink("DOI", "https://doi.org/10.1000/182"),
        OutsideLink("Project", "https://example.org/project"),
    ]


@pytest.mark.django_db
def test_a_paper_without_links_gets_a_search_for_its_title():
    paper = make_paper('Graph "motifs" & more <of> them')
    long = make_paper("Word " * 90)

    assert outside_links(paper) == [
        OutsideLink("Google Scholar", "https://scholar.google.com/scholar?q=Graph+%22motifs%22+%26+more+%3Cof%3E+them")
    ]
    assert len(outside_links(long)[0].url) < 100


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian, "I want": one word in two parts
        "क्\u200dष",  # Hindi, a half letter
        "👩\u200d🔬 and 🏳\ufe0f\u200d🌈",
        "👩🏽\u200d💻",
    ],
)
def test_joiners_stay_where_the_spelling_needs_them(text):
    assert on_one_line(text) == text


@pytest.mark.parametrize("text", ["pay\u200dpal", "\u200cpaypal", "pay\u202epal", "م\u200fم\u200e", "a\u200c b"])
def test_hidden_joiners_and_direction_marks_are_removed(text):
    assert not set(on_one_line(text)) & set("\u200c\u200d\u200e\u200f\u202e")
