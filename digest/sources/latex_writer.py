"""Turn LaTeX's tree into text: pylatexenc's walker reads a formula or a command with its arguments.

The writer goes through the list of nodes once. A node is a run of characters, a group, an environment or a command.
`latex_table` has what a command says. One that needs its arguments has a function of its own in `latex_arguments`.
"""

import re
from functools import lru_cache, partial
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
)

from digest.sources import latex_macros as macros
from digest.sources import latex_table as table
from digest.sources.latex_arguments import WRITERS, Arguments, fraction
from digest.sources.latex_citations import CITING
from digest.sources.latex_edges import edge_spaces
from digest.sources.latex_signs import (
    AFTER,
    BEFORE,
    CELL,
    DOLLAR,
    PERCENT,
    SMALL_TEXT,
    scripted,
    thin,
    with_accent,
    with_line,
)
from digest.sources.latex_source import MAX_NESTING_DEPTH, depth, latex_to_text, readable
from digest.sources.latex_walker import WALK_ERRORS, BoundedWalker

# Longer formulas are written without a tree, to bound the time a text takes.
MAX_FORMULA_LENGTH = 3000

# The blank after these names only ends them.
_BEFORE_OPERAND = {"neg", "lnot", "langle", "lceil", "lfloor", "lVert", "lvert", "lbrace", "lbrack", "{", "llbracket"}
_SIMPLE = re.compile(r"[A-Za-z0-9 .,+*/=<>()\-]*")

Nodes = list[Any]


@lru_cache(maxsize=4096)
def formula(latex: str) -> str:
    r"""Return a formula as text, with a blank for a space command at an edge: in `13\,$TeV` it separates two words."""
    if _SIMPLE.fullmatch(latex):
        return latex.strip()
    begins, ends = edge_spaces(latex)
    return f"{begins}{_formula(latex).strip()}{ends}"


def _formula(latex: str) -> str:
    # A percent sign would begin a comment, and a dollar another formula.
    latex = re.sub(r"(?<!\\)%", PERCENT, latex).replace("\\$", DOLLAR).replace("$", "")
    latex = readable(latex)
    latex = re.sub(r"\\(?:begin|end)\s*\{(?:aligned|split|gathered|align|equation)\*?\}", "", latex)
    if (
        len(latex) > MAX_FORMULA_LENGTH
        or latex.count("\\begin") > MAX_NESTING_DEPTH
        or depth(latex) > MAX_NESTING_DEPTH
    ):
        return latex_to_text(latex)
    try:
        nodes, _, _ = BoundedWalker(latex).get_latex_nodes()
        return thin(_written(nodes, mathematics=True))
    except WALK_ERRORS:
        return latex_to_text(latex)


def command(reader: BoundedWalker, position: int, *, mathematics: bool) -> tuple[str, int] | None:
    """Return the text of the command or group at a position, and where it ends; None if it is broken or too costly."""
    if reader.is_spent:
        return None
    try:
        nodes, start, length = reader.get_latex_nodes(position, read_max_nodes=1)
        return (thin(_written(nodes, mathematics=mathematics)), start + length) if length else None
    except WALK_ERRORS:
        return None


def _written(nodes: Nodes, *, mathematics: bool) -> str:
    """Return a list of nodes as text."""
    for place, node in enumerate(nodes):
        if isinstance(node, LatexMacroNode) and node.macroname in ("over", "atop", "choose"):
            above, below = (
                _written(part, mathematics=mathematics).strip() for part in (nodes[:place], nodes[place + 1 :])
            )
            return f"({above} choose {below})" if node.macroname == "choose" else fraction(above, below)
    return _Pass(nodes, mathematics=mathematics).text()


