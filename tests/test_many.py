"""Many orders in one run: the real command in a process of its own, against practice venues in this one."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any

import pytest

from venues.neuratrade.practice import PracticeNeuraTrade
from venues.sandbox.practice import Practice, Reply, Request
from venues.sandbox.server import Running, start
from venues.threecommas.practice import EXTRA_DEAL, PracticeThreeCommas
from venues.tradernet.practice import PracticeTradernet

LONGEST = 25.0  # seconds, after which a run is taken for hung


def order(number: int) -> str:
    """A NeuraTrade order of the practice venue's extra ones, from 1."""
    return f"ord-20260101000000-{number}"


def orders(count: int) -> list[str]:
    return [order(number) for number in range(1, count + 1)]


@dataclass
class Watched:
    """A practice venue with a `delay` in seconds for each request, which counts what is in flight at once."""

    practice: Practice
    delay: Callable[[Request], float] = lambda request: 0.0
    came: int = 0
    most_at_once: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.came += 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            time.sleep(self.delay(request))
            return self.practice.answer(request)
        finally:
            with self._lock:
                self._at_once -= 1


@dataclass(frozen=True)
class Ran:
    """What a run left."""

    code: int
    out: str
    err: str
    took: float

    @property
    def lines(self) -> list[Any]:
        """The records of `-o jsonl`."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def document(self) -> Any:
        """The document of `-o json`."""
        return json.loads(self.out)


class Desk:
    """A served practice venue, and the installed command pointed at it."""

    def __init__(self, installed: Any, practice: Practice, running: Running, server: Watched) -> None:
        self._installed = installed
        self.practice = practice
        self.running = running
        self.server = server

    @contextmanager
    def begun(self, *args: str, opened: IO[bytes] | None = None, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """The command, running; its standard input is a pipe, or a file that is `opened`."""
        prefix = f"CANCEL_{self.practice.venue.upper()}_"
        given = {"url": self.running.url, **self.practice.credentials}
        environ |= {prefix + name.upper(): value for name, value in given.items()}
        process = self._installed.begin(*args, env=environ, stdin=opened or PIPE, stdout=PIPE, stderr=PIPE)
        hung = threading.Timer(LONGEST, process.kill)  # so that no test waits for ever for a line
        hung.start()
        with process:
            try:
                yield process
            finally:
                hung.cancel()
                process.kill()

    def run(self, *args: str, stdin: bytes = b"", **environ: str) -> Ran:
        began = time.monotonic()
        with self.begun(*args, **environ) as process:
            out, err = process.communicate(stdin, timeout=LONGEST)
        return Ran(process.returncode, out.decode(), err.decode(), time.monotonic() - began)

    def wait_for(self, route: str, count: int) -> None:
        """Until so many requests of a route have been answered."""
        self._wait(lambda: self.practice.counts[route] >= count)

    def wait_for_requests(self, count: int) -> None:
        """Until so many requests have come, answered or not."""
        self._wait(lambda: self.server.came >= count)

    def _wait(self, is_so: Callable[[], bool]) -> None:
        ends = time.monotonic() + LONGEST
        while not is_so():
            assert time.monotonic() < ends, self.practice.counts
            time.sleep(0.01)


Open = Callable[..., Desk]


@pytest.fixture
def desk(installed: Any) -> Iterator[Open]:
    """Out: serves a practice venue; NeuraTrade with so many extra orders unless another is given."""
    running: list[Running] = []

    def opened(extra: int = 0, practice: Practice | None = None, **watched: Any) -> Desk:
        practice = practice or PracticeNeuraTrade(extra_open=extra)
        server = Watched(practice, **watched)
        running.append(start(server))
        return Desk(installed, practice, running[-1], server)

    yield opened
    for each in running:
        each.close()
        assert not each.faults


def lines(ids: Sequence[str]) -> bytes:
    return "".join(f"{text}\n" for text in ids).encode()


# --- ids


def test_one_wrong_line_of_thousands_is_named_and_the_others_go(desk: Open) -> None:
    here = desk(2_000)
    ids = orders(2_000)
    ids[999] = "ord-2026-wrong"
    ran = here.run("order", "-", "-j", "16", "--no-wait", "-o", "jsonl", stdin=lines(ids))
    assert ran.code == 2
    assert ran.err.startswith("standard input, line 1000: 'ord-2026-wrong' is not an order id")
    assert ran.err.count("\n") == 1
    assert sorted(record["order_id"] for record in ran.lines) == sorted({*orders(2_000)} - {order(1_000)})
    assert here.practice.counts["cancel"] == 1_999
    assert here.practice.true_state(order(1_000)) == "open"
    assert here.practice.true_state(order(2_000)) == "cancelled"
    assert here.running.connections <= 16


def test_one_wrong_argument_of_a_thousand_stops_them_all(desk: Open) -> None:
    here = desk(1_000)
    ran = here.run("order", *orders(999), "ord-2026-wrong", "-o", "json")
    assert ran.code == 2
    assert "'ord-2026-wrong' is not an order id" in " ".join(ran.err.split())
    assert sum(here.practice.counts.values()) == 0


@pytest.mark.parametrize("by", ["argument", "standard input"])
def test_the_same_id_a_thousand_times_is_sent_once(desk: Open, by: str) -> None:
    here = desk(1)
    ids = orders(1) * 1_000
    if by == "argument":
        ran = here.run("order", *ids, "-j", "8", "-o", "json")
    else:
        ran = here.run("order", "-", "-j", "8", "-o", "json", stdin=lines(ids))
    assert (ran.code, len(ran.document["orders"])) == (0, 1)
    assert here.practice.counts["cancel"] == 1


@pytest.mark.parametrize(
    "text",
    [
        b"%s\r\n%s\r\n",
        b"\xef\xbb\xbf%s\n%s\n",
        b"\xef\xbb\xbf%s\r\n\xef\xbb\xbf%s\r\n",  # two files of Windows, one after the other
        b"  %s   \n\t%s \t\n",
        b"# orders\n\n%s # the first\n   \n%s",  # and no line end at the end
    ],
    ids=["windows line ends", "BOM", "two BOMs", "blanks around", "comments"],
)
def test_ids_from_any_editor_are_understood(desk: Open, text: bytes) -> None:
    here = desk(2)
    ran = here.run("order", "-", "-o", "json", stdin=text % (order(1).encode(), order(2).encode()))
    assert (ran.code, ran.err) == (0, "")
    assert [record["order_id"] for record in ran.document["orders"]] == orders(2)


@pytest.mark.parametrize(("order_id", "outcome"), [("2929292921", "already-cancelled"), ("2929292920", "too-late")])
def test_a_skipped_line_makes_the_exit_code_2_whatever_the_orders_came_to(
    desk: Open, order_id: str, outcome: str
) -> None:
    """No "3 is fine for me" may swallow an order that was never sent."""
    here = desk(practice=PracticeTradernet())
    text = f"{order_id}\n\n\x1b[31m2929292929,\n{'x' * 3_000}\n".encode()
    ran = here.run("tradernet", "-", "-o", "json", stdin=text)
    document = ran.document
    assert [record["outcome"] for record in document["orders"]] == [outcome]
    assert (ran.code, document["exit_code"]) == (2, 2)
    lines = [{"line": 3, "text": "2929292929,"}, {"line": 4, "text": "x" * 59 + "…"}]
    assert document["skipped"] == lines
    assert [text.split(":")[0] for text in ran.err.splitlines()] == [f"standard input, line {n}" for n in (3, 4)]
    assert here.practice.true_state("2929292929") == "open"


@pytest.mark.parametrize("output", ["table", "json", "jsonl"])
@pytest.mark.parametrize("text", [b"", b"\n  \n# none today\n"], ids=["empty", "comments"])
def test_no_id_at_all_is_nothing_to_do(desk: Open, text: bytes, output: str) -> None:
    here = desk(1)
    ran = here.run("order", "-", "-o", output, stdin=text)
    assert (ran.code, ran.err) == (0, "nothing to do: there was no order id on standard input\n")
    whole = {"version": 1, "command": "order", "exit_code": 0, "orders": [], "skipped": []}
    assert (json.loads(ran.out) if output == "json" else ran.out) == (whole if output == "json" else "")
    assert here.server.came == 0


def test_nothing_to_do_sends_cron_no_mail(desk: Open) -> None:
    ran = desk(1).run("order", "-", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_nothing_but_bad_lines_is_not_nothing_to_do(desk: Open) -> None:
    ran = desk(1).run("order", "-", "-o", "json", stdin=b"1\n")
    assert (ran.code, ran.document["orders"], ran.document["skipped"]) == (2, [], [{"line": 1, "text": "1"}])
    assert "nothing to do" not in ran.err


def test_blanks_around_an_argument_are_ignored(desk: Open) -> None:
    here = desk(2)
    ran = here.run("order", f" {order(1)} ", f"\t{order(1)}", f"\ufeff{order(2)}\n", order(2), "-o", "json")
    assert (ran.code, [record["order_id"] for record in ran.document["orders"]]) == (0, orders(2))
    assert ran.document["skipped"] == []
    assert here.practice.counts["cancel"] == 2


def test_blanks_around_a_deals_id_are_ignored_and_an_empty_one_is_none(desk: Open) -> None:
    here = desk(practice=PracticeThreeCommas())
    ran = here.run("deal-order", " 2345678901 ", " 1123077331 ", "-o", "json")
    assert (ran.code, ran.document["orders"][0]["deal_id"]) == (0, "2345678901")
    came = here.server.came
    assert here.run("deal-order", " ", "1123077345").code == 2
    assert here.server.came == came


def test_a_closed_standard_input_is_nothing_to_do(desk: Open) -> None:
    here = desk(1)
    with here.begun("order", "-") as process:
        command = process.args
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *command],
        env=here._installed.environ({"CANCEL_NEURATRADE_URL": here.running.url, "CANCEL_NEURATRADE_TOKEN": "x"}),
        capture_output=True, text=True, timeout=LONGEST, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "nothing to do: there was no order id on standard input\n"


def test_a_standard_input_that_breaks_off_keeps_the_report_of_what_came_before(desk: Open, tmp_path: Path) -> None:
    here = desk(1)
    unreadable = (tmp_path / "ids").open("wb")
    with unreadable, here.begun("order", order(1), "-", "-o", "json", opened=unreadable) as process:
        out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 2
    assert err.startswith(b"standard input broke off: ")
    assert err.count(b"\n") == 1
    document = json.loads(out)
    assert (document["exit_code"], document["orders"][0]["outcome"]) == (2, "cancelled")


# --- streams


def test_cancels_leave_while_standard_input_is_still_open(desk: Open) -> None:
    """Nor does a stall hold up what was read before it, and each record is printed as its order ends."""
    here = desk(4)
    with here.begun("order", "-", "-o", "jsonl") as process:
        stdin, stdout = pipes(process)
        stdin.write(lines(orders(3)))
        stdin.flush()
        seen = [json.loads(stdout.readline()) for _ in range(3)]  # stdin stalls meanwhile
        assert {record["order_id"] for record in seen} == set(orders(3))
        assert [here.practice.true_state(text) for text in orders(4)] == [*["cancelled"] * 3, "open"]
        assert process.poll() is None
        out, err = process.communicate(lines([order(4)]), timeout=LONGEST)
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["order_id"] == order(4)


def test_ctrl_c_while_standard_input_stalls_reports_what_was_sent(desk: Open) -> None:
    here = desk(2)
    with here.begun("order", "-", "-o", "json") as process:
        stdin, _ = pipes(process)
        stdin.write(lines(["what", *orders(2)]))
        stdin.flush()
        here.wait_for("read", 2)
        time.sleep(0.1)  # the second look's answer is on its way back
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=LONGEST)
    document = json.loads(out)
    assert process.returncode == document["exit_code"] == 130  # a signal goes before a line that was skipped
    assert [record["outcome"] for record in document["orders"]] == ["cancelled"] * 2
    assert document["skipped"] == [{"line": 1, "text": "what"}]


def test_ctrl_c_in_the_middle_of_a_thousand_reports_every_order_that_was_sent(desk: Open) -> None:
    here = desk(1_000, delay=lambda request: 0.01)
    with here.begun("order", *orders(1_000), "-j", "8", "-o", "json") as process:
        here.wait_for("cancel", 100)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=LONGEST)
    document = json.loads(out)
    assert process.returncode == document["exit_code"] == 130
    sent = {record["order_id"] for record in document["orders"] if record["attempts"]}
    cancelled = {text for text in orders(1_000) if here.practice.true_state(text) == "cancelled"}
    assert len(cancelled) < 1_000
    assert cancelled <= sent
    assert len(sent) == here.practice.counts["cancel"]
    assert [record["order_id"] for record in document["orders"]] == orders(1_000)
    unsent = [record for record in document["orders"] if not record["attempts"]]
    assert {record["outcome"] for record in unsent} == {"unavailable"}
    accounts = {(record["profile"], record["credentials"]) for record in document["orders"]}
    assert accounts == {("default", "environment")}


def test_ctrl_c_while_the_venue_is_slow_takes_the_answers_that_still_come(desk: Open) -> None:
    here = desk(20, delay=lambda request: 1.5)
    with here.begun("order", *orders(20), "-j", "3", "-o", "json") as process:
        here.wait_for_requests(3)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    records = json.loads(out)["orders"]
    assert [(record["outcome"], record["attempts"]) for record in records[:3]] == [("pending", 1)] * 3
    assert {(record["outcome"], record["attempts"]) for record in records[3:]} == {("unavailable", 0)}


def test_json_keeps_the_order_given_and_jsonl_goes_as_orders_end(desk: Open) -> None:
    slow = order(1).encode()
    here = desk(6, delay=lambda request: 0.4 if slow in request.body else 0.0)
    assert [r["order_id"] for r in here.run("order", *orders(3), "-o", "json").document["orders"]] == orders(3)
    slow = order(4).encode()
    ended = [record["order_id"] for record in here.run("order", *orders(6)[3:], "-o", "jsonl").lines]
    assert ended[-1] == order(4)
    assert sorted(ended) == orders(6)[3:]


# --- the pool


def test_jobs_bound_what_is_in_flight_and_each_keeps_one_connection(desk: Open) -> None:
    here = desk(40, delay=lambda request: 0.02)
    assert here.run("order", *orders(40), "-j", "5", "-o", "jsonl").code == 0
    assert here.server.most_at_once == 5
    assert here.running.connections <= 5


def test_one_order_opens_one_connection_whatever_jobs_allows(desk: Open) -> None:
    here = desk(1)
    assert here.run("order", order(1), "-j", "64", "-o", "json").code == 0
    assert here.running.connections == 1


def test_a_venue_that_dies_half_way_leaves_the_rest_unavailable_at_once(desk: Open) -> None:
    here = desk(400)
    dead = threading.Thread(target=lambda: (here.wait_for("cancel", 100), here.running.close()))
    dead.start()
    ran = here.run("order", "-", "-j", "4", "--wait", "2", "-o", "json", stdin=lines(orders(400)))
    dead.join()
    records = ran.document["orders"]
    assert [record["order_id"] for record in records] == orders(400)
    assert ran.took < 12  # one by one the rest would wait 2 s in each of 4 threads: 150 s
    rest = records[-100:]
    assert {(record["outcome"], record["attempts"]) for record in rest} == {("unavailable", 0)}
    for record in records:  # nothing that the venue had done is called undone
        if here.practice.true_state(record["order_id"]) == "cancelled":
            assert record["outcome"] in ("cancelled", "pending", "unknown"), record


# --- looks


def test_one_look_at_a_deal_serves_many_of_its_orders(desk: Open) -> None:
    practice = PracticeThreeCommas(extra_open=7)
    ids = [text for text, each in practice.orders.items() if each.facts.get("deal") == EXTRA_DEAL]
    for text in ids:
        practice.orders[text].delay = 0.5  # so that the reply does not show it yet
    here = desk(practice=practice, delay=lambda request: 0.1)
    ran = here.run("deal-order", EXTRA_DEAL, *ids, "-j", "7", "-o", "json")
    assert (ran.code, len(ids), practice.counts["cancel"]) == (0, 7, 7)
    assert {record["evidence"] for record in ran.document["orders"]} == {"read-back"}
    assert practice.counts["read"] <= 6  # two of them before the cancels


def test_one_look_at_tradernets_list_serves_many_orders(desk: Open) -> None:
    practice = PracticeTradernet(extra_open=6)
    here = desk(practice=practice)
    ids = [str(3000000001 + number) for number in range(6)]
    ran = here.run("tradernet", *ids, "-j", "6", "-o", "json")
    assert (ran.code, practice.counts["cancel"], practice.counts["history"]) == (0, 6, 0)
    assert practice.counts["read"] <= 4
    assert here.server.most_at_once == 1  # one request at a time, as its page asks


def pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
