"""Text made to cost time, and a search for code whose time grows faster than its text."""

import gc
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from re import _constants, _parser

# Letters of the longest text that is measured.
LARGEST = 2048
# Twice the text may take this many times as long: twice, plus something for noise. Quadratic would be four times.
MOST = 3.2
LOOKS = 4
# Seconds. Anything faster is not compared: that would measure the clock and the machine.
NOTICED = 0.004
# Seconds of this process's time after which a text counts as endless.
ENDLESS = 5

UNITS = (
    *(
        " ",
        "\n",
        "\t",
        "a",
        "A",
        "0",
        "é",
        "“",
        ".",
        ",",
        ";",
        ":",
        "!",
        "'",
        '"',
        "`",
        "-",
        "--",
        "_",
        "^",
        "~",
        "@",
        "\\",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "$",
        "&",
        "%",
        "#",
        "/",
        "|",
        "=",
        "+",
        "?",
        "((",
        "))",
        "[]",
        "{}",
        "()",
    ),
    *(
        "a ",
        " a",
        "a.",
        "a,",
        "a b. ",
        "A. ",
        "a@a.",
        "and ",
        " and a",
        "https://a.b/",
        "https://a.b/ ",
        "https://a.b/)",
    ),
    *(
        "https://github.com/a ",
        "https://github.com/a. A ",
        "[a](https://a.b",
        "\\url{",
        "\\url{https://a",
        "\\href{https://a}{",
    ),
    *(
        "\\cite{",
        "\\cite[",
        "\\cite[a]",
        "\\begin{",
        "\\a",
        "\\a{",
        "\\'{",
        "\\frac{",
        "frac{",
        "√{",
        "\\(",
        "\\[",
        "$$",
        "$a$",
    ),
    *(
        "$a",
        "{a}",
        "{\\a ",
        "``",
        "''",
        "``a",
        "<!--",
        "<!---->",
        "<a>",
        "<!-- -->",
        "&lt;",
        "arXiv:",
        "10.1234/",
        "doi:10.1/",
    ),
    *(
        "2501.00001",
        "2501.00001v1, ",
        "@a{",
        "@a{a,",
        "a={a},",
        "oai:arxiv.org:",
        "\u202e",
        "\u0301",
        "a\u0301",
        "\ufeff",
    ),
)
AFTER = ("", "\x01")
# The clock of a thread is too coarse on some machines.
CLOCK = time.thread_time if time.get_clock_info("thread_time").resolution < NOTICED / 1000 else time.perf_counter


class EndlessError(Exception):
    """It did not end."""


@contextmanager
def ending() -> Iterator[None]:
    """Stop a block that does not end."""

    def stop(*_: object) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, ENDLESS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def offence(run: Callable[[str], object], units: Iterable[str]) -> str:
    """Return which text costs more than it should, and how much more; "" if none does."""
    for unit in units:
        for after in AFTER:
            try:
                with ending():
                    ratio = _growth(run, unit, after)
            except EndlessError:
                return f"{unit!r} again and again, then {after!r}, does not end"
            if ratio > MOST:
                return f"twice as many {unit!r}, then {after!r}: {ratio:.1f} times the time"
    return ""


def growth_of_long_text(run: Callable[[str], object], unit: str, size: int, after: str = "") -> float:
    """Return how many times as long a text of `size` characters takes as half of it: 2 for time linear in the text."""
    return _least_ratio(run, _text(unit, size // 2, after), _text(unit, size, after), times=1)


def growth_of_built_text(run: Callable[[str], object], build: Callable[[int], str], size: int) -> float:
    """Return how many times as long a text built for `size` takes as one for half of it; infinity if it never ends."""
    try:
        with ending():
            return _least_ratio(run, build(size // 2), build(size), times=1)
    except EndlessError:
        return float("inf")


def _growth(run: Callable[[str], object], unit: str, after: str) -> float:
    """Return how many times as long twice the text takes; 0 if even the longest text is too fast to compare."""
    if _time(run, _text(unit, LARGEST, after), 1) < NOTICED:
        return 0
    return _least_ratio(run, _text(unit, LARGEST // 2, after), _text(unit, LARGEST, after), times=5)


def _least_ratio(run: Callable[[str], object], half: str, whole: str, times: int) -> float:
    """Return how many times as long the whole text takes as half of it, at the best of several looks."""
    # Something else may have used the machine: it must be slow each time.
    least = float("inf")
    for _ in range(LOOKS):
        least = min(least, _time(run, whole, times) / max(_time(run, half, times), NOTICED / 10))
        if least <= MOST:
            break
    return least


def _text(unit: str, size: int, after: str) -> str:
    return unit * max(size // len(unit), 1) + after


def _time(run: Callable[[str], object], text: str, times: int) -> float:
    """Return the seconds of the fastest of several runs, by a clock that stops while others use the machine."""
    fastest = float("inf")
    gc.disable()
    try:
        for _ in range(times):
            begin = CLOCK()
            run(text)
            fastest = min(fastest, CLOCK() - begin)
    finally:
        gc.enable()
    return fastest


# --- Text made from a pattern ---


def units_of(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> list[str]:
    """Return pieces of text that a pattern matches: each of its parts as short as possible, and sequences of them."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    units_found: dict[str, None] = {}
    _shortest(_parser.parse(source, flags), units_found)
    return [unit for unit in units_found if unit][:60]


def _shortest(sequence: Iterable[tuple[object, object]], units_found: dict[str, None]) -> str:
    """Return a short text that a part of a pattern matches; add its pieces to those found."""
    whole = ""
    for operation, argument in sequence:
        piece = _piece(operation, argument, units_found)
        units_found[piece] = None
        whole += piece
        units_found[whole] = None
    return whole


def _piece(operation: object, argument: object, units_found: dict[str, None]) -> str:  # noqa: PLR0911 - a case for each
    match operation, argument:
        case (_constants.LITERAL, int(code)):
            return chr(code)
        case (_constants.NOT_LITERAL, int(code)):
            return "b" if code == ord("a") else "a"
        case (_constants.ANY, _):
            return "a"
        case (_constants.IN, list(members)):
            return _member(members)
        case (_constants.BRANCH, (_, branches)):
            return next(_shortest(branch, units_found) for branch in branches)
        case (_constants.SUBPATTERN, (*_, inner)):
            return _shortest(inner, units_found)
        case (_constants.ATOMIC_GROUP, inner):
            return _shortest(inner, units_found)
        case (_constants.MAX_REPEAT | _constants.MIN_REPEAT | _constants.POSSESSIVE_REPEAT, (least, _, inner)):
            once = _shortest(inner, units_found)
            return once * max(min(int(least), 8), 1)
        case ((_constants.ASSERT | _constants.ASSERT_NOT), (_, inner)):
            _shortest(inner, units_found)
    return ""


def _member(members: list[tuple[object, object]]) -> str:
    """Return a character from a set."""
    if members[0][0] == _constants.NEGATE:
        members_excluded = {chr(code) for kind, code in members if kind == _constants.LITERAL}
        return next(sign for sign in "a b0(-" if sign not in members_excluded)
    kind, argument = members[0]
    match kind, argument:
        case (_constants.LITERAL, int(code)):
            return chr(code)
        case (_constants.RANGE, (low, _)):
            return chr(low)
        case (_constants.CATEGORY, category):
            return " " if "SPACE" in str(category) else ("0" if "DIGIT" in str(category) else "a")
    return "a"
