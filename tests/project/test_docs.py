"""The pages in docs/ keep up with what they describe."""

import re

import pytest
from django.conf import settings

from config import providers

ROOT = settings.BASE_DIR
TOP = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
PAGES = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").glob("*.md"))]


def first_cells(page):
    """What stands in the first column of the tables of a page."""
    return re.findall(r"^\| (.+?) \|", (ROOT / "docs" / page).read_text(), re.MULTILINE)


def variables_read():
    """The variables that the settings read by name, and those of every provider."""
    files = ("settings.py", "stores.py", "env.py", "env_file.py", "llm.py", "log.py", "sentry.py")
    source = "".join((ROOT / "config" / file).read_text() for file in files)
    variables = re.findall(
        r"\b(?:env\.\w+|text|one_line_text|integer|required|endpoint|environ\.get)\(\s*\"([A-Z_]+)\"", source
    )
    variables += re.findall(r"redis_address\(\"[A-Z_]+\", \"([A-Z_]+)\"", source)
    # What one provider needs, and the two that any of them may have.
    keys = {key for keys in providers.KEYS.values() for key in keys}
    keys |= {f"{provider.upper()}_API_URL" for provider in providers.KEYS} | {"WEBHOOK_SECRET"}
    return {*variables, *(f"ANYMAIL_{key}" for key in keys)}


def packages(file):
    """The packages a file of requirements asks for."""
    lines = (ROOT / "requirements" / file).read_text().splitlines()
    return {re.split("[<>=; ]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def headings(page):
    """The anchors of a page, made as GitHub makes them."""
    texts = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in texts}


def test_every_setting_has_a_line():
    documented = re.findall(r"`([A-Z_]+)`", " ".join(first_cells("settings.md")))

    assert sorted(documented) == sorted(variables_read())


def test_every_package_has_a_line():
    documented = {cell for cell in first_cells("dependencies.md") if cell != "package"}

    assert documented == packages("run.in") | packages("ses.in") | packages("sentry.in") | packages("dev.in")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in headings(file), target
