r"""Citations without a bibliography: `\citep[see][p. 2]{key}` says nothing, `\citep[RADLADS;][]{key}` a name."""

import re

CITING = re.compile(r"(?:[a-z]{0,20}[cC]ite|Cite)[a-z]{0,20}")

# Words in a note that are only about the cited work.
_ABOUT_THE_WORK = re.compile(
    r"(?:\b(?:e\.?g|i\.?e|cf|see|also|and|the|in|for|from|by|as|an?|review|reviews|example|examples|references?|therein|"
    r"hereafter|pp?|pages?|figs?|figures?|eqs?|equations?|secs?|sections?|ch|chap|chapters?|tables?|app|appendix|thm|"
    r"theorems?|lemmas?|vol|volumes?|more|details?)\b|[\d\W_])+",
    re.I,
)


def note(options: str) -> str:
    """Return the useful part of a citation's optional arguments, in parentheses; "" if there is none."""
    notes = [part.strip(" ;,") for part in re.findall(r"\[([^\[\]]*)\]", options)]
    names = [part for part in notes if part and not _ABOUT_THE_WORK.fullmatch(part)]
    return f"({'; '.join(names)})" if names else ""
