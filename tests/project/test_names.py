"""Names are searchable: each stands for one thing in the whole tree and says what it is."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.storeless

ROOT = Path(settings.BASE_DIR)
ROOMS = ("config", "digest", "subscriptions")

# Bare participles say what happened to a thing, not what it is. The names of form fields are data. In capitals they are
# states, and words of patterns.
FORM_FIELDS = {"digest/panel/source_runs.py": {"kept"}}
PARTICIPLES = frozenset(
    ["asked", "done", "found", "gone", "kept", "known", "made", "rung", "said", "standing", "taken", "told", "wanted"]
)

# Names that several modules may use, each with the reason.
SHARED = {
    "Command": "Django finds a management command by it",
    "app": "Celery finds its application by it",
    "logger": "each module logs under its own name",
    "register": "Django finds the template tags by it",
    "router": "each part of the API hands its routes over by it",
    "urlpatterns": "Django finds the routes by it",
    "TRIES": "how often one page of arXiv is asked for, in either of its interfaces",
    # Each reference manager format is a module with this interface (digest/catalog/uploads.py).
    "fits": "of the interface of a format",
    "read": "of the interface of a format",
    "number_of_entries": "of the interface of a format",
    # Each kind of database to back up is a module with this interface (digest/management/backup/).
    **dict.fromkeys(
        ("SUFFIX", "dump", "migrations", "put_back", "users", "verify"), "of the interface of a kind of database"
    ),
    "GetResponse": "the type of what a middleware passes a request on to",
    "View": "the type of a view, as its module takes it",
    "new_key": "migrations name both by their path",
    "render": "a mail by its template; a delivery by means of that",
}

# Each source is a module with this interface (digest/sources/interface.py: SourceKind). Formats have its NAME too.
OF_A_SOURCE = frozenset(
    [
        *("NAME", "TITLE", "POLL_INTERVAL", "DELAY", "QUERY_HELP", "CLOSES_DAYS", "MOST_PER_DAY", "ASKS_ABOUT_KNOWN"),
        *("pages", "parts", "turn", "checked_query"),
    ]
)


@cache
def modules(*rooms):
    files = (
        file
        for room in rooms or ROOMS
        for file in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in file.parts
    )
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text()) for file in files}


def is_entry(node):
    """Return whether a function is a view, task or template tag, named after its page or what it enqueues."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    decorators = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
    arguments = [argument.arg for argument in node.args.args]
    return arguments[:1] == ["request"] or "shared_task" in decorators or "register." in decorators


def is_shorthand(node):
    """Return whether a line is a shorthand for a nested class, such as `Status = Delivery.Status`."""
    value = getattr(node, "value", None)
    return (
        isinstance(node, ast.Assign)
        and isinstance(value, ast.Attribute)
        and [ast.unparse(target) for target in node.targets] == [value.attr]
    )


def public_names(tree):
    names = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names |= set() if is_entry(node) else {node.name}
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not is_shorthand(node):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def variables(tree):
    """Yield the name and line of each function, parameter and variable given a value. Keys of a TypedDict are data."""
    data = {
        id(line.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "TypedDict" in map(ast.unparse, node.bases)
        for line in node.body
        if isinstance(line, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in data:
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno


def hidden_names(tree):
    """Yield the name and line of each variable that hides a function of its module, or an import of ours."""
    others = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not is_entry(node)
    }
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ROOMS:
            others |= {alias.asname or alias.name for alias in node.names}
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    for node in {part for function in functions for part in ast.walk(function)}:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in others:
            yield node.id, node.lineno
        elif isinstance(node, ast.arg) and node.arg in others:
            yield node.arg, node.lineno


def test_no_public_name_stands_for_two_things():
    places = defaultdict(list)
    for path, tree in modules().items():
        for name in public_names(tree):
            places[name].append(path)

    assert {
        name: paths for name, paths in places.items() if len(paths) > 1 and name not in OF_A_SOURCE.union(SHARED)
    } == {}


def test_each_shared_name_is_still_shared():
    counts = defaultdict(int)
    for tree in modules().values():
        for name in public_names(tree):
            counts[name] += 1

    assert [name for name in SHARED if counts[name] < 2] == []


def test_a_variable_says_what_it_is():
    assert [
        f"{path}:{line} {name}"
        for path, tree in modules(*ROOMS, "tests").items()
        for name, line in variables(tree)
        if name.strip("_") in PARTICIPLES - FORM_FIELDS.get(path, set())
    ] == []


def test_no_variable_hides_a_function_of_its_module():
    assert [f"{path}:{line} {name}" for path, tree in modules().items() for name, line in hidden_names(tree)] == []


def test_the_check_finds_hidden_names():
    tree = ast.parse(
        "from config import env\ndef plan(env): ...\ndef send(at): plan = [run for run in at]\ndef run(request): ..."
    )

    assert sorted(hidden_names(tree)) == [("env", 2), ("plan", 3)]


def test_the_check_finds_names_of_both_kinds():
    tree = ast.parse("Status = Delivery.Status\nMOST: int = 3\ndef page(request): ...\ndef plan(found): known = found")

    assert public_names(tree) == {"MOST", "plan"}
    assert [name for name, _ in variables(tree)] == ["page", "plan", "Status", "MOST", "request", "found", "known"]
