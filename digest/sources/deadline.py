"""A time limit for one whole exchange with another server.

A socket's timeout begins anew with each byte, so a server that sends one byte at a time could keep us waiting for days.
"""

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any, Self


class Deadline:
    """Ends all connections that were opened within its block once the time is over."""

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._is_late = seconds <= 0

    def __enter__(self) -> Self:
        """Start the clock."""
        if self._is_late:
            self._end()
        else:
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the clock."""
        self._timer.cancel()
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def watch(self, connection: socket.socket) -> None:
        """Also end this connection when the time is over, whatever happens to the object: TLS replaces it."""
        with self._lock:
            self._connections.append(connection.dup())
        if self.has_passed:
            self._end()

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Watch each connection that httpx opens: the “trace” extension of its requests."""
        if event == "connection.connect_tcp.complete":
            self.watch(details["return_value"].get_extra_info("socket"))

    def _end(self) -> None:
        with self._lock:
            self.has_passed = True
            for connection in self._connections:
                # It may have ended by itself.
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
