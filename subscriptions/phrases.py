"""Words as they are compared: phrases that somebody follows or mutes, and names of authors."""

import unicodedata

# More words than anybody keeps in mind; whoever pastes a list is told.
MOST = 500
LONGEST = 100


def phrase_key(phrase: str) -> str:
    """Return a phrase as it is looked for: one form of each letter (NFKC), small, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", phrase).casefold().split())


def author_key(name: str) -> str:
    """Return a name as it is compared: given name first, no accents, no punctuation, small.

    "Gödel, Kurt" and "kurt godel" are the same; "K. Gödel" is not, for an initial is many people's.
    """
    family, comma, given = name.partition(",")
    plain = unicodedata.normalize("NFKD", f"{given} {family}" if comma else name)
    letters = (" " if not char.isalnum() else char for char in plain if not unicodedata.combining(char))
    return " ".join("".join(letters).casefold().split())
