"""The pages in docs/ keep up with what they describe."""

import re

import pytest
from django.conf import settings

from config import providers

ROOT = settings.BASE_DIR
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def first_cells(page):
    """What stands in the first column of the tables of a page."""
    return re.findall(r"^\| (.+?) \|", (ROOT / "docs" / page).read_text(), re.MULTILINE)


def variables_read():
    """The variables that the settings read by name, and those of every provider."""
    source = "".join((ROOT / "config" / file).read_text() for file in ("settings.py", "stores.py"))
    named = re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", source)
    # What one provider needs, and the two that any of them may have.
    keys = {key for keys in providers.KEYS.values() for key in keys}
    keys |= {f"{provider.upper()}_API_URL" for provider in providers.KEYS} | {"WEBHOOK_SECRET"}
    return {*named, *(f"ANYMAIL_{key}" for key in keys)}


def packages(file):
    """The packages a file of requirements asks for."""
    lines = (ROOT / "requirements" / file).read_text().splitlines()
    return {re.split("[<>=]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def headings(page):
    """The anchors of a page, made as GitHub makes them."""
    texts = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in texts}


def test_every_setting_has_a_line():
    documented = re.findall(r"`([A-Z_]+)`", " ".join(first_cells("settings.md")))

    assert sorted(documented) == sorted(variables_read())


def test_every_package_has_a_line():
    documented = {cell for cell in first_cells("dependencies.md") if cell != "package"}

    assert documented == packages("run.in") | packages("dev.in")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in headings(file), target
