"""Icons and letters: what a page uses is there, what is there is used, and the page loads it by its right name."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "digest/static/digest"
SPRITE = (STATIC / "icons/sprite.svg").read_text()
TEMPLATES = [file.read_text() for file in (ROOT / "templates").rglob("*.html")]


def test_the_sprite_holds_the_icons_that_pages_use_and_no_other():
    drawn = re.findall(r'<symbol id="([\w-]+)"', SPRITE)
    used = {name for text in TEMPLATES for name in re.findall(r'site/icon.html" with icon="([\w-]+)"', text)}

    assert sorted(drawn) == sorted(used)


def test_every_font_of_the_style_sheet_is_there_and_every_file_is_named():
    named = re.findall(r'url\("fonts/([\w.-]+)"\)', (STATIC / "fonts.css").read_text())

    assert sorted(named) == sorted(file.name for file in (STATIC / "fonts").glob("*.woff2"))


def test_icons_and_letters_come_with_their_licences():
    assert "ISC License" in (STATIC / "icons/LICENSE.lucide").read_text()
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/LICENSE").read_text()


def test_the_fonts_every_page_loads_first_weigh_less_than_64_kilobytes():
    base = (ROOT / "templates/base.html").read_text()
    first = re.findall(r'rel="preload" href="{% static "digest/fonts/([\w.-]+)" %}"', base)

    assert len(first) == 2
    assert sum((STATIC / "fonts" / name).stat().st_size for name in first) < 64 * 1024
