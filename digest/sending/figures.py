"""What came back of an edition's digests, and how much of it is too much."""

import math
from dataclasses import dataclass

from django.conf import settings

from digest.models import Edition

# How much worse than what was accepted it must get to be halted again.
WORSE = 1.5


@dataclass(frozen=True)
class Figures:
    """How many digests of an edition went out, and what came back."""

    sent: int
    complained: int
    bounced: int

    @property
    def complaints(self) -> float:
        """The share of complaints."""
        return self.complained / self._of

    @property
    def bounces(self) -> float:
        """The share of bounces."""
        return self.bounced / self._of

    @property
    def _of(self) -> int:
        # What few digests drew already, the first BREAKER_LEAST will have drawn at least.
        return max(self.sent, settings.BREAKER_LEAST)


@dataclass(frozen=True)
class Limits:
    """The shares that an edition may draw; infinite where it may draw any."""

    complaints: float
    bounces: float

    @classmethod
    def of(cls, edition: Edition) -> "Limits":
        """Return the settings' limits, or beyond what was accepted for this edition."""
        return cls(
            max(settings.BREAKER_COMPLAINTS or math.inf, edition.accepted_complaints * WORSE),
            max(settings.BREAKER_BOUNCES or math.inf, edition.accepted_bounces * WORSE),
        )

    def broken_by(self, figures: Figures) -> str:
        """Say which limit the figures break, and how; "" where they break none."""
        if figures.complaints > self.complaints:
            return _words(figures.complained, "complaints", figures.sent, self.complaints)
        if figures.bounces > self.bounces:
            return _words(figures.bounced, "bounces", figures.sent, self.bounces)
        return ""

    def enough_sent(self, complained: int, bounced: int) -> int:
        """Return how many must have been sent for so many complaints and bounces to break no limit."""
        return max(math.ceil(complained / self.complaints), math.ceil(bounced / self.bounces))


def _words(count: int, what: str, sent: int, limit: float) -> str:
    return f"{count} {what} of {sent} digests sent, more than {limit:.2%}"
