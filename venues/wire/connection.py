"""One connection: a request out, its reply in. It bounds a reply in time and size, and is given up unless the reply
on it ended exactly where it should.
"""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
import sys
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
MOST_HEADERS, LONGEST_HEADER = 100, 65536  # as http.client has them; bytes
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
        count = self._received(buffer)
        self.ended = count == 0
        self.size += count
        if self.size > self._within.largest:
            raise http.client.HTTPException(TOO_LARGE)
        return count

    def _received(self, buffer: Any) -> int:
        _give_time(self._sock, self._within)
        try:
            return self._sock.recv_into(buffer)
        except TimeoutError:  # of what the socket had, which may be less than there is
            _give_time(self._sock, self._within)
            return self._sock.recv_into(buffer)


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
    """http.client's reply, which knows lengths and chunks. What comes before the body is read here.

    http.client takes an end of the stream for the end of the headers, and skips no interim reply but a 100; and it
    reads headers as those of an e-mail, which takes a quarter of all that a request costs.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.fields: dict[str, str] = {}
        sock: Any = SimpleNamespace(makefile=lambda mode: reader)
        super().__init__(sock)

    def begin(self) -> None:
        """Read status and headers."""
        version, self.status, self.reason = self._final_status()
        self.fields = fields = self._read_fields()
        keeps = version == "HTTP/1.1" and "close" not in fields.get("connection", "").lower()
        self.chunked, self.chunk_left = fields.get("transfer-encoding", "").lower() == "chunked", None
        self.length = None if self.chunked else _length(fields)
        if self.status in {http.HTTPStatus.NO_CONTENT, http.HTTPStatus.NOT_MODIFIED}:
            self.length = 0
        self.will_close = not keeps or not (self.chunked or self.length is not None)

    def _final_status(self) -> tuple[str, int, str]:
        """Skip every interim reply. [RFC 9110, 15.2]

        A 102 or 103 taken for the reply would leave the real one to be read as the answer to the next request.
        """
        for _ in range(MOST_INTERIM):
            version, status, reason = self._read_status()  # type: ignore[attr-defined]
            if status >= 200:
                return version, status, reason
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("the server goes on in another protocol")
            self._read_fields()
            self._reader.interim |= status != http.HTTPStatus.CONTINUE
        raise http.client.HTTPException("interim replies only")

    def _read_fields(self) -> dict[str, str]:
        """Out: headers up to the blank line; what is no header is passed over."""
        fields: dict[str, str] = {}
        for _ in range(MOST_HEADERS):
            line = self._reader.readline(LONGEST_HEADER)
            if line in {b"\r\n", b"\n"}:
                return fields
            if not line.endswith(b"\n"):
                raise http.client.HTTPException("the headers were cut off, or one is too long")
            name, colon, value = line.decode("iso-8859-1").partition(":")
            name, value = name.strip().lower(), value.strip()
            if colon:
                fields[name] = f"{fields[name]}, {value}" if name in fields else value
        raise http.client.HTTPException("too many headers")


def _length(fields: dict[str, str]) -> int | None:
    """Out: how long the body is, None where that is not told. Raises ValueError for what is no length, or two."""
    told = {value.strip() for value in fields["content-length"].split(",")} if "content-length" in fields else {""}
    (text,) = told
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError("no length")
    return int(text) if text else None


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
        _give_time(self.sock, within)
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


def _give_time(sock: socket.socket, within: Bounds) -> None:
    """Raises TimeoutError when none is left.

    The socket may keep half of it, or a hundredth too much: setting it is a system call, in which another of many
    threads takes the turn, and each order would do so twice.
    """
    left = within.ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time was left")
    if not left / 2 <= (sock.gettimeout() or 0.0) <= left * 1.01:
        sock.settimeout(left)


def _is_quiet(sock: socket.socket) -> bool:
    """Whether nothing has come on it that nobody asked for, not even its end.

    What TLS itself says after its handshake (tickets) is no such thing; it is read here, and nothing else shows it.
    """
    if not isinstance(sock, socket.socket):
        return False  # TLS within TLS cannot be asked, so it is not used twice
    if not isinstance(sock, ssl.SSLSocket) and not is_readable(sock):
        return True
    try:
        sock.setblocking(False)
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        pass
    return False


def is_readable(sock: socket.socket, seconds: float = 0.0) -> bool:
    """Wait so long at most. Out: whether something has come, or the connection's end.

    Raises ValueError once it is closed.
    """
    if sys.platform == "win32":
        return bool(select.select([sock], [], [], seconds)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def read_answer(reader: Reader) -> Answer:
    """Read one whole reply. Raises what is FOREIGN."""
    reply = _Reply(reader)
    reply.begin()
    body = _unpacked(_body(reply), reply.fields.get("content-encoding", ""), reader.largest)
    if reply.will_close:
        reader.clean = False
    return Answer(reply.status, reply.fields, body)


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
