"""One connection: a request out, its reply in. It bounds a reply in time and size, and is given up unless the reply
on it ended exactly where it should.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from venues.wire.route import Line

LARGEST_REPLY = 8 * 1024 * 1024  # bytes; a month of order history stays far below
LARGEST_LIST = 128 * 1024 * 1024  # bytes of all that there is: 400,000 positions were 110 MB
STALE_AFTER = (
    10.0  # seconds idle; NeuraTrade closes at 15 s, and a loss on a stale connection looks like a lost answer
)
# What a venue's or a proxy's bytes can make the libraries raise, besides their own errors: a chunk of negative
# size, an absurd number, an unknown codec. A RuntimeError that is no RecursionError is a fault of ours.
FOREIGN = (
    http.client.HTTPException,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
)
MOST_INTERIM = 8  # interim replies (1xx) before the one that counts
TOO_LARGE = "the reply is too large"
PIECE = 65536  # bytes that are read at once


class Bounds(NamedTuple):
    """Of one reply: the monotonic seconds at which it must be complete, and the bytes that it may have."""

    ends: float
    largest: int


def bounds(seconds: float, *, everything: bool = False) -> Bounds:
    """In: how long from now; `everything`: the reply may be all that there is."""
    return Bounds(time.monotonic() + seconds, LARGEST_LIST if everything else LARGEST_REPLY)


class Answer(NamedTuple):
    """A reply as it was read, unpacked. Header names are lower-case; one that came twice has both values."""

    status: int
    headers: dict[str, str]
    body: bytes


class _BoundedFile(io.RawIOBase):
    """A socket's file whose every read ends with the whole reply's time: one byte a second can't hold us."""

    def __init__(self, sock: socket.socket, within: Bounds) -> None:
        self._sock = sock
        self._within = within
        self.size = 0
        self.ended = False  # the server said all that it will ever say
        self.shut = False  # nothing more is read from the socket

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.shut:
            return None
        left = self._within.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the reply was not complete in time")
        self._sock.settimeout(left)
        count = self._sock.recv_into(buffer)
        self.ended = count == 0
        self.size += count
        if self.size > self._within.largest:
            raise http.client.HTTPException(TOO_LARGE)
        return count


class Reader(io.BufferedReader):
    """One reply's bytes. Closed by http.client where it takes the reply to end."""

    def __init__(self, sock: socket.socket, within: Bounds) -> None:
        self.file = _BoundedFile(sock, within)
        super().__init__(self.file)
        self.largest = within.largest
        self.interim = False  # a reply came before the reply
        self.clean = False  # the one reply came, and not a byte after it

    def close(self) -> None:
        if not self.closed:
            self.file.shut = True  # so that this shows only what was read too far, and waits for nothing
            self.clean = not self.peek() and not self.interim
        super().close()


class _Reply(http.client.HTTPResponse):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        sock: Any = SimpleNamespace(makefile=lambda mode: reader)
        super().__init__(sock)

    def _read_status(self) -> tuple[str, int, str]:
        """Skip every interim reply. [RFC 9110, 15.2]

        http.client skips a 100 only. A 102 or 103 taken for the reply would leave the real one to be read as the
        answer to the next request.
        """
        for _ in range(MOST_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200:
                return version, status, reason
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("the server goes on in another protocol")
            http.client.parse_headers(self.fp)
            self._reader.interim |= status != http.HTTPStatus.CONTINUE
        raise http.client.HTTPException("interim replies only")

    def begin(self) -> None:
        """Read status and headers. http.client takes an end of the stream for the end of the headers; we do not."""
        super().begin()
        if self._reader.file.ended:
            raise http.client.HTTPException("the headers were cut off")
        if len(set(self.headers.get_all("content-length", ()))) > 1:
            raise http.client.HTTPException("two lengths: either may be wrong")


class Connection:
    """A line to a server, used for one request at a time."""

    def __init__(self, line: Line, host: str) -> None:
        """In: the host's name for the requests."""
        self.sock, self._before_path, own_headers = line
        self._headers = {"Host": host, **own_headers}
        self._used_at = time.monotonic()
        self.reader: Reader | None = None  # of the latest reply

    @property
    def is_usable(self) -> bool:
        """Whether another request may go out on it: a reply is used only for the request that it answers."""
        fresh = time.monotonic() - self._used_at < STALE_AFTER
        clean = self.reader is None or self.reader.clean
        return fresh and clean and _is_quiet(self.sock)

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        within: Bounds,
        on_sent: Callable[[], None] | None = None,
    ) -> Answer:
        """Send one request, call `on_sent`, and read the reply. Raises what is FOREIGN."""
        lines = [f"{method} {self._before_path}{path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in (self._headers | headers).items()]
        whole = "\r\n".join([*lines, "", ""]).encode("ascii") + (body or b"")
        self.reader = None
        self.sock.settimeout(max(0.001, within.ends - time.monotonic()))
        self.sock.sendall(whole)  # headers and body leave in one piece: one packet, one system call
        if on_sent is not None:
            on_sent()
        self.reader = Reader(self.sock, within)
        answer = read_answer(self.reader)
        self._used_at = time.monotonic()
        return answer

    def close(self) -> None:
        """Hang up."""
        self.sock.close()


def _is_quiet(sock: socket.socket) -> bool:
    """Whether nothing has come on it that nobody asked for, not even its end.

    What TLS itself says after its handshake (tickets) is no such thing; it is read here, and nothing else shows it.
    """
    if not isinstance(sock, socket.socket):
        return False  # TLS within TLS cannot be asked, so it is not used twice
    try:
        sock.setblocking(False)
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        pass
    return False


def read_answer(reader: Reader) -> Answer:
    """Read one whole reply. Raises what is FOREIGN."""
    reply = _Reply(reader)
    reply.begin()
    headers: dict[str, str] = {}
    for given, value in reply.headers.items():
        name = given.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    body = _unpacked(_body(reply), headers.get("content-encoding", ""), reader.largest)
    if reply.will_close:
        reader.clean = False
    return Answer(reply.status, headers, body)


def _body(reply: http.client.HTTPResponse) -> bytes:
    """Read in pieces, so that no length that the server claims is believed before its bytes are there."""
    body = io.BytesIO()  # gives its bytes without a copy
    while piece := reply.read(PIECE):
        body.write(piece)
    if reply.length:
        raise EOFError("the body was cut off")
    return body.getvalue()


def _unpacked(body: bytes, codec: str, largest: int) -> bytes:
    if codec.lower() in {"", "identity"} or not body:
        return body
    if codec.lower() not in {"gzip", "x-gzip"}:
        raise ValueError("a codec that was not asked for")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)  # with gzip's header
    unpacked = unpacking.decompress(body, largest + 1)
    if len(unpacked) > largest:
        raise http.client.HTTPException(TOO_LARGE)
    if not unpacking.eof or unpacking.unused_data:
        raise EOFError("the body was cut off, or goes on")
    return unpacked
