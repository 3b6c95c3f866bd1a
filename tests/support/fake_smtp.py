"""An SMTP server on this machine that keeps what it accepts and answers as it is told."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FakeSmtp:
    """What was accepted, and the answers to give: by recipient for RCPT, and for the end of DATA.

    "drop" accepts a mail and hangs up without an answer, "hold" accepts it and keeps silent until `released`.
    """

    port: int = 0
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    holding: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    # The answer to a held mail once released; "" hangs up.
    answer_of_held: str = ""
    connections: int = 0
    mails_per_connection: int = 1000
    pipelining: bool = True

    def take(self, recipient: str, content: bytes) -> str:
        """Return the answer to one whole mail; "" hangs up."""
        answer = self.data_answers.pop(0) if self.data_answers else "250 taken"
        if answer[0] in "2hd":
            self.mails.append((recipient, content))
        if answer == "hold":
            self.holding.set()
            self.released.wait(60)
            return self.answer_of_held
        return "" if answer == "drop" else answer


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        smtp: FakeSmtp = self.server.smtp
        smtp.connections += 1
        recipient, refusal, accepted = "", "", 0
        self.say("220 fake ESMTP")
        for line in self.rfile:
            match line[:4].upper():
                case b"EHLO":
                    self.say("250-fake\r\n250-PIPELINING\r\n250 8BITMIME" if smtp.pipelining else "250 fake")
                case b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    refusal = smtp.refuse.get(recipient, "")
                    self.say(refusal or "250 ok")
                case b"DATA":
                    self.say("354 go on")
                    content = self.content()
                    if content is None:
                        return
                    # With a pipelined envelope, the server says go on before it says that no one is left (RFC 2920).
                    answer = "554 no valid recipients" if refusal else smtp.take(recipient, content)
                    if not answer:
                        return
                    self.say(answer)
                    accepted += 1
                    if accepted == smtp.mails_per_connection:
                        return
                case b"QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def content(self) -> bytes | None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                # A mail without its final dot is not a mail (RFC 5321, 4.1.1.4).
                return None
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    smtp: FakeSmtp

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore it: clients that get killed are part of the tests."""


@contextmanager
def fake_smtp(smtp: FakeSmtp | None = None, tls: ssl.SSLContext | None = None) -> Iterator[FakeSmtp]:
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.smtp = smtp or FakeSmtp()
        server.smtp.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.smtp
        finally:
            server.smtp.released.set()
            server.shutdown()
            thread.join()
