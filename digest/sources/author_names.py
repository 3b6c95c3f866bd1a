r"""Split author strings, as arXiv, BibTeX and DBLP write them, into names in reading order."""

import re
from collections.abc import Callable

from digest.models.paper import OTHERS
from digest.sources.record import unescaped

# Braces or parentheses within each other. Each level costs a pass over the text.
MAX_NESTING = 20
_INITIAL = re.compile(r"(?<!\w)[A-Z](?!\w)")
# "Ada Lovelace, Jr." is one name.
_SUFFIX = re.compile(r"(?:jr|sr)\.?|II|III|IV|2nd|3rd|4th", re.I)
_DEGREE = re.compile(r"(?:Ph\.?\s?D|M\.?D|M\.?Sc|B\.?Sc|Dr|Prof|FRS|MBA|MPH)\.?")
_INNERMOST = re.compile(r"\([^()]*\)")
_AND = r"(?:and|\\?&|\\and)"
# White space is only matched from where it begins; otherwise a long run of it takes quadratic time.
_BETWEEN = re.compile(
    rf"(?:(?<!\s)\s+)?(?<!\\)[,;]\s*(?:{_AND}\s+)?|(?<!\s)\s+{_AND}\s+|(?<![\\\s])\s*:\s+|(?<!\\):\s+|\\and\b\s*", re.I
)
_ON_BEHALF = re.compile(
    r"(?<!\s)\s+(?:(?:on\s+behalf\s+of|for)\s+(?:the\s+)?)(?=[^,;]{0,120}\b(?:collaborations?|consortium|team)\b)", re.I
)
_NOT_NAMED = re.compile(
    r"(?:and\s+)?(?:others|et\.?\s+al\.?|etc\.?|(?:and\s+)?\d+\s+(?:more|other)s?(?:\s+authors?)?)", re.I
)

_ET_AL = re.compile(r"(?<!\s)\s+et\.?\s+al\.?$", re.I)

# What a footnote or affiliation mark may contain: 1,2  a,b  *  \dagger
_MARK = (
    r"(?:[\d\s,;*†‡§¶#∗+&|.-]|\b[a-z]\b|\\(?:d?dag(?:ger)?|ddagger|ast|star|S|P|circ|bullet|sharp|prime)\b|\\[*#,;])"
)
_MARKS = re.compile(
    rf"\$\s*(?:\{{\}})?\s*\^\s*(?:\{{{_MARK}*\}}|{_MARK})\s*\$"
    rf"|(?<!\\)\^\s*(?:\{{{_MARK}*\}}|\d+(?:,\d+)*(?!\w)|[*†‡§¶#∗])"
    rf"|\\(?:textsuperscript|inst|affil|altaffilmark|IEEEauthorrefmark|authormark)\s*\{{[^{{}}]*\}}"
    r"|\\(?:thanks|footnote|email|orcid(?:link|ID)?|institute|affiliation|address)\s*\{[^{}]*\}"
    r"|\\footnotemark(?:\[[^\]]*\])?"
    rf"|\$\s*(?:\\(?:d?dag(?:ger)?|ddagger|ast|star)|\*)\s*\$|\\d?dag(?:ger)?\b"
    r"|\[\s*[\d*,\s]+\]|[*†‡§¶∗]+|[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:[,⁻ ]*[⁰¹²³⁴⁵⁶⁷⁸⁹]+)*"
    r"|(?<=[a-z])\d{1,2}(?:,\d{1,2})*(?=\s*(?:[,;]|$|\s+and\b))"
)
# A group of plain text, and the command it belongs to, if any.
_GROUP = re.compile(r"(\\[A-Za-z]+\s*|\\[^A-Za-z\s]\s*|[\^_])?\{([^{}\\$]*)\}")
# “Rik Roe 0001”: DBLP numbers people with the same name.
_NUMBER = re.compile(r"(?<!\s)\s+\d{4}$")
_AND_OR_SEMICOLON = re.compile(r"(?<!\s)\s+and\s+(?=\S)|(?:(?<!\s)\s+)?(?<!\\);\s*", re.I)
_COMMA = re.compile(r"(?<!\\),")
# “with an appendix by Rik Roe”
_APPENDIX = re.compile(
    r"[\s,;(]{1,5}(?:and\s+)?with\s+(?:an?\s+|the\s+)?(?:\w+\s+)?(?:appendix|appendices|supplement|contributions?|note)"
    r"(?:\s+\w+)?\s+(?:by|from)\s+",
    re.I,
)
_LEADING_AND = re.compile(r"\Aand\s+", re.I)
_LETTER = re.compile(r"\w")
# What a name in plain reading order does not contain.
_SPECIAL = re.compile(r"[\\{}~,;=\d]")
_EXTENDED = re.compile(
    r"\s*(family|given|prefix|suffix|useprefix|given-i|family-i|prefix-i|suffix-i|id|hash)\s*=(.*)", re.I
)


def split(text: str) -> tuple[str, ...]:
    """Return the names in an author string, without affiliations in parentheses or footnote marks."""
    text = _APPENDIX.sub(", ", _MARKS.sub("", " ".join(unescaped(text).split())))
    # An affiliation may contain commas and more parentheses.
    text = _peeled(_INNERMOST, lambda _: "", text)
    # One that is never closed, such as “Jane Doe (1, John Roe”, ends where the next name begins.
    text = re.sub(r"\([^,;()]*|\)", "", text)
    text = _ON_BEHALF.sub(", ", text)
    parts = [_plain(part) for part in _at(_BETWEEN, text)]
    return tuple(_joined(_in_reading_order(text, parts)))


