"""Style sheets and scripts: they parse, follow one style, and scripts import only what other scripts export."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import tinycss2
from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile

from config.static_files import StaticFiles

pytestmark = pytest.mark.storeless

ROOT = Path(settings.BASE_DIR)
FOLDERS = (ROOT / "digest/static", ROOT / "subscriptions/static")
SHEETS = [file for folder in FOLDERS for file in sorted(folder.rglob("*.css"))]
SCRIPTS = [file for folder in FOLDERS for file in sorted(folder.rglob("*.js"))]
# Unfold adds this one to its pages itself, and does not support modules.
CLASSIC = {"panel_accessibility.js"}


def faults(text):
    """Return the errors a browser would skip over in a style sheet, rule by rule, with their lines."""
    problems, waiting = [], tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    while waiting:
        node = waiting.pop()
        if node.type == "error":
            problems.append((node.source_line, node.message))
        elif node.type in {"qualified-rule", "at-rule"} and node.content is not None:
            waiting += tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
    return problems


@pytest.mark.parametrize("text", ["a { color red; }", "a { color: red; } }", "@media print { a { : red; } }"])
def test_an_error_in_a_style_sheet_is_found(text):
    assert faults(text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda file: file.name)
def test_a_style_sheet_parses(sheet):
    assert faults(sheet.read_text()) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda file: file.name)
def test_a_style_sheet_has_one_property_per_line(sheet):
    plain = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)

    assert [line for line in plain.splitlines() if line.count(";") > 1 or re.search(r"[{;}].*\S", line.strip())] == []


@pytest.mark.parametrize("file", [*SHEETS, *SCRIPTS], ids=lambda file: file.name)
def test_no_line_of_a_sheet_or_script_is_longer_than_120_characters(file):
    assert [line for line in file.read_text().splitlines() if len(line) > 120] == []


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: file.name)
def test_a_script_parses(script, tmp_path):
    module = tmp_path / "script.mjs"
    module.write_text(script.read_text())

    process = subprocess.run(["node", "--check", str(module)], capture_output=True, text=True, check=False)

    assert process.returncode == 0, process.stderr


def test_all_our_scripts_are_loaded_as_modules():
    tags = [
        tag for file in (ROOT / "templates").rglob("*.html") for tag in re.findall(r"<script\b[^\n]*", file.read_text())
    ]
    ours = [tag for tag in tags if re.search(r'static "(digest|subscriptions)/', tag)]

    assert len(ours) > 5
    assert [tag for tag in ours if 'type="module"' not in tag] == []


@pytest.mark.parametrize("script", [file for file in SCRIPTS if file.name not in CLASSIC], ids=lambda file: file.name)
def test_names_that_a_module_imports_are_exported(script):
    for names, path in re.findall(r'^import \{ (.*?) \} from "\./(.*?)";', script.read_text(), re.MULTILINE):
        exported = re.findall(
            r"^export (?:async )?(?:function|const) (\w+)", (script.parent / path).read_text(), re.MULTILINE
        )
        assert set(names.split(", ")) <= set(exported)


def test_in_production_an_import_names_the_file_with_the_content_hash(tmp_path):
    plain = StaticFilesStorage(location=tmp_path)
    plain.save("digest/one.js", ContentFile(b'import { two } from "./two.js";\ntwo();\n'))
    plain.save("digest/two.js", ContentFile(b"export function two() {}\n"))
    paths = {f"digest/{name}.js": (plain, f"digest/{name}.js") for name in ("one", "two")}
    storage = StaticFiles(location=tmp_path)

    names = {name: hashed for name, hashed, _ in storage.post_process(paths)}

    two = Path(names["digest/two.js"]).name
    assert two != "two.js"
    assert f'from "./{two}";' in (tmp_path / names["digest/one.js"]).read_text()
