"""Which way to a server, and what is at its end."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}


class Route(NamedTuple):
    """The way to an origin. `bundle`: a file or folder of the authorities to trust; "" are the usual ones."""

    origin: str
    proxy: str = ""
    bundle: str = ""

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https:")

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.origin)
        return parts.port or PORTS[parts.scheme]

    @property
    def called(self) -> str:
        """The host as requests name it, with the port where that is not the usual one. Raises ValueError."""
        parts = urlsplit(self.origin)
        return parts.netloc.rpartition("@")[2].removesuffix(f":{PORTS[parts.scheme]}").encode("idna").decode()


class ProxyFailed(OSError):
    """The proxy was not reached, or did not let us through."""


class Line(NamedTuple):
    """A connection that was made. A proxy that passes plain http on wants the whole URL, and headers for itself."""

    sock: socket.socket
    before_path: str = ""
    headers: Mapping[str, str] = {}
