r"""The kinds of LaTeX commands. The text for those without arguments is in `latex_table`.

A command that is in none of the tables keeps its arguments and loses its name, except in a formula: without arguments,
its name is the best reading there is, as in `\SU(2)`.
"""


def _words(text: str) -> set[str]:
    return set(text.split())


def _given(arguments: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), arguments)


ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "H": "\u030b",
    "c": "\u0327",
    "d": "\u0323",
    "k": "\u0328",
    "r": "\u030a",
    "u": "\u0306",
    "v": "\u030c",
    "b": "\u0331",
    "t": "\u0361",
    "h": "\u0309",
    "G": "\u030f",
    "U": "\u030e",
    "textcommabelow": "\u0326",
}
# Accents above letters in formulas. A wide one covers each letter below it.
MATH_ACCENTS = {
    **_given("\u0302", "hat widehat"),
    **_given("\u0303", "tilde widetilde"),
    **_given("\u20d7", "vec overrightarrow"),
    "bar": "\u0304",
    "overline": "\u0305",
    "dot": "\u0307",
    "ddot": "\u0308",
    "dddot": "\u20db",
    "acute": "\u0301",
    "grave": "\u0300",
    "check": "\u030c",
    "breve": "\u0306",
    "mathring": "\u030a",
}

# In formulas. In text they are read like anything else that only changes how letters look.
FONTS = _words("mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak mathnormal boldsymbol bm pmb bold mathbfit")
# Commands whose arguments are only for TeX, and those arguments: "{" is a required one, "[" an optional one.
SILENT = {
    **_given("{", "label ref eqref autoref cref Cref pageref color hspace vspace begin end index tag noopsort"),
    **_given("{", "phantom hphantom vphantom pagestyle thispagestyle usepackage bibliography"),
    "includegraphics": "[{",
    "rule": "[{{",
}
# The arguments of commands that need more than losing their name.
ARGUMENTS = {
    **_given("{{", "frac dfrac tfrac cfrac nicefrac sfrac flatfrac binom dbinom tbinom stackrel overset underset"),
    **_given("[{", "smash sqrt xrightarrow xleftarrow xlongrightarrow xhookrightarrow xmapsto"),
    **_given("{", "textsuperscript textsubscript enquote ce num ang si unit ket bra braket abs norm set ceil floor"),
    **_given("{", "expval footnote thanks substack verbatim ensuremath pmod pod textsc mathbb Bbb mathds mathbbm not"),
    **_given("{", "text textrm textit textbf textsf texttt textnormal textup textsl textmd emph mbox hbox"),
    **_given("[{{", "SI qty SIlist"),
    **_given("{{", "ion texorpdfstring href textcolor colorbox scalebox raisebox numrange fontsize"),
    **_given("[{{{", "SIrange qtyrange"),
    "operatorname": "*{",
    "hyperref": "[{",
    "resizebox": "{{{",
    **SILENT,
    **dict.fromkeys((*ACCENTS, *MATH_ACCENTS, *FONTS), "{"),
}
# How many arguments come before the one that is read.
READ_ARGUMENTS = dict.fromkeys(_words("texorpdfstring href textcolor colorbox scalebox raisebox hyperref"), 1)
READ_ARGUMENTS |= {"resizebox": 2, "smash": 1}

FUNCTIONS = _words("""
    arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max
    min Pr sec sin sinh sup tan tanh sgn sign argmin argmax Tr tr diag rank supp polylog poly cov Cov erf Var var lcm
    conv vol Vol ord injlim projlim varinjlim varprojlim varliminf varlimsup
""")
FUNCTION_TEXT = {"liminf": "lim inf", "limsup": "lim sup", "injlim": "inj lim", "projlim": "proj lim"}
FUNCTION_TEXT |= {"varinjlim": "inj lim", "varprojlim": "proj lim", "varliminf": "lim inf", "varlimsup": "lim sup"}

# Commands for layout and appearance only: they are dropped.
LAYOUT = _words("""
    em it bf sl sc tt rm sf cal mit bfseries mdseries itshape slshape scshape upshape ttfamily rmfamily sffamily
    normalfont boldmath unboldmath xspace limits nolimits displaystyle textstyle scriptstyle scriptscriptstyle big Big
    bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm noindent centering tiny scriptsize footnotesize
    small normalsize large Large LARGE huge Huge par protect left right middle relax nobreak allowbreak mathstrut strut
    nonumber notag smallskip medskip bigskip ignorespaces unskip sloppy hfill hfil string mathop mathrel mathbin mathord
    mathopen mathclose underline underbrace overbrace uline maketitle leavevmode raggedright
    hline cline hfil vfil vfill vskip kern mkern mskip crcr displaylimits eqno leqno ifmmode else fi footnotemark
    allowdisplaybreaks nobreakdash vcenter
    null / ! - @ ) ( ] [
""")
SPACES = {
    *_words(": , ; > quad qquad enspace thinspace medspace thickspace space newline linebreak item hskip break cr \\"),
    *_words("tabularnewline nobreakspace negthinspace newpage and"),
    *(" ", "\n", "\t"),
}
