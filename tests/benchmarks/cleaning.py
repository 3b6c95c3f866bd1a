"""How much of the LaTeX corpus comes out right, with our cleaner and with libraries only, and how long a text takes.

`python -m tests.benchmarks.cleaning`. unicodeit is measured if it is installed; the project does not need it.
"""

import sys
import time
import unicodedata
from collections.abc import Callable
from importlib import import_module

from pylatexenc.latex2text import LatexNodes2Text

from digest.sources.latex_text import clean_text
from tests.sources.test_latex_corpus import pairs

Cleaner = Callable[[str], str]


def cleaners() -> dict[str, Cleaner]:
    """Return the cleaners by name."""
    by_name: dict[str, Cleaner] = {"ours": clean_text, "pylatexenc": LatexNodes2Text(keep_comments=True).latex_to_text}
    try:
        by_name["unicodeit"] = import_module("unicodeit").replace
    except ImportError:
        sys.stdout.write("unicodeit is not installed.\n")
    return by_name


def right(cleaner: Cleaner, source: str, expected: str) -> bool:
    """Return whether a text comes out as it should, white space folded; an error is a wrong result."""
    try:
        text = cleaner(source)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return False
    return " ".join(unicodedata.normalize("NFC", text).split()) == expected


def main() -> None:
    """Print one line for each kind of text, and one for all."""
    measured = cleaners()
    kinds = dict(pairs())
    kinds["all"] = [case for cases in pairs().values() for case in cases]
    sys.stdout.write(f"{'':18s}{'texts':>7s}{''.join(f'{name:>12s}' for name in measured)}\n")
    for kind, cases in kinds.items():
        rates = [sum(right(cleaner, *case) for case in cases) / len(cases) for cleaner in measured.values()]
        sys.stdout.write(f"{kind:18s}{len(cases):7d}{''.join(f'{rate:12.0%}' for rate in rates)}\n")
    for name, cleaner in measured.items():
        start = time.process_time()
        for case in kinds["all"]:
            right(cleaner, *case)
        sys.stdout.write(f"{name}: {1000 * (time.process_time() - start) / len(kinds['all']):.2f} ms per text\n")


if __name__ == "__main__":
    main()
