"""The server of the benchmarks, in a process of its own: the venues' answers after a fixed time, and a count.

It prints its port, and the one over TLS or 0, then serves until it is killed. `GET /seen` gives what came since
the last such request: requests, connections, and when the first request arrived, in nanoseconds of the monotonic
clock, which on Linux and macOS all processes share. It also opens again what was cancelled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import ssl
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from book import Book


@dataclass
class Count:
    """What came since somebody asked. `first` is 0 until a request comes."""

    requests: int = 0
    connections: int = 0
    first: int = 0

    def taken(self) -> dict[str, int]:
        """Out: the count so far; it begins anew."""
        taken = asdict(self)
        self.requests = self.connections = self.first = 0
        return taken


class Connection(asyncio.Protocol):
    """One client: requests in, each answered `latency` seconds after it was complete."""

    def __init__(self, latency: float, book: Book, count: Count) -> None:
        self._latency = latency
        self._book = book
        self._count = count
        self._counted = False
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._next()) is not None:
            self._serve(*request)

    def _next(self) -> tuple[str, bytes] | None:
        """Out: the path and body of a request that is complete."""
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\ncontent-length: *(\d+)", head)
        size = int(length[1]) if length else 0
        if not end or len(rest) < size:
            return None
        self._buffer = rest[size:]
        return head.split(b" ", 2)[1].decode(), rest[:size]

    def _serve(self, path: str, body: bytes) -> None:
        if path == "/seen":
            self._transport.write(encoded(self._count.taken()))
            self._book.fill()
            return
        self._count.first = self._count.first or time.monotonic_ns()
        self._count.requests += 1
        self._count.connections += not self._counted
        self._counted = True
        reply = encoded(self._book.answer(path, body))
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, reply)
        else:
            self._transport.write(reply)


def encoded(document: Any) -> bytes:
    """Out: the whole HTTP reply."""
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(latency: float, rows: int, host: str, certificate: str) -> None:
    book, count = Book(rows), Count()
    loop = asyncio.get_running_loop()

    def connection() -> Connection:
        return Connection(latency, book, count)

    servers = [await loop.create_server(connection, "127.0.0.1", 0)]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        servers.append(await loop.create_server(connection, host, 0, ssl=context))
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    sys.stdout.write(f"{ports[0]} {ports[1] if certificate else 0}\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds from a request to its answer")
    parser.add_argument("--rows", type=int, default=0, help="open orders at each venue")
    parser.add_argument("--host", default="127.0.0.1", help="where it listens with TLS")
    parser.add_argument("--certificate", default="", help="file of a certificate and its key; with it, TLS too")
    options = parser.parse_args()
    asyncio.run(serve(options.latency, options.rows, options.host, options.certificate))
