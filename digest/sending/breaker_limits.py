"""What came back of an edition's digests, and how much of it is too much."""

import math
from dataclasses import dataclass

from django.conf import settings

from digest.models import Edition

# How much worse than what was accepted it must get to be halted again.
WORSE = 1.5


@dataclass(frozen=True)
class BreakerStatistics:
    """How many digests of an edition went out, and what came back."""

    sent: int
    complained: int
    bounced: int
    # Not for the mailbox, but for the mail or for us.
    refused: int = 0

    @property
    def complaints(self) -> float:
        """The share of complaints."""
        return self.complained / self._of

    @property
    def bounces(self) -> float:
        """The share of bounces and refusals: both say that mail should not go on as it does."""
        return (self.bounced + self.refused) / self._of

    @property
    def _of(self) -> int:
        # What few digests drew already, the first BREAKER_LEAST will have drawn at least.
        return max(self.sent, settings.BREAKER_LEAST)


@dataclass(frozen=True)
class BreakerLimits:
    """The shares that an edition may draw; infinite where it may draw any."""

    complaints: float
    bounces: float

    @classmethod
    def of(cls, edition: Edition) -> "BreakerLimits":
        """Return the settings' limits, or beyond what was accepted for this edition."""
        return cls(
            max(settings.BREAKER_COMPLAINTS or math.inf, edition.accepted_complaints * WORSE),
            max(settings.BREAKER_BOUNCES or math.inf, edition.accepted_bounces * WORSE),
        )

    def broken_by(self, figures: BreakerStatistics) -> str:
        """Say which limit the figures break, and how; "" where they break none."""
        if figures.complaints > self.complaints:
            return f"{figures.complained} complaints of {figures.sent} digests sent, more than {self.complaints:.2%}"
        if figures.bounces > self.bounces:
            came_back = _counted(figures.bounced, figures.refused)
            return f"{came_back} of {figures.sent} digests sent, more than {self.bounces:.2%}"
        return ""

    def enough_sent(self, complained: int, bounced: int) -> int:
        """Return how many must have been sent for so many complaints and bounces to break no limit."""
        return max(math.ceil(complained / self.complaints), math.ceil(bounced / self.bounces))


def _counted(bounced: int, refused: int) -> str:
    refusals = f"{refused} refusal{'' if refused == 1 else 's'}"
    if not refused:
        return f"{bounced} bounces"
    return f"{bounced} bounces and {refusals}" if bounced else refusals
