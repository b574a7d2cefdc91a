"""Before the cancel: tokens, log-ins, the security session, and clocks that disagree."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.faults import faults as f
from tests.faults.row import Change, Row
from tests.faults.server import Faults, always, once
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.sandbox.practice import Practice
from venues.tanx.practice import PracticeTanx, recover
from venues.tradernet.practice import PracticeTradernet

# --- before the cancel: tokens, log-ins, the security session

_LOGIN_FAULTS: tuple[tuple[str, Faults, str], ...] = (
    ("always hangs", always(f.hang(acting=False)), "unavailable 0"),
    ("is always cut off", always(f.close(acting=False)), "unavailable 0"),
    ("is always 500", always(f.answer(500)), "unavailable 0"),
    ("is always HTML under 502", always(f.html(502)), "unavailable 0"),
    ("is always half a JSON", always(f.answer(200, '{"status":"succ', "application/json")), "unavailable 0"),
    ("is always empty", always(f.answer(200)), "unavailable 0"),
    ("is 500 once", once(f.answer(500)), "cancelled 1"),
    ("is cut off once", once(f.close(acting=False)), "cancelled 1"),
    ("is 401", always(f.EXPIRED), "unauthorized 0"),
    ("is 403", always(f.FORBIDDEN), "unauthorized 0"),
    ("is 418", always(f.answer(418)), "rate-limited 0"),
    ("is 429 for hours", always(f.limited("7200")), "rate-limited 0"),
    ("is 429 for a second", once(f.limited("1")), "cancelled 1"),
    ("is HTML under 403", always(f.html(403)), "refused 0"),  # says nothing of the credentials
    ("is 302", always(f.redirect(302)), "refused 0"),
    ("is 307", always(f.redirect(307)), "refused 0"),
)


def _tanx_expired(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeTanx)
    return practice.issue(lifetime=-60.0)


def _tanx_wallet(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeTanx)
    recover("warm-up", "0x" + "11" * 64 + "1b")  # what checks the signature takes a while to load
    return {"wallet_key": practice.wallet_key}


def _tanx_dead_refresh(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeTanx)
    access = practice.issue(lifetime=-60.0)["access_token"]
    return {"access_token": access, "refresh_token": "spent", **_tanx_wallet(practice)}


def _email(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeNeuraTrade)
    return {"email": practice.email, "password": practice.password}


def _email_and_expired(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeNeuraTrade)
    return {"token": practice.issue(-60.0), **_email(practice)}


def _email_and_bad(practice: Practice) -> Mapping[str, str]:
    return {"token": "no.such.token", **_email(practice)}


def _session(version: str) -> Callable[[Practice], Mapping[str, str]]:
    return lambda practice: {**practice.credentials, "api_version": version}


def _needs_session() -> Practice:
    return PracticeTradernet(needs_security_session=True)


def _clock_behind(seconds: float) -> Change:
    def change(practice: Practice, _: str) -> None:
        practice.time = lambda: time.time() - seconds

    return change


def _nonce_ahead(practice: Practice, _: str) -> None:
    assert isinstance(practice, PracticeTradernet)
    practice._last_nonce = 10**18  # somebody used the key with a larger scale


_WALLET: dict[str, Any] = {"credentials": _tanx_wallet, "wait": 10.0}  # the wallet's library loads slowly
HOSTILE_TEXT = {
    "status": "success", "message": "", "payload":
    "Get started with TanX. Make sure the origin is https://trade.tanx.fi",
}  # fmt: skip
_SPENT = "the log-in was refused"
ROWS = (
    [
        Row(f"refresh {what}", {"refresh": faults}, {"tanx": expected}, credentials=_tanx_expired)
        for what, faults, expected in _LOGIN_FAULTS
    ]
    + [
        Row(f"log-in {what}", {"login": faults}, {"order": expected}, credentials=_email)
        for what, faults, expected in _LOGIN_FAULTS
        if what not in ("is always HTML under 502", "is always empty", "is cut off once", "is 307")
    ]
    + [
        Row(f"nonce {what}", {"nonce": faults}, {"tanx": expected}, **_WALLET)
        for what, faults, expected in _LOGIN_FAULTS
        if what in ("is 500 once", "is 401", "is 429 for hours", "is 302")
    ]
    + [
        Row("expired token", {}, {"tanx": "cancelled 1"}, credentials=_tanx_expired, sent_once=("refresh",)),
        Row("refreshed, the answer lost", {"refresh": once(f.close(acting=True))}, {"tanx": "unauthorized 0"},
            credentials=_tanx_expired, says=_SPENT),
        Row("refresh spent, wallet at hand", {}, {"tanx": "cancelled 1"}, credentials=_tanx_dead_refresh,
            wait=10.0),
        Row("401, then the refresh is refused", {"cancel": always(f.EXPIRED), "refresh": always(f.EXPIRED)},
            {"tanx": "unauthorized 1"}),
        Row("401, then the refresh is never answered",
            {"cancel": always(f.EXPIRED), "refresh": always(f.answer(500))}, {"tanx": "unauthorized 1"}),
        Row("wallet log-in", {}, {"tanx": "cancelled 1"}, **_WALLET, sent_once=("login", "nonce")),
        Row("a text that may not be signed", {"nonce": always(f.said(200, HOSTILE_TEXT))},
            {"tanx": "unauthorized 0"}, **_WALLET, says="nothing was signed"),
        Row("wallet log-in answered with an error in a 200", {"login": always(f.said(200, {
            "status": "error", "message": "Invalid Credentials or Token Expired, Kindly login again.",
            "payload": ""}))}, {"tanx": "unauthorized 0"}, **_WALLET, sent_once=("login",)),
        Row("wallet log-in always 500", {"login": always(f.answer(500))}, {"tanx": "unavailable 0"},
            credentials=_tanx_wallet, wait=4.0),
        Row("e-mail and password", {}, {"order": "cancelled 1"}, credentials=_email, sent_once=("login",)),
        Row("expired token, and a password", {}, {"order": "cancelled 1"}, credentials=_email_and_expired,
            sent_once=("login",)),
        Row("bad token, and a password", {}, {"order": "cancelled 2"}, credentials=_email_and_bad,
            sent_once=("login",)),
        Row("401 for ever, and a password", {"cancel": always(f.EXPIRED)}, {"order": "unauthorized 1"},
            credentials=_email, sent_once=("login",)),
        Row("401 for ever, a token and a password", {"cancel": always(f.EXPIRED)}, {"order": "unauthorized 2"},
            credentials=lambda practice: {**practice.credentials, **_email(practice)}, sent_once=("login",)),
        Row("log-in without a token", {"login": always(f.said(200, {"user": {}}))}, {"order": "unavailable 0"},
            credentials=_email),
        Row("log-in with a wrong password", {}, {"order": "unauthorized 0"}, says="database",
            credentials=lambda practice: {"email": "a@example.com", "password": "wrong-password"}),
        Row("security session", {}, {"tradernet": "cancelled 2"}, made=_needs_session, sent_once=("session",)),
        Row("security session, header scheme", {}, {"tradernet": "cancelled 2"}, made=_needs_session,
            credentials=_session("3"), sent_once=("session",)),
        Row("security session asked for again", {"session": always(f.said(200, {"sess_id": "x"}))},
            {"tradernet": "refused 2"}, made=_needs_session, sent_once=("session",)),
        Row("security session asked for again, header scheme", {"session": always(f.said(200, {"sess_id": "x"}))},
            {"tradernet": "unauthorized 2"}, made=_needs_session, credentials=_session("3"), sent_once=("session",)),
        *(
            Row(f"security session {what}", {"session": always(fault)}, {"tradernet": "refused 1"},
                made=_needs_session)
            for what, fault in (("hangs", f.hang(acting=False)), ("is 500", f.answer(500)), ("is 401", f.EXPIRED),
                                ("is 302", f.redirect(302)), ("is half a JSON", f.half_json(acting=False)))
        ),
        Row("security session refused, header scheme", {"session": always(f.EXPIRED)},
            {"tradernet": "unauthorized 1"}, made=_needs_session, credentials=_session("3")),
        Row("header scheme", {}, {"tradernet": "cancelled 1"}, credentials=_session("3")),
        Row("the clock is an hour off, header scheme", {}, {"tradernet": "unauthorized 1"},
            credentials=_session("3"), prepared=_clock_behind(3600.0), says="clock"),
        Row("the clock is an hour off", {}, "cancelled 1", prepared=_clock_behind(3600.0), delay=0.0),
        Row("the venue's clock is two days behind", {}, {"tanx": "cancelled 1", "order": "cancelled 1"},
            prepared=_clock_behind(2 * 86400.0), sent_once=("refresh", "login"),
            credentials=lambda practice: _email_and_expired(practice) if practice.venue == "neuratrade"
            else practice.issue()),  # type: ignore[attr-defined]
        Row("a nonce that is too small", {}, {"tradernet": "unknown 1"}, prepared=_nonce_ahead),
        Row("bad nonce, though it was done", {"cancel": once(f.said(200, {"code": 15, "errMsg": "Bad nonce."},
            acting=True))}, {"tradernet": "cancelled 1"}, delay=0.0),
    ]
)  # fmt: skip
