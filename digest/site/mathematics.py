"""Formulas in titles and abstracts as MathML, where plain text is not enough. Email and everything else stays text."""

import re
from dataclasses import dataclass
from functools import lru_cache

from digest.models import Paper
from digest.site.mathml import mathml
from digest.sources import latex_delimiters, markup
from digest.sources.latex_text import clean_text, visible
from digest.sources.links import take_links

MAX_FORMULAS = 100
# Hyphenated names up to this length stay on one line of a narrow phone.
UNBROKEN_LENGTH = 22
# Private-use characters stand in for formulas while the text around them is cleaned.
_FIRST_MARK = 0xE100


@dataclass(frozen=True)
class Piece:
    """A stretch of text, or a formula, whose `mathml` is markup that is safe to put in a page."""

    text: str
    mathml: str = ""
    # Whether the piece belongs to the key sentence.
    is_key: bool = False


@dataclass(frozen=True)
class Token:
    """A word or a formula of a title, and whether a space comes before it."""

    text: str
    mathml: str
    spaced: bool

    @property
    def space(self) -> str:
        """The space before it, if any."""
        return " " if self.spaced else ""

    @property
    def is_kept_whole(self) -> bool:
        """Whether this is a hyphenated word that should not be broken at its hyphen."""
        return "-" in self.text.strip("-") and len(self.text) <= UNBROKEN_LENGTH


def title_tokens(paper: Paper) -> list[Token]:
    """Return the title word by word, formulas as MathML."""
    tokens: list[Token] = []
    spaced = False
    for piece in pieces(paper.original_title, paper.title) or [Piece(paper.title)]:
        if piece.mathml:
            tokens.append(Token("", piece.mathml, spaced))
            spaced = False
            continue
        for number, word in enumerate(piece.text.split()):
            tokens.append(Token(word, "", number > 0 or spaced or piece.text[:1].isspace()))
        spaced = piece.text[-1:].isspace()
    return tokens


def abstract_pieces(paper: Paper) -> list[Piece]:
    """Return the abstract in pieces; none if it has no formula worth rendering."""
    if next(latex_delimiters.find_formulas(paper.original_abstract), None) is None:
        return []
    return pieces(take_links(paper.original_abstract).text, paper.abstract)


@lru_cache(maxsize=2048)
def pieces(original: str, shown: str) -> list[Piece]:
    """Return a text in pieces, made from the original; none if it has no formula worth rendering.

    shown: the text as stored. If someone edited it, the edited text is used, without formulas.
    """
    if next(latex_delimiters.find_formulas(original), None) is None or clean_text(original) != shown:
        return []
    formulas: list[str] = []

    def put_aside(formula: latex_delimiters.Formula) -> str:
        element = "" if len(formulas) == MAX_FORMULAS else mathml(formula.body)
        if not element:
            return source[formula.start : formula.end]
        formulas.append(element)
        return chr(_FIRST_MARK + len(formulas) - 1)

    marks = f"[{chr(_FIRST_MARK)}-{chr(_FIRST_MARK + MAX_FORMULAS)}]"
    source = markup.remove_markup(re.sub(marks, "", visible(original)))
    marked = clean_text(latex_delimiters.replace(source, put_aside))
    if not formulas or len(re.findall(marks, marked)) != len(formulas):
        return []
    texts = re.split(marks, marked)
    formula_pieces = [Piece(texts[0])]
    for text, element in zip(texts[1:], formulas, strict=True):
        formula_pieces += [Piece("", element), Piece(text)]
    return [piece for piece in formula_pieces if piece.text or piece.mathml]
