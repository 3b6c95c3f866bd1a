"""Rules of the house that a machine can check."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = ["config", "digest", "subscriptions", "tests"]


def python_files():
    return [file for folder in OURS for file in (ROOT / folder).rglob("*.py") if "migrations" not in file.parts]


def test_no_file_has_more_than_300_lines():
    assert [file.name for file in python_files() if len(file.read_text().splitlines()) > 300] == []


def test_no_file_has_a_name_that_says_nothing():
    assert [file for file in python_files() if file.stem in {"utils", "helpers", "common", "services"}] == []


def test_who_gets_mail_knows_nothing_of_what_is_in_it():
    importing = re.compile(r"^\s*(from|import) digest\b", re.MULTILINE)

    assert [file for file in (ROOT / "subscriptions").rglob("*.py") if importing.search(file.read_text())] == []


def test_requirements_are_pinned_with_hashes_and_name_no_index():
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        assert "://" not in text
        for line in re.findall(r"^[a-zA-Z].*", text, re.MULTILINE):
            assert "==" in line
            assert line.endswith("\\")


def test_pages_and_mails_load_nothing_from_another_host():
    from_outside = re.compile(
        r"""(<(script|img|link|iframe|source)[^>]*\b(src|href)=["']?|url\(["']?|@import\s+["'])(https?:)?//"""
    )
    places = [
        (folder, form) for folder in ("templates", "digest", "subscriptions") for form in ("html", "txt", "css", "js")
    ]
    files = [file for folder, form in places for file in (ROOT / folder).rglob(f"*.{form}")]

    assert len(files) > 20
    assert [file for file in files if from_outside.search(file.read_text())] == []


def test_the_top_level_holds_what_it_should():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    folders = {Path(name).parts[0] for name in listed.stdout.splitlines() if "/" in name}

    allowed = {"config", "digest", "subscriptions", "templates", "tests", "seeds", "requirements", "docs", ".ci"}
    assert folders <= allowed
