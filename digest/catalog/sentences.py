"""Split a text into sentences, as spans. Pure; an abbreviation, an initial, a decimal or a formula ends no sentence."""

import re
from typing import NamedTuple


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that is only a list of words."""
    return frozenset(text.split())


# No sentence ends with these, whatever follows: what they introduce comes next.
_OPEN_ABBREVIATIONS = word_set(
    "e.g i.e eg ie cf vs viz fig figs eq eqs eqn eqns ref refs sec sect secs tab thm prop def lem cor ch chap "
    "app no nos nr vol pp dr prof mr mrs ms st mt approx resp ca var cv subsp ssp aff w.r.t wrt s.t esp incl "
    "excl dept univ assoc astron astrophys phys rev lett nat acad sci proc mon not soc math comput mech eng "
    "med biol chem bull ann comm trans suppl ser ed eds gen sen rep gov col capt lt sgt alg algs ex exs rem "
    "obs op par para art conf int pop"
)
# A sentence may end with these: it does if another clearly begins after them.
_CLOSING_ABBREVIATIONS = word_set(
    "al etc sp spp inc ltd co corp jr sr ph.d m.d m.sc b.sc a.k.a i.i.d iid u.s u.k u.s.a e.u u.n a.m p.m a.d "
    "b.c d.c l.h.s r.h.s lhs rhs a.e a.s p.d.e o.d.e n.b q.e.d i.v s.d s.e c.f jan feb mar apr jun jul aug "
    "sept sep oct nov dec min max avg std hr hrs yr yrs arcsec arcmin deg mag tot est temp conc dist freq"
)
# Words that begin sentences and are seldom capitalised within one.
_BEGINNINGS = word_set(
    "a about according across additionally after all along also although among an and another any are as at "
    "based because besides both but by can compared consequently conversely despite does due during each even "
    "every experimental experiments extensive finally first firstly following for from further furthermore "
    "given hence here how however i if importantly in indeed inspired instead is it its last lastly "
    "leveraging many meanwhile moreover most motivated my nevertheless next no nonetheless not notably of on "
    "once one only other our overall particularly previous rather recent recently results second secondly "
    "several similarly since some specifically such that the their then there therefore these they third this "
    "those though through thus to together towards traditional two under understanding unfortunately unlike "
    "using via we what when where whereas whether which while with within without yet you your"
)
# Headings of structured abstracts; astronomers write them with a full stop.
LABELS = sorted(
    word_set(
        "background context introduction motivation objective objectives aim aims purpose goal goals hypothesis "
        "problem method methods methodology approach design setting settings participants patients materials data "
        "result results findings observations outcome outcomes measurements conclusion conclusions interpretation "
        "discussion significance implications summary limitations funding registration keywords contact "
        "availability supplementary "
    ),
    key=len,
    reverse=True,
)
_LABEL = re.compile(
    rf"(?:{'|'.join(LABELS)})(?:(?: and | ?[/&] ?)(?:{'|'.join(LABELS)}|main))?(?: \((?:results|methods)\))?", re.I
)
_END = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]++)(?P<close>[\"'”’»)\]}]*+)(?P<gap>\s++|(?=[A-Z][a-z]*+[\s,]))"
    r"|[。！？｡।؟]++[」』”’）]*+\s*+|\n\s*\n\s*",
)
# For a text read backwards.
_LAST_WORD = re.compile(r"[^\s()\[\]{},;:/“”\"–—]*+")
_FIRST_WORD = re.compile(r"[\"'“‘«(\[{$\\]*([^\W_]+)")
_LOWER_CASE = re.compile(r"[\"'“‘(\[]*[a-zß-öø-ÿ]")
# In lower case, but the beginning of a sentence anyway: mRNA, iPhone, p53, k-means.
_NAME_IN_LOWER_CASE = re.compile(r"[a-z]{1,2}(?:[A-Z][A-Za-z]|-?\d)")
_BRACKETS = {"(": ")", "[": "]"}
# A bracket that stays open longer than this was forgotten.
_LONGEST_ASIDE = 400
_FORMULA = re.compile(r"\$\$[^$]{0,800}\$\$|\$[^$\n]{1,400}?\$|\\\(.{0,400}?\\\)|\\\[.{0,400}?\\\]", re.S)
_LONGEST_WORD = 80
# A year or a catalogue number ends a sentence; one with fewer digits may be a list number.
_FEWEST_DIGITS = 3


class Span(NamedTuple):
    """Where a piece of a text begins and ends; the end itself is not included."""

    start: int
    end: int


def sentence_spans(text: str) -> list[Span]:
    """Return the spans of a text's sentences, in order, without the white space around them."""
    inner = _inner_spans(text)
    spans = []
    start = 0
    for match in _END.finditer(text):
        end = match.end("close") if match["stop"] else match.end()
        if match.start() < start or not _ends(text, start, match) or _is_within(inner, end - 1):
            continue
        spans.append(_stripped(text, start, end))
        start = match.end()
    spans.append(_stripped(text, start, len(text)))
    return [span for span in spans if span.end > span.start]


