"""Throttle: how fast mail may go out, as one small state for all workers. Pure: the time is passed in.

Each mail has its slot of 1/rate seconds. A worker reserves the next slots, a tenth of a second's worth at a time, and
waits until they begin. When the mail server or provider says "slower", all workers pause, and from then on the pace is
half of what it was. Each minute without another "slower" doubles it, until it is what the settings say.
"""

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple, Self

# How many seconds' worth of mails are allowed at a time.
SLICE = 0.1
# Waits of up to this many seconds are slept through; on longer ones the mails go back into the queue.
LONGEST_NAP = 5.0
# The pause after the first "slower", in seconds; each further one is twice as long.
FIRST_PAUSE = 1.0
MAX_PAUSE_SECONDS = 60.0
# A provider that asks for a longer wait than this, in seconds, is tried again all the same.
LONGEST_ASKED = 3600.0
# After this many quiet seconds the pace doubles.
RECOVERY = 60.0
MOST_HALVINGS = 10
# What is halved if the settings set no limit, in mails per second.
UNLIMITED = 1024


class Grant(NamedTuple):
    """How many mails may go, `wait` seconds from now; none if that is too long a wait."""

    mails: float
    wait: float


@dataclass(frozen=True)
class Throttle:
    """When the next slot is free, until when nothing goes out, and how often the pace was halved.

    Times are seconds on the clock of the store that keeps it.
    """

    free_at: float = 0.0
    closed_until: float = 0.0
    halvings: int = 0

    def rate(self, now: float, per_second: int) -> float:
        """Return the current mails per second; infinite if nothing limits them."""
        if halvings := self.halvings_at(now):
            return float(max(1.0, (per_second or UNLIMITED) / 2**halvings))
        return float(per_second or math.inf)

    def halvings_at(self, now: float) -> int:
        """Return how often the pace is still halved."""
        quiet = max(0.0, now - self.closed_until)
        return max(0, self.halvings - int(quiet / RECOVERY))

    def wait(self, now: float) -> float:
        """Return how many seconds it is until a mail may go."""
        return max(0.0, self.free_at - now, self.closed_until - now)

    def believed(self, now: float) -> Self:
        """Return the state, or a fresh one if its times are too far away: the clock has been set back since."""
        possible = self.free_at - now <= LONGEST_ASKED + LONGEST_NAP and self.closed_until - now <= LONGEST_ASKED
        return self if possible else type(self)()

    def take(self, now: float, requested: int, per_second: int) -> tuple[Self, Grant]:
        """Reserve the next slots, at most `requested` and no more than a slice; return the new state and the grant."""
        wait = self.wait(now)
        if wait > LONGEST_NAP:
            return self, Grant(0, wait)
        begin = now + wait
        rate = self.rate(begin, per_second)
        if math.isinf(rate):
            return self, Grant(math.inf, wait)
        mails = max(1, min(requested, int(rate * SLICE)))
        return replace(self, free_at=begin + mails / rate), Grant(mails, wait)

    def slowed(self, now: float, seconds: float) -> Self:
        """Return the state after a "slower". seconds: how long to wait, 0 if it was not said."""
        seconds = min(seconds, LONGEST_ASKED)
        if now < self.closed_until:
            # The same answer about another mail that was on its way.
            return replace(self, closed_until=max(self.closed_until, now + seconds))
        halvings = min(self.halvings_at(now) + 1, MOST_HALVINGS)
        pause = max(seconds, min(FIRST_PAUSE * 2 ** (halvings - 1), MAX_PAUSE_SECONDS))
        return replace(self, closed_until=now + pause, halvings=halvings)

    def dump(self) -> str:
        """Return the state as text, for storing."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str | bytes | None) -> Self:
        """Return the stored state; a fresh one if nothing was stored, or nothing that can be read."""
        try:
            return cls(**json.loads(text)) if text else cls()
        except (ValueError, TypeError):
            return cls()
