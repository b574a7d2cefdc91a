"""Signing in to tanX: a token pair that rotates, or a wallet. Every request goes out from here.

Sources: docs.tanx.fi; the official Python, Node and Go connectors.
"""

from __future__ import annotations

from typing import Any

from ordercancel.secret import Secret
from venues.interface import NeverSent, Unauthorized
from venues.tanx.answers import raise_for_error
from venues.wire.http import Reply
from venues.wire.link import Link
from venues.wire.login import SignedIn, held

RENEW_BEFORE = 30.0  # seconds of life left, below which an access token is refreshed first
LOCK_PATIENCE = 10.0  # seconds to wait for another process's refresh; then go on without the lock


class TanxLogin(SignedIn):
    """A venue that has an access token before a request leaves."""

    scheme = "JWT"

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._fresh: str | None = None  # got in this run: used until the venue refuses it, whatever our clock says
        self._unstored: str | None = None  # a refresh token that only this run knows

    def prepare(self, patience: float) -> None:
        with held(self._lock, patience) as left:
            self._token = self._token or self.optional_credential("access_token")
            if self._token is None:
                self._sign_in(left)
            elif self._token != self._fresh and self.runs_out(self._token, RENEW_BEFORE):
                self._renew(left)
            else:
                return
            self._fresh = self._token

    def get_another(self, patience: float) -> bool:
        self._renew(patience)
        self._fresh = self._token
        return True

    def raise_for_error(self, reply: Reply) -> None:
        raise_for_error(reply)

    def _renew(self, patience: float) -> None:
        """A new pair for the refresh token, else a wallet log-in. Raises Unauthorized when neither works.

        One process at a time: each refresh token works once.
        """
        if self.optional_credential("refresh_token") is None:
            self._sign_in(patience)
            return
        ends = self._link.clock.monotonic() + patience
        with self._link.credentials.lock(min(LOCK_PATIENCE, patience * 2 / 3)):
            if self._unstored is not None or not self._took_over():
                self._refresh_or_sign_in(ends)

    def _took_over(self) -> bool:
        """Whether another process has just stored a fresh token, which then serves us too.

        The refresh token is read anew in any case: a half-stored pair has only that one fresh.
        """
        stored = self._link.credentials.reload("access_token")
        self._link.credentials.reload("refresh_token")
        if stored is None or stored.reveal() == self._token or self.runs_out(stored.reveal(), RENEW_BEFORE):
            return False
        self._link.masks.add(stored.reveal())
        self._token = stored.reveal()
        return True

    def _refresh_or_sign_in(self, ends: float) -> None:
        """In: `ends` on the monotonic clock, in seconds."""
        refresh = self._unstored or self.credential("refresh_token")
        try:
            self._refresh(refresh, ends - self._link.clock.monotonic())
        except Unauthorized:
            if self.optional_credential("wallet_key") is None:
                raise
            self._sign_in(ends - self._link.clock.monotonic(), in_place_of=refresh)

    def _refresh(self, refresh: str, patience: float) -> None:
        """A new pair; the refresh token is replaced each time."""
        payload = self._login_call("/sapi/v1/auth/token/refresh/", {"refresh": refresh}, patience).payload
        access, new_refresh = _tokens(payload)
        self._replace_pair(access, new_refresh or refresh)

    def _sign_in(self, patience: float, in_place_of: str | None = None) -> None:
        """Nonce, EIP-191 signature, log-in. [docs; paths as in docs, node and go]

        In: `in_place_of` is the dead refresh token whose pair the new one replaces; without, it is for this run.
        """
        from venues.tanx.wallet import Wallet, check_text

        ends = self._link.clock.monotonic() + patience
        wallet = Wallet(self.credential("wallet_key"))
        about = {"eth_address": wallet.address}
        text = check_text(self._login_call("/sapi/v2/auth/nonce/", about, patience).payload)
        signature = wallet.sign(text)
        self._link.masks.add_signature(signature)
        body, left = {**about, "user_signature": signature}, ends - self._link.clock.monotonic()
        access, refresh = _tokens(self._login_call("/sapi/v2/auth/login/", body, left).token)
        if in_place_of is not None:
            self._replace_pair(access, refresh or in_place_of)
        self._link.masks.add(access)
        self._token = self._untried = access

    def _replace_pair(self, access: str, refresh: str) -> None:
        """Store a new pair before it is used. The refresh token goes first: alone, it still makes a new pair."""
        self._link.masks.add(access)
        self._link.masks.add(refresh)
        store = self._link.credentials.store
        self._unstored = None
        if not store({"refresh_token": Secret(refresh)}):
            self._unstored = refresh
            self._link.warn(
                "tanX replaced the token pair and the new one could not be stored: it serves this run only, "
                "the old refresh token is spent; renew access_token and refresh_token where they come from"
            )
        elif not store({"access_token": Secret(access)}):
            self._link.warn(
                "tanX: the new access token could not be stored and serves this run only; "
                "renew access_token where it comes from, or remove it there"
            )
        self._token = access

    def _login_call(self, path: str, body: dict[str, str], patience: float) -> Any:
        from venues.tanx.replies import Envelope
        from venues.wire.replies import read

        return read(Envelope, self.ask_login(path, body, patience))


def _tokens(data: Any) -> tuple[str, str | None]:
    """Out: the access token and, if there is one, the refresh token. Raises NeverSent without the former."""
    from venues.tanx.replies import Tokens
    from venues.wire.replies import parse

    tokens = parse(Tokens, data)
    if tokens is None or not tokens.access:
        raise NeverSent("the log-in was answered without a token")
    return tokens.access, tokens.refresh
