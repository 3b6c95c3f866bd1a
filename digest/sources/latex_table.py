"""The text for LaTeX commands without arguments: from our own table, then from those of the libraries.

The table is text: a sign, then the names for it. Three spaces separate entries, and ␣ is a space in the sign itself.
"""

import re
import unicodedata
from functools import cache

from latex2mathml.symbols_parser import parse_symbols
from pylatexenc.latex2text import get_default_latex_context_db

from digest.sources.latex_signs import CLOSE, OPEN


def _table(text: str) -> dict[str, str]:
    """Return the signs of a table by name."""
    entries = (entry.split() for entry in re.split(r"\n| {3}", text.strip()))
    return {name: text.replace("␣", " ") for text, *names in entries for name in names}


# Letters: to TeX, the blank after the name only ends it.
LETTER_COMMANDS = _table("""
ß ss   ẞ SS   ø o   Ø O   ł l   Ł L   æ ae   Æ AE   œ oe   Œ OE   å aa   Å AA   ı i imath   ȷ j jmath   ð dh
Ð DH   đ dj   Đ DJ   þ th   Þ TH   ŋ ng   Ŋ NG
""")

_SIGNS = _table("""
‖ | Vert lVert rVert Arrowvert   | vert lvert rvert mid textbar arrowvert
∖ backslash textbackslash setminus smallsetminus   ∼ sim thicksim   ~ textasciitilde   ≠ ne neq   ¬ neg lnot
␣⟹␣ implies   ␣⟸␣ impliedby   ␣⟺␣ iff   :␣ colon   ← gets leftarrow   ≤ le leq   ≥ ge geq   ⩽ leqslant
⩾ geqslant   ≲ la lsim simlt ltsim lesssim simless
≳ ga gsim simgt gtsim gtrsim simgreat gtsimeq   · cdot cdotp centerdot textperiodcentered
… dots ldots textellipsis dotsc dotso   ⋯ cdots dotsb dotsm   < lt textless   > gt textgreater   ␣mod␣ bmod mod
' prime textquotesingle   '' dprime   ⪰ succeq   ⪯ preceq   ⋘ lll   ⋙ ggg   ⊨ models
≔ coloneqq coloneq defeq   ≕ eqqcolon
□ Box square   ° degree degr degrees textdegree fdg   ″ arcsec farcs asec arcsecs arcsecond
′ arcmin farcm amin arcmins arcminute   °C celsius degreeCelsius   % percent pct   μm micron um   Å AA angstrom
ˢ fs   ᵐ fm   ʰ fh   ᵈ fd   ᵖ fp   ⊙ sun Sun   ⊕ earth Earth   © copyright textcopyright   £ pounds textsterling
€ euro texteuro EUR   † dag dagger   ‡ ddag ddagger   § S   ¶ P   ± pm   ∓ mp   ◯ bigcirc   ’ textquoteright rq
‘ textquoteleft lq   ” textquotedblright   “ textquotedblleft grqq   – textendash   — textemdash
« guillemotleft guillemetleft flqq   » guillemotright guillemetright frqq   „ glqq quotedblbase
^ textasciicircum   μ textmu upmu PGm   → textrightarrow to   ® textregistered   ™ texttrademark   • textbullet
LaTeX LaTeX   TeX TeX   LaTeX2e LaTeXe   BibTeX BibTeX   ħ hbar hslash   Re Re   Im Im   e.g. eg   i.e. ie
et␣al. etal   etc. etc   vs. vs   id id   ∞ infty   ↦ mapsto   ≜ triangleq   ⋮ vdots   ℘ wp   ð eth
∅ emptyset varnothing   ∧ land   ∨ lor   [ lbrack   ] rbrack   ⟨ langle   ⟩ rangle   ⟦ llbracket   ⟧ rrbracket
⌈ lceil   ⌉ rceil   ⌊ lfloor   ⌋ rfloor   - hyphen   ⊥⊥ indep   ⊵ trianglerighteq   ∝ varpropto
""")
_SIGNS |= {**{sign: sign for sign in "%&#_$"}, "{": OPEN, "}": CLOSE, "lbrace": OPEN, "rbrace": CLOSE}

