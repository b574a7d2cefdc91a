"""What the practice exchanges share: markets, a book, and who is asking."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple
from urllib.parse import parse_qsl

from venues.sandbox.practice import Found, Practice, PracticeOrder, Reply, Request

VERB = "at"


class Market(NamedTuple):
    """One market: in ccxt's spelling, and by the exchange's own id."""

    symbol: str
    id: str
    base: str
    quote: str


class PracticeExchange(Practice):
    """One exchange. Subclasses name their markets, routes and book, check signatures and write rows.

    `delay`: seconds that a cancel takes.
    """

    venue: ClassVar[str]
    markets: ClassVar[Sequence[Market]]
    fields: ClassVar[tuple[str, ...]] = ("api_key", "api_secret")
    rows: ClassVar[Sequence[Sequence[str]]]  # the first fields of its orders, after the verb
    delay: ClassVar[float] = 0.0

    def __init__(self, *, extra_open: int = 0, **clocks: Any) -> None:
        super().__init__(**clocks)
        self.credentials = {field: self.secret_for(field) for field in self.fields}
        self.fill(VERB, self.rows, delay=self.delay)
        self.fill(VERB, self.more(extra_open))

    def secret_for(self, field: str) -> str:
        return secrets.token_hex(16)

    def more(self, count: int) -> Iterable[tuple[str, ...]]:
        """Out: so many more orders that are open."""
        symbol = self.markets[0].symbol
        return ((self.more_id(n), symbol, "buy", "limit", "42000", "0.001") for n in range(1, count + 1))

    def more_id(self, number: int) -> str:
        return str(900_000_000 + number)

    def market(self, *, symbol: str = "", id: str = "") -> Market | None:
        """Out: the market of this symbol, or of the exchange's own id."""
        return next((one for one in self.markets if symbol == one.symbol or id == one.id), None)

    def respond(self, request: Request, found: Found | None) -> Reply:
        if found is None:
            return Reply.html(404, "Not Found")
        if found.route.name != "markets" and (no := self.refuse(request)):
            return no
        return found.route.handler(request)

    @abstractmethod
    def refuse(self, request: Request) -> Reply | None:
        """Out: what an unsigned or badly signed request is answered; None for a good one."""

    def order(self, order_id: Any, market_id: Any) -> PracticeOrder | None:
        """Out: the order of this id at this market, None where there is none."""
        market, order = self.market(id=str(market_id)), self.orders.get(str(order_id))
        return order if order is not None and market is not None and order.symbol == market.symbol else None

    def is_open(self, order: PracticeOrder) -> bool:
        return self.state(order) in ("open", "cancelling")

    def market_id(self, order: PracticeOrder) -> str:
        market = self.market(symbol=order.symbol)
        assert market is not None
        return market.id

    def danger(self, request: Request) -> Reply:
        return Reply.text(403, "the practice venue cancels nothing in bulk")

    def _row(self, order: PracticeOrder) -> dict[str, str]:
        apart = " --trigger" if "kept" in order.facts else ""
        return super()._row(order) | {"arguments": f"{self.venue} {order.symbol} {order.order_id}{apart}"}


def query_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query, keep_blank_values=True))


def signed(secret: str, text: str) -> bytes:
    """Out: HMAC-SHA256."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
