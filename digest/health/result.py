"""What one check says: its verdict, why, and what to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NamedTuple


class CheckVerdict(StrEnum):
    """How it stands, worst first."""

    BAD = "bad"
    WARN = "warn"
    OK = "ok"
    SKIPPED = "skipped"


SEVERITY = list(CheckVerdict)


@dataclass(frozen=True)
class CheckResult:
    """One line. Its texts name settings, hosts and records, never a secret, a mailbox or an IP address."""

    check: str
    verdict: CheckVerdict
    summary: str
    # What to do; "" where there is nothing.
    action: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return it for JSON."""
        return {name: str(value) for name, value in asdict(self).items()}


class HealthCheck(NamedTuple):
    """A check by its name. Those that wait for the network run beside each other, and never ask the database."""

    name: str
    examine: Callable[[], Iterable[CheckResult]]


class Reporter:
    """Makes the results of one check, so that none repeats its name."""

    def __init__(self, check: str) -> None:
        self.check = check

    def ok(self, summary: str) -> CheckResult:
        """All is as it should be."""
        return CheckResult(self.check, CheckVerdict.OK, summary)

    def warn(self, summary: str, action: str) -> CheckResult:
        """It works, but something needs attention."""
        return CheckResult(self.check, CheckVerdict.WARN, summary, action)

    def bad(self, summary: str, action: str) -> CheckResult:
        """It does not work, or will soon stop to."""
        return CheckResult(self.check, CheckVerdict.BAD, summary, action)

    def skipped(self, summary: str, action: str = "") -> CheckResult:
        """Nobody can tell, or there is nothing to look at."""
        return CheckResult(self.check, CheckVerdict.SKIPPED, summary, action)


def worst_first(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return the results by verdict; those of one verdict stay in their order."""
    return sorted(results, key=lambda result: SEVERITY.index(result.verdict))


def worst(results: Iterable[CheckResult]) -> CheckVerdict:
    """Return the worst verdict; what was skipped counts as ok."""
    return min([CheckVerdict.OK, *(result.verdict for result in results)], key=SEVERITY.index)
