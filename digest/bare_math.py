"""Formulas whose backslashes got lost on the way (`ell_infty`, `mathcal{O}(d^k)`), put back into signs.

No library can know these, so this is a table of clear cases; what is not clear stays as it is. A name such as `epsilon`
is a letter of a formula only where it touches one.
"""

import re
import unicodedata

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega"
)
_GREEK = dict(zip(_GREEK_NAMES.split(), "αβγδεεζηθϑικλμνξπρστυφφχψωΓΔΘΛΣΦΨΩ", strict=True))
# Words outside formulas too, in ordinary English or in the names of genes, versions and functions.
_ORDINARY = {"alpha", "beta", "gamma", "delta", "zeta", "iota", "kappa", "lambda", "pi", "chi", "omega"} | {
    name for name in _GREEK if name[0].isupper()
}
_NAMES = "|".join(sorted(_GREEK, key=len, reverse=True))
# With a letter before them, these make no English word; eta would make beta.
_LONG = "alpha|gamma|delta|epsilon|theta|lambda|sigma|omega|kappa"

# A Greek name in a formula: after 2/, 1-, x_, {, = and the like, or before _2, ^, }, (, =.
_IN_FORMULA = re.compile(
    rf"""(?:(?<=[{{^=|∫∑∏√∇♯×∈]) | (?<=(?<![A-Za-z])[\w)][_/]) | (?<=[∫∑∏]_) | (?<=\d[-+]) | (?<=/\ ))
         (?P<after>{_NAMES})(?![A-Za-z])
       | (?<![A-Za-z\-])(?P<before>{_NAMES})(?=[{{}}^=|(] | _(?:\{{|[A-Za-z0-9]{{1,3}}(?![A-Za-z0-9_])))
       | (?<=[+\-/*])(?P<within>{_NAMES})(?=[}}^)]) """,
    re.X,
)
# n\epsilon as it is left: one letter and a long name, next to a sign.
_GLUED = re.compile(rf"(?<![A-Za-z])([a-zA-Z])({_LONG})(?=[}}_^)]) | (?<![A-Za-z])([A-Z]♯)({_NAMES})(?![A-Za-z])", re.X)

# Names that are no words, wherever they stand; then names that are words, only in the shape of a formula.
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
        (r"sqrt(?=\{)", "√"),
        (r"(?<![A-Za-z])loglog(?= [a-z]\b)", "log log"),
        (r"(?<=[}\d])log(?=\^\d)|(?<![A-Za-z])(?:(?<=\})|(?<=\}[a-z]))log(?=\^\d)", " log"),
        (r"(?<=[(}{])([a-z]{1,2})log(?= [a-z][)}])|(?<=\})([a-z])log(?=\^\d)", r"\1\2 log"),
        # O\left(\left(x\right)^2\right)
        (r"left(?=[(\[|])", ""),
        (r"right(?=[)\]|])", ""),
        (r"(?<![A-Za-z])(?:mathcal|mathrm|mathbf|text)\{([A-Za-z]+)\}", r"\1"),
    ]
]
_BLACKBOARD = re.compile(r"(?<![A-Za-z])mathbb\{?([CNPQRZ])\}?(?![A-Za-z])")
_TILDE = re.compile(rf"widetilde\s*\{{?\s*([A-Z]|{_NAMES})(?![A-Za-z])\}}?")
_COLOUR = re.compile(r"(?<![A-Za-z])(?:black|red|blue|green)(?=\{)")
_FRACTION = re.compile(r"frac\{([^{}]*)\{([^{}]*)\}\}|frac\{([^{}]*)\}\{([^{}]*)\}")

# A fraction with a root above: its name got lost, its two groups are left.
_ROOT_OVER = re.compile(r"(√\{[^{}]*\})\{")

_BARE_GROUP = re.compile(r"\{([^{}]*)\}")
_SET = re.compile(r"[^{}\s,]{1,12}(?:, ?[^{}\s,]{1,12})+")
# Braces that stay, a set's, while the others are worked off.
_OPEN, _CLOSE = "\ue002", "\ue003"


def write_out(text: str) -> str:
    """Return the text with the signs put back and with no brace left but those of a set, as in {0, 1}."""
    text = _COLOUR.sub("", text.replace(_OPEN, "").replace(_CLOSE, ""))
    text = _TILDE.sub(lambda found: unicodedata.normalize("NFC", _GREEK.get(found[1], found[1]) + "\u0303"), text)
    text = _BLACKBOARD.sub(lambda found: dict(zip("CNPQRZ", "ℂℕℙℚℝℤ", strict=True))[found[1]], text)
    for pattern, sign in _SIGNS:
        text = pattern.sub(sign, text)
    text = _FRACTION.sub(lambda found: "({})/({})".format(*(part for part in found.groups() if part is not None)), text)
    return _without_braces(_greek(text))


def _greek(text: str) -> str:
    """Return the text with Greek names turned into letters where the text shows that they are."""
    shown: set[str] = set()

    def in_formula(found: re.Match[str]) -> str:
        name = found["after"] or found["before"] or found["within"]
        shown.add(name)
        return _GREEK[name]

    def glued(found: re.Match[str]) -> str:
        before, name = (part for part in found.groups() if part)
        shown.add(name)
        return before + _GREEK[name]

    text = _IN_FORMULA.sub(in_formula, _GLUED.sub(glued, text))
    if not shown:
        return text
    # Lost in one place, lost in all: "f_theta, where theta is"; a name that is also a word needs to be shown itself.
    lost = "|".join(name for name in _GREEK if name in shown or name not in _ORDINARY)
    return re.sub(rf"(?<![A-Za-z])(?:{lost})(?![A-Za-z])", lambda found: _GREEK[found[0]], text)


def _without_braces(text: str) -> str:
    """Return the text with groups in parentheses where a formula needs them, and with other braces dropped."""
    text = _ROOT_OVER.sub(r"\1/{", text)
    while (group := _BARE_GROUP.search(text)) is not None:
        before, inner = text[: group.start()][-1:], group[1].strip()
        if not inner or (before in ("^", "_") and len(inner) == 1):
            new = inner
        elif before.isalnum() or before in ("^", "_", "√", "/"):
            new = f"({inner})"
        elif _SET.fullmatch(inner):
            new = f"{_OPEN}{inner}{_CLOSE}"
        else:
            new = inner
        text = text[: group.start()] + new + text[group.end() :]
    return text.replace("{", "").replace("}", "").replace(_OPEN, "{").replace(_CLOSE, "}")
