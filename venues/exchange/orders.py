"""Orders at any exchange of ccxt: cancelled by their id, and read back by it.

What `cancel_order` returns is never evidence. Source of the facts: ccxt's own code, marked [ccxt].
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from venues.exchange import VERB, library, words
from venues.exchange.accepted import has_accepted, names
from venues.exchange.guard import Aim
from venues.exchange.listing import LISTS, Lists
from venues.exchange.markets import Markets, spare
from venues.exchange.shown import order_in, row_in
from venues.exchange.table import TABLE
from venues.exchange.wired import Answered, Call, Wired, as_ccxt_has_it
from venues.interface import Answer, Habits, Look, NoLook, NotFound, OpenOrder, Order, OrderRef, Refused, Uncertain
from venues.wire.answers import as_raw, of_another, unreadable
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue, Link
from venues.wire.seen import Seen

FIELDS = {"api_key": "apiKey", "api_secret": "secret", "account_id": "accountId"}
KEPT_APART = "stop and algo orders, which it keeps apart, are not in this list"
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
        self._making = threading.Lock()  # one instance for all threads
        about = (link.url, str(link.testnet))
        self._markets = Markets(self.name, self.title, lambda: self.wired, link.cache, *about)
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

    # --- the venue's words

    def permit(self, ref: OrderRef, left: float) -> None:
        """Raises Refused for a symbol that the exchange lacks, NeverSent where it does not tell."""
        self._ready(ref, min(left, self.habits.read_timeout))

    def _ready(self, ref: OrderRef, patience: float) -> Wired:
        """Out: ccxt, once it knows the order's market."""
        wired = self.wired  # first: a credential may be missing
        self._markets.learn(ref.symbol or "", patience)
        return wired

    def renew(self, patience: float) -> bool:
        """After a "no such symbol"."""
        return self._markets.doubt()

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        wired, params = self._ready(ref, patience), _params(ref)
        call = Call.within(patience, Aim.CANCEL, order_id=ref.order_id)
        with suppress(Answered):
            wired.call(call, lambda ccxt: _kind_known(ccxt).cancel_order(ref.order_id, ref.symbol, params))
        if not call.cancels:
            raise Refused("ccxt sent no cancel", sent=False)
        if not has_accepted(self.name, call.reply.data, ref.order_id):
            raise unreadable(call.reply)
        return Answer(None, as_raw(call.reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        wired, params = self._ready(ref, patience), _params(ref)
        if self.name.startswith("bybit"):
            params["acknowledged"] = True  # [ccxt] else it refuses to look: "only ... in last 500 orders"
        call = Call.within(patience, Aim.READ, order_id=ref.order_id)
        try:
            found = wired.call(call, lambda ccxt: _kind_known(ccxt).fetch_order(ref.order_id, ref.symbol, params))
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
        order = order_in(self.name, found, call.heard)
        if order is None:
            word = words.raw_word(call.heard, found.get("info"), found.get("status")) or found.get("status")
            raise Uncertain(f"the exchange shows a status that proves nothing: {word}", raw=as_raw(call.reply))
        if order.symbol not in (None, ref.symbol):
            note = f"the exchange shows it at {order.symbol}, not at {ref.symbol}"
            order = order._replace(note=note)
        return order

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
                    look(lambda patience: self._markets.learn_all(lists, patience))
                fresh = [row for row in self._read(lists, reply) if shown.add(row.ref.order_id)]
                if rows and not fresh:
                    raise Uncertain("the exchange's list goes round in a circle", raw=as_raw(reply))
                yield from (row._replace(of_many=bool(more)) for row in fresh if not row.order.is_final)

    def _page(self, lists: Lists, params: dict[str, Any], patience: float) -> tuple[Reply, list[Any]]:
        """Out: one page, and its rows. Raises Uncertain where it is none."""
        wired = self.wired
        spare(wired.ccxt)
        call = Call.within(patience, Aim.READ, unread=True)
        with suppress(Answered):
            wired.call(call, lambda ccxt: ccxt.fetch_open_orders(None, None, None, params))
        rows = lists.rows(call.reply.data)
        if rows is None:
            raise unreadable(call.reply)
        return call.reply, rows

    def _read(self, lists: Lists, reply: Reply) -> list[OpenOrder]:
        """Out: the rows of a page. Raises Uncertain where one of them cannot be read."""
        raws, rows = lists.rows(reply.data) or [], lists.rows(as_ccxt_has_it(reply)) or []
        try:
            call = Call.within(self.habits.read_timeout, Aim.READ)
            found = self.wired.call(call, lambda ccxt: [ccxt.parse_order(row) for row in rows])
            return [row_in(self.name, one, raw, call.heard) for one, raw in zip(found, raws, strict=True)]
        except (Refused, TypeError, AttributeError, LookupError):
            raise unreadable(reply) from None

    def caveat(self, listed: int) -> str:
        return KEPT_APART if self.name in LISTS and LISTS[self.name].apart else ""

    def check(self, patience: float) -> None:
        """The balance: reading it wants the key, and no market."""
        spare(self.wired.ccxt)
        self.wired.call(Call.within(patience, Aim.READ), lambda ccxt: ccxt.fetch_balance())


def _kind_known(ccxt: Any) -> Any:
    """[ccxt] KuCoin's two kinds of spot orders have paths of their own, and which it is stands with its markets."""
    if hasattr(ccxt, "load_migration_status"):
        ccxt.load_migration_status()
    return ccxt


def _unfolded(value: str) -> str:
    """A PEM key may have come in one line, its line feeds as two characters."""
    return value.replace("\\n", "\n") if "-----BEGIN" in value else value


def _params(ref: OrderRef) -> dict[str, Any]:
    return {"trigger": True} if ref.trigger else {}


def _moved(ccxt: Any, urls: Any, origin: str) -> Any:
    """Out: the same addresses at another origin."""
    if isinstance(urls, dict):
        return {name: _moved(ccxt, inner, origin) for name, inner in urls.items()}
    if not isinstance(urls, str):
        return urls
    parts, there = urlsplit(ccxt.implode_hostname(urls)), urlsplit(origin)
    return urlunsplit((there.scheme, there.netloc, parts.path, parts.query, ""))
