"""The pages in docs/ keep up with what they describe."""

import re

import pytest
from django.conf import settings

from config import providers

pytestmark = pytest.mark.storeless

ROOT = settings.BASE_DIR
TOP = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
PAGES = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").glob("*.md"))]
# A path from the top of the project (NAME and * stand for any name), a file of ours by its name alone, and a module.
FOLDERS = r"config|digest|docs|requirements|seeds|subscriptions|templates|tests|\.ci|\.github"
PATH = re.compile(rf"(?<![\w/.:-])(?:{FOLDERS})/[\w*./-]*[\w*/]")
FILE_NAME = re.compile(r"`(\w+\.(?:py|js|css|html|toml))`")
MODULE = re.compile(r"-m ((?:config|digest|subscriptions|tests)[.\w]*)")


def first_cells(page):
    """Return the first column of the tables on a page."""
    return re.findall(r"^\| (.+?) \|", (ROOT / "docs" / page).read_text(), re.MULTILINE)


def variables_read():
    """Return the variables that the settings read by name, and those of every provider."""
    files = ("settings.py", "stores.py", "env.py", "env_file.py", "llm.py", "log.py", "sentry.py")
    source = "".join((ROOT / "config" / file).read_text() for file in files)
    variables = re.findall(
        r"\b(?:env\.\w+|domains\.\w+|text|one_line_text|integer|required|endpoint|environ\.get)\(\s*\"([A-Z_]+)\"",
        source,
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


def text_of(page):
    """Return what a page says about the present: of the changelog, only the part that is not released yet."""
    text = page.read_text()
    return text.split("\n## ")[1] if page.name == "CHANGELOG.md" else text


def exists(path):
    """Return whether a path that a page names exists."""
    return any(ROOT.glob(path.replace("NAME", "*").rstrip("/")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page):
    paths = PATH.findall(text_of(page))
    paths += [f"{module.replace('.', '/')}*" for module in MODULE.findall(text_of(page))]

    assert [path for path in paths if not exists(path)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page):
    ours = {file.name for folder in FOLDERS.split("|") for file in (ROOT / folder.replace("\\", "")).rglob("*.*")}
    ours |= {file.name for file in ROOT.iterdir()}

    assert [name for name in FILE_NAME.findall(text_of(page)) if name not in ours and "NAME" not in name] == []


@pytest.mark.parametrize("path", ["tests/site/test_of_nothing.py", "digest/nowhere/", "docs/NAME.txt"])
def test_a_path_that_does_not_exist_is_found(path):
    assert PATH.findall(f"See `{path}`, ({path}) and {path}.") == [path] * 3
    assert not exists(path)
