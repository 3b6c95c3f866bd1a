"""The tests' own Zotero: answers as the documentation of Web API version 3 says, and keeps what it is sent."""

import json
import re

from tests.support.fake_source import Reply, Request

KEY, USER = "P9NiFoyLeZu2bZNvvuQPDWsd", 475425
ITEM_KEY = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")


class ZoteroLibrary:
    """One user's library: its version, its items, and replies to give instead next time."""

    def __init__(self, access=None):
        self.access = {"library": True, "notes": True, "write": True} if access is None else access
        self.version = 12
        self.items: dict[str, dict[str, object]] = {}
        self.instead: list[Reply] = []
        self.headers: dict[str, str] = {}
        self.refused: set[str] = set()

    def __call__(self, request: Request) -> Reply:
        assert request.headers["Zotero-API-Version"] == "3"
        if self.instead and not request.path.startswith("/keys"):
            return self.instead.pop(0)
        if request.headers["Zotero-API-Key"] != KEY:
            return Reply("Invalid key", 403)
        if request.path == "/keys/current":
            return self._reply({"key": KEY, "userID": USER, "username": "ada", "access": {"user": self.access}})
        assert request.path == f"/users/{USER}/items"
        return self._write(request) if request.body else self._reply([])

    def _write(self, request: Request) -> Reply:
        if int(request.headers["If-Unmodified-Since-Version"]) != self.version:
            return Reply("Library has been modified since specified version", 412, self._version())
        items = json.loads(request.body)
        assert len(items) <= 50
        answer: dict[str, dict[str, object]] = {"success": {}, "unchanged": {}, "failed": {}}
        for place, item in enumerate(items):
            key = item["key"]
            assert ITEM_KEY.fullmatch(key)
            assert item["version"] == 0
            if item["title"] in self.refused:
                answer["failed"][str(place)] = {"key": key, "code": 400, "message": "no"}
            elif key in self.items:
                answer["failed"][str(place)] = {"key": key, "code": 412, "message": "Item exists"}
            else:
                self.items[key] = item
                answer["success"][str(place)] = key
        self.version += 1
        return self._reply(answer)

    def _reply(self, content: object) -> Reply:
        return Reply(json.dumps(content), headers={**self._version(), **self.headers})

    def _version(self) -> dict[str, str]:
        return {"Last-Modified-Version": str(self.version)}
