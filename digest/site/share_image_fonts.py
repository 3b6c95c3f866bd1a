"""Text in every script for the preview images: the font for each word, its width, and the order of words.

Fonts are chosen per word, so that no word mixes fonts. Words are put in visual order here; within a word, the library
shapes and orders the letters (https://www.unicode.org/reports/tr9/).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from config.brand import TOKENS

if TYPE_CHECKING:
    # The library takes four megabytes, which few pages need.
    from PIL import ImageDraw, ImageFont

FONT_FOLDER = Path(__file__).parent / "fonts"
# A word is drawn in the first font that has all its letters. The first is the site's own, in its weight for titles.
FONT_FILES = (
    TOKENS.parent / "fonts" / "serif-latin.woff2",
    *(FONT_FOLDER / name for name in ("DejaVuSerif-Bold.ttf", "noto-serif-cyrillic.woff2")),
    *(FONT_FOLDER / f"noto-sans-{script}.woff2" for script in ("han", "han-2", "hangul", "arabic", "hebrew")),
    *(FONT_FOLDER / f"noto-sans-{script}.woff2" for script in ("devanagari", "bengali", "tamil", "thai")),
)
TITLE_WEIGHT = 600
# No font has this character, so it is drawn as the font's placeholder for missing letters.
NO_LETTER = "\U0010fffe"
SPACE_OF_SIZE = 0.27
RIGHT_TO_LEFT, LEFT_TO_RIGHT = {"R", "AL"}, {"L"}

FontRun = tuple["ImageFont.FreeTypeFont", str]


@cache
def font(number: int, size: int) -> ImageFont.FreeTypeFont:
    """Return a font from FONT_FILES in a size."""
    from PIL import ImageFont  # noqa: PLC0415

    loaded = ImageFont.truetype(str(FONT_FILES[number]), size)
    if number == 0:
        loaded.set_variation_by_axes([TITLE_WEIGHT])
    return loaded


@cache
def has_letter(number: int, letter: str) -> bool:
    """Return whether a font has a letter: then it is not drawn as the placeholder for missing letters."""
    if unicodedata.category(letter) in {"Cf", "Zs"}:
        return True
    drawn, missing = (bytes(font(number, 20).getmask(text)) for text in (letter, NO_LETTER))
    return drawn != missing


def runs(word: str, size: int) -> list[FontRun]:
    """Return a word in runs of one font each, nearly always one run. Letters that no font has are left out."""
    for number in range(len(FONT_FILES)):
        if all(has_letter(number, letter) for letter in word):
            return [(font(number, size), word)]
    chosen = [(_font_of(letter), letter) for letter in word]
    drawable = [(number, letter) for number, letter in chosen if number is not None]
    return [
        (font(number, size), "".join(letter for _, letter in pairs))
        for number, pairs in groupby(drawable, key=lambda pair: pair[0])
    ]


def _font_of(letter: str) -> int | None:
    return next((number for number in range(len(FONT_FILES)) if has_letter(number, letter)), None)


def width(text: str, size: int) -> float:
    """Return the width of words in a size."""
    words = text.split()
    letters = sum(typeface.getlength(run) for word in words for typeface, run in runs(word, size))
    return letters + max(len(words) - 1, 0) * SPACE_OF_SIZE * size


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction is written from right to left."""
    return _direction(text) == "rtl"


def _direction(text: str) -> str:
    """Return "rtl" or "ltr" by the first letter that has a direction, "" if none has."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in RIGHT_TO_LEFT | LEFT_TO_RIGHT:
            return "rtl" if kind in RIGHT_TO_LEFT else "ltr"
    return ""


def in_drawing_order(words: Sequence[str], base: str) -> list[str]:
    """Return words in their visual order from left to right. base: the direction of the whole text."""
    directions: list[str] = []
    for word in words:
        directions.append(_direction(word) or (directions[-1] if directions else base))
    turned = []
    for kind, group in groupby(zip(directions, words, strict=True), key=lambda pair: pair[0]):
        placed = [word for _, word in group]
        turned.append(placed[::-1] if kind == "rtl" else placed)
    return [word for group in (turned[::-1] if base == "rtl" else turned) for word in group]


def draw_line(pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, fill: str) -> None:
    """Draw a line. place: its left end and its baseline."""
    x, baseline = place
    base = "rtl" if is_right_to_left(text) else "ltr"
    for word in in_drawing_order(text.split(), base):
        for typeface, run in runs(word, size):
            pen.text((x, baseline), run, font=typeface, fill=fill, anchor="ls")
            x += typeface.getlength(run)
        x += SPACE_OF_SIZE * size
