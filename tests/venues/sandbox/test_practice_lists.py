"""What a practice venue's lists show: the present, or what was so a while ago."""

from __future__ import annotations

import pytest

from tests.venues.fakes import StoppedClock
from venues.sandbox.practice import Found, Practice, PracticeOrder, Reply, Request, Route


class Shop(Practice):
    """A venue with a list of orders, as text."""

    venue = "shop"

    def __init__(self, clock: StoppedClock) -> None:
        super().__init__(now=clock, time=clock)
        self.routes = (Route("GET", "/list", "list", self._list), Route("GET", "/other", "other", self._list))
        self.clock = clock
        for order_id in ("1", "2"):
            self.place(order_id, age=3600.0)

    def place(self, order_id: str, age: float = 0.0, verb: str = "shop") -> PracticeOrder:
        order = PracticeOrder(verb, order_id, "A", "buy", "limit", "1", "1", delay=2.0)
        self.add(order, age=age)
        return order

    def respond(self, request: Request, found: Found | None) -> Reply:
        assert found is not None
        return found.route.handler()

    def word(self, order: PracticeOrder) -> str:
        return self.state(order)

    def _list(self) -> Reply:
        return Reply.text(200, " ".join(self.shown()))

    def shown(self) -> list[str]:
        return self.open_rows("shop", lambda order: f"{order.order_id}:{self.word(order)}")


@pytest.fixture
def shop(stopped: StoppedClock) -> Shop:
    return Shop(stopped)


def test_what_is_open_or_on_its_way_out_is_listed(shop: Shop) -> None:
    shop.place("3", verb="another")
    shop.begin_cancel(shop.orders["1"])
    assert shop.shown() == ["1:cancelling", "2:open"]
    shop.clock.pass_by(2.0)
    shop.place("4")
    assert shop.shown() == ["2:open", "4:open"]


def test_a_list_that_is_behind_shows_every_change_so_much_later(shop: Shop) -> None:
    shop.lists_lag = 5.0
    shop.begin_cancel(shop.orders["1"])
    shop.end("2")
    shop.place("3")
    seen: dict[int, list[str]] = {}
    for seconds in range(9):
        seen[seconds] = shop.shown()
        assert shop.true_state("2") == "filled"  # only lists are behind
        shop.clock.pass_by(1.0)
    assert seen[0] == seen[4] == ["1:open", "2:open"]
    assert seen[5] == seen[6] == ["1:cancelling", "3:open"]
    assert seen[7] == seen[8] == ["3:open"]


def test_a_list_that_breaks_leaves_nothing_behind(shop: Shop) -> None:
    shop.lists_lag = 5.0
    shop.end("1")
    with pytest.raises(ZeroDivisionError):
        shop.open_rows("shop", lambda order: 1 / 0)
    assert shop.true_state("1") == "filled"


def test_something_may_happen_as_a_list_is_asked_for(shop: Shop) -> None:
    asked = []

    def change(number: int) -> None:
        asked.append(number)
        if number == 2:
            shop.end("1")

    shop.at_list = change
    bodies = [shop.answer(Request("GET", path)).body for path in ("/list", "/other", "/list")]
    assert (asked, bodies) == ([1, 2], [b"1:open 2:open", b"1:open 2:open", b"2:open"])
