"""The breaker's figures of an edition, and its limits."""

import math
from dataclasses import dataclass

from django.conf import settings

from digest.models import Edition

# How much worse than the accepted shares it must get for the edition to be halted again.
WORSE = 1.5


@dataclass(frozen=True)
class BreakerStatistics:
    """How many digests of an edition went out, and what came back."""

    sent: int
    complained: int
    bounced: int
    # Because of our mail or our reputation, not of the mailbox.
    refused: int = 0

    @property
    def complaints(self) -> float:
        """The share of complaints."""
        return self.complained / self._of

    @property
    def bounces(self) -> float:
        """The share of bounces and refusals: both say that mail should not go on like this."""
        return (self.bounced + self.refused) / self._of

    @property
    def _of(self) -> int:
        # At least BREAKER_LEAST, because the share of a few digests says little.
        return max(self.sent, settings.BREAKER_LEAST)


@dataclass(frozen=True)
class BreakerLimits:
    """The shares that an edition may draw; infinite if there is no limit."""

    complaints: float
    bounces: float

    @classmethod
    def of(cls, edition: Edition) -> "BreakerLimits":
        """Return the settings' limits, or higher ones if more was accepted for this edition."""
        return cls(
            max(settings.BREAKER_COMPLAINTS or math.inf, edition.accepted_complaints * WORSE),
            max(settings.BREAKER_BOUNCES or math.inf, edition.accepted_bounces * WORSE),
        )

    def broken_by(self, figures: BreakerStatistics) -> str:
        """Return which limit is exceeded, and by what; "" if none is."""
        if figures.complaints > self.complaints:
            return f"{figures.complained} complaints in {figures.sent} digests sent, more than {self.complaints:.2%}"
        if figures.bounces > self.bounces:
            came_back = _counted(figures.bounced, figures.refused)
            return f"{came_back} in {figures.sent} digests sent, more than {self.bounces:.2%}"
        return ""

    def enough_sent(self, complained: int, bounced: int) -> int:
        """Return how many must have been sent for this many complaints and bounces to break no limit."""
        return max(math.ceil(complained / self.complaints), math.ceil(bounced / self.bounces))


def _counted(bounced: int, refused: int) -> str:
    refusals = f"{refused} refusal{'' if refused == 1 else 's'}"
    bounces = f"{bounced} bounce{'' if bounced == 1 else 's'}"
    if not refused:
        return bounces
    return f"{bounces} and {refusals}" if bounced else refusals
