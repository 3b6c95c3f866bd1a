"""Turn publishers' markup in titles and abstracts (JATS, PubMed) into text, scripts and formulas into LaTeX."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from xml.etree.ElementTree import Element

from digest.sources import mathml_text

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED_TWICE = re.compile(r"&(?:amp;)+(?=#?[A-Za-z0-9]{1,32};)")
# A tag has nothing but attributes in it: a<b and c>d is not one.
_TAG = re.compile(
    r"<(/?)((?:jats:|mml:|m:)?[A-Za-z][A-Za-z0-9-]{0,30})(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*(/?)>"
)
_COMMENT = re.compile(r"<!--[^<>]{0,500}-->|<!\[CDATA\[|\]\]>")

# The heading of a section in an abstract; “Abstract” itself says nothing.
_HEADING = re.compile(r"<((?:jats:)?title|h[1-6])>([^<>]{1,300})</\1>", re.I)
_ABSTRACT = re.compile(r"(?:graphical\s+)?(?:abstract|summary)\W*", re.I)
_TEX_BEGINS = re.compile(r"\$|\\[(\[]|\\begin")

_SCRIPTS = {"sub": "\\textsubscript{", "inf": "\\textsubscript{", "sup": "\\textsuperscript{"}
_INLINE = """
    i b em strong u s tt code small big span font a scp sc italic bold underline monospace roman sans-serif strike
    styled-content named-content inline-formula tex-math alternatives xref ext-link uri email mark q cite abbr nobr
"""
_BLOCKS = """
    p br div title sec abstract list list-item label ul ol li h1 h2 h3 h4 h5 h6 disp-formula table tr td th hr break
    trans-title subtitle article-title body html section
"""
_INLINE_NAMES, _BLOCK_NAMES = frozenset(_INLINE.split()), frozenset(_BLOCKS.split())


def remove_markup(text: str) -> str:
    """Return the text with entities as characters and without the tags that publishers use; all others stay."""
    if "&" in text:
        text = _ENTITY.sub(lambda match: _character(match[0]), _ESCAPED_TWICE.sub("&", text))
    if "<" not in text:
        return text
    text = _formulas(_HEADING.sub(lambda heading: spaced_heading(heading[2]), _COMMENT.sub("", text)))
    names = {(match[1], match[2].lower()) for match in _TAG.finditer(text)}
    # An element that is opened and never closed is more likely a comparison.
    whole = {name for end, name in names if not end and ("/", name) in names} | {"br", "p", "hr"}
    return _TAG.sub(lambda match: _written(match, whole), text)


def marked_text(element: Element | None) -> str:
    """Return the text of an XML element on one line, with the tags that remove_markup reads; "" for None."""
    return " ".join("".join(_marked(element)).split()) if element is not None else ""


def _marked(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        is_kept = name in _SCRIPTS or name.startswith("m")
        if name:
            yield f"<{name}>" if is_kept else ""
            yield from _marked(child)
            yield f"</{name}>" if is_kept else ""
        yield child.tail or ""


def spaced_heading(heading: str) -> str:
    """Return the heading of a section with a colon after it, if no other sign is there; a space for “Abstract”."""
    heading = heading.strip()
    if not heading or _ABSTRACT.fullmatch(heading):
        return " "
    return f" {heading} " if heading[-1] in ".:?!–—" else f" {heading}: "


def _formulas(text: str) -> str:
    """Return the text with each formula once, in LaTeX. If it is there in several forms, TeX is the clearest."""
    if "math" not in text:
        return text
    text = _with_elements(text, "alternatives", lambda forms: _first_tex(forms) or forms)
    text = _with_elements(text, "tex-math", _tex)
    return _with_elements(text, "math", mathml_text.as_latex)


def _with_elements(text: str, name: str, new: Callable[[str], str]) -> str:
    """Return the text with each element of this name replaced, given what is in it; one that is not closed stays."""
    parts: list[str] = []
    position = 0
    for start, end, inside in _elements(text, name):
        parts += [text[position:start], new(inside)]
        position = end
    return "".join([*parts, text[position:]])


def _elements(text: str, name: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each element of this name begins and ends, and what is in it, up to one that is not closed."""
    opening = re.compile(rf"<((?:jats:|mml:|m:)?{name})(?:\s[^<>]{{0,500}})?>", re.I)
    position = 0
    while (begin := opening.search(text, position)) is not None:
        end = text.find(f"</{begin[1]}>", begin.end())
        if end < 0:
            return
        position = end + len(f"</{begin[1]}>")
        yield begin.start(), position, text[begin.end() : end]


def _first_tex(forms: str) -> str:
    return next((_tex(source) for _, _, source in _elements(forms, "tex-math")), "")


def _tex(source: str) -> str:
    """Return a formula with delimiters, without the document that publishers put around it."""
    before, begin, inside = source.partition("\\begin{document}")
    source = (inside.partition("\\end{document}")[0] if begin else before).strip()
    return source if _TEX_BEGINS.match(source) else f"\\({source}\\)"


def _character(entity: str) -> str:
    character = unescape(entity)
    return " " if character in ("\xa0", "\u2009", "\u200a", "\u202f") else character


def _written(match: re.Match[str], whole: set[str]) -> str:
    end, qualified, alone = match[1], match[2].lower(), match[3]
    name = qualified.partition(":")[2] or qualified
    if qualified not in whole and not alone:
        return match[0]
    if name in _SCRIPTS:
        return "" if alone else "}" if end else _SCRIPTS[name]
    if name in _BLOCK_NAMES:
        return " "
    return "" if name in _INLINE_NAMES else match[0]
