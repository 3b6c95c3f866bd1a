"""Profile: what we learned from a subscriber's feedback, one small row each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
from django.db import models
from numpy.typing import NDArray

from subscriptions.models import Subscriber

# The key of a paper, and how much it speaks for others like it (below 0: against them), at `as_of`.
OPINION = np.dtype([("paper", "<i8"), ("weight", "<f4")])
# The papers that weigh most; 3,840 bytes, which a library of hundreds fills and hardly anything else.
MAX_PROFILE_ENTRIES = 320

Opinions = NDArray[np.void]


def opinions_of(raw: bytes) -> Opinions:
    """Return the stored opinions, or none if the bytes are not what this version writes."""
    if len(raw) % OPINION.itemsize:
        return np.zeros(0, dtype=OPINION)
    opinions: Opinions = np.frombuffer(raw, dtype=OPINION)
    finite: Opinions = opinions[np.isfinite(opinions["weight"])]
    return finite


class Profile(models.Model):
    """What we know about one subscriber's taste: papers with weights.

    It names papers, not vectors, so a new embedding model needs no new profiles. digest.community.user_profiles writes
    it when something happens, never at sending time.
    """

    subscriber = models.OneToOneField(Subscriber, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    raw = models.BinaryField(default=bytes, editable=False)
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"profile of {self.subscriber_id}"

    @property
    def opinions(self) -> Opinions:
        """Papers and weights, as of `as_of`."""
        return opinions_of(bytes(self.raw))

    @classmethod
    def packed(cls, weights: Iterable[tuple[int, float]]) -> bytes:
        """Return the papers that weigh most, as bytes."""
        heaviest = sorted(weights, key=lambda pair: (-abs(pair[1]), pair[0]))[:MAX_PROFILE_ENTRIES]
        rows: Any = [pair for pair in heaviest if pair[1]]
        return np.array(rows, dtype=OPINION).tobytes()

    @classmethod
    def keep(cls, subscriber: int, weights: Iterable[tuple[int, float]], at: datetime) -> None:
        """Write a new profile for a subscriber (key)."""
        cls.objects.update_or_create(subscriber_id=subscriber, defaults={"raw": cls.packed(weights), "as_of": at})
