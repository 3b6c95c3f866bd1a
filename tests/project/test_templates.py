"""Templates: all of them parse, every state has one, and no line is too long to review."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from digest.panel.edition_state import EditionBadge, SendingBadge

pytestmark = pytest.mark.storeless

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(file.relative_to(FOLDER)) for form in ("html", "txt") for file in FOLDER.rglob(f"*.{form}"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_parses(name):
    assert get_template(name)


def test_no_line_of_html_is_longer_than_160_characters():
    # In plain text every line break shows, so lines there are as long as they need to be.
    lines = [
        (str(file.relative_to(FOLDER)), number)
        for file in FOLDER.rglob("*.html")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if len(line) > 160
    ]

    assert lines == []


@pytest.mark.parametrize(
    "name", [*[f"state/{state}" for state in EditionBadge], *[f"sending/{state}" for state in SendingBadge]]
)
def test_every_state_of_an_edition_has_a_template(name):
    assert get_template(f"panel/{name}.html")
