"""HTTP without a network: routes that are declared answer in turn, anything else fails the test."""

from __future__ import annotations

import json
from typing import Any

import requests
import responses

from venues.wire.connection import call

ORIGIN = "https://venue.example"
HTML = "<html><body>nothing to see</body></html>"
LOST = requests.ReadTimeout("sent, and no answer")
UNREACHED = requests.ConnectionError("Connection refused")


class Wire:
    """Declares what a venue's server answers, and gives the requests that came."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def on(self, method: str, path: str, *answers: Any) -> Wire:
        """Each answer in turn, the last for ever: (status, body[, headers]), a dict or list (200), or an exception.

        A str body goes as it is, anything else as JSON. The query is part of `path` only when declared there.
        """
        for answer in answers:
            if isinstance(answer, Exception):
                self._mock.add(responses.CallbackResponse(method, ORIGIN + path, callback=_failing(answer)))
                continue
            status, body, headers = _parts(answer)
            text = body if isinstance(body, (str, bytes)) else json.dumps(body)
            kind = headers.pop("Content-Type", _kind(body))
            self._mock.add(method, ORIGIN + path, body=text, status=status, headers=headers, content_type=kind)
        return self

    @property
    def requests(self) -> list[requests.PreparedRequest]:
        return [call.request for call in self._mock.calls]

    def count(self, method: str, path: str) -> int:
        return sum(1 for r in self.requests if (r.method, r.path_url) == (method, path))

    def undeclared(self) -> list[str]:
        return [
            f"{call.request.method} {call.request.url}"
            for call in self._mock.calls
            if isinstance(call.response, requests.ConnectionError) and "Responses" in str(call.response)
        ]


def _failing(fault: Exception) -> Any:
    """A request that fails; a time-out comes after the bytes have left."""

    def fail(_: Any) -> Exception:
        call.bytes_left = isinstance(fault, requests.ReadTimeout)
        return fault

    return fail


def _parts(answer: Any) -> tuple[int, Any, dict[str, str]]:
    if not isinstance(answer, tuple):
        return 200, answer, {}
    status, body, *rest = answer
    return status, body, dict(rest[0]) if rest else {}


def _kind(body: Any) -> str:
    if isinstance(body, (str, bytes)):
        return "text/html" if body[:1] in ("<", b"<") else "text/plain"
    return "application/json"