def of_bibtex(field: str) -> tuple[str, ...]:
    """Return the names in a BibTeX field in reading order: “Erdős, Paul” is Paul Erdős.

    Commas and “and” within braces do not separate names. OTHERS, if present, comes last.
    """
    text = re.sub(r"(?:^|\s)and\s*$|^\s*and\s", " ", " ".join(unescaped(field).split()), flags=re.I)
    text = text.replace(" \\& ", " & ")
    first, _, others = text.partition(" & ")
    if "," in first and "," in others:
        # “Doe, Jane & Roe, Rik”, but not “Roe & Sons”.
        text = text.replace(" & ", " and ")
    names: list[str] = []
    for part in _at(_AND_OR_SEMICOLON, _MARKS.sub("", text)):
        names += [name for name in _of_bibtex(_LEADING_AND.sub("", part.strip())) if _LETTER.search(name)]
    names = [piece for name in names for piece in ([name, ""] if _ET_AL.search(name) else [name])]
    named = [_ET_AL.sub("", name) for name in names if name and not _NOT_NAMED.fullmatch(name)]
    return (*named, *([OTHERS] if len(named) < len(names) else []))


def with_suffix(name: str, suffix: str) -> str:
    """Return a name with its suffix as it is written in reading order: Ada Lovelace, Jr.; Ada Lovelace III."""
    suffix = suffix.strip(" ,")
    between = ", " if re.match(r"[jJsS]r\b", suffix) else " "
    return f"{name}{between}{suffix}" if name and suffix else name


def _of_bibtex(name: str) -> list[str]:
    """Return the one name, or several that are separated only by commas."""
    if not _SPECIAL.search(name):
        return [" ".join(name.split())]
    parts = [part.strip() for part in _at(_COMMA, name)]
    extended = {match[1].lower(): match[2].strip(' "') for part in parts if (match := _EXTENDED.fullmatch(part))}
    if "family" in extended and len(extended) == len(parts):
        ordered = [extended.get(key, "") for key in ("given", "prefix", "family", "suffix")]
        return [_plain(" ".join(ordered))]
    is_list = _are_whole_names(parts)
    parts = [part for part in parts if part]
    if is_list:
        return list(_joined(parts))
    if len(parts) > 3:  # noqa: PLR2004
        return list(_joined(_in_pairs(parts) if len(parts) % 2 == 0 and _are_initials(parts[1::2]) else parts))
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):  # noqa: PLR2004
        parts = [parts[0], parts[2], parts[1]]
    # “von Last, Jr., First”, and “Ada Lovelace, Jr.”
    is_turned = len(parts) > 1 and not _SUFFIX.fullmatch(parts[-1])
    return [_plain(" ".join([parts[-1], *parts[:-1]] if is_turned else parts))]


def _at(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return the parts of a text between matches of a pattern outside braces."""
    parts, begin, seen, depth = [], 0, 0, 0
    for match in pattern.finditer(text):
        between = re.sub(r"\\[{}]", "", text[seen : match.start()])
        seen, depth = match.start(), depth + between.count("{") - between.count("}")
        if depth <= 0:
            parts.append(text[begin : match.start()])
            begin = match.end()
    return [*parts, text[begin:]]


def _peeled(innermost: re.Pattern[str], replacement: Callable[[re.Match[str]], str], text: str) -> str:
    """Return a text with its groups replaced from the inside out, as deep as names are ever nested."""
    for _ in range(MAX_NESTING):
        shorter = innermost.sub(replacement, text)
        if shorter == text:
            break
        text = shorter
    return text


def _plain(name: str) -> str:
    """Return a name without DBLP's number or braces that only keep it together."""
    name = name.replace("\\ ", " ").replace("~", " ") if not re.search(r"\\~", name) else name
    name = _peeled(_GROUP, lambda match: match[0] if match[1] else match[2], name)
    return _NUMBER.sub("", " ".join(name.split())).strip(" ,;")


def _joined(parts: list[str]) -> list[str]:
    """Return the names with their suffixes, without degrees and without others who are not named."""
    names: list[str] = []
    for part in parts:
        if names and _SUFFIX.fullmatch(part):
            names[-1] = f"{names[-1]}, {part}"
        elif re.search(r"\w", part) and not _NOT_NAMED.fullmatch(part) and not _DEGREE.fullmatch(part):
            names.append(_ET_AL.sub("", part))
    return names


def _in_reading_order(text: str, parts: list[str]) -> list[str]:
    """Return the names, turned round if each is “Family, Given” and semicolons separate them."""
    people = [person.strip() for person in text.split(";") if person.strip()]
    if len(people) > 1 and all(person.count(",") == 1 for person in people):
        return [_plain(" ".join(reversed([part.strip() for part in person.split(",")]))) for person in people]
    # “Doe, J., Roe, R.”
    families, given = parts[::2], parts[1::2]
    if len(families) == len(given) and _are_initials(given) and any("." in part for part in given):
        is_clear = not any(_SUFFIX.fullmatch(part) or _DEGREE.fullmatch(part) for part in given)
        return _in_pairs(parts) if is_clear and not any(map(_INITIAL.search, families)) else parts
    return parts


def _are_whole_names(parts: list[str]) -> bool:
    """Return whether the parts between commas are names: “J. Doe, R. Roe, and …”, not “van Gogh, Vincent Willem”."""
    *names, last = parts
    if last:
        return False
    begin = [re.match(r"[A-Z]\.", name) is not None for name in names]
    return len(names) > 1 and (all(begin) or (len(names) > 2 and all(" " in name for name in names)))  # noqa: PLR2004


def _are_initials(parts: list[str]) -> bool:
    return all(re.fullmatch(r"(?:[A-Z]\.?[\s-]*){1,4}", part) for part in parts)


def _in_pairs(parts: list[str]) -> list[str]:
    return [_plain(f"{given} {family}") for family, given in zip(parts[::2], parts[1::2], strict=True)]
