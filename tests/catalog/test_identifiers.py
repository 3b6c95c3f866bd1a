"""Finding the paper that someone means."""

import pytest

from digest.catalog.identifiers import resolve
from digest.models import PaperIdentifier
from tests.support.factories import NOON, make_edition, make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    paper = make_paper("Graph motifs")
    for scheme, value in (("arxiv", "2309.17053"), ("doi", "10.1000/abc.182")):
        PaperIdentifier.objects.create(paper=paper, scheme=scheme, value=value)
    make_edition(paper)
    return paper


@pytest.mark.parametrize(
    "text",
    [
        "2309.17053",
        " arXiv:2309.17053v2 ",
        "https://arxiv.org/abs/2309.17053",
        "https://arxiv.org/pdf/2309.17053v1",
        "10.1000/ABC.182",
        "https://doi.org/10.1000/abc.182",
        "https://doi.org/10.1000%2Fabc.182",
    ],
)
def test_a_paper_is_found_by_its_ids_and_their_addresses(paper, text):
    assert resolve(text) == paper


@pytest.mark.parametrize("form", ["{}", "/papers/{}", "https://papers.example.org/papers/{}/"])
def test_a_paper_is_found_by_its_page_on_this_site(paper, form):
    assert resolve(form.format(paper.pk)) == paper


def test_an_old_style_arxiv_id_is_found_too():
    paper = make_paper()
    PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value="math/0301001")
    make_edition(paper)

    assert resolve("https://arxiv.org/abs/math/0301001v3") == paper


@pytest.mark.parametrize(
    "text", ["", "2309.17054", "12309.17053", "9" * 40, "%00", "10.1/x", "Graph motifs", "x" * 10_000]
)
def test_other_text_finds_no_paper(paper, text):
    assert resolve(text) is None


def test_a_paper_that_readers_may_not_see_is_not_found():
    draft = make_paper()
    make_edition(draft, day=NOON.date(), published=False)

    assert resolve(str(draft.pk)) is None
