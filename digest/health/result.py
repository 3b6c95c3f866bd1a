"""The result of one check: its verdict, why, and what to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NamedTuple


class CheckVerdict(StrEnum):
    """The verdict of a check, worst first."""

    BAD = "bad"
    WARN = "warn"
    OK = "ok"
    SKIPPED = "skipped"


SEVERITY = list(CheckVerdict)


@dataclass(frozen=True)
class CheckResult:
    """A line of the report. Its texts name settings, hosts and records, never a secret, a mailbox or an IP address."""

    check: str
    verdict: CheckVerdict
    summary: str
    # What to do; "" if there is nothing to do.
    action: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the result for JSON."""
        return {name: str(value) for name, value in asdict(self).items()}


class HealthCheck(NamedTuple):
    """A named check. Those that wait for the network run in parallel, and never query the database."""

    name: str
    examine: Callable[[], Iterable[CheckResult]]


class Reporter:
    """Makes the results of one check, so that its name is written only once."""

    def __init__(self, check: str) -> None:
        self.check = check

    def ok(self, summary: str) -> CheckResult:
        """Everything is as it should be."""
        return CheckResult(self.check, CheckVerdict.OK, summary)

    def warn(self, summary: str, action: str) -> CheckResult:
        """It works, but something needs attention."""
        return CheckResult(self.check, CheckVerdict.WARN, summary, action)

    def bad(self, summary: str, action: str) -> CheckResult:
        """It does not work, or will soon stop working."""
        return CheckResult(self.check, CheckVerdict.BAD, summary, action)

    def skipped(self, summary: str, action: str = "") -> CheckResult:
        """It cannot be checked, or there is nothing to check."""
        return CheckResult(self.check, CheckVerdict.SKIPPED, summary, action)


def worst_first(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return the results sorted by verdict; those with the same verdict keep their order."""
    return sorted(results, key=lambda result: SEVERITY.index(result.verdict))


def worst(results: Iterable[CheckResult]) -> CheckVerdict:
    """Return the worst verdict; skipped counts as ok."""
    return min([CheckVerdict.OK, *(result.verdict for result in results)], key=SEVERITY.index)
