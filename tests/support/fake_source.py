"""A source's server on this machine: gives the answers it was told to, in turn, and keeps the requests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

PAYLOADS = Path(__file__).parents[1] / "payloads"


@dataclass
class Request:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Reply:
    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeSource:
    """Replies are used up in turn; the last one stays. If `answer` is set, it is called instead."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    answer: Callable[[Request], Reply] | None = None

    def says(self, *replies: Reply | bytes | str) -> None:
        self.replies = [reply if isinstance(reply, Reply) else Reply(reply) for reply in replies]

    def reply_to(self, request: Request) -> Reply:
        self.requests.append(request)
        if self.answer:
            return self.answer(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


@contextmanager
def fake_source() -> Iterator[FakeSource]:
    source = FakeSource()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = source.reply_to(Request(parts.path, dict(parse_qsl(parts.query)), dict(self.headers), sent))
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            if reply.status == 0:  # hang up without an answer
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            # The other side may have heard enough.
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server finds it by this name

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        source.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield source
        finally:
            server.shutdown()
            thread.join()