def label_of(sentence: str) -> str:
    """Return the heading that a sentence of a structured abstract begins with, with punctuation and blanks, or ""."""
    match = _LABEL.match(sentence)
    if match is None:
        return ""
    rest = sentence[match.end() :]
    sign = re.match(r"\s?[:.–—-]\s+", rest)
    return sentence[: match.end() + sign.end()] if sign else ""


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Return whether a sentence that began at `start` ends with this sign."""
    rest = text[match.end() : match.end() + _LONGEST_WORD]
    if not match["stop"] or not rest:
        return True
    first = _FIRST_WORD.match(rest)
    following = first[1] if first else ""
    begins = following.lower() in _BEGINNINGS and following[:1].isupper()
    if not match["gap"]:
        # A missing blank: "systems.We propose", but not "ASP.NET" or "Node.Js".
        return begins and bool(re.search(r"[a-z)]{3}$", text[max(match.start() - 3, 0) : match.start()]))
    goes_on = rest[0] in ",;:)]}=<>+" or (_LOWER_CASE.match(rest) and not _NAME_IN_LOWER_CASE.match(rest))
    if goes_on or match["stop"] != ".":
        return not goes_on
    if match["close"]:
        return bool(following)
    return _word_ends(text[max(match.start() - _LONGEST_WORD, start) : match.start()], begins=begins)


def _word_ends(before: str, *, begins: bool) -> bool:
    """Return whether a sentence can end with the full stop after this text."""
    last = _LAST_WORD.match(before[::-1])
    word = last[0][::-1] if last else ""
    plain = word.strip("'‘’`*~").lower()
    if plain in _OPEN_ABBREVIATIONS:
        # "No." and "not." are words as well as abbreviations.
        return plain in {"no", "not", "art", "app", "int", "sec", "par"} and begins
    letters = re.fullmatch(r"(?:[^\W\d]\.-?)+\w", plain)
    if (len(word) == 1 and word.isalpha()) or letters or plain in _CLOSING_ABBREVIATIONS:
        return begins
    if _LABEL.fullmatch(before.strip()) or not before.strip():
        # A heading belongs to the text after it.
        return False
    # "1. First we …", "(i) this. 2. That": a small number is a list number, unless a sentence clearly begins.
    counts = word.isdigit() and (len(word) < _FEWEST_DIGITS or not before[: -len(word)].strip(" :;"))
    return not counts or (begins and bool(before[: -len(word)].strip(" :;")))


def _inner_spans(text: str) -> list[Span]:
    """Return where formulas and asides in brackets are."""
    spans = [Span(*match.span()) for match in _FORMULA.finditer(text)] if "$" in text or "\\" in text else []
    opened: list[tuple[str, int]] = []
    for match in re.finditer(r"[()\[\]]", text):
        sign = match[0]
        if sign in _BRACKETS:
            opened.append((_BRACKETS[sign], match.start()))
        elif opened and opened[-1][0] == sign:
            _, start = opened.pop()
            if match.start() - start <= _LONGEST_ASIDE and not opened:
                spans.append(Span(start, match.start()))
    return spans


def _is_within(spans: list[Span], place: int) -> bool:
    return any(start < place < end for start, end in spans)
