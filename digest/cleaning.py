"""Text as a source gives it → text a reader can read: LaTeX written out, odd characters gone, white space folded.

Cleaning loses no word, and cleaning clean text changes nothing.
"""

import re
import unicodedata
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import LatexWalkerError
from pylatexenc.latexwalker import get_default_latex_context_db as commands_read

from digest import bare_math

URL = re.compile(r"https?://[^\s{}<>\"“”]+")

# Controls (C0, C1), marks that turn the direction of writing, and characters nobody sees.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_NOT_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")
# The alphabets of mathematics (bold, script, ...), for which many mail programs have no font.
_STYLED = re.compile("[\U0001d400-\U0001d7ff]")

_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_CITATION = re.compile(rf"~?\\[Cc]ite[a-zA-Z]*\*?\s*(?:\[[^\]]*\]\s*)*{_GROUP}")
# What the page makes of ~\cite{nichani2023provable}.
_BARE_CITATION = re.compile(r"~[a-z]+\d{4}[a-z]+\b")
_SILENT = re.compile(rf"\\(?:begin|end|label|ref|eqref|color|vspace|hspace)\*?\s*{_GROUP}")
# A dollar opens a formula only before a character and closes it only after one, and not before a digit: $5 is money.
MATH = re.compile(r"\$\$([^$]+)\$\$|(?<![\\$])\$(?=[^\s$])([^$]*[^\s$\\])\$(?!\d)|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.S)
_MARKED = (
    r"\\(?P<mark>['\"`^~=.]|[Hcdkruvb](?=\s*\{|\s+[A-Za-z]))"
    r"\s*(?P<letter>\{\s*\\?[A-Za-z]\s*\}|\\[ij]\b|[A-Za-z])"
)
# Alone, or in braces of its own, as in Erd{\H o}s.
_ACCENT = re.compile(rf"\{{\s*{_MARKED}\s*\}}|{_MARKED.replace('<mark>', '<bare>').replace('<letter>', '<under>')}")
_MACRO = re.compile(rf"\\(?:[A-Za-z]+\*?(?:\[[^\]]*\])?(?:{_GROUP})*|.)", re.S)

_SAME_AS = {
    "widetilde": "tilde",
    "widehat": "hat",
    "overline": "bar",
    "operatorname": "mathrm",
    "dfrac": "frac",
    "tfrac": "frac",
}
_OTHER_NAME = re.compile(rf"\\({'|'.join(_SAME_AS)})(?![A-Za-z])")
# Commands of layout, which say nothing.
_LAYOUT = (
    "em it bf sl sc tt rm sf bfseries itshape scshape ttfamily normalfont xspace limits nolimits displaystyle "
    "textstyle big Big bigg Bigg bigl bigr Bigl Bigr noindent centering small footnotesize large Large item newline "
    "linebreak par protect left right"
)


def clean(text: str) -> str:
    """Return the text as one line of readable text in Unicode's composed form (NFC)."""
    text = visible(text)
    addresses: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        addresses.append(found[0])
        return f"\ue000{len(addresses) - 1}\ue001"

    # The characters at the edges of the private area stand for addresses, which hold %, ~ and _ by right.
    text = URL.sub(put_aside, text.replace("\ue000", "").replace("\ue001", ""))
    text = bare_math.write_out(typography(latex_to_text(text)))
    text = re.sub("\ue000(\\d+)\ue001", lambda found: addresses[int(found[1])], text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def visible(text: str) -> str:
    """Return the text in NFC without characters that are not seen or that turn the direction of writing."""
    text = _NOT_TEXT.sub("", _UNSEEN.sub("", text))
    text = _STYLED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return unicodedata.normalize("NFC", text)


def latex_to_text(text: str) -> str:
    """Return the text with its LaTeX commands and formulas written out. Braces stay where they group."""
    text = _BARE_CITATION.sub("", _SILENT.sub("", _CITATION.sub("", text.replace("\\-", ""))))
    # A tie holds two words together; ~80% is no tie.
    text = re.sub(r"(?<=[\w.,)])~(?=[A-Za-z\\$(\[])", " ", text)
    text = MATH.sub(lambda found: _convert(next(filter(None, found.groups()))), text)
    # it\'s is an escaped apostrophe, although ś is a letter.
    text = _ACCENT.sub(_accented, re.sub(r"(?<=[a-z])\\'(?=s\b)", "'", text))
    return _MACRO.sub(lambda found: _convert(found[0]), text).replace("\\", "")


def typography(text: str) -> str:
    """Return the text with TeX's quotes and dashes written out."""
    text = re.sub(r"``([^`]*?)''", r"“\1”", text)
    text = re.sub(r"(?<![\w`])`([^`']+)'(?!\w)", r"‘\1’", text)
    text = re.sub(r"(?<=[\s\w])---(?=[\s\w])", "—", text)
    return re.sub(r"(?<=\w)--(?=\w)|(?<=\s)--(?=\s)", "–", text)


def _accented(found: re.Match[str]) -> str:
    mark, letter = found["mark"] or found["bare"], (found["letter"] or found["under"]).strip("{} ")
    text: str = _LATEX.latex_to_text(f"\\{mark}{{{letter}}}")
    composed = unicodedata.normalize("NFC", text)
    # No letter carries that accent: an escaped apostrophe, as in don\'t.
    return composed if len(composed) == 1 else mark + letter.lstrip("\\")


def _convert(latex: str) -> str:
    """Return one formula or one command as text; where it is broken, without its backslashes."""
    latex = _OTHER_NAME.sub(lambda found: f"\\{_SAME_AS[found[1]]}", latex)
    latex = re.sub(r"(?<!\\)([%&#])", r"\\\1", latex)
    latex = re.sub(r"\\([A-Za-z]+) (?=\\)", _keep_space, latex)
    try:
        text: str = _LATEX.latex_to_text(latex, tolerant_parsing=False)
    except (LatexWalkerError, AttributeError, IndexError, KeyError, ValueError):
        text = latex.replace("\\", "")
    return _STYLED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).replace("\xa0", " ")


def _keep_space(found: re.Match[str]) -> str:
    """Return a command with a space that lasts; one that takes arguments as it is."""
    # An empty group, for the library takes a space before the next command as the first one's end.
    command = _READS.get_macro_spec(found[1])
    return found[0] if command and command.args_parser.argspec else f"\\{found[1]}{{}} "


def _fraction(node: Any, l2tobj: Any) -> str:
    parts = [l2tobj.nodelist_to_text([part]).strip() for part in node.nodeargd.argnlist if part is not None]
    return "/".join(part if re.fullmatch(r"\w+", part) else f"({part.strip('{}')})" for part in parts)


def _writer() -> LatexNodes2Text:
    """Return the library's writer, with our way of fractions, of layout and of commands nobody knows."""
    context = get_default_latex_context_db()
    ours = [MacroTextSpec("frac", simplify_repl=_fraction), *(MacroTextSpec(name, "") for name in _LAYOUT.split())]
    context.add_context_category("daily-papers", prepend=True, macros=ours)
    # A paper's own \ourmethod: its name is the nearest to what stands there.
    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=lambda node: node.macroname))
    spaces = {
        "between-macro-and-chars": False,
        "between-latex-constructs": True,
        "after-comment": False,
        "in-equations": None,
    }
    return LatexNodes2Text(
        latex_context=context, keep_braced_groups=True, keep_braced_groups_minlen=2, strict_latex_spaces=spaces
    )


_LATEX = _writer()
_READS = commands_read()
