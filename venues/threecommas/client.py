"""What both kinds of 3Commas order share: signed requests, and the meaning of errors."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from venues.interface import Habits, NotFound, Refused, Unauthorized
from venues.threecommas import FACE
from venues.threecommas.signing import is_pem, rsa, sign
from venues.wire.answers import as_raw, said, wrong_address
from venues.wire.http import NOT_JSON, Reply, Request
from venues.wire.link import HttpVenue

PREFIX = "/public/api"
PERSONAL = frozenset({"note", "note_raw", "bot_name", "account_name", "bot_events"})
EMPTY = (
    "an account in the other mode (paper or real) shows nothing as well, and neither simple trades nor grid bots are "
    "listed here"
)
FLAT_WORDS = ("record invalid", "invalid request method", "forced mode invalid", "invalid api key")


class ThreeCommas(HttpVenue):
    """What both kinds of order share: signing, and the meaning of errors."""

    name = FACE.name
    title = FACE.title
    replies = "venues.threecommas.replies"
    habits = Habits(
        first_looks=(1.0, 2.0, 4.0),
        then_every=3.0,
        most_looks=12,
        repeats=2,
        cancel_timeout=20.0,
        read_timeout=20.0,
        limited_waits=(300.0,),
        list_pause=3.0,
        none_is_not_found=True,  # a deal's rows are all its orders; a SmartTrade is asked for by its id,
    )

    def prepare(self, patience: float) -> None:
        """Nothing to log in to; but a key that cannot sign is found before anything is sent."""
        if is_pem(secret := self.credential("api_secret")):
            rsa(secret)

    def check(self, patience: float) -> None:
        self.ask("GET", "/ver1/validate", patience)

    def ask(self, method: str, path: str, patience: float, **form: str) -> Reply:
        """One signed request. In: the path holds the query, if there is one; both are signed as they are sent.

        Out: a reply without an error in it. Raises a VenueError.
        """
        reply = self.call(lambda: self._request(method, PREFIX + path, urlencode(form)), patience)
        if method == "GET" or not is_on_its_way(reply):
            self.raise_for_shared_answers(reply)
            _raise_for_error(reply)
        return reply

    def caveat(self, listed: int) -> str:
        """In the wrong mode lists come back empty, with 200. [tracker, issues 47, 64, 120]"""
        return "" if listed else EMPTY

    def public(self, raw: Any) -> Any:
        """Names that people give to their accounts and bots, and their notes, are left out."""
        if isinstance(raw, list):
            return [self.public(item) for item in raw]
        if not isinstance(raw, dict):
            return raw
        kept = {key: value for key, value in raw.items() if key not in PERSONAL}
        if isinstance(kept.get("account"), dict):
            kept["account"] = {k: v for k, v in kept["account"].items() if k not in ("name", "link")}
        return kept

    def _request(self, method: str, path: str, form: str) -> Request:
        signature = sign(self.credential("api_secret"), path, form)
        self._link.masks.add_signature(signature)
        headers = {"Apikey": self.credential("api_key"), "Signature": signature}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return Request(method, path, headers, form.encode() or None)


def _raise_for_error(reply: Reply) -> None:
    """`{"error": ..., "error_description"?: ..., "error_attributes"?: ...}` under any status: judge by the body."""
    data = reply.data
    error = data.get("error") if isinstance(data, dict) else None
    if reply.status < 400 and not error:
        return
    message, raw, its_id = said(reply, f"the venue answered {reply.status}"), as_raw(reply), request_id(reply)
    word = str(error or "").lower().replace("_", " ")
    if reply.status == 401 or word == "access denied":
        raise Unauthorized(message, raw=raw)
    if word == "not found":
        raise NotFound(message, raw=raw, request_id=its_id)
    if reply.status in (404, 405) and data is NOT_JSON:
        raise wrong_address(reply)
    flat = word in FLAT_WORDS or (data is NOT_JSON and reply.status != 403)
    if reply.status == 403 and not flat:
        if "api key" in message.lower():
            raise Unauthorized(message, raw=raw)
        if word == "forbidden" and message.lower() == "forbidden":  # no permission, or not in this state
            raise Unauthorized(message, about_order=True, raw=raw)
    raise Refused(message, about_order=not flat, raw=raw, request_id=its_id)


def is_on_its_way(reply: Reply) -> bool:
    """A 500 of this class: the cancel went to the exchange, which has not confirmed it yet. [tracker, issue 69]"""
    return reply.status == 500 and "OrderCancellingNeedsToWaitForInfo" in reply.text


def request_id(reply: Reply) -> str | None:
    return reply.headers.get("x-request-id")


def path_of(path: str, **query: object) -> str:
    """Out: the path with its query: sorted, and a blank as `%20`, so that every published rule of signing agrees."""
    return f"{path}?{urlencode(sorted(query.items()), quote_via=quote)}"
