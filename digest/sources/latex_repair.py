"""Formulas that lost their backslashes on the way (`ell_infty`, `mathcal{O}(d^k)`), turned back into signs.

No library can know these, so this is a table of clear cases; anything unclear stays as it is. A text is only changed if
it shows that its backslashes are lost: it has a command with its braces, a name in a script or the like, and no
backslash is still there. `alpha=0.05`, `int_8` and "(left to right)" show nothing. Even then, a name such as `epsilon`
is a letter in a formula only where it touches one.
"""

import re
import unicodedata

# How deeply nested groups are looked at.
MAX_REPAIR_DEPTH = 30

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega"
)
_GREEK = dict(zip(_GREEK_NAMES.split(), "αβγδεεζηθϑικλμνξπρστυφφχψωΓΔΘΛΣΦΨΩ", strict=True))
# Names that are also words outside formulas, in ordinary English or in the names of genes, versions and functions.
_ORDINARY = {"alpha", "beta", "gamma", "delta", "zeta", "iota", "kappa", "lambda", "pi", "chi", "omega"} | {
    name for name in _GREEK if name[0].isupper()
}
_UNUSUAL = "|".join(name for name in _GREEK if name not in _ORDINARY)
_NAMES = "|".join(sorted(_GREEK, key=len, reverse=True))
# With a letter before them, these make no English word; eta would make beta.
_LONG = "alpha|gamma|delta|epsilon|theta|lambda|sigma|omega|kappa"

# What only appears in a formula without its backslashes.
_LOST = re.compile(
    rf"""(?<![\\A-Za-z])(?:mathcal|mathbb|mathrm|mathbf|widetilde|widehat|overline|sqrt|frac|text|black|red|blue|green)\{{
       | [\^_]\{{[^{{}}\\]*?(?<![A-Za-z])[a-z]?(?:{_NAMES}|times|infty|dagger|cdot)(?![A-Za-z])
       | (?<![A-Za-z])ell_(?:infty|[0-9pq]\b) | (?<=[\w)|}}])_infty(?![A-Za-z]) | \^dagger(?![A-Za-z])
       | (?<![A-Za-z])(?:widetilde\s?(?:[A-Z]|{_NAMES})(?![A-Za-z]) | nabla\ ?[a-zA-Z](?![A-Za-z]) )
       | (?<![A-Za-z0-9_\\])[A-Za-z]_(?:{_UNUSUAL})(?![A-Za-z0-9_]) | (?<=\d/)(?:{_NAMES})(?![A-Za-z])
       | (?<![A-Za-z])(?:Omega|Theta)\((?=[^()\s]*[\^_{{]) | (?<![A-Za-z])[A-Z]\ subset\ [A-Z](?![A-Za-z])
       | (?<=[\w)\]}}^|])\ (?:rightarrow|subseteq|leq|geq|neq)\ (?=[\dA-Z|]|[a-z](?![a-z])) """,
    re.X,
)
_BACKSLASHED = re.compile(r"\\[A-Za-z]{2}")
_LEFT, _RIGHT = re.compile(r"left(?=[(\[|])"), re.compile(r"right(?=[)\]|])")

# A Greek name in a formula: after 2/, 1-, x_, {, = and the like, or before _2, ^, }, (, =.
_IN_FORMULA = re.compile(
    rf"""(?:(?<=[{{^=|∫∑∏√∇♯×∈]) | (?<=(?<![A-Za-z])[\w)][_/]) | (?<=[∫∑∏]_) | (?<=\d[-+]) | (?<=/\ ))
         (?P<after>{_NAMES})(?![A-Za-z])
       | (?<![A-Za-z\-])(?P<before>{_NAMES})(?=[{{}}^=|(] | _(?:\{{|[A-Za-z0-9]{{1,3}}(?![A-Za-z0-9_])))
       | (?<=[+\-/*])(?P<within>{_NAMES})(?=[}}^)]) """,
    re.X,
)
# What is left of n\epsilon: one letter and a long name, next to a sign.
_GLUED = re.compile(rf"(?<![A-Za-z])([a-zA-Z])({_LONG})(?=[}}_^)]) | (?<![A-Za-z])([A-Z]♯)({_NAMES})(?![A-Za-z])", re.X)

