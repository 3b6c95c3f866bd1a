"""Cells that spreadsheets treat as text and nothing else."""

import unicodedata

# What a spreadsheet takes as the start of a formula (OWASP, “CSV Injection”), also in full-width form.
_FORMULA = frozenset("=+-@")
# A leading line break or tab hides what follows from a reader, but not from a spreadsheet.
_BREAKS = frozenset("\t\r\n\v\f")


def cell(value: object) -> str:
    """Return the text of a cell that no spreadsheet runs: anything like a formula gets an apostrophe in front.

    NUL, which a text file cannot contain, is left out.
    """
    text = str(value).replace("\0", "")
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Return whether a spreadsheet may run a text, even with white space or zero-width characters in front."""
    for letter in text:
        if letter in _BREAKS:
            return True
        if letter.isspace() or unicodedata.category(letter) in {"Cf", "Cc"}:
            continue
        return unicodedata.normalize("NFKC", letter)[:1] in _FORMULA
    return False
