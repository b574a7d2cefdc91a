"""A practice venue on a loopback port: HTTP/1.1 with keep-alive, one thread a connection.

Built on socketserver rather than http.server, which changes paths (`//` becomes `/`), looks up host names
when it binds, and sends headers and body in two pieces: with Nagle's algorithm a stall of 40 ms a reply.
Starting and stopping take about a millisecond, since every `--sandbox` run pays for both.
"""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import sys
import threading
from io import BufferedIOBase
from typing import Any, Protocol

from venues.sandbox.practice import Headers, RawReply, Reply, Request

_HOST = "127.0.0.1"  # practice venues are never reachable from another machine
_LONGEST_LINE = 65_536
_MOST_HEADERS = 200
_LARGEST_BODY = 1_000_000
_IDLE_SECONDS = 60.0


class Answerer(Protocol):
    """Anything that answers requests: a practice venue, or a test's wrapper around one."""

    def answer(self, request: Request) -> Reply | RawReply: ...


class BadRequest(Exception):
    """The bytes that came are no HTTP/1.1 request."""


class Running(socketserver.ThreadingTCPServer):
    """A served practice venue. `faults` holds what went wrong inside `answer`; a test asserts it is empty.

    `connections`: how many were opened so far.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, practice: Answerer, port: int = 0) -> None:
        super().__init__((_HOST, port), _Connection)
        self.practice: Any = practice
        self.port: int = self.server_address[1]
        self.url = f"http://{_HOST}:{self.port}"
        self.faults: list[BaseException] = []
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name=f"sandbox-{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and cut every open connection, so that nothing is answered any more."""
        self._stopping = True
        with contextlib.suppress(OSError):  # wakes the accept that `_serve` waits in
            socket.create_connection((_HOST, self.port), timeout=1.0).close()
        self._thread.join()
        self.server_close()
        self.cut_connections()

    def cut_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):  # the client was faster
                    connection.shutdown(socket.SHUT_RDWR)

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        """Accept until `close()`. `serve_forever` would notice a shutdown only at its next poll."""
        while not self._stopping:
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return not self._stopping

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
            self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        fault = sys.exception()
        if fault is not None and not isinstance(fault, OSError):  # OSError: the client hung up
            self.faults.append(fault)


def start(practice: Answerer, port: int = 0) -> Running:
    """Serve `practice` on 127.0.0.1 (port 0: a free one) until `close()`. Raises OSError when it is taken."""
    return Running(practice, port)


class _Connection(socketserver.StreamRequestHandler):
    server: Running
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def handle(self) -> None:
        while self._serve_one():
            pass

    def _serve_one(self) -> bool:
        """Answer one request. Out: whether the connection stays open."""
        try:
            request = _read(self.rfile)
        except BadRequest as error:
            self.connection.sendall(Reply.text(400, f"{error}\n").encode(close=True))
            return False
        if request is None:
            return False
        reply = self._answer(request)
        if isinstance(reply, RawReply):
            reply.send(self.connection)
            return False
        close = "close" in request.headers.get("Connection", "").lower()
        self.connection.sendall(reply.encode(close=close))
        return not close

    def _answer(self, request: Request) -> Reply | RawReply:
        try:
            reply: Reply | RawReply = self.server.practice.answer(request)
        except Exception as fault:  # noqa: BLE001  # kept for the test; the client sees a 500
            self.server.faults.append(fault)
            return Reply.text(500, "the practice venue failed\n")
        return reply


def _read(stream: BufferedIOBase) -> Request | None:
    """Out: the next request, None when the client closed. Raises BadRequest."""
    line = _line(stream)
    if line is None:
        return None
    match = re.fullmatch(r"([A-Z]+) (/[!-~]*) HTTP/1\.1", line)
    if not match:
        raise BadRequest("no HTTP/1.1 request line")
    headers = _headers(stream)
    path, _, query = match[2].partition("?")
    return Request(match[1], path, query, headers, _body(stream, headers))


def _headers(stream: BufferedIOBase) -> Headers:
    pairs: list[tuple[str, str]] = []
    while line := _line(stream):
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise BadRequest("a header line without a name")
        if len(pairs) == _MOST_HEADERS:
            raise BadRequest("too many headers")
        pairs.append((name, value.strip(" \t")))
    if line is None:
        raise BadRequest("the headers end too early")
    lengths = {value for name, value in pairs if name.lower() == "content-length"}
    if len(lengths) > 1:
        raise BadRequest("two lengths")
    return Headers(pairs)


def _body(stream: BufferedIOBase, headers: Headers) -> bytes:
    if "Transfer-Encoding" in headers:
        raise BadRequest("a body needs a Content-Length here")
    length = headers.get("Content-Length", "0")
    if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > _LARGEST_BODY:
        raise BadRequest("no usable Content-Length")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise BadRequest("the body is shorter than its Content-Length")
    return body


def _line(stream: BufferedIOBase) -> str | None:
    """Out: one line without its end, None at the end of the stream. Raises BadRequest."""
    line = stream.readline(_LONGEST_LINE + 1)
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise BadRequest("a line that does not end")
    return line.rstrip(b"\r\n").decode("latin-1")
