"""Practice Toy: one order, whose cancel takes a moment, and the list that it is in."""

from __future__ import annotations

from typing import Any

from venues.sandbox.practice import Found, Practice, PracticeOrder, Reply, Request, Route

WORDS = {"cancelling": "going", "cancelled": "gone", "filled": "sold"}


class PracticeToy(Practice):
    venue = "toy"

    def __init__(self, **clocks: Any) -> None:
        super().__init__(**clocks)
        self.credentials = {"key": "open sesame"}
        self.routes = (
            Route("DELETE", "/orders/([0-9]+)", "cancel", self._cancel),
            Route("GET", "/orders/([0-9]+)", "read", self._show),
            Route("GET", "/orders", "list", self._list),
        )
        self.add(PracticeOrder("toy", "7", "TOY", "buy", "limit", "1.5", "2", delay=0.2))

    def respond(self, request: Request, found: Found | None) -> Reply:
        if request.headers.get("Key") != self.credentials["key"]:
            return Reply.json(401, {"error": "wrong key"})
        if found is not None and not found.ids:
            return found.route.handler()
        if found is None or found.ids[0] not in self.orders:
            return Reply.json(404, {"error": "no such order"})
        return found.route.handler(self.orders[found.ids[0]])

    def word(self, order: PracticeOrder) -> str:
        return WORDS.get(self.state(order), self.state(order))

    def _cancel(self, order: PracticeOrder) -> Reply:
        if self.state(order) != "open":
            return Reply.json(409, {"error": f"it is {self.word(order)}"})
        self.begin_cancel(order)
        return self._show(order)

    def _show(self, order: PracticeOrder) -> Reply:
        return Reply.json(200, {"state": self.word(order)})

    def _list(self) -> Reply:
        rows = self.open_rows("toy", lambda order: {"id": order.order_id, "state": self.word(order)})
        return Reply.json(200, {"orders": rows})


open_practice = PracticeToy
