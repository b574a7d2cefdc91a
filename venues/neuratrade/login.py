"""Signing in to NeuraTrade: a token, or e-mail and password for one. Every request goes out from here."""

from __future__ import annotations

import json

from ordercancel.secret import Secret
from venues.interface import NeverSent, VenueError
from venues.neuratrade.answers import raise_for_error
from venues.wire import jwt
from venues.wire.http import Reply, Request
from venues.wire.login import SignedIn, held, login_step

API = "/api/v1"


class NeuraTradeLogin(SignedIn):
    """A venue that has a token before a request leaves."""

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

    def get_another(self, patience: float) -> bool:
        if self._can_log_in():
            self._log_in(patience)
            return True
        return False

    def _can_log_in(self) -> bool:
        return all(self.optional_credential(field) for field in ("email", "password"))

    def _log_in(self, patience: float) -> None:
        """`POST /users/login`; the answer also holds personal fields, which are not kept."""
        from venues.neuratrade.replies import Login
        from venues.wire.replies import parse

        body = json.dumps({"email": self.credential("email"), "password": self.credential("password")}).encode()
        try:
            reply = self.call(lambda: _request("POST", f"{API}/users/login", body, None), patience)
            answer = parse(Login, self.good(reply).data)
        except VenueError as error:
            if "invalid email or password" in error.message.lower():
                error.message += " (a fault of the server's database looks the same)"
            raise login_step(error) from None
        if answer is None or not answer.token:
            raise NeverSent("the log-in was answered without a token")
        token = answer.token
        self._link.masks.add(token)
        held = self._link.credentials
        if held.get("token") is not None and not held.store({"token": Secret(token)}):
            self._link.warn(
                "NeuraTrade: the given token is of no use any more, and the new one could not be stored: it serves "
                "this run only; renew token where it comes from, or remove it there"
            )
        self._token = self._untried = token

    def ask(
        self, method: str, path: str, patience: float, body: dict[str, str] | None = None, *, hold: bool = False
    ) -> Reply:
        """One request with the token. Out: a 2xx reply. Raises a VenueError; StillOut with `hold`."""
        content = json.dumps(body).encode() if body else None
        return self.good(
            self.call_with_token(lambda token: _request(method, API + path, content, token, hold=hold), patience)
        )

    def raise_for_error(self, reply: Reply) -> None:
        raise_for_error(reply)


def _request(method: str, path: str, body: bytes | None, token: str | None, *, hold: bool = False) -> Request:
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"  # exactly one space
    return Request(method, path, headers, body, hold)


def _is_over(token: str, now: float) -> bool:
    exp = jwt.expiry(token.strip())
    return exp is not None and exp <= now
