"""Cells that spreadsheets take for text and nothing else."""

import unicodedata

# What a spreadsheet takes for the beginning of a formula (OWASP, “CSV Injection”); in its full width too.
_FORMULA = frozenset("=+-@")
# A line break, a tab or a quote in front hides what follows from a reader, not from a spreadsheet.
_BREAKS = frozenset("\t\r\n\v\f")


def cell(value: object) -> str:
    """Return the text of a cell that no spreadsheet runs: one that looks like a formula gets an apostrophe before it.

    NUL, which no file of text holds, is left out.
    """
    text = str(value).replace("\0", "")
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet may run a text, also with blanks and signs without a width in front of it."""
    for letter in text:
        if letter in _BREAKS:
            return True
        if letter.isspace() or unicodedata.category(letter) in {"Cf", "Cc"}:
            continue
        return unicodedata.normalize("NFKC", letter)[:1] in _FORMULA
    return False
