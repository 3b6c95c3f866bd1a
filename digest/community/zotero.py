"""Push saved papers to a reader's own Zotero library, with the reader's own key (Zotero Web API, version 3).

https://www.zotero.org/support/dev/web_api/v3/write_requests: each request names the library version it knows, and is
refused with 412 if the library has changed since; Backoff and Retry-After say how long to leave the server alone.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from digest.catalog import citations
from digest.catalog.formatting import on_one_line
from digest.community import library
from digest.community.library import SavedPaper
from digest.models import LibraryEntry, Paper, ZoteroConnection
from digest.sources import http
from subscriptions.models import Subscriber

if TYPE_CHECKING:
    # Only needed for pushing.
    import httpx

logger = logging.getLogger(__name__)

ZOTERO_URL = "https://api.zotero.org"
ZOTERO_TIMEOUT_SECONDS = 20
# A write request accepts at most this many items.
ITEMS_A_REQUEST = 50
# The characters of an item's key.
KEY_LETTERS = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
NO_HEADERS: Mapping[str, str] = {}
MAX_WAIT = timedelta(days=1)
USUAL_WAIT = timedelta(minutes=15)
OK, FORBIDDEN, GONE, CONFLICT, LIBRARY_MOVED = 200, 403, 404, 409, 412


class Written(NamedTuple):
    """The result of a request: papers now in the library, the error if any, how long to back off."""

    papers: int
    error: str
    wait: timedelta


class ZoteroError(Exception):
    """The request failed; str() tells the reader why. wait: how long to back off."""

    def __init__(self, words: str, wait: timedelta = USUAL_WAIT) -> None:
        super().__init__(words)
        self.wait = wait


def connect(subscriber: Subscriber, api_key: str, at: datetime) -> ZoteroConnection:
    """Store a reader's key once Zotero has confirmed that it may write; raise ZoteroError otherwise."""
    api_key = api_key.strip()
    if not api_key.isalnum() or not api_key.isascii() or len(api_key) > 64:  # noqa: PLR2004 - the field's length
        raise ZoteroError("That doesn’t look like a Zotero key. It should be 24 letters and digits.")
    answer = _request("GET", "/keys/current", api_key)
    if answer.status_code in {FORBIDDEN, GONE}:
        raise ZoteroError("Zotero doesn’t recognise this key.")
    _raise_for(answer)
    content = _json_of(answer)
    access = content.get("access")
    user = access.get("user") if isinstance(access, dict) else None
    user_id = content.get("userID")
    if not isinstance(user, dict) or not user.get("library") or not user.get("write") or not isinstance(user_id, int):
        raise ZoteroError("This key can’t write to your library. Allow library and write access for it at zotero.org.")
    values = {"api_key": api_key, "user_id": user_id, "connected_at": at, "not_before": at, "error": ""}
    connection, _ = ZoteroConnection.objects.update_or_create(
        subscriber=subscriber, defaults=values | {"library_version": 0}
    )
    return connection


def push(connection: ZoteroConnection, at: datetime) -> int:
    """Send the saved papers that are not in the library yet; return how many. Errors are stored for the page."""
    if connection.not_before > at:
        return 0
    waiting = [saved for saved in library.library_of(connection.subscriber) if not saved.entry.zotero_key]
    pushed, error, wait = 0, "", timedelta()
    for begin in range(0, len(waiting), ITEMS_A_REQUEST):
        try:
            written = _push_some(connection, waiting[begin : begin + ITEMS_A_REQUEST])
        except ZoteroError as failure:
            written = Written(0, str(failure), failure.wait)
        pushed, error, wait = pushed + written.papers, written.error, written.wait
        if error or wait:
            logger.info("subscriber %d: the other saved papers will be sent to Zotero later", connection.subscriber_id)
            break
    connection.error, connection.not_before = error[:200], at + wait
    connection.pushed_at = at if pushed else connection.pushed_at
    connection.save(update_fields=["error", "not_before", "pushed_at", "library_version"])
    return pushed


def push_due(at: datetime) -> int:
    """Update every library that may be written to now; return how many papers were sent."""
    due = ZoteroConnection.objects.filter(not_before__lte=at).select_related("subscriber").order_by("pk")
    return sum(push(connection, at) for connection in due.iterator())


def item_key(subscriber: Subscriber, paper: Paper) -> str:
    """Return the key of a paper's item in a reader's library: always the same, so that a retry adds no second one."""
    number = int.from_bytes(hashlib.sha256(f"{subscriber.public_id.hex}.{paper.pk}".encode()).digest(), "big")
    letters = []
    for _ in range(8):
        number, place = divmod(number, len(KEY_LETTERS))
        letters.append(KEY_LETTERS[place])
    return "".join(letters)


