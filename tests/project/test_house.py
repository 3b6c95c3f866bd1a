"""House rules that a machine can check."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

pytestmark = pytest.mark.storeless

ROOT = Path(settings.BASE_DIR)
OURS = ["config", "digest", "subscriptions", "tests"]


def python_files():
    return [file for folder in OURS for file in (ROOT / folder).rglob("*.py") if "migrations" not in file.parts]


def test_no_file_has_more_than_300_lines():
    assert [file.name for file in python_files() if len(file.read_text().splitlines()) > 300] == []


def test_no_file_has_a_meaningless_name():
    assert [file for file in python_files() if file.stem in {"utils", "helpers", "common", "services"}] == []


def test_imports_follow_the_contracts():
    # The contracts are in pyproject.toml. Run in a separate process, because the tool silences all loggers.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert linted.returncode == 0, linted.stdout


def test_subscriptions_names_nothing_that_digest_adds_to_its_models():
    # The contracts catch imports, but not related managers or joins in queries.
    related = {
        relation.get_accessor_name() if hidden else relation.name
        for model in apps.get_app_config("subscriptions").get_models()
        for relation in model._meta.related_objects
        for hidden in (False, True)
        if relation.related_model._meta.app_label == "digest"
    }
    assert {"deliveries", "feedback", "tags"} <= related
    queries = {"filter", "exclude", "get", "order_by", "values", "values_list", "annotate", "aggregate", "alias"}
    queries |= {"only", "defer", "select_related", "prefetch_related", "Q", "F", "Count", "Max", "Min", "Sum", "Exists"}

    def names_in(node):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            return [node.attr]
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in queries:
            words = [word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            return [name.lstrip("-").split("__")[0] for name in words + [word.arg or "" for word in node.keywords]]
        return []

    files = [file for file in python_files() if file.is_relative_to(ROOT / "subscriptions")]
    nodes = [(file, node) for file in files for node in ast.walk(ast.parse(file.read_text()))]
    assert [f"{file.name}:{node.lineno}" for file, node in nodes if related & {*names_in(node)}] == []


def test_requirements_are_pinned_with_hashes_and_name_no_index():
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        assert "://" not in text
        for line in re.findall(r"^[a-zA-Z].*", text, re.MULTILINE):
            assert "==" in line
            assert line.endswith("\\")


def test_pages_and_emails_load_nothing_from_another_host():
    from_outside = re.compile(
        r"""(<(script|img|link|iframe|source)[^>]*\b(src|href)=["']?|url\(["']?|@import\s+["'])(https?:)?//"""
    )
    places = [
        (folder, form) for folder in ("templates", "digest", "subscriptions") for form in ("html", "txt", "css", "js")
    ]
    files = [file for folder, form in places for file in (ROOT / folder).rglob(f"*.{form}")]

    assert len(files) > 20
    assert [file for file in files if from_outside.search(file.read_text())] == []


def test_the_top_level_has_only_the_expected_folders():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    folders = {Path(name).parts[0] for name in listed.stdout.splitlines() if "/" in name}

    ours = {"config", "digest", "subscriptions", "templates", "tests"}
    allowed = ours | {"seeds", "requirements", "docs", ".ci", ".github"}
    assert folders <= allowed
