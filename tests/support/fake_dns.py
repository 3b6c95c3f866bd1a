"""A name server on this machine, with the records it is given."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from digest.health.mail_dns.lookup import Lookup


@dataclass
class FakeDns:
    """Records by name and kind, in zone file notation; a name without any does not exist.

    `failing` names get SERVFAIL, `silent` ones no answer.
    """

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    port: int = 0

    def txt(self, name: str, *texts: str) -> None:
        """Give a name these TXT records, in pieces of at most 255 bytes."""
        pieces = [[text[start : start + 200] for start in range(0, len(text), 200)] or [""] for text in texts]
        self.records[name, "TXT"] = [" ".join(f'"{piece}"' for piece in text) for text in pieces]

    def answer(self, wire: bytes) -> bytes | None:
        """Return the server's answer to a query."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif texts := self.records.get((name, kind)):
            response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, texts))
        elif not any(record_name == name or record_name.endswith(f".{name}") for record_name, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    def lookup(self, patience: float = 10.0) -> Lookup:
        """Return a Lookup that queries this server."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.port
        resolver.lifetime = resolver.timeout = patience
        return Lookup(resolver)


class _Question(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, socket = self.request
        if answer := self.server.zone.answer(wire):
            socket.sendto(answer, self.client_address)


class _Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 4096
    zone: FakeDns


@contextmanager
def fake_dns() -> Iterator[FakeDns]:
    with _Server(("127.0.0.1", 0), _Question) as server:
        server.zone = FakeDns(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.zone
        finally:
            server.shutdown()
            thread.join()
