"""A provider's HTTP API on this machine: answers like Postmark, Mailgun, Resend, Brevo, SparkPost and Amazon SES."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FakeProvider:
    """What arrived, and what to answer next: (status, body) pairs, used up in turn before the normal answer."""

    url: str = ""
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    # The headers of each request.
    received: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    # A call that contains this is refused as a whole, as Mailgun does for one bad address.
    refuse: bytes = b""

    def normal_answer(self, path: str, body: bytes) -> dict:
        number = str(len(self.requests))
        if "smtp/email" in path:  # Brevo
            versions = json.loads(body).get("messageVersions", [])
            ids = [f"<{number}.{index}@brevo>" for index in range(len(versions))]
            return {"messageIds": ids} if ids else {"messageId": f"<{number}@brevo>"}
        if path.endswith("transmissions/"):  # SparkPost
            accepted = len(json.loads(body)["recipients"])
            return {"results": {"total_accepted_recipients": accepted, "total_rejected_recipients": 0, "id": number}}
        answers = {
            "/v2/email": {"MessageId": number},  # Amazon SES
            "messages": {"id": f"<{number}@mailgun>", "message": "Queued. Thank you."},  # Mailgun
            "/emails": {"id": number},  # Resend
        }
        for part, answer in answers.items():
            if part in path:
                return answer
        to = json.loads(body)["To"]  # Postmark
        return {"To": to, "ErrorCode": 0, "Message": "OK", "MessageID": number, "SubmittedAt": ""}


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    provider = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            provider.requests.append((self.path, body))
            provider.received.append(dict(self.headers))
            time.sleep(provider.delay)
            status, text = 200, json.dumps(provider.normal_answer(self.path, body))
            if provider.refuse and provider.refuse in body:
                status, text = 400, '{"message": "to parameter is not a valid address. please check documentation"}'
            if provider.answers:
                status, text = provider.answers.pop(0)
            if status == 0:  # hang up without an answer
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            for name, value in provider.headers.items():
                self.send_header(name, value)
            self.end_headers()
            # The other side may have given up waiting.
            with suppress(BrokenPipeError):
                self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