# Units, particles and ion lines that authors define in nearly every paper of their field.
_OF_FIELDS = _table("""
M_⊙ Msun msun Msol msol solarmass Msolar msolar Mo   L_⊙ Lsun lsun Lsol lsol Lsolar   R_⊙ Rsun rsun Rsol rsol
Z_⊙ Zsun zsun Zsol zsol   M_⊕ Mearth mearth   R_⊕ Rearth rearth   M_J Mjup mjup MJ   R_J Rjup rjup RJ
M_⋆ Mstar mstar   R_⋆ Rstar rstar   ΛCDM lcdm LCDM lcdmm   Lyα lya Lya lyalpha Lyalpha   Hα Ha ha Halpha halpha
Hβ Hbeta hbeta   ␣km/s kms kmps   ␣GeV GeV   ␣TeV TeV   ␣MeV MeV   ␣keV keV   ␣eV eV   ␣kpc kpc   ␣Mpc Mpc
␣Gpc Gpc   ␣pc pc   ␣Gyr Gyr   ␣Myr Myr   ␣yr yr   ␣GHz GHz   ␣MHz MHz   ␣kHz kHz   ␣Hz Hz   ␣mJy mJy   ␣Jy Jy
␣fb^(-1) fbinv   ␣pb^(-1) pbinv   tt̄ ttbar   p_T pt pT   p_T^(miss) ptmiss   W PW   Z PZ   H PH   p Pp   τ PGt
t PQt   b PQb   e Pe   k_T kT   √(s_NN) snn sqrtsnn   √(s) sqrts roots   J/ψ jpsi Jpsi JPsi   χ^2 chisq
T_eff Teff teff   log␣g logg   H_2 Htwo   [Fe/H] feh FeH   v␣sin␣i vsini   R_p Rp   M_p Mp   ℝ R RR reals
ℕ N NN   ℤ Z ZZ   ℚ Q QQ   ℂ C CC   H␣I hi   H␣II hii   He␣I hei   He␣II heii   C␣I ci   C␣II cii   C␣III ciii
C␣IV civ   N␣II nii   N␣III niii   N␣V nv   O␣I oi   O␣II oii   O␣III oiii   O␣IV oiv   O␣VI ovi   Mg␣II mgii
Si␣II siii   Si␣IV siiv   S␣II sii   Fe␣II feii   Ne␣III neiii   Ca␣II caii   Na␣I nai
""")
# \HI, \CIV
_IONS = re.compile(r"(H|He|C|N|O|Mg|Si|S|Fe|Ca|Na|Ne|Ar|Al)(VII|VIII|IV|IX|VI|V|III|II|I|X{1,2}(?:IV|IX|V|I{1,3})?)")
# Entries of the libraries' tables that are not signs, or not the ones authors mean.
_NOT_SIGNS = {*"bcdhkrtuvsxaq", "today", "date", "title", "author", "id", "Ident", "ref", "cite", "citet", "citep"}

# From siunitx.
PREFIXES = _table("""
q quecto   r ronto   y yocto   z zepto   a atto   f femto   p pico   n nano   μ micro   m milli   c centi
d deci   da deca   h hecto   k kilo   M mega   G giga   T tera   P peta   E exa   Z zetta   Y yotta   Ki kibi
Mi mebi   Gi gibi   Ti tebi
""")
UNITS = _table("""
kg kilogram   m metre meter m   g gram g   s second s   A ampere A   K kelvin K   mol mole   cd candela   Hz hertz Hz
N newton   Pa pascal Pa   J joule   W watt W   V volt V   C coulomb   F farad   Ω ohm   S siemens   Wb weber
T tesla   H henry   °C celsius degreeCelsius   lm lumen   lx lux   Bq becquerel   Gy gray   Sv sievert   d day
° degree   ′ arcminute   ″ arcsecond   ha hectare   h hour   L litre liter l L   min minute   t tonne
eV electronvolt eV   au astronomicalunit au   pc parsec   ly lightyear   Da dalton   bar bar   b barn
Å angstrom   Jy jansky   dB decibel dB   % percent   rad radian   sr steradian   B byte   bit bit   M molar
G gauss   μm um   km km   cm cm   mm mm   nm nm   kg kg   mg mg   ms ms   μs us   ns ns   ps ps   fs fs
GHz GHz   MHz MHz   kHz kHz   mW mW   kW kW   mV mV   GeV GeV   TeV TeV   MeV MeV   keV keV
""")


@cache
def sign(name: str) -> str | None:
    """Return the text for a command without arguments; None for one that is in no table."""
    if name in _SIGNS or name in _OF_FIELDS:
        return _SIGNS.get(name) or _OF_FIELDS[name]
    if ion := _IONS.fullmatch(name):
        return f"{ion[1]} {ion[2]}"
    if name in _NOT_SIGNS:
        return None
    return _library().get(name) or _upright_greek(name)


def _upright_greek(name: str) -> str | None:
    r"""Return the letter of \textalpha and \upbeta."""
    letter = _library().get(name.removeprefix("text") if name.startswith("text") else name.removeprefix("up"))
    return letter if letter and unicodedata.name(letter[0]).startswith("GREEK") else None


@cache
def _library() -> dict[str, str]:
    """Return the signs of both libraries' tables: pylatexenc's for text, then latex2mathml's for formulas."""
    signs = {
        name.removeprefix("\\"): chr(int(code, 16))
        for name, code in parse_symbols().items()
        if name.startswith("\\") and re.fullmatch(r"[0-9A-Fa-f]+", code)
    }
    context = get_default_latex_context_db()
    for category in ("latex-base", "advanced-symbols"):
        for name, spec in context.d[category]["macros"].items():
            text = spec.simplify_repl
            if isinstance(text, str) and text and "%" not in text and "<" not in text:
                signs[name] = text
    # An accent on its own is not a sign.
    return {name: text for name, text in signs.items() if not unicodedata.combining(text[0])}
