"""Turn publishers' markup in titles and abstracts (Crossref, PubMed, JATS, MathML) into text, scripts into LaTeX."""

import re
from html import unescape

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED_TWICE = re.compile(r"&(?:amp;)+(?=#?[A-Za-z0-9]{1,32};)")
# A tag has nothing but attributes in it: a<b and c>d is not one.
_TAG = re.compile(
    r"<(/?)((?:jats:|mml:|m:)?[A-Za-z][A-Za-z0-9-]{0,30})(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*(/?)>"
)
_COMMENT = re.compile(r"<!--[^<>]{0,500}-->|<!\[CDATA\[|\]\]>")

_SCRIPTS = {"sub": "\\textsubscript{", "inf": "\\textsubscript{", "sup": "\\textsuperscript{"}
_INLINE = """
    i b em strong u s tt code small big span font a scp sc italic bold underline monospace roman sans-serif strike
    styled-content named-content inline-formula tex-math alternatives xref ext-link uri email mark q cite abbr nobr math
    mrow mi mo mn mtext mspace mstyle semantics msub msup msubsup mfrac msqrt mrow mover munder mpadded annotation
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
    text = _COMMENT.sub("", text)
    names = {(match[1], match[2].lower()) for match in _TAG.finditer(text)}
    # An element that is opened and never closed is more likely a comparison.
    whole = {name for end, name in names if not end and ("/", name) in names} | {"br", "p", "hr"}
    return _TAG.sub(lambda match: _written(match, whole), text)


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
