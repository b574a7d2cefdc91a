"""3Commas: a DCA deal's manual safety order, and a SmartTrade.

Sources are named in the docstrings; the signing page and the entities are 3Commas' official documentation.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from venues.http import NOT_JSON, Reply, Request
from venues.interface import (
    Answer,
    Field,
    Habits,
    NotFound,
    Order,
    OrderRef,
    Refused,
    State,
    Unauthorized,
    Uncertain,
    VenueSpec,
)
from venues.link import HttpVenue, Link, as_raw, said, unreadable, wrong_address
from venues.shared_look import SharedLook

if TYPE_CHECKING:
    from venues.replies.threecommas import DealOrder, SmartTrade

SPEC = VenueSpec(
    name="3commas",
    title="3Commas",
    url="https://api.3commas.io",
    fields=(Field("api_key", secret=False), Field("api_secret")),
    ways=(("api_key", "api_secret"),),
    permissions=(
        "BOTS_READ and BOTS_WRITE for deal orders, SMART_TRADES_READ and SMART_TRADES_WRITE for SmartTrades; "
        "not ACCOUNTS_WRITE, and no withdrawal right"
    ),
)
PREFIX = "/public/api"


def sign(secret: str, path: str, payload: str = "") -> str:
    """In: an HMAC secret or an RSA private key in PEM, the path from /public/api on, a query or form body.

    Out: the `Signature` header. Neither method nor host is covered, so a GET's signature cancels as well:
    it must never be shown. Raises Unauthorized for a key that cannot be used. [signing pages, HMAC and RSA]
    """
    text = (f"{path}?{payload}" if payload else path).encode()
    if not _is_pem(secret):
        return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return _rsa(secret)(text)


def _is_pem(secret: str) -> bool:
    return secret.lstrip().startswith("-----BEGIN")


@lru_cache(maxsize=4)
def _rsa(pem: str) -> Callable[[bytes], str]:
    """RSASSA-PKCS1-v1_5 with SHA-256, base64 on one line. A PEM from a variable may carry literal `\\n`."""
    import base64

    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    field = "api_secret (CANCEL_3COMMAS_API_SECRET)"
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").strip().encode(), password=None)
    except TypeError:
        raise Unauthorized(
            f"{field}: the RSA key has a passphrase; store it without one, as only the keyring sees it"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unauthorized(f"{field}: the PEM text is no usable RSA private key; store the whole file") from None
    if not isinstance(key, RSAPrivateKey):
        raise Unauthorized(f"{field}: the PEM text holds another kind of key; 3Commas wants RSA")
    return lambda text: base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


class ThreeCommas(HttpVenue):
    """What both kinds of order share: signing, and the meaning of errors."""

    name = SPEC.name
    title = SPEC.title
    replies = "venues.replies.threecommas"
    habits: ClassVar[Habits] = Habits(
        first_looks=(1.0, 2.0, 4.0),
        then_every=3.0,
        most_looks=12,
        repeats=2,
        cancel_timeout=20.0,
        read_timeout=20.0,
        limited_waits=(300.0,),
        absent_means_not_found=True,
    )

    def prepare(self, patience: float) -> None:
        """Nothing to log in to; but a key that cannot sign is found before anything is sent."""
        if _is_pem(secret := self.credential("api_secret")):
            _rsa(secret)

    def check(self, patience: float) -> None:
        self._ask("GET", "/ver1/validate", patience)

    def _ask(self, method: str, path: str, patience: float, **form: str) -> Reply:
        """One signed request. Out: a reply without an error in it. Raises a VenueError."""
        reply = self.call(lambda: self._request(method, PREFIX + path, urlencode(form)), patience)
        if not _is_on_its_way(reply):
            self.raise_for_shared_answers(reply)
            _raise_for_error(reply)
        return reply

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
    message, raw, request_id = said(reply, f"the venue answered {reply.status}"), as_raw(reply), _id(reply)
    word = str(error or "").lower().replace("_", " ")
    if reply.status == 401 or word == "access denied":
        raise Unauthorized(message, raw=raw)
    if word == "not found":
        raise NotFound(message, raw=raw, request_id=request_id)
    if reply.status in (404, 405) and data is NOT_JSON:
        raise wrong_address(reply)
    if word in {"record invalid", "invalid request method", "forced mode invalid", "invalid api key"}:
        raise Refused(message, raw=raw, request_id=request_id)
    if reply.status == 403:
        if "api key" in message.lower():
            raise Unauthorized(message, raw=raw)
        if word == "forbidden" and message.lower() == "forbidden":  # no permission, or not in this state
            raise Unauthorized(message, about_order=True, raw=raw)
    if data is NOT_JSON and reply.status != 403:
        raise Refused(message, raw=raw, request_id=request_id)
    raise Refused(message, about_order=True, raw=raw, request_id=request_id)


def _is_on_its_way(reply: Reply) -> bool:
    """A 500 of this class: the cancel went to the exchange, which has not confirmed it yet. [tracker, issue 69]"""
    return reply.status == 500 and "OrderCancellingNeedsToWaitForInfo" in reply.text


def _id(reply: Reply) -> str | None:
    return reply.headers.get("x-request-id")


class DealOrders(ThreeCommas):
    """Manual safety orders of one DCA deal: `POST /ver1/deals/{deal_id}/cancel_order`.

    Mind the path: its neighbour that ends in `/cancel` cancels the whole deal, for good.
    """

    habits = replace(ThreeCommas.habits, absent_is_unknown=True)

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._looks: SharedLook[str, Reply] = SharedLook(link.clock)

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        """The answer is an array of all orders of the deal, the cancelled one among them. [documentation]"""
        path = f"/ver1/deals/{ref.deal_id}/cancel_order"
        reply = self._ask("POST", path, patience, order_id=ref.order_id)
        if _is_on_its_way(reply) or reply.status == 204:
            return Answer(None, as_raw(reply), _id(reply))
        if not isinstance(reply.data, (list, dict)):
            raise unreadable(reply)
        return Answer(_order_in(reply.data, ref.order_id), reply.data, _id(reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        """One look at the deal's orders serves every order of that deal that waits for one."""
        path = f"/ver1/deals/{ref.deal_id}/market_orders"
        reply = self._looks.get(path, patience, lambda left: self._ask("GET", path, left))
        if not reply.ok or not isinstance(reply.data, list):
            raise unreadable(reply)
        order = _order_in(reply.data, ref.order_id)
        if order is None:
            raise NotFound("the deal has no such order", raw=reply.data, request_id=_id(reply))
        return Answer(order, reply.data, _id(reply))


