"""A venue that only errs: what two orders in a row have waited for in vain, hundreds do not wait for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.faults import faults as f
from tests.faults.nursery import Nursery
from tests.faults.run import command, environment, run
from tests.faults.server import Fault, FaultServer, always, once
from venues.registry import face_of, open_practice

MANY = 300
SILENT: dict[str, tuple[str, Fault]] = {
    "order, 500": ("order", f.answer(500)),
    "order, closed": ("order", f.close(acting=False)),
    "order, hangs": ("order", f.hang(acting=False)),
    "tanx, 502": ("tanx", f.html(502)),
}


@pytest.mark.parametrize("silent", SILENT)
def test_the_rest_is_not_sent_to_a_venue_that_only_errs(nest: Nursery, tmp_path: Path, silent: str) -> None:
    verb, fault = SILENT[silent]
    practice = open_practice(face_of(verb).name, extra_open=MANY)
    ids = list(practice.orders)[-MANY:]
    with FaultServer(practice, {"cancel": always(fault), "look": always(fault)}) as server:
        ran = run(command(verb, *ids, "-o", "json", "--wait", "1"), environment(tmp_path, server), made=nest)
        records = ran.document["orders"]
        told = Counter((record["outcome"], record["attempts"] > 0) for record in records)
        assert server.arrived["cancel"] == sum(record["attempts"] for record in records)
    assert (ran.code, len(records), set(told)) == (10, MANY, {("unknown", True), ("unavailable", False)})
    assert told["unknown", True] <= 8
    assert "no answer to the orders before" in records[-1]["message"]
    assert server.arrived["look"] < MANY


def test_a_venue_that_has_one_bad_moment_gets_all_orders(nest: Nursery, tmp_path: Path) -> None:
    practice = open_practice("tanx", extra_open=12)
    ids = list(practice.orders)[-12:]
    for order_id in ids:
        practice.orders[order_id].delay = 0.05
    bad = once(*[f.answer(500)] * 3)
    with FaultServer(practice, {"cancel": bad, "look": bad}) as server:
        ran = run(command("tanx", *ids, "-o", "json"), environment(tmp_path, server), made=nest)
        assert all(server.is_cancelled(order_id) for order_id in ids)
    assert {record["outcome"] for record in ran.document["orders"]} == {"cancelled"}