# Names that are not words, wherever they are; then names that are words, only in the shape of a formula.
_SIGNS = [
    (re.compile(pattern), sign)
    for pattern, sign in [
        (r"varepsilon", "ε"),
        (r"(?<![A-Za-z])(?:long)?rightarrow(?![A-Za-z])", "→"),
        (r"(?<![A-Za-z])leftarrow(?![A-Za-z])", "←"),
        (r"(?<![A-Za-z])mapsto(?![A-Za-z])", "↦"),
        (r"(?<![A-Za-z])leq(?![A-Za-z])", "≤"),
        (r"(?<![A-Za-z])geq(?![A-Za-z])", "≥"),
        (r"(?<![A-Za-z])neq(?![A-Za-z])", "≠"),
        (r"(?<![A-Za-z])subseteq(?![A-Za-z])", "⊆"),
        (r"(?<![A-Za-z])nabla\s*", "∇"),
        (r"(?<![A-Za-z])ell_", "ℓ_"),
        (r"(?<=_)infty(?![A-Za-z])|(?<=_\{)infty(?=\})", "∞"),
        (r"(?<![A-Za-z])int_", "∫_"),
        (r"(?<![A-Za-z])sum_", "∑_"),
        (r"(?<![A-Za-z])prod_", "∏_"),
        (r"(?<=\^)dagger(?![A-Za-z])|(?<=\^\{)dagger(?=\})", "†"),
        (r"(?<=[\d}])cdot\s*", " · "),
        (r"(?<=\b[a-zA-Z]) circ (?=[a-zA-Z]\b)", " ∘ "),
        (r"(?<=\b[A-Z]) subset (?=[A-Z]\b)", " ⊂ "),
        # Ain R^d, x'in R^n: the letter before it was a formula's.
        (r"(?<![A-Za-z])([A-Za-z]'?)in (?=[A-Z]\^)", r"\1 ∈ "),
        (r"(?<=_\{)([a-z]) in (?=[A-Z]\})", r"\1 ∈ "),
        (r"(?<=[\^_]\{)([a-z])times (?=[a-z]\})", r"\1 × "),
        (rf"(?<![A-Za-z])([A-Z])sharp(?={_NAMES})", r"\1♯"),
        # A fraction with a root above: its name was lost, its two groups are left.
        (r"(?<!\\)sqrt(\{[^{}]*\})(\{[^{}]*\})", r"\\frac{\\sqrt\1}\2"),
        (r"(?<!\\)sqrt(?=\{)", r"\\sqrt"),
        (r"(?<![A-Za-z])loglog(?= [a-z]\b)", "log log"),
        (r"(?<=[}\d])log(?=\^\d)|(?<![A-Za-z])(?:(?<=\})|(?<=\}[a-z]))log(?=\^\d)", " log"),
        (r"(?<=[(}{])([a-z]{1,2})log(?= [a-z][)}])|(?<=\})([a-z])log(?=\^\d)", r"\1\2 log"),
        (r"(?<![A-Za-z])(?:mathcal|mathrm|mathbf|text)\{([A-Za-z]+)\}", r"\1"),
    ]
]
_BLACKBOARD = re.compile(r"(?<![A-Za-z])mathbb\{?([CNPQRZ])\}?(?![A-Za-z])")
_TILDE = re.compile(rf"widetilde\s*\{{?\s*([A-Z]|{_NAMES})(?![A-Za-z])\}}?")
_COLOUR = re.compile(r"(?<![A-Za-z])(?:black|red|blue|green)(?=\{)")
# max{p, q}: what was a bracket.
_GROUP = re.compile(r"(?<=[^\W_])(?<!frac)(?<!sqrt)\{((?:[^{}]|\{[^{}]*\})*)\}")
_FRACTION = re.compile(r"(?<!\\)frac\{([^{}]*)\{([^{}]*)\}\}|(?<!\\)frac\{([^{}]*)\}\{([^{}]*)\}")


def with_backslashes(text: str) -> str:
    """Return the text with the signs of formulas that lost their backslashes, if it shows that they are lost."""
    if _BACKSLASHED.search(text) or not _LOST.search(text):
        return text
    text = _COLOUR.sub("", text)
    # O\left(\left(x\right)^2\right)
    if len(_LEFT.findall(text)) == len(_RIGHT.findall(text)):
        text = _RIGHT.sub("", _LEFT.sub("", text))
    text = _TILDE.sub(lambda match: unicodedata.normalize("NFC", _GREEK.get(match[1], match[1]) + "\u0303"), text)
    text = _BLACKBOARD.sub(lambda match: dict(zip("CNPQRZ", "ℂℕℙℚℝℤ", strict=True))[match[1]], text)
    for pattern, sign in _SIGNS:
        text = pattern.sub(sign, text)
    parts = r"\frac{{{}}}{{{}}}"
    text = _FRACTION.sub(lambda match: parts.format(*(part for part in match.groups() if part is not None)), text)
    text = _greek(text)
    for _ in range(MAX_REPAIR_DEPTH):
        text, count = _GROUP.subn(r"(\1)", text)
        if not count:
            break
    return text


def _greek(text: str) -> str:
    """Return the text with Greek names turned into letters where the text shows that they are."""
    shown: set[str] = set()

    def in_formula(match: re.Match[str]) -> str:
        name = match["after"] or match["before"] or match["within"]
        shown.add(name)
        return _GREEK[name]

    def glued(match: re.Match[str]) -> str:
        before, name = (part for part in match.groups() if part)
        shown.add(name)
        return before + _GREEK[name]

    text = _IN_FORMULA.sub(in_formula, _GLUED.sub(glued, text))
    if not shown:
        return text
    # Lost in one place means lost in all: "f_theta, where theta is". A name that is also a word must itself be shown.
    lost = "|".join(name for name in _GREEK if name in shown or name not in _ORDINARY)
    # Followed by a noun it is a word again: theta waves, the tau protein.
    alone = r"(?![A-Za-z])(?=\s*(?:[^\w\s'\"-]|$)|\s+(?:is|are|denotes?|and|or|to|in|be|as)\b)"
    return re.sub(rf"(?<![A-Za-z])(?:{lost}){alone}", lambda match: _GREEK[match[0]], text)
