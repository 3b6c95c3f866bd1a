"""Where the benchmark's mails go: an SMTP sink or a provider's API, on this machine, in separate processes."""

import asyncio
import json
import multiprocessing
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter, float], Awaitable[None]]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def tool(name: str) -> str | None:
    """Return the path of one of Postfix's test programs, if it is installed."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Run Postfix's smtp-sink if installed, otherwise our own; yield its port."""
    port = free_port()
    stop: tuple[Callable[[], object], ...]
    if program := tool("smtp-sink"):
        # -u is required when root starts it.
        command = [program, "-u", "nobody", f"127.0.0.1:{port}", "1000"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        stop = process.terminate, process.wait
    else:
        own = multiprocessing.Process(target=_serve, args=(port, _smtp, 0.0), daemon=True)
        own.start()
        stop = own.terminate, own.join
    try:
        wait_for(port)
        yield port
    finally:
        for step in stop:
            step()


@contextmanager
def provider(latency: float) -> Iterator[str]:
    """Run an API that answers like Postmark and Mailgun after `latency` seconds; yield its address."""
    port = free_port()
    process = multiprocessing.Process(target=_serve, args=(port, _http, latency), daemon=True)
    process.start()
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def wait_for(port: int) -> None:
    """Wait until someone listens on a port; RuntimeError after ten seconds."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the benchmark's sink did not start")


def _serve(port: int, converse: Conversation, latency: float) -> None:
    async def run() -> None:
        server = await asyncio.start_server(lambda r, w: converse(r, w, latency), "127.0.0.1", port, limit=2**26)
        async with server:
            await server.serve_forever()

    asyncio.run(run())


async def _smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, latency: float) -> None:
    """Accept every mail (RFC 5321), with pipelining."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            await asyncio.sleep(latency)
        elif verb == b"QUIT":
            break
        writer.write(b"250-sink\r\n250 PIPELINING\r\n" if verb == b"EHLO" else b"250 ok\r\n")
        await writer.drain()
    writer.close()


async def _http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, latency: float) -> None:
    """Accept every POST and answer with an ID."""
    number = 0
    while line := await reader.readline():
        path = line.split()[1]
        length = 0
        while (header := await reader.readline()) not in (b"\r\n", b""):
            if header.lower().startswith(b"content-length:"):
                length = int(header.partition(b":")[2])
        body = await reader.readexactly(length)
        await asyncio.sleep(latency)
        number += 1
        if path.endswith(b"/messages"):
            answer: dict[str, object] = {"id": f"<{number}@sink>", "message": "Queued. Thank you."}
        else:
            answer = {"To": json.loads(body)["To"], "ErrorCode": 0, "Message": "OK", "MessageID": str(number)}
        text = json.dumps(answer).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text)
        writer.write(head + text)
        await writer.drain()
    writer.close()
