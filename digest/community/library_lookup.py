"""A reader's papers elsewhere: the works of their ORCID iD, from OpenAlex, or their Zotero library, with a key.

Looked up once, while they wait, and stored nowhere: neither the iD, the key nor the result is in the database or a log.
"""

import json
import re
from typing import Any

from django.conf import settings

from digest.catalog.bibliography import Bibliography, read_text
from digest.community import zotero
from digest.sources import openalex
from digest.sources.fetch_request import FetchBudget, ResponseRefusedError
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import objects_at, read_object
from digest.sources.record import SourceError
from subscriptions import limits

# For the whole lookup, because someone is waiting for it; each request may take all that is left.
LOOKUP_SECONDS = 15
ITEMS_A_PAGE, MOST_LIBRARY_PAGES = 100, 10
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])", re.I | re.ASCII)
REFUSED = {401, 403, 404}


class LookupRefusedError(Exception):
    """Nothing could be looked up; str() tells the reader why, without what they typed."""


def checked_orcid(typed: str) -> str:
    """Return an ORCID iD in its usual form; raise LookupRefusedError if it is not one (the last sign is a checksum)."""
    match = _ORCID.fullmatch(typed.strip())
    digits = "".join(match.groups()).upper() if match else ""
    if not match or _checksum(digits[:-1]) != digits[-1]:
        raise LookupRefusedError("That isn’t an ORCID iD. It looks like 0000-0002-1825-0097.")
    return "-".join(match.groups()).upper()


def works_of_orcid(typed: str) -> Bibliography:
    """Return the newest works of an ORCID iD; LookupRefusedError if OpenAlex gives none or today's limit is reached."""
    orcid = checked_orcid(typed)
    if not limits.has_room(f"{settings.ORCID_DAILY} per day", "ORCID lookups", "everybody"):
        raise LookupRefusedError("We’ve reached today’s lookup limit. Please upload a file, or come back tomorrow.")
    try:
        records = openalex.works_of_author(_fetcher(), orcid)
    except SourceError:
        raise LookupRefusedError("OpenAlex didn’t respond. Please try again in a minute, or upload a file.") from None
    if not records:
        raise LookupRefusedError("OpenAlex has no papers for this ORCID iD. Please upload a file instead.")
    return Bibliography(records)


def papers_of_zotero(user_id: str, key: str) -> Bibliography:
    """Return the newest papers of a Zotero library; raise LookupRefusedError if Zotero does not return any.

    user_id: the number shown at zotero.org/settings/keys. key: one with read access; it is used for this and forgotten.
    """
    if not user_id.isdecimal() or not user_id.isascii() or len(user_id) > 12:  # noqa: PLR2004
        raise LookupRefusedError("A Zotero user ID is a number. You’ll find it at zotero.org/settings/keys.")
    if not key.isalnum() or not key.isascii() or len(key) > 64:  # noqa: PLR2004 - as in digest.community.zotero
        raise LookupRefusedError("That doesn’t look like a Zotero key. It should be 24 letters and digits.")
    try:
        bibliography = read_text(json.dumps(_zotero_items(user_id, key)))
    except SourceError:
        bibliography = Bibliography()
    if not bibliography.records:
        raise LookupRefusedError("There are no papers in this Zotero library.")
    return bibliography


def _zotero_items(user_id: str, key: str) -> list[dict[str, Any]]:
    """Return the newest items as CSL-JSON; if a later page fails, the earlier ones are enough to start with."""
    items: list[dict[str, Any]] = []
    fetcher = _fetcher()
    for page in range(MOST_LIBRARY_PAGES):
        try:
            some = _zotero_page(fetcher, user_id, key, page * ITEMS_A_PAGE)
        except SourceError as error:
            if items:
                break
            if isinstance(error, ResponseRefusedError) and error.status in REFUSED:
                raise LookupRefusedError("This key can’t read that Zotero library.") from None
            raise LookupRefusedError("Zotero didn’t respond. Please try again in a minute, or upload a file.") from None
        items += some
        if len(some) < ITEMS_A_PAGE:
            break
    return items


def _zotero_page(fetcher: Fetcher, user_id: str, key: str, start: int) -> list[dict[str, Any]]:
    params: dict[str, str | int] = {"format": "csljson", "limit": ITEMS_A_PAGE, "start": start}
    params |= {"sort": "dateAdded", "direction": "desc"}
    headers = {"Zotero-API-Key": key, "Zotero-API-Version": "3"}
    address = f"{zotero.ZOTERO_URL}/users/{user_id}/items/top"
    return objects_at(read_object(fetcher.get(address, params, headers=headers)), "items")


def _fetcher() -> Fetcher:
    # No retries, because retries are logged with their URL.
    return Fetcher(waits=(), budget=FetchBudget(seconds=LOOKUP_SECONDS, requests=MOST_LIBRARY_PAGES))


def _checksum(digits: str) -> str:
    """Return the last sign of an ORCID iD (ISO 7064, MOD 11-2)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)  # noqa: PLR2004