def _order_in(rows: Any, order_id: str) -> Order | None:
    """Find the row by its id, a string in the answer though a number in the request. [recordings]"""
    from venues.replies.base import Unreadable, parse
    from venues.replies.threecommas import DealOrder

    for item in rows if isinstance(rows, list) else []:
        try:
            row = parse(DealOrder, item)
        except Unreadable:
            continue
        if row.order_id == order_id:
            return _deal_order(row)
    return None


DEAL_ORDER_STATES = {
    "cancelled": State.CANCELLED,
    "filled": State.ENDED,
    "finished": State.ENDED,
    "inactive": State.ENDED,  # never placed [documentation: quantity 0.0; inferred]
}


def _deal_order(row: DealOrder) -> Order:
    from venues.replies.base import difference

    kind = (row.deal_order_type or "").lower()
    sendable = kind in ("", "manual safety")
    return Order(
        state=DEAL_ORDER_STATES.get((row.status_string or "").lower(), State.OPEN),
        status=row.status_string,
        side=row.order_type,
        type=row.deal_order_type,
        price=row.rate,
        quantity=row.quantity,
        filled=difference(row.quantity, row.quantity_remaining),
        note="" if sendable else f"a {row.deal_order_type} order is not a Manual Safety order",
        sendable=sendable,
    )


class SmartTrades(ThreeCommas):
    """SmartTrades: `DELETE /v2/smart_trades/{id}`. The answer is usually only `cancellation_pending`."""

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._ask("DELETE", f"/v2/smart_trades/{ref.order_id}", patience)
        if _is_on_its_way(reply) or reply.status == 204:
            return Answer(None, as_raw(reply), _id(reply))
        return Answer(self._order(reply, ref), reply.data, _id(reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._ask("GET", f"/v2/smart_trades/{ref.order_id}", patience)
        order = self._order(reply, ref) if reply.ok else None
        if order is None:
            raise unreadable(reply)
        return Answer(order, reply.data, _id(reply))

    def _order(self, reply: Reply, ref: OrderRef) -> Order | None:
        """The SmartTrade in a reply, None when it shows no status. Raises Uncertain when it is none, or another."""
        from venues.replies.base import Unreadable, parse
        from venues.replies.threecommas import SmartTrade

        try:
            trade = parse(SmartTrade, reply.data)
        except Unreadable:
            raise unreadable(reply) from None
        if trade.id not in (None, ref.order_id):
            raise Uncertain(f"the venue answered about another SmartTrade ({trade.id})")
        return _smart_trade(trade) if trade.id and (trade.status.type or trade.status.basic_type) else None

    def public(self, raw: Any) -> Any:
        """Names that people give to their accounts, and their notes, are left out."""
        if not isinstance(raw, dict):
            return raw
        kept = {key: value for key, value in raw.items() if key not in ("note", "note_raw")}
        if isinstance(kept.get("account"), dict):
            kept["account"] = {k: v for k, v in kept["account"].items() if k not in ("name", "link")}
        return kept


def _smart_trade(trade: SmartTrade) -> Order:
    word = trade.status.type or trade.status.basic_type
    return Order(
        state=_smart_trade_state((word or "").lower()),
        status=word,
        symbol=trade.pair,
        side=trade.position.type,
        type=trade.data.type,
        price=trade.position.price.value,
        quantity=trade.position.units.value,
        filled=trade.data.entered_amount,
        note=_unprotected(trade),
    )


def _smart_trade_state(word: str) -> State:
    """Only the status word counts: a cancelled trade has `data.finished` false. [documentation; issue 117]"""
    if word == "cancelled":
        return State.CANCELLED
    if word == "cancellation_pending":
        return State.CANCELLING
    if word in ("failed", "panic_sold", "liquidated") or "finished" in word:
        return State.ENDED
    return State.OPEN  # the list of words is not published


def _unprotected(trade: SmartTrade) -> str:
    """Cancelling does not sell: what was bought stays, now without take profit and stop loss."""
    from venues.replies.base import decimal

    entered, closed = decimal(trade.data.entered_amount), decimal(trade.data.closed_amount)
    if trade.is_position_not_filled is not False or entered is None or entered <= (closed or 0):
        return ""
    return (
        f"a cancel sells nothing: the position of {trade.data.entered_amount} stays open, "
        "without take profit and stop loss"
    )
