"""Practice Tradernet: the form scheme (api_version 2) and the header scheme (3), side by side.

Business errors come with HTTP 200, as at the venue. For an unknown id no answer is published; here its text
says that the order was not found.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from dataclasses import replace
from decimal import Decimal
from typing import Any

from venues.sandbox.practice import Found, Practice, PracticeOrder, Reply, Request, Route, iso

_COMMAND = r"/api/(?:v2/cmd/)?"
_FORM_PATH = "/api/v2/cmd/"
_CLOCK_TOLERANCE = 300.0  # seconds; the venue's own is not published
_ACTIVE = frozenset({"1", "2", "10", "11", "12"})
_STATS = {"cancelling": "2", "filled": "21", "rejected": "70", "expired": "71", "sending-failed": "74"}
_NOT_CANCELLABLE = "This order may only be cancelled by a Cancellation Order or through traders"
_NO_SESSION = "Type of security not identified. Please contact Support."
_DAY = 86_400.0
_FORM = "application/x-www-form-urlencoded"


# The first fields of a PracticeOrder, after its verb.
_TODAY = (
    ("2929292929", "AMD.US", "3", "2", "161.40", "10", "0"),
    ("2929292930", "AAPL.US", "1", "2", "182.05", "4", "0"),
    ("2929292931", "SBER.KZ", "1", "2", "1450.50", "20", "5"),
    ("2929292920", "TSLA.US", "3", "1", "244.10", "2", "2", "filled"),
    ("2929292921", "INTC.US", "1", "2", "30.15", "15", "0", "cancelled"),
    ("2929292935", "PLTR.US", "4", "2", "24.75", "30", "0"),
)
_STOP_LOSS = ("2929292877", "NVDA.US", "3", "5", "0", "12", "0")
_TAKE_PROFIT = ("2929292878", "MSFT.US", "3", "6", "455.50", "5", "0")
_DAYS_AGO = (
    ("2929292901", "NVDA.US", "1", "2", "101.00", "3", "0", "expired"),
    ("2929292902", "MSFT.US", "1", "2", "390.00", "1", "0", "cancelled"),
)


class PracticeTradernet(Practice):
    """`needs_security_session`: cancels are refused until `getAuthInfo` came."""

    venue = "tradernet"

    def __init__(
        self,
        *,
        public_key: str = "",
        private_key: str = "",
        needs_security_session: bool = False,
        extra_open: int = 0,
        **clocks: Any,
    ) -> None:
        super().__init__(**clocks)
        self.public_key = public_key or secrets.token_hex(16)
        self.private_key = private_key or secrets.token_hex(20)
        self.credentials = {"public_key": self.public_key, "private_key": self.private_key}
        self.needs_security_session = needs_security_session
        self._session_open = False
        self._last_nonce = 0
        self.routes = (
            Route("POST", _COMMAND + "delTradeOrder", "cancel", self._cancel),
            Route("POST", _COMMAND + "getNotifyOrderJson", "read", self._orders),
            Route("POST", _COMMAND + "getOrdersHistory", "history", self._history),
            Route("POST", _COMMAND + "getAuthInfo", "session", self._open_session),
        )
        extra = ((str(3000000001 + number), "KO.US", "1", "2", "61.25", "1", "0") for number in range(extra_open))
        self.fill("tradernet", (*_TODAY, *extra), delay=0.5)
        self.fill("tradernet", _DAYS_AGO, delay=0.5, age=6 * _DAY)
        # As all that is not final, these are listed whatever their age.
        self.fill("tradernet", (_STOP_LOSS,), delay=0.5, age=20 * _DAY, stop="96.40")
        self.fill("tradernet", (_TAKE_PROFIT,), delay=0.5, age=9 * _DAY, stop="455.00")

    def respond(self, request: Request, found: Found | None) -> Reply:
        if "SID" in re.findall(r"(?:^|;\s*)(\w+)=", request.headers.get("Cookie", "")):
            return Reply.json(200, {"error": "User is not found", "code": 7})  # the cookie wins over the key
        form_scheme = request.path.startswith("/api/v2")
        if found is None:
            return _no_command(request, form_scheme)
        refusal = self._refuse_form(request) if form_scheme else self._refuse_headers(request)
        if refusal:
            return refusal
        if found.route.name == "cancel" and self.needs_security_session and not self._session_open:
            return _no_session(form_scheme)
        return found.route.handler(_params(request))

    def find(self, request: Request) -> Found | None:
        """The list of what is active has a name of its own, `list`, though it is the command of a look."""
        found = super().find(request)
        if found is not None and found.route.name == "read" and _params(request).get("active_only") == "1":
            return replace(found, route=replace(found.route, name="list"))
        return found

    def _refuse_form(self, request: Request) -> Reply | None:
        """Out: why a request of the form scheme is refused, or None."""
        if "X-NtApi-Timestamp" in request.headers or not request.has_type(_FORM):
            return Reply.json(403, {"error": "Invalid signature provided"})  # the schemes must not be mixed
        form = request.form()
        key = form.get("apiKey", "")
        if not key == request.headers.get("X-NtApi-PublicKey") == self.public_key:
            return Reply.json(200, {"code": 4, "error": f"No matching pair is found for apiKey:{key}"})
        if not self.form_signed(request):
            return Reply.json(200, {"code": 12, "error": "Invalid signature"})
        if form.get("cmd") != request.path.removeprefix(_FORM_PATH):
            return _unsupported()
        nonce = form.get("nonce", "")
        if not re.fullmatch("[0-9]{1,30}", nonce) or int(nonce) <= self._last_nonce:
            return Reply.json(200, {"code": 15, "errMsg": "Bad nonce."})
        self._last_nonce = int(nonce)
        return None

    def _refuse_headers(self, request: Request) -> Reply | None:
        """Out: why a request of the header scheme is refused, or None."""
        if request.headers.get("X-NtApi-PublicKey") != self.public_key:
            return Reply.json(403, {"error": "Invalid api key provided"})
        stamp = request.headers.get("X-NtApi-Timestamp", "")
        in_time = re.fullmatch("[0-9]{1,12}", stamp) and abs(int(stamp) - self.time()) <= _CLOCK_TOLERANCE
        if not in_time or not self.headers_signed(request):
            return Reply.json(403, {"error": "Invalid signature provided"})
        return None

    def form_signed(self, request: Request) -> bool:
        """Out: whether X-NtApi-Sig is right for the form body of `api_version` 2."""
        form = request.form()
        flat = {name: value for name, value in form.items() if not name.startswith("params[")}
        params = _form_params(request)
        if params:
            flat["params"] = _joined(params)
        return self._matches(request, _joined(flat).encode())

    def headers_signed(self, request: Request) -> bool:
        """Out: whether X-NtApi-Sig is right for the body and the timestamp of `api_version` 3."""
        return self._matches(request, request.body + request.headers.get("X-NtApi-Timestamp", "").encode())

    def _matches(self, request: Request, text: bytes) -> bool:
        right = hmac.digest(self.private_key.encode(), text, "sha256").hex()
        return hmac.compare_digest(request.headers.get("X-NtApi-Sig", "").encode(), right.encode())

    def _cancel(self, params: dict[str, str]) -> Reply:
        given = params.get("order_id", "")
        if not given.isdecimal():
            return Reply.json(200, {"error": "Exec wrong", "code": 18})
        order = self.orders.get(given)
        if order is None:
            return Reply.json(200, {"error": "Order not found", "code": 5})
        if self.word(order) not in _ACTIVE:
            refusal = {"code": 12, "errorMsg": _NOT_CANCELLABLE, "error": _NOT_CANCELLABLE}
            return Reply.json(200, refusal)
        self.begin_cancel(order)
        return Reply.json(200, {"order_id": int(given)})

    def _open_session(self, _: dict[str, str]) -> Reply:
        self._session_open = True
        person = {"login": "practice.person", "first_name": "Practice", "last_name": "Person"}
        return Reply.json(200, {"sess_id": secrets.token_hex(16)} | person)

    def _orders(self, params: dict[str, str]) -> Reply:
        """The orders of the current period; with `active_only` 1 without those that ended."""
        if params.get("active_only") not in ("0", "1"):
            return Reply.json(200, {"error": "Exec wrong", "code": 18})
        if params["active_only"] == "1":
            rows = self.open_rows("tradernet", self._line)
        else:
            lines = ((order, self._line(order)) for order in self.orders.values())
            since = self.time() - _DAY
            rows = [line for order, line in lines if order.created >= since or str(line["stat"]) in _ACTIVE]
        orders = {"key": "%practice.person"} | ({"order": rows} if rows else {})
        return Reply.json(200, {"result": {"orders": orders}})

    def _history(self, params: dict[str, str]) -> Reply:
        start, end = params.get("from", ""), params.get("till", "")
        if not start or not end:
            return Reply.json(200, {"error": "Exec wrong", "code": 18})
        placed = [order for order in self.orders.values() if start <= iso(order.created, "seconds") <= end]
        return Reply.json(200, {"orders": {"order": [self._line(order) for order in placed] or None}})

    def word(self, order: PracticeOrder) -> str:
        state, partly = self.state(order), bool(Decimal(order.filled))
        if state == "open":
            return "12" if partly else "10"
        if state == "cancelled":
            return "30" if partly else "31"
        return _STATS[state]

    def _line(self, order: PracticeOrder) -> dict[str, Any]:
        stat = int(self.word(order))
        return {
            "id": int(order.order_id),
            "order_id": int(order.order_id),
            "date": iso(order.created + 3 * 3600),  # Moscow time
            "stat": stat,
            "stat_orig": stat,
            "stat_prev": 1 if stat in (10, 12) else 10,
            "stat_d": iso(order.updated),
            "instr": order.symbol,
            "oper": int(order.side),
            "type": int(order.type),
            "cur": "USD",
            "p": json.loads(order.price),  # a JSON number, as the venue sends it
            "stop": order.facts.get("stop", ".00000000"),
            "stop_activated": 0 if "stop" in order.facts else 1,
            "q": int(order.quantity),
            "leaves_qty": str(Decimal(order.quantity) - Decimal(order.filled)),
            "exp": 3,
            "aon": "0",
            "userOrderId": "",
            "text": "",
            "mkt_id": 1000000000000,
            "order_nb": None,
            "safety_type_id": 3,
            "login": "practice.person",
        }


def _form_params(request: Request) -> dict[str, str]:
    members = ((re.fullmatch(r"params\[(\w+)\]", name), value) for name, value in request.form().items())
    return {match[1]: value for match, value in members if match}


def _params(request: Request) -> dict[str, str]:
    """Out: the parameters of a command, in either scheme."""
    params = _form_params(request) if request.path.startswith(_FORM_PATH) else request.json_object()
    return {name: str(value) for name, value in params.items()}


def _joined(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields))


def _no_command(request: Request, form_scheme: bool) -> Reply:
    if form_scheme:
        return _unsupported()
    if request.path.startswith("/api/"):
        return Reply.json(404, {"error": "Command not found"})
    return Reply.html(404, "Not Found")


def _no_session(form_scheme: bool) -> Reply:
    if form_scheme:
        return Reply.json(200, {"error": _NO_SESSION, "code": 0})
    return Reply.json(403, {"error": "you need to open a security session"})


def _unsupported() -> Reply:
    return Reply.json(200, {"errMsg": "Unsupported query method", "code": 2})


open_practice = PracticeTradernet