def item_of(saved: SavedPaper, key: str) -> dict[str, Any]:
    """Return a saved paper as an item for Zotero's API: one that must not exist yet (version 0)."""
    paper, doi = saved.paper, citations.doi_of(saved.paper)
    is_article = bool(doi) and not paper.arxiv_id
    item: dict[str, Any] = {
        "key": key,
        "version": 0,
        "itemType": "journalArticle" if is_article else "preprint",
        "title": on_one_line(paper.title),
        "creators": [_creator(name) for name in paper.authors],
        "abstractNote": paper.abstract,
        "date": f"{paper.published_at:%Y-%m-%d}" if paper.published_at else "",
        "DOI": doi,
        "url": citations.address_of(paper),
        "extra": f"Citation Key: {saved.cite_key}",
        "tags": [{"tag": label} for label in saved.entry.labels],
    }
    if not is_article and paper.arxiv_id:
        item |= {"repository": "arXiv", "archiveID": f"arXiv:{paper.arxiv_id}"}
    return item


def _creator(name: str) -> dict[str, str]:
    first, _, last = on_one_line(name).rpartition(" ")
    own = {"firstName": first, "lastName": last} if first else {"name": last}
    return {"creatorType": "author", **own}


def _push_some(connection: ZoteroConnection, papers: Sequence[SavedPaper]) -> Written:
    """Write at most ITEMS_A_REQUEST items; try once more if the library has changed meanwhile."""
    entries = [library.open_entry(connection.subscriber, saved.paper) for saved in papers]
    items = [
        item_of(saved._replace(entry=entry), item_key(connection.subscriber, saved.paper))
        for saved, entry in zip(papers, entries, strict=True)
    ]
    connection.library_version = connection.library_version or _library_version(connection)
    answer = _write(connection, items)
    if answer.status_code == LIBRARY_MOVED:
        connection.library_version = _library_version(connection)
        answer = _write(connection, items)
    _raise_for(answer)
    connection.library_version = _version_in(answer) or connection.library_version
    there = [place for place in _places_written(answer) if place < len(entries)]
    for place in there:
        LibraryEntry.objects.filter(pk=entries[place].pk).update(zotero_key=items[place]["key"])
    missing = len(items) - len(there)
    error = f"Zotero refused {missing} of {len(items)} papers. We’ll try them again." if missing else ""
    return Written(len(there), error, _wait_in(answer) or (USUAL_WAIT if missing else timedelta()))


def _places_written(answer: "httpx.Response") -> list[int]:
    """Return which items are in the library now. One that was already there was sent by an interrupted attempt."""
    content = _json_of(answer)
    success, failed = content.get("success"), content.get("failed")
    places = list(success) if isinstance(success, dict) else []
    for place, why in failed.items() if isinstance(failed, dict) else ():
        if isinstance(why, dict) and why.get("code") == LIBRARY_MOVED:
            places.append(place)
    return [int(place) for place in places if str(place).isdecimal()]


def _write(connection: ZoteroConnection, items: list[dict[str, Any]]) -> "httpx.Response":
    headers = {"If-Unmodified-Since-Version": str(connection.library_version)}
    return _request("POST", f"/users/{connection.user_id}/items", connection.api_key, headers, items)


def _library_version(connection: ZoteroConnection) -> int:
    answer = _request("GET", f"/users/{connection.user_id}/items?limit=1&format=keys", connection.api_key)
    _raise_for(answer)
    return _version_in(answer)


def _version_in(answer: "httpx.Response") -> int:
    version = answer.headers.get("Last-Modified-Version", "")
    return int(version) if version.isascii() and version.isdecimal() else 0


def _request(
    method: str, path: str, api_key: str, headers: Mapping[str, str] = NO_HEADERS, items: Any = None
) -> "httpx.Response":
    """Send one request to Zotero; raise ZoteroError if it cannot be reached.

    No error and no log names the key: it is only in a header.
    """
    import httpx  # noqa: PLC0415 - only needed for pushing

    own = {"Zotero-API-Version": "3", "Zotero-API-Key": api_key, **headers}
    try:
        with httpx.Client(timeout=ZOTERO_TIMEOUT_SECONDS, verify=http.tls_context()) as client:
            return client.request(method, ZOTERO_URL + path, headers=own, json=items)
    except httpx.HTTPError as error:
        raise ZoteroError("Zotero couldn’t be reached. We’ll try again.") from error


def _raise_for(answer: "httpx.Response") -> None:
    """Raise ZoteroError for an unsuccessful response, with the wait it asks for."""
    if answer.status_code == OK:
        return
    if answer.status_code in {FORBIDDEN, GONE}:
        raise ZoteroError("Zotero no longer accepts your key. Connect with a new one.", MAX_WAIT)
    words = {
        CONFLICT: "Your Zotero library is locked. We’ll try again.",
        LIBRARY_MOVED: "Your Zotero library kept changing. We’ll try again.",
    }
    problem = words.get(answer.status_code, f"Zotero responded with an error ({answer.status_code}). We’ll try again.")
    raise ZoteroError(problem, _wait_in(answer) or USUAL_WAIT)


def _wait_in(answer: "httpx.Response") -> timedelta:
    seconds = [http.retry_after(answer.headers.get(name)) or 0.0 for name in ("Backoff", "Retry-After")]
    return min(timedelta(seconds=min(max(seconds), MAX_WAIT.total_seconds())), MAX_WAIT)


def _json_of(answer: "httpx.Response") -> dict[str, Any]:
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ZoteroError("We couldn’t read Zotero’s response. We’ll try again.")
    return content
