"""Detect withdrawal notices in arXiv comments: there is no field for them, so authors word them freely.

Papers that were withdrawn from a journal or a conference and live on do not count, nor does a withdrawn older version,
another paper or a part of this one.
"""

import re

_GONE = r"(?:withdrawn|retracted)"
_PAPER = (
    r"(?:paper|article|manuscript|submission|work|preprint|e-?print|version|note|draft|letter|report|publication|"
    r"document|study|entry|thesis|text|file)"
)
_ADVERB = r"(?:(?:now|since|already|thus|therefore|hence|hereby|also|temporarily|permanently|voluntarily|just)\s+)*"
_IS = (
    r"(?:(?:has|have|had)\s+(?:\w+\s+){0,2}?(?:been|be)|is(?:\s+(?:to\s+be|being))?|was|are|were"
    r"|(?:will|must|should|shall)\s+be|needs\s+to\s+be)"
)
_PERSON = r"(?:authors?|we|i|submitters?|admin(?:istrator)?s?|moderators?)"

# What may follow the word at the beginning of a clause; before other words it is part of a name: “withdrawn drugs”.
_GOES_ON = (
    r"(?:by|due|because|since|as|for|pending|until|temporarily|permanently|voluntarily|in|to|after|owing|on|per|at|and|"
    r"with|see|while|from|paper|article|manuscript|this|the|an?|error|errors|wrong|here|now|upon|following|so|until|"
    r"version|preprint|note|that|it|please|superseded|replaced|incorporated|merged|\d+|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)"
)
_SAYS_SO = re.compile(
    rf"^\W*(?:(?:this\s+is|now|note|comments?|status|temporarily|v\d+|erratum|update|\d+\s+pages?)\b[\s:,–—-]*)?"
    rf"(?:{_GONE}|withdrawal|retraction)(?:\s+{_GOES_ON}\b|\s*$|\s*[^\w\s])"
    rf"|\b(?:{_PAPER}|this|it)(?:\s+\([^()]*\))?\s+(?:by\s+[\w\s]{{1,30}}\s)?{_ADVERB}{_IS}\s+{_ADVERB}{_GONE}\b"
    rf"|\b{_PAPER}\s*[,:–—-]?\s*{_ADVERB}{_GONE}\b"
    rf"|\b{_GONE}\s+{_ADVERB}by\s+(?:the\s+|its\s+|an?\s+)?(?:\w+\s+)?(?:{_PERSON}|arxiv|us|me)\b"
    rf"|[,:–—-]\s*{_ADVERB}{_GONE}\s*$"
    rf"|\b{_PERSON}\b(?:\s+[\w']+){{0,6}}?\s+(?:withdr(?:aws?|ew|awn|awing)|retract(?:s|ed|ing)?)\s+"
    rf"(?:(?:this|the|our|my|their|his|her)(?:\s+[\w-]+){{0,2}}?\s+{_PAPER}|it|this)\b"
    # “The paper contains an error and has been withdrawn”
    rf"|\b{_PAPER}\s+(?:contains?|has|had|is|was|includes?)\s+(?:[\w'-]+\s+){{1,7}}?and\s+{_IS}\s+{_ADVERB}{_GONE}\b"
    rf"|\b{_PERSON}\s+(?:requests?|requested|asks?\s+for|asked\s+for)\s+(?:the\s+|its\s+)?(?:withdrawal|retraction)\b"
    rf"|\bremoved\s+by\s+(?:the\s+)?arxiv\b",
    re.I,
)
_ELSEWHERE = (
    # From a journal, a conference, review: not from arXiv.
    rf"(?:{_GONE}|withdr(?:aw|ew|awing)|withdrawal)\s+(?:[\w']+\s+){{0,6}}?from\s+"
    r"(?!(?:the\s+)?(?:arxiv|archives?|e-?prints?|this\s+(?:server|site)|circulation|publication|public)\b)"
)
_SOMETHING_ELSE = re.compile(
    rf"{_ELSEWHERE}"
    rf"|\b(?:no\s+longer|not|never|previously|formerly|initially|originally|mistakenly|erroneously|accidentally|un-?)"
    rf"\s*(?:been\s+)?{_GONE}"
    rf"|\b{_GONE}\s+(?:by\s+(?:mistake|accident|oversight)|in\s+error\b)"
    rf"|\b(?:earlier|previous|prior|older?|first|original|former|initial|preceding|conference|journal|published|"
    rf"companion|another|other)\s+(?:\w+\s+)?{_PAPER}s?\b[^,;]*?{_GONE}"
    # “Funding for this work was withdrawn”
    rf"|\b(?:for|behind)\s+(?:this|the|our)\s+{_PAPER}\s+{_IS}\s+{_GONE}"
    # “It replaces arXiv:…, which was withdrawn”
    rf"|\barxiv[:.]?\s*\S{{0,40}}\d{{4,}}\S{{0,40}}[,\s]*(?:\S+\s+){{0,4}}?{_GONE}"
    rf"|\b(?:replac|supersed|correct)\w+\s+(?:\S+\s+){{0,6}}?{_GONE}\s+{_PAPER}"
    rf"|\b(?:replac|supersed)(?:es|ing)\b[^;]*{_GONE}"
    rf"|\b(?:theorem|lemma|section|appendix|claims?|results?|proofs?|statements?|conjecture|figure|table|corollary|"
    rf"proposition|talk|patent|application|data\s?sets?|licen[cs]e|drugs?|data|code|funding|support|part|chapter)"
    rf"(?:\s+\(?[\dIVX.]+\)?)?(?:\s+(?:in|of)\s+[\w.\s]{{1,25}}?)?\s+{_IS}\s+{_ADVERB}{_GONE}",
    re.I,
)
_BACK_AGAIN = re.compile(r"\b(?:reinstat\w+|restor(?:ed|es|ing)|no\s+longer\s+withdrawn|un-?withdrawn)\b", re.I)
_CLAUSE = re.compile(r"(?<!\bRev)(?<!\bPhys)(?<!\bMath)(?<!\bJ)[.;!?](?=\s|$)|\n")
_VERSION = re.compile(r"\b(?:v|version\s+|ver\.?\s*)(\d{1,2})\b", re.I)


def has_withdrawal_notice(comment: str) -> bool:
    """Return whether the comment says that the paper, as it is now, is withdrawn."""
    if _BACK_AGAIN.search(comment):
        return False
    newest = max(map(int, _VERSION.findall(comment)), default=0)
    return any(_says_so(clause, newest) for clause in _CLAUSE.split(comment))


def _says_so(clause: str, newest: int) -> bool:
    """Return whether one clause says so, and not about an older version than the newest that the comment names."""
    named = [int(number) for number in _VERSION.findall(clause)]
    is_old = bool(named) and max(named) < newest
    return bool(_SAYS_SO.search(clause)) and not _SOMETHING_ELSE.search(clause) and not is_old
