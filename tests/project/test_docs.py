"""The pages in docs/ keep up with what they describe."""

import re

import pytest
from django.conf import settings

from config import providers

pytestmark = pytest.mark.storeless

ROOT = settings.BASE_DIR
TOP = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
PAGES = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").glob("*.md"))]


def first_cells(page):
    """Return the first column of the tables on a page."""
    return re.findall(r"^\| (.+?) \|", (ROOT / "docs" / page).read_text(), re.MULTILINE)


def variables_read():
    """Return the variables that the settings read by name, and those of every provider."""
    files = ("settings.py", "stores.py", "env.py", "env_file.py", "llm.py", "log.py", "sentry.py")
    source = "".join((ROOT / "config" / file).read_text() for file in files)
    variables = re.findall(
        r"\b(?:env\.\w+|text|one_line_text|integer|required|endpoint|environ\.get)\(\s*\"([A-Z_]+)\"", source
    )
    variables += re.findall(r"redis_address\(\"[A-Z_]+\", \"([A-Z_]+)\"", source)
    # The keys that providers need, and the two variables that any of them can have.
    keys = {key for keys in providers.KEYS.values() for key in keys}
    keys |= {f"{provider.upper()}_API_URL" for provider in providers.KEYS} | {"WEBHOOK_SECRET"}
    return {*variables, *(f"ANYMAIL_{key}" for key in keys)}


def packages(file):
    """Return the packages that a requirements file lists."""
    lines = (ROOT / "requirements" / file).read_text().splitlines()
    return {re.split("[<>=; ]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def headings(page):
    """Return the anchors of a page, formed the way GitHub forms them."""
    texts = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in texts}


def test_every_setting_is_documented():
    documented = re.findall(r"`([A-Z_]+)`", " ".join(first_cells("settings.md")))

    assert sorted(documented) == sorted(variables_read())


def test_every_package_is_documented():
    documented = {cell for cell in first_cells("dependencies.md") if cell != "package"}

    assert documented == packages("run.in") | packages("ses.in") | packages("sentry.in") | packages("dev.in")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_work(page):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in headings(file), target
