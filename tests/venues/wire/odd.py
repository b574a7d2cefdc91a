"""A server that says what no proper server would say, on connections that it keeps open."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Script = Callable[[socket.socket, int, bytes], None]  # the connection, which request of all (from 0), the request


def answer(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""]).encode() + body


def path_of(request: bytes) -> bytes:
    return request.split(b" ")[1]


class Odd:
    """Reads requests as a server should, and lets `script` say anything at all in return."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.connections = 0
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the client hung up
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                for request in requests_on(connection):
                    number = len(self.requests)
                    self.requests.append(request)
                    self.script(connection, number, request)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def requests_on(connection: socket.socket) -> Iterator[bytes]:
    """Yield each request as it is complete, until the client closes."""
    data = b""
    while True:
        head, end, rest = data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        whole = int(length[1]) if length else 0
        if end and len(rest) >= whole:
            yield head + end + rest[:whole]
            data = rest[whole:]
        elif piece := connection.recv(65536):
            data += piece
        else:
            return


@contextmanager
def odd(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Odd]:
    server = Odd(script, tls)
    try:
        yield server
    finally:
        server.close()
