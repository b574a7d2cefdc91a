"""The socket layer: notes the moment from which bytes may have left, bounds a reply in time and size, and
gives a connection up unless the reply on it ended exactly where it should.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

LARGEST_REPLY = 8 * 1024 * 1024  # bytes; a month of order history stays far below
LARGEST_LIST = 128 * 1024 * 1024  # bytes of all that there is: 400,000 positions were 110 MB
STALE_AFTER = (
    10.0  # seconds idle; NeuraTrade closes at 15 s, and a loss on a stale connection looks like a lost answer
)
# What a venue's or a proxy's bytes can make the libraries raise, besides their own errors: a chunk of negative
# size, an absurd number, an unknown codec. A RuntimeError that is no RecursionError is a fault of ours.
FOREIGN = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    EOFError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
)
MOST_INTERIM = 8  # interim replies (1xx) before the one that counts
TOO_LARGE = "the reply is too large"


class _Call(threading.local):
    """What the socket layer and `Transport.send` tell each other about the request of this thread."""

    ends = float("inf")  # monotonic seconds at which the reply must be complete
    bytes_left = False
    on_sent: Callable[[], None] | None = None
    reader: Reader | None = None  # of its reply
    everything = False  # the reply may be all that there is
    hold = False  # nobody hangs up on this request while its answer is only late
    timed_out = False
    kept: tuple[socket.socket, bool] | None = None  # the connection not hung up on; whether nothing was read from it


call = _Call()


def _largest() -> int:
    """Out: the bytes that the reply of this thread's request may have."""
    return LARGEST_LIST if call.everything else LARGEST_REPLY


class _BoundedFile(io.RawIOBase):
    """A socket's file whose every read ends with the whole reply's time: one byte a second can't hold us."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self.size = 0
        self.ended = False  # the server said all that it will ever say
        self.shut = False  # nothing more is read from the socket

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.shut:
            return None
        try:
            count = self._read_in_time(buffer)
        except TimeoutError:
            call.timed_out = True
            raise
        self.ended = count == 0
        self.size += count or 0
        if self.size > _largest():
            raise http.client.HTTPException(TOO_LARGE)
        return count

    def _read_in_time(self, buffer: Any) -> int | None:
        left = call.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the reply was not complete in time")
        self._sock.settimeout(left)
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class Reader(io.BufferedReader):
    """One reply's bytes. Closed by http.client where it takes the reply to end."""

    def __init__(self, sock: socket.socket) -> None:
        self.file = _BoundedFile(sock)
        super().__init__(self.file)
        self.interim = False  # a reply came before the reply
        self.clean = False  # the one reply came, and not a byte after it

    def close(self) -> None:
        if not self.closed:
            self.file.shut = True  # so that this shows only what was read too far, and waits for nothing
            self.clean = not self.peek() and not self.interim
        super().close()


class _BoundedReply(http.client.HTTPResponse):
    def __init__(self, reader: Reader, *args: Any, **kwargs: Any) -> None:
        self._reader = reader
        sock: Any = SimpleNamespace(makefile=lambda mode: reader)
        super().__init__(sock, *args, **kwargs)

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


class _Wire:
    """Mixed into urllib3's connections: notes the moment from which bytes may have left."""

    _reader: Reader | None = None  # of the latest reply
    _used_at = 0.0
    _body_follows = False
    _head = b""  # kept back until the body comes

    def response_class(self, sock: socket.socket, *args: Any, **kwargs: Any) -> _BoundedReply:
        self._reader = call.reader = Reader(sock)
        return _BoundedReply(self._reader, *args, **kwargs)

    def connect(self) -> None:
        body_follows, self._body_follows = self._body_follows, False
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._body_follows = body_follows
            call.bytes_left = False  # a proxy's CONNECT and the TLS handshake are not the request
        self._used_at, self._reader = time.monotonic(), None

    def request(self, method: str, url: str, body: Any = None, *args: Any, **kwargs: Any) -> None:
        # Headers and body leave in one piece: one packet, one system call.
        self._body_follows, self._head = bool(body), b""
        super().request(method, url, body, *args, **kwargs)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if self._body_follows:
            self._head, self._body_follows = data, False
            return
        data, self._head = self._head + data, b""
        call.bytes_left = True
        super().send(data)  # type: ignore[misc]

    def close(self) -> None:
        if call.hold and call.bytes_left and call.timed_out and self.sock is not None:
            call.kept = self.sock, self._reader is None or not self._reader.file.size
            self.sock = None
        super().close()  # type: ignore[misc]

    def getresponse(self) -> Any:
        if call.on_sent is not None:
            call.on_sent()
        self._used_at = time.monotonic()
        return super().getresponse()  # type: ignore[misc]

    @property
    def is_connected(self) -> bool:
        """Whether another request may go out on it: a reply is used only for the request that it answers."""
        fresh = time.monotonic() - self._used_at < STALE_AFTER
        clean = self._reader is None or self._reader.clean
        return fresh and clean and not _pending(self.sock) and bool(super().is_connected)  # type: ignore[misc]

    sock: Any


def _pending(sock: Any) -> bool:
    """Bytes that TLS has read and nobody has asked for: the socket, which urllib3 looks at, does not show them."""
    if isinstance(sock, ssl.SSLSocket):
        return sock.pending() > 0
    return not isinstance(sock, socket.socket)  # TLS within TLS cannot be asked, so it is not used twice


class _Http(_Wire, HTTPConnection):  # type: ignore[misc]  # a method for a class
    pass


class _Https(_Wire, HTTPSConnection):  # type: ignore[misc]
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class Adapter(HTTPAdapter):
    """requests' adapter over our own connections, for direct and for proxied requests."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        self._pools: dict[str, Any] = {}  # by origin
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def get_connection_with_tls_context(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The pool of the request's origin, found by that alone: whom to trust and the proxy stay the same."""
        origin = "/".join(request.url.split("/", 3)[:3])
        if origin not in self._pools:
            self._pools[origin] = super().get_connection_with_tls_context(request, *args, **kwargs)
        return self._pools[origin]

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Only what is read of it; cookies are not even looked at."""
        response = requests.Response()
        response.status_code, response.headers, response.raw, response.request = resp.status, resp.headers, resp, req
        return response

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        return manager

    def close(self) -> None:
        self._pools.clear()  # a pool hangs up when nobody has it any more
        super().close()


def late_reply(sock: socket.socket) -> urllib3.HTTPResponse:
    """In: a connection from which nothing of the reply was read yet. Out: the reply, its body still unread."""
    reply = _BoundedReply(Reader(sock), method="POST")
    reply.begin()
    headers = urllib3.HTTPHeaderDict(reply.msg.items())
    return urllib3.HTTPResponse(
        reply, headers, reply.status, preload_content=False, original_response=reply, request_method="POST"
    )


def read_body(raw: Any) -> bytes:
    """In: urllib3's reply. Out: its whole body, unpacked."""
    body = io.BytesIO()  # gives its bytes without a copy
    while piece := raw.read(65536, decode_content=True):
        body.write(piece)
        if body.tell() > _largest():
            raise http.client.HTTPException(TOO_LARGE)
    return body.getvalue()
