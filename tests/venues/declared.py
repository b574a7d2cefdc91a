"""HTTP without a network: routes that are declared answer in turn, anything else fails the test."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from venues.interface import NeverSent, Uncertain
from venues.wire.http import Reply, Request
from venues.wire.transport import _headers

ORIGIN = "https://venue.example"
HTML = "<html><body>nothing to see</body></html>"
LOST = Uncertain("the request was sent, but no complete answer came in time")
UNREACHED = NeverSent("the connection to venue.example:443 was refused")


@dataclass(frozen=True)
class Sent:
    """One request that came."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def path_url(self) -> str:
        return self.url.removeprefix("{0.scheme}://{0.netloc}".format(urlsplit(self.url)))


class Wire:
    """Declares what a venue's server answers, and gives the requests that came."""

    def __init__(self) -> None:
        self.requests: list[Sent] = []
        self._answers: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
        self._lasting: defaultdict[tuple[str, str], bool] = defaultdict(bool)  # the last answer was given
        self._undeclared: list[str] = []

    def on(self, method: str, path: str, *answers: Any) -> Wire:
        """Each answer in turn, the last for ever: (status, body[, headers]), a dict or list (200), or an exception.

        A str body goes as it is, anything else as JSON. The query is part of `path` only when declared there.
        """
        if self._lasting[method, path]:  # what lasted until now ends
            self._answers[method, path].clear()
        self._answers[method, path] += answers
        self._lasting[method, path] = False
        return self

    def exchange(self, origin: str, request: Request, *how: object) -> Reply:
        """In place of the transport's own."""
        self.requests.append(Sent(request.method, origin + request.path, _headers(request), request.body))
        answer = self._next(request.method, request.path)
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = _parts(answer)
        whole = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        return Reply(status, {"content-type": _kind(body), **headers}, whole, origin)

    def _next(self, method: str, path: str) -> Any:
        for route in ((method, path), (method, path.partition("?")[0])):
            if answers := self._answers.get(route):
                self._lasting[route] = len(answers) == 1
                return answers[0] if self._lasting[route] else answers.pop(0)
        self._undeclared.append(f"{method} {path}")
        return UNREACHED

    def count(self, method: str, path: str) -> int:
        return sum(1 for r in self.requests if (r.method, r.path_url) == (method, path))

    def undeclared(self) -> list[str]:
        return self._undeclared


def _parts(answer: Any) -> tuple[int, Any, dict[str, str]]:
    if not isinstance(answer, tuple):
        return 200, answer, {}
    status, body, *rest = answer
    return status, body, {name.lower(): value for name, value in dict(rest[0]).items()} if rest else {}


def _kind(body: Any) -> str:
    if isinstance(body, (str, bytes)):
        return "text/html" if body[:1] in ("<", b"<") else "text/plain"
    return "application/json"
