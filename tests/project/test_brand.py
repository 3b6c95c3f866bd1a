"""The colours have one source: tokens.css."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from config import brand

ROOT = Path(settings.BASE_DIR)
COLOR = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?=[;\"' ])")
ICON = ROOT / "digest/static/digest/icons/favicon.svg"


def sources():
    folders = ("config", "digest", "subscriptions", "templates")
    forms = ("css", "html", "js", "py", "svg", "txt")
    files = [file for folder in folders for form in forms for file in (ROOT / folder).rglob(f"*.{form}")]
    return [file for file in files if file not in (brand.TOKENS, ICON)]


def test_no_other_file_contains_one_of_the_colours():
    colors = {*brand.DAY.values(), *brand.NIGHT.values()}

    assert [file.name for file in sources() if colors & set(COLOR.findall(file.read_text().lower()))] == []


def test_style_sheets_contain_no_hex_colours():
    # Only style sheets are searched, because # also starts a link anchor in pages.
    sheets = [file for file in sources() if file.suffix == ".css"]

    assert [file.name for file in sheets if COLOR.search(file.read_text())] == []


def test_the_icon_uses_the_colours_of_the_tokens():
    # An image cannot load a style sheet, so this one file repeats them.
    day, night = ICON.read_text().split("@media (prefers-color-scheme: dark)")

    assert set(COLOR.findall(day)) == {brand.DAY[name] for name in ("paper", "ink", "accent")}
    assert set(COLOR.findall(night)) == {brand.NIGHT[name] for name in ("paper", "ink", "accent")}


@pytest.mark.parametrize(
    ("color", "lightness", "chroma", "hue"),
    # From the examples of CSS Color Module Level 4: red, lime, blue.
    [("#ff0000", 0.628, 0.258, 29.23), ("#00ff00", 0.866, 0.295, 142.5), ("#0000ff", 0.452, 0.313, 264.05)],
)
def test_a_colour_is_converted_to_lightness_chroma_and_hue(color, lightness, chroma, hue):
    assert brand.oklch(color) == pytest.approx((lightness, chroma, hue), abs=0.01)
