"""Icons and fonts: those a page uses exist, those that exist are used, and pages load them by the right name."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "digest/static/digest"
SPRITE = (STATIC / "icons/sprite.svg").read_text()
TEMPLATES = [file.read_text() for file in (ROOT / "templates").rglob("*.html")]


def test_the_sprite_has_exactly_the_icons_that_pages_use():
    drawn = re.findall(r'<symbol id="([\w-]+)"', SPRITE)
    used = {name for text in TEMPLATES for name in re.findall(r'site/icon.html" with icon="([\w-]+)"', text)}

    assert sorted(drawn) == sorted(used)


def test_the_style_sheet_names_exactly_the_font_files_that_exist():
    named = re.findall(r'url\("fonts/([\w.-]+)"\)', (STATIC / "fonts.css").read_text())

    assert sorted(named) == sorted(file.name for file in (STATIC / "fonts").glob("*.woff2"))


def test_icons_and_fonts_come_with_their_licences():
    assert "ISC License" in (STATIC / "icons/LICENSE.lucide").read_text()
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/LICENSE").read_text()


def test_preloaded_fonts_are_smaller_than_64_kilobytes_together():
    base = (ROOT / "templates/base.html").read_text()
    first = re.findall(r'rel="preload" href="{% static "digest/fonts/([\w.-]+)" %}"', base)

    assert len(first) == 2
    assert sum((STATIC / "fonts" / name).stat().st_size for name in first) < 64 * 1024