class _Pass:
    """One walk through a list of nodes."""

    def __init__(self, nodes: Nodes, *, mathematics: bool) -> None:
        self._nodes = list(nodes)
        self._place = 0
        self._mathematics = mathematics
        # What is left of the run of characters that is being written.
        self._rest = ""
        self._parts: list[str] = []
        # The arguments of an unknown command are separate words, not one word.
        self._after_unknown = False

    def text(self) -> str:
        after_function = False
        while self._rest or self._place < len(self._nodes):
            if not self._rest and isinstance(self._nodes[self._place], LatexCharsNode):
                self._rest = self._nodes[self._place].chars
                self._place += 1
                continue
            is_script = self._mathematics and self._rest[:1] in ("^", "_") and self._rest != ""
            if after_function and not is_script:
                self._parts.append(AFTER)
                after_function = False
            if self._rest:
                self._characters()
            else:
                node = self._nodes[self._place]
                self._place += 1
                written = self._node(node)
                after_function = self._reads_as_function(node) and written != "°"
                self._parts.append(f"{BEFORE}{written}" if after_function else written)
        return "".join(self._parts) + (AFTER if after_function else "")

    def _reads_as_function(self, node: Any) -> bool:
        r"""Return whether a node is the name of a function, or one that no table has: \softmax."""
        if not isinstance(node, LatexMacroNode):
            return False
        return _is_function(node) or (len(node.macroname) > 1 and self._is_own_name(node))

    def _is_own_name(self, node: Any) -> bool:
        """Return whether the node just read, a command, is read as its name."""
        has_arguments = isinstance(self._following, LatexGroupNode) and self._following.nodelist
        is_silent = has_arguments or CITING.fullmatch(node.macroname)
        return self._mathematics and not is_silent and is_unknown(node.macroname)

    @property
    def _following(self) -> Any:
        """The next node; None after the last one."""
        return self._nodes[self._place] if self._place < len(self._nodes) else None

    def _characters(self) -> None:
        """Write characters up to the next script, or that script."""
        if not self._mathematics:
            self._parts.append(self._rest.replace("~", " "))
            self._rest = ""
            return
        end = next((place for place, char in enumerate(self._rest) if char in "^_"), len(self._rest))
        if end:
            self._parts.append(self._rest[:end].replace("~", " ").replace("&", CELL))
            self._rest = self._rest[end:]
            return
        if len(self._parts) > 0 and re.search(r"[^\W\d_][\u0300-\u036f]* $", self._parts[-1]):
            # In \alpha _1, the blank only ends the name.
            self._parts[-1] = self._parts[-1][:-1]
        mark, self._rest = self._rest[0], self._rest[1:].lstrip()
        if self._rest:
            script, self._rest = self._rest[0], self._rest[1:]
            self._parts.append(scripted(mark, script))
        elif self._place < len(self._nodes):
            self._parts.append(self._script_of_node(mark))

    def _script_of_node(self, mark: str) -> str:
        while (
            self._place + 1 < len(self._nodes) and getattr(self._nodes[self._place], "macroname", "") in macros.LAYOUT
        ):
            self._place += 1
        node = self._nodes[self._place]
        if isinstance(node, LatexCharsNode):
            self._take_characters()
            script, self._rest = self._rest[:1], self._rest[1:]
            return scripted(mark, script)
        self._place += 1
        script = self._node(node)
        if not isinstance(node, LatexMacroNode):
            return scripted(mark, script)
        # \mathrm{eff} is one thing and needs no parentheses; the blank after \dagger stays one.
        whole = mark + script.strip() if re.fullmatch(r"\w+", script.strip()) else scripted(mark, script)
        return whole + (" " if script[-1:].isspace() else "")

    def _node(self, node: Any) -> str:
        """Return a node that is not a run of characters as text."""
        if isinstance(node, LatexGroupNode):
            self._after_unknown, gap = False, " " if self._after_unknown else ""
            text = _written(node.nodelist, mathematics=self._mathematics)
            if gap or self._follows_unknown():
                self._after_unknown = True
            return gap + text
        self._after_unknown = False
        if isinstance(node, LatexEnvironmentNode):
            return _environment(node)
        if not isinstance(node, LatexMacroNode):
            return str(getattr(node, "latex_verbatim", str)())
        return self._macro(node)

    def _follows_unknown(self) -> bool:
        before = self._nodes[self._place - 2] if self._place > 1 else None
        return isinstance(before, LatexMacroNode) and is_unknown(before.macroname)

    def _macro(self, node: Any) -> str:
        name, blank = node.macroname, " " if self._mathematics and node.macro_post_space else ""
        arguments = [part for part in (node.nodeargd.argnlist if node.nodeargd else []) if part is not None]
        if name == "deg" and re.search(r"\d\s*$", "".join(self._parts[-1:])):
            return "°"
        if _is_function(node):
            return _function(node, arguments) + blank
        if name in macros.LAYOUT:
            return self._layout(name)
        if name in macros.ARGUMENTS:
            return _with_arguments(name, arguments, mathematics=self._mathematics)
        if CITING.fullmatch(name) and isinstance(self._following, LatexGroupNode):
            self._place += 1
            return ""
        return f"{name}{blank}" if self._is_own_name(node) else _said_alone(name, blank)

    def _layout(self, name: str) -> str:
        # \left. and \right. are invisible brackets.
        if name in ("left", "right", "middle"):
            self._take_characters()
            if self._rest.startswith("."):
                self._rest = self._rest[1:]
        return SMALL_TEXT if name in ("sc", "scshape") else ""

    def _take_characters(self) -> None:
        if not self._rest and self._place < len(self._nodes) and isinstance(self._nodes[self._place], LatexCharsNode):
            self._rest = self._nodes[self._place].chars.lstrip()
            self._place += 1


