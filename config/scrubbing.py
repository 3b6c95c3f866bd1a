"""Remove from a text what must not be in a log, an error mail or a report to Sentry."""

import re

# The number next to an address identifies its owner. Also a login in the URL of a database or a broker: the password
# comes after the last colon. Bounded, because a text of any length must not take long.
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=\[\]/\\]{1,254}(?:@|%40)[\w.-]{1,254}", re.IGNORECASE)
# A token of django.core.signing: a value, a time, a signature. Anyone who has it can act for a reader.
_SIGNED = re.compile(r"[\w+=.-]{1,512}:[\w-]{5,8}:[\w-]{27,86}")


def scrub(text: str) -> str:
    """Return a text without addresses and signed tokens."""
    if "@" in text or "%40" in text:
        text = _ADDRESS.sub("[address]", text)
    return _SIGNED.sub("[token]", text) if ":" in text else text
