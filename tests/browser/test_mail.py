"""An email as a mail program with a browser engine shows it."""

import pytest

from digest.composing.renderer import render
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.browser

LONG = {
    "an address": "https://example.org/" + "a" * 66,
    "a name": "MultiModal_InstructionFollowing_Benchmark_v2",
    "a title of one word": "a" * 1200,
}


@pytest.mark.parametrize("word", LONG.values(), ids=LONG)
@pytest.mark.parametrize("field", ["title", "abstract", "intro"])
def test_no_word_makes_a_mail_wider_than_a_phone(site, open_page, field, word):
    word = word if field == "abstract" else word[:490]
    paper = make_paper(word if field == "title" else "Motifs", abstract=word if field == "abstract" else "Short.")
    edition = make_edition(paper, intro=word if field == "intro" else "")
    page = open_page(viewport={"width": 320, "height": 640})

    page.set_content(render(make_delivery(make_subscriber(), edition)).html)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
