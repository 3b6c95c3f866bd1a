"""No text takes more than linear time: every pattern and every text function, found automatically."""

import ast
import importlib
import inspect
import pkgutil
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import digest
import subscriptions
from digest.catalog.formatting import shorten
from digest.sources.fetching import FetchedResponse
from digest.sources.http import retry_after
from digest.sources.untrusted_xml import parse_xml
from subscriptions import spreadsheets
from subscriptions.addresses import clean_address
from subscriptions.importing import table_reader
from subscriptions.importing.status_columns import Statuses
from tests.support import hostile_text as hostile

pytestmark = pytest.mark.storeless

# Text from strangers does not get here, or it is not a text but the name of a file, a page or a setting.
ELSEWHERE = re.compile(
    r"config\.|\.(?:migrations|management|tasks|admin|apps|benchmark|evaluation|demo|turns|limits|embedding|starter_topics|transports|file_backend|send_log|throttle_store|worker)\b"
)
PATTERN_METHODS = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


def modules() -> Iterator[ModuleType]:
    for package in (digest, subscriptions):
        for module_info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not ELSEWHERE.search(module_info.name):
                yield importlib.import_module(module_info.name)


def patterns() -> Iterator[tuple[str, re.Pattern, str]]:
    """Yield each pattern with its name and the method that applies it: to the whole text, or only at its start."""
    for module in modules():
        tree = ast.parse(Path(module.__file__).read_text())
        for name, value in vars(module).items():
            for number, pattern in enumerate(_patterns_in(value)):
                if _is_made_in(tree, name):
                    yield f"{module.__name__}.{name}[{number}]", pattern, _method(tree, name)
        yield from _written_in_place(module.__name__, tree)


def _patterns_in(value: object) -> Iterator[re.Pattern]:
    match value:
        case re.Pattern():
            yield value
        case dict():
            yield from _patterns_in([*value, *value.values()])
        case list() | tuple() | set() | frozenset():
            for inner in value:
                yield from _patterns_in(inner)


def _is_made_in(tree: ast.Module, name: str) -> bool:
    assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return name in {node.id for node in assigned}


def _method(tree: ast.Module, name: str) -> str:
    """Return the method that applies a pattern: anywhere in the text, unless the module only matches at its start."""
    methods = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id == name
    } & PATTERN_METHODS
    return methods.pop() if methods in ({"match"}, {"fullmatch"}) else "finditer"


def _written_in_place(module: str, tree: ast.Module) -> Iterator[tuple[str, re.Pattern, str]]:
    """Yield the patterns that are written inline: `re.sub(r"…", …)`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        is_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if not is_re or node.func.attr not in PATTERN_METHODS or not isinstance(node.args[0], ast.Constant):
            continue
        flags = re.I if "re.I" in ast.unparse(node) else 0
        method = node.func.attr if node.func.attr in {"match", "fullmatch"} else "finditer"
        yield f"{module}:{node.args[0].value!s}", re.compile(node.args[0].value, flags), method


# Functions that need more than a text, and methods.
FURTHER = {
    "subscriptions.addresses.clean_address": lambda text: clean_address(text, refuse_disposable=True),
    "digest.catalog.formatting.shorten": lambda text: shorten(text, 200),
    "digest.sources.untrusted_xml.parse_xml": lambda text: parse_xml(FetchedResponse("x", text.encode()), "rss"),
    "digest.sources.http.retry_after": retry_after,
    "subscriptions.importing.table_reader.decoded": lambda text: table_reader.decoded(
        text.encode("gb18030", "replace")
    ),
    "subscriptions.importing.status_columns.Statuses": lambda text: Statuses(["status", text], [0, 1], {}).of(
        [text, text]
    ),
    "subscriptions.spreadsheets.cell": spreadsheets.cell,
}


def functions() -> Iterator[tuple[str, object]]:
    """Yield each function that can be called with only one text."""
    yield from FURTHER.items()
    for module in modules():
        for name, value in vars(module).items():
            function = inspect.unwrap(value) if callable(value) else value
            if inspect.isfunction(function) and function.__module__ == module.__name__ and _takes_a_text(function):
                yield f"{module.__name__}.{name}", function


def _takes_a_text(function: object) -> bool:
    needed = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    return (
        len(needed) == 1 and needed[0].annotation in (str, "str") and needed[0].kind == needed[0].POSITIONAL_OR_KEYWORD
    )


# Functions that take more than linear time but cannot get much text: by name, with what bounds it.
BOUNDED = {
    "digest.site.share_image._fitting": "400 letters of a title",
    "digest.sources.bibtex.read": "the library's parser; files of 5 MB that somebody of the panel uploads",
    "digest.catalog.uploads.parse_upload": "as above",
    "digest.sending.webhooks.sns.public_key": "an address of Amazon's certificates, which a pattern looked at before",
    "digest.catalog.spelling._meant": "words of at most 24 letters",
    "digest.catalog.spelling._one_slip_away": "as above",
}
PATTERNS = [pytest.param(pattern, method, id=name) for name, pattern, method in patterns()]
FUNCTIONS = [pytest.param(function, id=name) for name, function in functions() if name not in BOUNDED]


def test_patterns_and_functions_are_found():
    names = {param.id for param in (*PATTERNS, *FUNCTIONS)}

    assert {
        "digest.sources.links._LINK[0]",
        "digest.sources.links.take_links",
        "digest.sources.latex_text.clean_text",
    } <= names
    assert {"subscriptions.importing.table_reader.rows", "digest.sources.arxiv_id.parse_arxiv_id"} <= names
    assert set(BOUNDED) <= {name for name, _ in functions()}


@pytest.mark.parametrize(("pattern", "method"), PATTERNS)
def test_a_pattern_takes_time_in_proportion_to_its_text(pattern, method):
    ask = getattr(pattern, method)

    def run(text):
        text = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
        module_info = ask(text)
        if method == "finditer":
            for _ in module_info:
                pass

    assert not hostile.offence(run, [*hostile.units_of(pattern), *hostile.UNITS])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_of_text_takes_time_in_proportion_to_it(function, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)

    def run(text):
        # The function may refuse a text; only how soon matters. Database access is not the text's fault.
        try:
            result = function(text)
            if inspect.isgenerator(result):
                list(result)
        except hostile.EndlessError:
            raise
        except Exception:  # noqa: BLE001 - as above
            return

    assert not hostile.offence(run, hostile.UNITS)
