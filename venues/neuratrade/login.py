"""Signing in to NeuraTrade: a token, or e-mail and password for one. Every request goes out from here."""

from __future__ import annotations

from ordercancel.secret import Secret
from venues.interface import NeverSent, Unauthorized
from venues.neuratrade.answers import raise_for_error
from venues.wire.http import Reply
from venues.wire.login import SignedIn, held

API = "/api/v1"


class NeuraTradeLogin(SignedIn):
    """A venue that has a token before a request leaves."""

    scheme = "Bearer"

    def prepare(self, patience: float) -> None:
        """A token is used as it is, unless it has run out and there are e-mail and password to get another."""
        with held(self._lock, patience) as left:
            if self._token is not None:
                return
            given = self.optional_credential("token")
            if given is None or (self.runs_out(given) and self._can_log_in()):
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

        body = {field: self.credential(field) for field in ("email", "password")}
        try:
            answer = parse(Login, self.ask_login(f"{API}/users/login", body, patience).data)
        except Unauthorized as no:
            if "invalid email or password" in no.message.lower():
                no.message += " (a fault of the server's database looks the same)"
            raise
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

    def raise_for_error(self, reply: Reply) -> None:
        raise_for_error(reply)
