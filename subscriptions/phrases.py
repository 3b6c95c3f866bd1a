"""Comparison keys for phrases that someone follows or mutes, and limits on their number."""

import unicodedata

# More than anyone needs; a longer list is refused with a message.
MAX_PHRASES = 500
MAX_PHRASE_LENGTH = 100
# Characters of what someone writes about their interests.
MAX_OWN_WORDS = 600


def phrase_key(phrase: str) -> str:
    """Return a phrase as it is searched for: one form of each letter (NFKC), case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", phrase).casefold().split())
