"""Why a paper is in a digest, as it is frozen there: a code and its argument."""

from enum import StrEnum


class Reason(StrEnum):
    """What weighed most."""

    TOPIC = "topic"
    PINNED = "pinned"
    EDITION = "edition"


def reason(topic: str, *, is_pinned: bool) -> tuple[Reason, str]:
    """Return the code and the argument for a paper with its strongest followed topic ("" for none)."""
    if topic:
        return Reason.TOPIC, topic
    return (Reason.PINNED if is_pinned else Reason.EDITION), ""
