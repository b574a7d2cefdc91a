"""Signing in to NeuraTrade: a token, or e-mail and password for one. Every request goes out from here."""

from __future__ import annotations

import json
import threading

from ordercancel.secret import Secret
from venues.interface import NeverSent, VenueError
from venues.neuratrade.answers import raise_for_error
from venues.wire import jwt
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue, Link
from venues.wire.login import held, login_step, took_the_token

API = "/api/v1"


class SignedIn(HttpVenue):
    """A venue that has a token before a request leaves."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._untried: str | None = None  # got by a log-in, and not yet taken by the server
        self._used = threading.local()  # the token of this thread's last request

    def prepare(self, patience: float) -> None:
        """A token is used as it is, unless it has run out and there are e-mail and password to get another."""
        with held(self._lock, patience) as left:
            if self._token is not None:
                return
            given = self.optional_credential("token")
            if given is None or (_is_over(given, self._link.clock.now().timestamp()) and self._can_log_in()):
                self._log_in(left)
            else:
                self._token = given.strip()

    def renew(self, patience: float) -> bool:
        """A log-in whose token worked is made again; one whose fresh token is refused would be refused again."""
        with held(self._lock, patience) as left:
            if self._token != getattr(self._used, "token", None):  # another thread has renewed it
                return True
            if self._token == self._untried or not self._can_log_in():
                return False
            self._log_in(left)
            return True

    def _can_log_in(self) -> bool:
        return all(self.optional_credential(field) for field in ("email", "password"))

    def _log_in(self, patience: float) -> None:
        """`POST /users/login`; the answer also holds personal fields, which are not kept."""
        from venues.neuratrade.replies import Login
        from venues.wire.replies import Unreadable, parse

        body = json.dumps({"email": self.credential("email"), "password": self.credential("password")}).encode()
        try:
            reply = self.call(lambda: _request("POST", f"{API}/users/login", body, None), patience)
            self.raise_for_shared_answers(reply)
            raise_for_error(reply)
            token = parse(Login, reply.data).token
        except Unreadable:
            raise NeverSent("the log-in was answered with something unreadable") from None
        except VenueError as error:
            if "invalid email or password" in error.message.lower():
                error.message += " (a fault of the server's database looks the same)"
            raise login_step(error) from None
        if not token:
            raise NeverSent("the log-in was answered without a token")
        self._link.masks.add(token)
        held = self._link.credentials
        if held.get("token") is not None and not held.store({"token": Secret(token)}):
            self._link.warn(
                "NeuraTrade: the given token is of no use any more, and the new one could not be stored: it serves "
                "this run only; renew token where it comes from, or remove it there"
            )
        self._token = self._untried = token

    def ask(self, method: str, path: str, patience: float, body: dict[str, str] | None = None) -> Reply:
        """One request with the token. Out: a 2xx reply. Raises a VenueError."""
        token = self._used.token = self._token
        content = body and json.dumps(body).encode()
        reply = self.call(lambda: _request(method, API + path, content or None, token), patience)
        if token == self._untried and took_the_token(reply):
            self._untried = None
        self.raise_for_shared_answers(reply)
        raise_for_error(reply)
        return reply


def _request(method: str, path: str, body: bytes | None, token: str | None) -> Request:
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"  # exactly one space
    return Request(method, path, headers, body)


def _is_over(token: str, now: float) -> bool:
    exp = jwt.expiry(token.strip())
    return exp is not None and exp <= now
