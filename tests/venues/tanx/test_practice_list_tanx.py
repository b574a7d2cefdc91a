"""Practice tanX's list: pages, filters, the order of the rows, and rows that are behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from venues.sandbox.practice import Headers, PracticeOrder, Request
from venues.tanx.practice import PracticeTanx

OPEN = ["25768879", "25768901", "25768914", "25769002", "25769015", "25768650"]


class Counted(PracticeTanx):
    """`passes`: how often it went through all its orders."""

    passes = 0

    def open_rows(self, *args: Any) -> Any:
        self.passes += 1
        return super().open_rows(*args)


@pytest.fixture
def practice(clocks: Any) -> PracticeTanx:
    return PracticeTanx(**clocks)


def ask(practice: PracticeTanx, query: str = "") -> tuple[int, Any]:
    headers = Headers({"Authorization": f"JWT {practice.credentials['access_token']}"}.items())
    reply = practice.answer(Request("GET", "/sapi/v1/orders/", query, headers))
    return reply.status, json.loads(reply.body)["payload"]


def ids(practice: PracticeTanx, query: str = "") -> list[str]:
    return [str(row["id"]) for row in ask(practice, query)[1]]


def test_it_lists_what_waits_latest_update_first(practice: PracticeTanx) -> None:
    assert ids(practice, "state=wait") == ["25769002", "25769015", "25768879", "25768901", "25768914", "25768650"]
    assert ids(practice, "state=pending") == []
    assert ids(practice, "state=cancel") == ["25768790"]
    assert ids(practice, "state=done") == ["25768802"]
    assert len(ids(practice)) == len(practice.orders)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("market=ethusdt", ["25769015"]),
        ("side=sell", ["25769015", "25768901", "25768650"]),
        ("ord_type=stop_limit", ["25768650"]),
        ("market=btcusdc&side=buy", ["25768879"]),
        ("market=nothing", []),
    ],
)
def test_its_filters(practice: PracticeTanx, query: str, found: list[str]) -> None:
    assert ids(practice, f"state=wait&{query}") == found


def test_a_row_is_an_order_without_its_trades(practice: PracticeTanx) -> None:
    row = ask(practice, "state=wait&ord_type=stop_limit")[1][0]
    assert (row["stop_price"], row["state"], row["cancel_reason"]) == ("62500.0", "wait", None)
    assert "trades" not in row


def test_pages_are_of_fifty_unless_it_is_asked_otherwise(clocks: Any) -> None:
    practice = PracticeTanx(extra_open=70, **clocks)
    assert [len(ids(practice, f"state=wait&page={page}")) for page in (1, 2, 3)] == [50, 26, 0]
    assert [len(ids(practice, f"state=wait&limit=30&page={page}")) for page in (1, 2, 3, 4)] == [30, 30, 16, 0]
    practice.most_rows = 20
    assert [len(ids(practice, f"state=wait&page={page}")) for page in (1, 4, 5)] == [20, 16, 0]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=-1", "page=0", "page=x"])
def test_numbers_that_are_none(practice: PracticeTanx, query: str) -> None:
    assert ask(practice, query) == (422, "")


def test_a_pending_order_is_in_the_other_list(practice: PracticeTanx, stopped: Any) -> None:
    practice.hold_pending("25768901", 2.0)
    assert (ids(practice, "state=pending"), "25768901" in ids(practice, "state=wait")) == (["25768901"], False)
    stopped.pass_by(2.0)
    assert (ids(practice, "state=pending"), "25768901" in ids(practice, "state=wait")) == ([], True)


def test_all_orders_are_gone_through_once_for_all_pages_while_nothing_changes(clocks: Any, stopped: Any) -> None:
    practice = Counted(extra_open=300, **clocks)
    for page in range(1, 8):
        ids(practice, f"state=wait&page={page}")
    assert practice.passes == 1
    practice.end("26000001")
    assert "26000001" not in {each for page in range(2, 8) for each in ids(practice, f"state=wait&page={page}")}
    assert practice.passes == 2
    practice.hold_pending("26000060", 1.0)
    assert "26000060" not in ids(practice, "state=wait&page=2")
    stopped.pass_by(1.0)
    assert "26000060" in ids(practice, "state=wait&page=2")


def test_what_a_hook_changes_between_two_pages_is_shown(practice: PracticeTanx) -> None:
    """A partial fill moves its row to the front: the second page then has what the first one had."""

    def fill(number: int) -> None:
        if number == 2:
            practice.orders["25768650"].updated = practice.time()

    practice.at_list = fill
    assert ids(practice, "state=wait&limit=3&page=1") == ["25769002", "25769015", "25768879"]
    assert ids(practice, "state=wait&limit=3&page=2") == ["25768879", "25768901", "25768914"]


def test_a_list_that_is_behind(practice: PracticeTanx, stopped: Any) -> None:
    """What was cancelled just now is still in it, as it was; what was placed just now is not in it yet."""
    practice.lists_lag = 3.0
    practice.begin_cancel(practice.orders["25768879"])
    for new in ("77", "78"):
        practice.add(PracticeOrder("tanx", new, "btcusdc", "buy", "limit", "1.0", "1.0"), age=0.0)
    stopped.pass_by(1.0)
    assert practice.true_state("25768879") == "cancelled"
    assert sorted(ids(practice, "state=wait")) == sorted(OPEN)
    assert {row["state"] for row in ask(practice, "state=wait")[1]} == {"wait"}
    assert ids(practice, "state=wait&limit=3&page=2") == ["25768901", "25768914", "25768650"]
    stopped.pass_by(3.0)
    assert ids(practice, "state=wait&limit=3&page=2") == ["25769015", "25768901", "25768914"]
    assert sorted(ids(practice, "state=wait")) == sorted({*OPEN, "77", "78"} - {"25768879"})
