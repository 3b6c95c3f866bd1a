"""An SMTP server that answers each command as it is told, speaks TLS, and accepts no mail."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HANG = "hang"


@dataclass
class Script:
    """The answer to each command; HANG keeps silent. `heard` lists the commands that came."""

    extensions: tuple[str, ...] = ("AUTH PLAIN LOGIN", "8BITMIME")
    answers: dict[str, str] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    port: int = 0


class _Conversation(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        script: Script = self.server.script
        self.connection = self.request
        if not self.say(script.answers.get("", "220 scripted ESMTP")):
            return
        while line := self.line():
            verb = line.split()[0].upper()
            script.heard.append(verb)
            usual = "250 ok"
            if verb == "EHLO":
                usual = "\r\n".join(["250-scripted", *(f"250-{name}" for name in script.extensions), "250 HELP"])
            elif verb == "AUTH":
                usual = "235 welcome"
            elif verb in {"QUIT", "STARTTLS"}:
                usual = {"QUIT": "221 bye", "STARTTLS": "220 go on"}[verb]
            if not self.say(script.answers.get(verb, usual)) or verb == "QUIT":
                return
            if verb == "STARTTLS":
                self.connection = script.context.wrap_socket(self.connection, server_side=True)

    def finish(self) -> None:
        # TLS turned it into another socket, which the server does not know.
        self.connection.close()

    def line(self) -> str:
        text = b""
        while not text.endswith(b"\n"):
            if not (piece := self.connection.recv(1)):
                return ""
            text += piece
        return text.decode().strip() or "NOTHING"

    def say(self, text: str) -> bool:
        if text == HANG:
            self.server.script.released.wait(20)
            return False
        self.connection.sendall(f"{text}\r\n".encode())
        return True


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    script: Script

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore it: a client that hangs up, or refuses the certificate, is part of the tests."""


@contextmanager
def scripted_smtp(script: Script) -> Iterator[Script]:
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.script = script
        script.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield script
        finally:
            script.released.set()
            server.shutdown()
            thread.join()