def _said_alone(name: str, blank: str) -> str:
    if name in table.LETTER_COMMANDS:
        return table.LETTER_COMMANDS[name]
    if name in macros.SPACES:
        return " "
    return (table.sign(name) or "") + ("" if name in _BEFORE_OPERAND else blank)


def is_unknown(name: str) -> bool:
    """Return whether a command is in none of the tables."""
    tables = (macros.LAYOUT, macros.ARGUMENTS, table.LETTER_COMMANDS, macros.SPACES, macros.FUNCTIONS)
    return not any(name in names for names in tables) and table.sign(name) is None


def _is_function(node: Any) -> bool:
    return node.macroname in macros.FUNCTIONS or node.macroname == "operatorname"


def _function(node: Any, arguments: Nodes) -> str:
    if node.macroname != "operatorname":
        return str(macros.FUNCTION_TEXT.get(node.macroname, node.macroname))
    return _argument(arguments[-1], mathematics=True).strip() if arguments else ""


def _argument(node: Any, *, mathematics: bool) -> str:
    """Return an argument as text: a group's content, or the one node."""
    return _written(node.nodelist if isinstance(node, LatexGroupNode) else [node], mathematics=mathematics)


def _environment(node: Any) -> str:
    """Return the rows of a matrix, or of cases, in parentheses or after a brace."""
    name = node.environmentname.rstrip("*")
    rows: list[Nodes] = [[]]
    for part in node.nodelist:
        if isinstance(part, LatexMacroNode) and part.macroname == "\\":
            rows.append([])
        else:
            rows[-1].append(part)
    lines = [_cells(_written(row, mathematics=True)) for row in rows]
    text = "; ".join(line for line in lines if line)
    return text if name in ("cases", "array", "tabular", "itemize", "enumerate") else f"({text})"


def _cells(row: str) -> str:
    # The alignment's & is a mark (CELL) by now, and a comma is clearer on one line.
    return ", ".join(cell for cell in re.split(rf"\s*{CELL}\s*", row.strip()) if cell)


def _with_arguments(name: str, nodes: Nodes, *, mathematics: bool) -> str:
    if name in macros.SILENT:
        return ""
    arguments = Arguments(nodes, partial(_argument, mathematics=False), partial(_argument, mathematics=True))
    if name in macros.ACCENTS:
        return with_accent(_argument(nodes[-1], mathematics=mathematics), macros.ACCENTS[name])
    if name in macros.MATH_ACCENTS:
        return with_line(arguments.formula(-1), macros.MATH_ACCENTS[name])
    if name in WRITERS:
        return WRITERS[name](arguments)
    place = macros.READ_ARGUMENTS.get(name, 0)
    in_text = name.startswith("text") or name in ("emph", "mbox", "hbox", "href")
    return _argument(nodes[place if place < len(nodes) else -1], mathematics=mathematics and not in_text)
