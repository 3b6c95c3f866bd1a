"""pylatexenc's walker with our table of arguments, and a limit on the tokens it reads.

A walk that fails has to be given up and started anew at the next command. Within commands within each other that would
cost the square of their number, so a text may cost only so many tokens; then its commands are read without the walker.
"""

from typing import Any

from pylatexenc.latexwalker import LatexToken, LatexWalker, LatexWalkerError
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, MacroSpec, std_macro

from digest.sources import latex_macros as macros

# What a walk may raise on broken LaTeX.
WALK_ERRORS = (LatexWalkerError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
# Tokens for each character of the text: walks that succeed read fewer than one, so this leaves one for those that fail.
TOKENS_PER_CHARACTER = 2
FEWEST_TOKENS = 200


class TooManyTokensError(LatexWalkerError):  # type: ignore[misc]
    """The text costs more tokens than its length allows."""


def _context() -> LatexContextDb:
    context = LatexContextDb()
    ours = [std_macro(name, arguments) for name, arguments in macros.ARGUMENTS.items()]
    environments = [EnvironmentSpec(name, "{") for name in ("array", "tabular")]
    context.add_context_category("known", macros=ours, environments=environments, specials=[])
    context.set_unknown_macro_spec(MacroSpec(""))
    context.set_unknown_environment_spec(EnvironmentSpec(""))
    return context


_CONTEXT = _context()


class BoundedWalker(LatexWalker):  # type: ignore[misc]
    """A walker that counts its tokens over all its walks, and reads none beyond its limit."""

    def __init__(self, text: str) -> None:
        super().__init__(text, latex_context=_CONTEXT, tolerant_parsing=False)
        self.tokens = 0
        self.most_tokens = TOKENS_PER_CHARACTER * len(text) + FEWEST_TOKENS

    @property
    def is_spent(self) -> bool:
        """Whether the text may cost no more tokens."""
        return self.tokens >= self.most_tokens

    def get_token(self, *args: Any, **options: Any) -> LatexToken:
        """Return the token at a position. TooManyTokensError if that would be one too many."""
        if self.is_spent:
            raise TooManyTokensError
        self.tokens += 1
        return super().get_token(*args, **options)
