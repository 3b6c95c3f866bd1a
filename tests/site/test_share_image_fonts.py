"""Share images: letters of every script are drawn, in reading order."""

import io

import pytest
from PIL import Image

from digest.models import Paper
from digest.site.share_image import IMAGE_HEIGHT, IMAGE_WIDTH, draw_share_image
from digest.site.share_image_fonts import has_letter, in_drawing_order, is_right_to_left, runs

TITLES = {
    "Latin": "Graph motifs, Šimić and Nguyễn",
    "Greek": "Θεωρία γραφημάτων",
    "Cyrillic": "Обучение графов",
    "Hebrew": "רשתות עמוקות",
    "Arabic": "التعلم العميق",
    "Devanagari": "ग्राफ न्यूरल",
    "Bengali": "গভীর শিক্ষা",
    "Tamil": "ஆழ்ந்த கற்றல்",
    "Thai": "การเรียนรู้เชิงลึก",
    "Chinese": "基于图神经网络的分子性质预测",
    "Taiwanese": "圖神經網路與機器學習",
    "Japanese": "深層学習による要約カタカナ",
    "Korean": "그래프 신경망",
    "mathematics": "∇f ≤ λ ∑ ∞",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_every_letter_is_drawn_by_a_font_that_has_it(title):
    for word in title.split():
        drawn = runs(word, 40)
        assert "".join(run for _, run in drawn) == word


@pytest.mark.parametrize("title", ["基于图", "الع", "שלום", "그래프"])
def test_the_page_font_does_not_claim_to_have_other_scripts(title):
    assert not has_letter(0, title[0])


def test_a_letter_that_no_font_has_leaves_no_box():
    assert runs("\ue123", 40) == []


@pytest.mark.parametrize(
    ("words", "base", "drawn"),
    [
        (["one", "two"], "ltr", ["one", "two"]),
        (["שלום", "עולם"], "rtl", ["עולם", "שלום"]),
        # A Latin name keeps its order among Hebrew words, and the number goes with the words before it.
        (["רשת", "Graph", "Net", "סקירה", "2026"], "rtl", ["2026", "סקירה", "Graph", "Net", "רשת"]),
        (["on", "שלום", "עולם", "ever"], "ltr", ["on", "עולם", "שלום", "ever"]),
        ([], "ltr", []),
    ],
)
def test_words_are_placed_in_reading_order(words, base, drawn):
    assert in_drawing_order(words, base) == drawn


@pytest.mark.parametrize(("title", "answer"), [("2026: שלום", True), ("GNN שלום", False), ("123", False), ("", False)])
def test_the_first_letter_decides_from_which_side_a_title_is_read(title, answer):
    assert is_right_to_left(title) == answer


@pytest.mark.parametrize("title", [*TITLES.values(), "", " ", "图" * 400, "a" * 500, "🚀\u202e\u0000", "שלום " * 80])
def test_any_title_makes_an_image_with_no_letters_in_the_margins(title):
    picture = Image.open(io.BytesIO(draw_share_image(Paper(title=title, authors=["王小明", "محمد"]))))

    assert picture.size == (IMAGE_WIDTH, IMAGE_HEIGHT)
    paper = picture.getpixel((5, IMAGE_HEIGHT // 2))
    for x in (20, IMAGE_WIDTH - 20):
        assert {picture.getpixel((x, y)) for y in range(20, IMAGE_HEIGHT)} == {paper}
