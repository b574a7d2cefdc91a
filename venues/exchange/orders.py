"""Orders at any exchange of ccxt: cancelled by their id, and read back by it.

What `cancel_order` returns is never evidence. Source of the facts: ccxt's own code, marked [ccxt].
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from venues.exchange import VERB, library, words
from venues.exchange.accepted import has_accepted, names
from venues.exchange.guard import Aim
from venues.exchange.listing import LISTS, Lists
from venues.exchange.market import Cache, narrowed
from venues.exchange.table import TABLE
from venues.exchange.wired import Answered, Call, Wired, as_ccxt_has_it
from venues.interface import (
    Answer,
    Habits,
    Look,
    NeverSent,
    NoLook,
    NotFound,
    OpenOrder,
    Order,
    OrderRef,
    Refused,
    State,
    Uncertain,
)
from venues.wire.answers import as_raw, of_another, unreadable
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue, Link
from venues.wire.seen import Seen

FIELDS = {"api_key": "apiKey", "api_secret": "secret", "account_id": "accountId"}
T = TypeVar("T")
KEPT_APART = "stop and algo orders, which it keeps apart, are not in this list"
PROTECTS = re.compile(r"stop|take.?profit|trailing|tpsl", re.IGNORECASE)
NO_MARKET = {"id": "-", "symbol": "-/-", "base": "-", "quote": "-", "spot": True}
APART = "if it is a stop or algo order, add --trigger: this exchange keeps those apart"


class Exchange(HttpVenue):
    """One exchange. `link.venue` is its ccxt id."""

    verb = VERB.name
    replies = "venues.exchange.words"  # ccxt reads the answers: no models of our own, and no pydantic
    habits = Habits(
        first_looks=(0.0, 0.5, 1.0, 2.0),
        then_every=3.0,
        most_looks=12,
        repeats=1,
        cancel_timeout=15.0,
        read_timeout=10.0,
        limited_waits=(2.0, 4.0, 8.0),
        none_is_not_found=True,  # 35 exchanges have no word of their own for it, or ccxt no class (kraken)
    )

    def __init__(self, link: Link) -> None:
        """Raises Unusable where ccxt cannot be had."""
        super().__init__(link)
        self.name = link.venue
        self._about = TABLE[self.name]
        self.title = self._about.title
        self._wired: Wired | None = None
        self._markets: dict[str, Any] = {}
        self._from_disk: set[str] = set()
        self._knows_all = False
        self._making = threading.Lock()  # one instance for all threads
        self._learning = threading.Lock()  # and one of them at a time asks for markets
        self._kind = library.exchange_class(self.name)

    # --- the wire under ccxt

    def turn(self, patience: float) -> AbstractContextManager[float]:
        self._link.clock.pause(0.0)  # a stopped run sends nothing more
        return self._link.pace.turn(patience)

    def exchange(self, request: Request, patience: float) -> Reply:
        reply = self.sent(request, patience)
        self.raise_for_shared_answers(reply)
        return reply

    def now(self) -> float:
        return self._link.clock.now().timestamp()

    def hide(self, signature: str) -> None:
        self._link.masks.add_signature(signature)

    @property
    def wired(self) -> Wired:
        """Made once the first order is due. Raises Unauthorized where a credential is missing."""
        with self._making:
            if self._wired is None:
                given = {FIELDS.get(field, field): _unfolded(self.credential(field)) for field in self._about.fields}
                wired = Wired(self._kind, self, self._about.posts, given)
                self._point(wired.ccxt)
                self._wired = wired
            return self._wired

    def _point(self, ccxt: Any) -> None:
        """To the practice net of the exchange, or to the origin that the settings name: the paths stay."""
        if self._link.testnet:
            ccxt.set_sandbox_mode(True)
        if self._link.url != self._about.url:
            ccxt.urls["api"] = _moved(ccxt, ccxt.urls["api"], self._link.url)

    # --- the market of a symbol

    def permit(self, ref: OrderRef, left: float) -> None:
        """Raises Refused for a symbol that the exchange lacks, NeverSent where it does not tell."""
        self._know(ref, min(left, self.habits.read_timeout))

    def _know(self, ref: OrderRef, patience: float) -> Wired:
        """Out: ccxt, once it knows the order's market."""
        wired, symbol = self.wired, ref.symbol or ""
        if symbol in self._markets:
            return wired
        if not self._learning.acquire(timeout=max(0.0, patience)):
            raise NeverSent("the exchange did not tell its markets to the orders before")
        try:
            if symbol not in self._markets:
                self._keep({symbol: self._market(symbol, patience)})
        finally:
            self._learning.release()
        return wired

    def _keep(self, markets: dict[str, Any]) -> None:
        self._markets = {**self._markets, **markets}
        self.wired.call(Call.within(1.0, Aim.READ), lambda ccxt: _set_markets(ccxt, self._markets))

    def _market(self, symbol: str, patience: float) -> dict[str, Any]:
        cache = self._cache(symbol)
        kept = cache.read()
        if kept is not None and kept.get("symbol") == symbol and isinstance(kept.get("id"), str):
            self._from_disk.add(symbol)
            return kept
        market = self._asked_for(symbol, patience)
        cache.write(market)
        return market

    def _asked_for(self, symbol: str, patience: float) -> dict[str, Any]:
        market = self._fetched(*narrowed(self.name, symbol), patience).get(symbol)
        if market is None or not isinstance(market.get("id"), str):
            raise Refused(f"{self.title} has no market {symbol}", sent=False)
        return dict(market)

    def _fetched(self, kinds: list[str] | None, params: dict[str, Any], patience: float) -> dict[str, Any]:
        """Out: markets by symbol. In: of which kinds, None for all. Raises NeverSent and Refused."""

        def ask(ccxt: Any) -> dict[str, Any]:
            if kinds is not None:
                ccxt.options["fetchMarkets"] = {**_dict(ccxt.options.get("fetchMarkets")), "types": kinds}
            ccxt.set_markets(_without_keys(ccxt, lambda: ccxt.fetch_markets(params)))
            found = dict(ccxt.markets)
            _set_markets(ccxt, self._markets)
            return found

        try:
            return self.wired.call(Call.within(patience, Aim.READ, everything=True), ask)
        except Uncertain as fault:
            raise NeverSent(f"the exchange did not tell its markets ({fault.message})", raw=fault.raw) from None
        except Refused as no:
            raise Refused(f"{self.title} does not tell its markets: {no.message}", sent=False, raw=no.raw) from None

    def _cache(self, symbol: str) -> Cache:
        return Cache(self._link.cache, self.name, symbol, self._link.url, str(self._link.testnet), library.version())

    def renew(self, patience: float) -> bool:
        """After a "no such symbol": the market was perhaps kept too long."""
        stale = [symbol for symbol in self._markets if symbol in self._from_disk]
        for symbol in stale:
            self._cache(symbol).drop()
            self._from_disk.discard(symbol)
            self._markets = {name: market for name, market in self._markets.items() if name != symbol}
        return bool(stale)

    # --- the venue's words

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        wired, params = self._know(ref, patience), _params(ref)
        call = Call.within(patience, Aim.CANCEL, order_id=ref.order_id)
        with suppress(Answered):
            wired.call(call, lambda ccxt: _ready(ccxt).cancel_order(ref.order_id, ref.symbol, params))
        if not call.cancels:
            raise Refused("ccxt sent no cancel", sent=False)
        if not has_accepted(self.name, call.reply.data, ref.order_id):
            raise unreadable(call.reply)
        return Answer(None, as_raw(call.reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        wired, params = self._know(ref, patience), _params(ref)
        if self.name.startswith("bybit"):
            params["acknowledged"] = True  # [ccxt] else it refuses to look: "only ... in last 500 orders"
        call = Call.within(patience, Aim.READ, order_id=ref.order_id)
        try:
            found = wired.call(call, lambda ccxt: _ready(ccxt).fetch_order(ref.order_id, ref.symbol, params))
        except NotFound as no:
            raise NotFound(self._hinted(no.message, ref), raw=no.raw) from None
        return Answer(self._order(found, call, ref), as_raw(call.reply))

    def _order(self, found: Any, call: Call, ref: OrderRef) -> Order:
        """What a look shows. Raises Uncertain where it is of another order, or its status proves nothing."""
        if not isinstance(found, dict) or not call.replies:
            raise unreadable(call.reply) if call.replies else NoLook("ccxt does not look there")
        if found.get("id") != ref.order_id:
            raise of_another(call.reply, f"order ({found.get('id')})") if found.get("id") else unreadable(call.reply)
        if not names(call.reply.data, ref.order_id):  # [ccxt] some put the id in that was asked for (poloniex)
            raise unreadable(call.reply)
        order = self.shown(found, call)
        if order is None:
            word = words.raw_word(call.heard, found.get("info"), found.get("status")) or found.get("status")
            raise Uncertain(f"the exchange shows a status that proves nothing: {word}", raw=as_raw(call.reply))
        if order.symbol not in (None, ref.symbol):
            note = f"the exchange shows it at {order.symbol}, not at {ref.symbol}"
            order = order._replace(note=note)
        return order

    def shown(self, found: dict[str, Any], call: Call) -> Order | None:
        """In: an order in ccxt's form. Out: the same in ours; None where its status proves nothing."""
        unified = found.get("status")
        raw = words.raw_word(call.heard, found.get("info"), unified)
        word = words.meaning(self.name, unified, raw)
        if flagged := words.flags(self.name, found.get("info")):
            word, raw = words.Word(flagged[0]), flagged[1]
        if word.state is None:
            return None
        return Order(
            word.state,
            status=raw,
            symbol=_text(found.get("symbol")),
            side=found.get("side") if found.get("side") in ("buy", "sell") else None,
            type=_text(found.get("type")),
            price=_text(found.get("price")),
            quantity=_text(found.get("amount")),
            filled=_text(found.get("filled")),
            placed_at=_moment(found.get("timestamp")),
            by_venue=word.by_exchange,
        )

    def _hinted(self, message: str, ref: OrderRef) -> str:
        return f"{message}; {APART}" if self._about.apart and not ref.trigger else message

    # --- what is open

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """Stop and algo orders that the exchange keeps apart are not in its list."""
        lists = LISTS.get(self.name)
        if lists is None:
            raise Refused(
                f"{self.title} is not listed: only exchanges whose pages are known for sure are", sent=False
            )
        shown = Seen()
        for ask in lists.asks:
            more: dict[str, Any] | None = {}
            while more is not None:
                params = {**ask, **more}
                reply, rows = look(lambda patience, params=params: self._page(lists, params, patience))  # type: ignore[misc]
                more = lists.following(reply.data, rows, params)
                if rows:
                    look(lambda patience: self._know_all(lists, patience))
                fresh = [row for row in self._read(lists, reply) if shown.add(row.ref.order_id)]
                if rows and not fresh:
                    raise Uncertain("the exchange's list goes round in a circle", raw=as_raw(reply))
                yield from (row._replace(of_many=bool(more)) for row in fresh)

    def _page(self, lists: Lists, params: dict[str, Any], patience: float) -> tuple[Reply, list[Any]]:
        """Out: one page, and its rows. Raises Uncertain where it is none."""
        wired = self.wired
        _spare_markets(wired.ccxt)
        call = Call.within(patience, Aim.READ, unread=True)
        with suppress(Answered):
            wired.call(call, lambda ccxt: ccxt.fetch_open_orders(None, None, None, params))
        rows = lists.rows(call.reply.data)
        if rows is None:
            raise unreadable(call.reply)
        return call.reply, rows

    def _know_all(self, lists: Lists, patience: float) -> None:
        """Every market: a row names its own by an id of the exchange's. Raises as `_fetched` does."""
        if not self._knows_all:
            self._keep(self._fetched(list(lists.kinds) or None, lists.slim or {}, patience))
            self._knows_all = True

    def _read(self, lists: Lists, reply: Reply) -> list[OpenOrder]:
        """Out: the rows of a page. Raises Uncertain where one of them cannot be read."""
        raws, rows = lists.rows(reply.data) or [], lists.rows(as_ccxt_has_it(reply)) or []
        try:
            call = Call.within(self.habits.read_timeout, Aim.READ)
            found = self.wired.call(call, lambda ccxt: [ccxt.parse_order(row) for row in rows])
            return [self._row(one, raw, call) for one, raw in zip(found, raws, strict=True)]
        except (Refused, TypeError, AttributeError):
            raise unreadable(reply) from None

    def _row(self, found: dict[str, Any], raw: dict[str, Any], call: Call) -> OpenOrder:
        """Raises TypeError for a row that names no order."""
        order_id, symbol = found["id"], found["symbol"]
        if not (isinstance(order_id, str) and re.fullmatch(VERB.ids.pattern, order_id) and isinstance(symbol, str)):
            raise TypeError
        order = self.shown(found, call) or Order(
            State.OPEN, status=_text(found.get("status")), symbol=symbol, placed_at=_moment(found.get("timestamp"))
        )  # it is listed as open, whatever its word means
        protects = found.get("reduceOnly") is True or PROTECTS.search(_kinds(found, raw)) is not None
        return OpenOrder(OrderRef(order_id, symbol=symbol), order, protective=protects, raw=raw)

    def caveat(self, listed: int) -> str:
        return KEPT_APART if self.name in LISTS and LISTS[self.name].apart else ""

    def check(self, patience: float) -> None:
        """The balance: reading it wants the key, and no market."""
        _spare_markets(self.wired.ccxt)
        self.wired.call(Call.within(patience, Aim.READ), lambda ccxt: ccxt.fetch_balance())


def _kinds(found: dict[str, Any], raw: dict[str, Any]) -> str:
    """Out: every word for the type of an order, ccxt's and the exchange's own."""
    words = [
        found.get("type"),
        *(raw.get(key) for key in ("type", "ordType", "orderType", "origType", "stopOrderType")),
    ]
    return " ".join(str(word) for word in (*words, _dict(raw.get("descr")).get("ordertype")) if word)


def _ready(ccxt: Any) -> Any:
    """[ccxt] KuCoin's two kinds of spot orders have paths of their own, and which it is stands with its markets."""
    if hasattr(ccxt, "load_migration_status"):
        ccxt.load_migration_status()
    return ccxt


def _unfolded(value: str) -> str:
    """A PEM key may have come in one line, its line feeds as two characters."""
    return value.replace("\\n", "\n") if "-----BEGIN" in value else value


def _params(ref: OrderRef) -> dict[str, Any]:
    return {"trigger": True} if ref.trigger else {}


def _without_keys(ccxt: Any, ask: Callable[[], T]) -> T:
    """Markets are public. With keys ccxt would also ask what kind of account this is; some want them all the same."""
    from ccxt.base.errors import AuthenticationError

    kept = {name: value for name in ccxt.requiredCredentials if (value := getattr(ccxt, name, None)) is not None}
    try:
        vars(ccxt).update(dict.fromkeys(kept))
        return ask()
    except AuthenticationError:
        vars(ccxt).update(kept)
        return ask()
    finally:
        vars(ccxt).update(kept)


def _spare_markets(ccxt: Any) -> None:
    """Where no market is needed: without any ccxt would ask for all there are."""
    if not ccxt.markets:
        ccxt.set_markets([NO_MARKET])


def _set_markets(ccxt: Any, markets: dict[str, Any]) -> None:
    ccxt.set_markets(list(markets.values()) or [NO_MARKET])
    # [ccxt] kraken finds the pair of an order by its other name, which only `fetch_markets` notes.
    ccxt.options["marketsByAltname"] = {row["altname"]: row for row in markets.values() if row.get("altname")}


def _moved(ccxt: Any, urls: Any, origin: str) -> Any:
    """Out: the same addresses at another origin."""
    if isinstance(urls, dict):
        return {name: _moved(ccxt, inner, origin) for name, inner in urls.items()}
    if not isinstance(urls, str):
        return urls
    parts, there = urlsplit(ccxt.implode_hostname(urls)), urlsplit(origin)
    return urlunsplit((there.scheme, there.netloc, parts.path, parts.query, ""))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(milliseconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
