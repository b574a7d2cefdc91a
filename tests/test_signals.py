"""Signals, pipes, disks and homes, with real processes: nothing is sent after a stop, and nothing is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults import faults as f
from tests.faults.nursery import Nursery
from tests.faults.run import ORDERS, command, environment, run
from tests.faults.server import Door, Fault, Faults, FaultServer, always, once
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.registry import face_of, open_practice
from venues.sandbox.practice import Practice
from venues.tanx.practice import PracticeTanx

GRACE = 0.6  # seconds that requests in flight get here, 2 otherwise
SLACK = 2.5  # seconds for a busy machine
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
# Each verb once, and the other signal at one of them.
VERBS_AND_SIGNALS = [*((verb, signal.SIGINT, 130) for verb in ORDERS), ("tanx", signal.SIGTERM, 143)]
HANGS = f.hang(acting=True)
LOOKS_BEFORE = {"deal-order": 1}  # looks that a cancel takes before it is sent


def served(verb: str, plan: Mapping[str, Faults] | None = None, practice: Practice | None = None) -> FaultServer:
    return FaultServer(practice or open_practice(face_of(verb).name), plan)


@pytest.fixture
def started(nest: Nursery) -> Callable[..., AbstractContextManager[subprocess.Popen[str]]]:
    """Out: a process under way, its time-outs full and its grace short; it is killed if the test leaves it behind."""

    @contextmanager
    def begun(argv: list[str], env: Mapping[str, str], **streams: Any) -> Iterator[subprocess.Popen[str]]:
        given: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with nest.popen(
            argv, env={"SCALE": "1", "GRACE": str(GRACE), **env}, text=True, **(given | streams)
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return begun


def until(true: Callable[[], bool], longest: float = 20.0) -> None:
    """Wait for what another process does."""
    ends = time.monotonic() + longest
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)


def stop(process: subprocess.Popen[str], number: signal.Signals) -> tuple[str, str, float]:
    """Send the signal. Out: stdout, stderr, and the seconds until the end."""
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return out, err, time.monotonic() - began


def assert_stopped(server: FaultServer, arrived: int, took: float, err: str) -> None:
    assert sum(server.arrived.values()) == arrived, f"sent after the signal: {server.sequence[arrived:]}"
    assert took < GRACE + SLACK
    assert "Traceback" not in err


@pytest.mark.parametrize(("verb", "number", "code"), VERBS_AND_SIGNALS)
def test_a_signal_while_the_cancel_hangs(
    started: Any, tmp_path: Path, verb: str, number: signal.Signals, code: int
) -> None:
    with served(verb, {"cancel": always(HANGS)}) as server:
        argv = command(verb, *ORDERS[verb], "-o", "json")
        with started(argv, environment(tmp_path, server)) as process:
            until(lambda: server.arrived["cancel"] == 1)
            out, err, took = stop(process, number)
        assert_stopped(server, 1 + LOOKS_BEFORE.get(verb, 0), took, err)
    assert process.returncode == code
    document = json.loads(out)
    (record,) = document["orders"]
    assert (document["exit_code"], record["outcome"], record["attempts"]) == (code, "unknown", 1)
    assert "look at order" in record["message"]


@pytest.mark.parametrize(("verb", "number", "code"), VERBS_AND_SIGNALS)
@pytest.mark.parametrize("fault", [HANGS, None], ids=["hanging", "between two"])
def test_a_signal_while_it_looks(
    started: Any, tmp_path: Path, verb: str, fault: Fault | None, number: signal.Signals, code: int
) -> None:
    practice = open_practice(face_of(verb).name)
    practice.orders[ORDERS[verb][-1]].delay = 3600.0
    before = LOOKS_BEFORE.get(verb, 0)
    with served(verb, {"look": Faults((None,) * before, fault)}, practice) as server:
        argv = command(verb, *ORDERS[verb], "-o", "json")
        with started(argv, environment(tmp_path, server)) as process:
            until(lambda: server.arrived["look"] > before)
            if fault is None:
                time.sleep(0.1)  # the answer has arrived, and the next look is some time away
            arrived = sum(server.arrived.values())
            out, err, took = stop(process, number)
        assert_stopped(server, arrived, took, err)
    assert process.returncode == code
    (record,) = json.loads(out)["orders"]
    assert (record["outcome"], record["attempts"]) == ("pending", 1)
    if fault is None:
        assert took < 2.0


def test_an_answer_within_the_grace_counts(started: Any, tmp_path: Path) -> None:
    def slow(asked: Any) -> Any:
        time.sleep(0.3)
        return asked.act()

    with served("deal-order", {"cancel": always(slow)}) as server:
        argv = command("deal-order", *ORDERS["deal-order"], "-o", "json")
        with started(argv, environment(tmp_path, server)) as process:
            until(lambda: server.arrived["cancel"] == 1)
            out, err, took = stop(process, signal.SIGINT)
        assert_stopped(server, 2, took, err)
    assert process.returncode == 130
    (record,) = json.loads(out)["orders"]
    assert (record["outcome"], record["evidence"]) == ("cancelled", "reply")


def test_a_signal_during_the_look_before_a_cancel(started: Any, tmp_path: Path) -> None:
    with served("deal-order", {"look": always(HANGS)}) as server:
        argv = command("deal-order", *ORDERS["deal-order"], "-o", "json")
        with started(argv, environment(tmp_path, server)) as process:
            until(lambda: server.arrived["look"] == 1)
            out, err, took = stop(process, signal.SIGINT)
        assert_stopped(server, 1, took, err)
    (record,) = json.loads(out)["orders"]
    assert (process.returncode, record["outcome"], record["attempts"]) == (130, "unavailable", 0)


# --- a server that must not be hung up on; all times divided by ten

LOCKED = 2.0  # seconds
TENTH = {"SCALE": "10", "GRACE": "1.0"}


@contextmanager
def locked_row(server: FaultServer) -> Iterator[str]:
    """The usual order's id; in the end both updates of its cancel must be made."""
    order_id = ORDERS["order"][-1]
    yield order_id
    until(lambda: server.practice.word(server.practice.orders[order_id]) == "CLOSED")


@pytest.mark.parametrize(("wait", "outcome", "code"), [("0.5", "unknown", 10), ("3", "cancelled", 0)])
def test_a_slow_server_is_not_hung_up_on(nest: Nursery, tmp_path: Path, wait: str, outcome: str, code: int) -> None:
    with served("order", {"cancel": always(f.locked(LOCKED))}) as server, locked_row(server) as order_id:
        argv = command("order", order_id, "-o", "json", "--wait", wait)
        ran = run(argv, environment(tmp_path, server, **TENTH), made=nest)
        (record,) = ran.document["orders"]
        assert (ran.code, record["outcome"], record["attempts"]) == (code, outcome, 2)
        assert ("hanging up now" in ran.err) == (outcome == "unknown")
        if outcome == "unknown":
            assert "only the server's liquidate call closes it" in record["message"]


def test_the_report_does_not_wait_for_a_slow_server(started: Any, tmp_path: Path) -> None:
    with served("order", {"cancel": always(f.locked(LOCKED))}) as server, locked_row(server) as order_id:
        argv = command("order", order_id, "-o", "jsonl", "--wait", "0.5")
        with started(argv, environment(tmp_path, server, **TENTH)) as process:
            assert json.loads(process.stdout.readline())["outcome"] == "unknown"
            assert server.practice.true_state(order_id) == "open"
            assert process.wait(20) == 10


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_lets_a_slow_server_come_to_its_end(
    started: Any, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with served("order", {"cancel": always(f.locked(LOCKED))}) as server, locked_row(server) as order_id:
        argv = command("order", order_id, "-o", "json")
        with started(argv, environment(tmp_path, server, **TENTH)) as process:
            until(lambda: server.arrived["cancel"] == 1)
            time.sleep(LOCKED - 0.7)
            out, _, _ = stop(process, number)
    (record,) = json.loads(out)["orders"]
    assert (process.returncode, record["outcome"], record["attempts"]) == (code, "pending", 1)


def test_a_second_signal_hangs_up(started: Any, tmp_path: Path) -> None:
    with served("order", {"cancel": always(f.locked(20.0))}) as server:
        argv = command("order", *ORDERS["order"], "-o", "jsonl", "--wait", "0.5")
        with started(argv, environment(tmp_path, server, **TENTH | {"GRACE": "20"})) as process:
            assert process.stdout.readline()
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            _, _, took = stop(process, signal.SIGINT)
        assert took < SLACK
    assert process.returncode == 130


# --- many orders


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("stream", [False, True], ids=["arguments", "stdin"])
def test_a_signal_in_the_middle_of_many(
    started: Any, tmp_path: Path, stream: bool, number: signal.Signals, code: int
) -> None:
    """The first twenty are cancelled, then the venue hangs; every order that was sent is in the report."""
    practice = PracticeNeuraTrade(extra_open=60)
    ids = [order_id for order_id in practice.orders if order_id.startswith("ord-20260101000000-")]
    with served("order", {"cancel": Faults((None,) * 20, HANGS)}, practice) as server:
        args = ("-",) if stream else tuple(ids)
        argv = command("order", *args, "-o", "json", "-j", "4", "--wait", "20")
        lines = tmp_path / "ids"
        lines.write_text("\n".join(ids))
        with lines.open() as stdin, started(argv, environment(tmp_path, server), stdin=stdin) as process:
            until(lambda: server.arrived["cancel"] == 24)
            time.sleep(0.1)  # the looks at those before have ended
            arrived = sum(server.arrived.values())
            out, err, took = stop(process, number)
        assert_stopped(server, arrived, took, err)
        sent = [json.loads(request.body)["order_id"] for request in server.log if request.body]
    assert process.returncode == code
    outcomes = {record["order_id"]: record["outcome"] for record in json.loads(out)["orders"]}
    assert list(outcomes.values()).count("cancelled") == 20
    assert {outcomes[order_id] for order_id in sent[20:]} == {"unknown"}
    assert set(sent) <= set(outcomes)
    unsent = {order_id: outcome for order_id, outcome in outcomes.items() if order_id not in sent}
    assert set(unsent.values()) <= {"unavailable"}
    if not stream:
        assert list(outcomes) == ids


def test_a_signal_in_the_middle_of_many_lines(started: Any, tmp_path: Path) -> None:
    practice = PracticeNeuraTrade(extra_open=60)
    ids = [order_id for order_id in practice.orders if order_id.startswith("ord-20260101000000-")]
    with served("order", {"cancel": Faults((None,) * 20, HANGS)}, practice) as server:
        argv = command("order", *ids, "-o", "jsonl", "-j", "4")
        with started(argv, environment(tmp_path, server)) as process:
            until(lambda: server.arrived["cancel"] == 24)
            out, err, _ = stop(process, signal.SIGTERM)
        sent = [json.loads(request.body)["order_id"] for request in server.log if request.body]
    assert (process.returncode, "Traceback" in err) == (143, False)
    told = [json.loads(line)["order_id"] for line in out.splitlines()]
    assert len(told) == len(set(told))
    assert set(sent) <= set(told)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_while_standard_input_stalls(
    started: Any, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with served("order") as server:
        argv = command("order", "-", "-o", "json")
        with started(argv, environment(tmp_path, server), stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.write(ORDERS["order"][0] + "\n")
            process.stdin.flush()
            until(lambda: server.arrived["look"] >= 1)  # cancelled before the last line is there
            time.sleep(0.2)
            began = time.monotonic()
            process.send_signal(number)
            process.wait(timeout=20)
            took = time.monotonic() - began
            assert process.stdout is not None
            assert process.stderr is not None
            out, err = process.stdout.read(), process.stderr.read()
        assert_stopped(server, 2, took, err)
    assert process.returncode == code
    assert [record["outcome"] for record in json.loads(out)["orders"]] == ["cancelled"]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_during_the_log_in(started: Any, tmp_path: Path, number: signal.Signals, code: int) -> None:
    practice = PracticeNeuraTrade()
    credentials = {"email": practice.email, "password": practice.password}
    with served("order", {"login": always(HANGS)}, practice) as server:
        argv = command("order", *ORDERS["order"], "-o", "json")
        with started(argv, environment(tmp_path, server, credentials)) as process:
            until(lambda: server.arrived["login"] == 1)
            out, err, took = stop(process, number)
        assert_stopped(server, 1, took, err)
    assert process.returncode == code
    (record,) = json.loads(out)["orders"]
    assert (record["outcome"], record["attempts"]) == ("unavailable", 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_venue_cannot_be_reached(started: Any, tmp_path: Path, number: signal.Signals) -> None:
    with FaultServer(open_practice("tanx"), door=Door("refused")) as server:
        argv = command("tanx", *ORDERS["tanx"], "-o", "json", "-v")
        with started(argv, environment(tmp_path, server)) as process:
            assert process.stderr is not None
            process.stderr.readline()  # whose account it is
            process.stderr.readline()  # it is under way
            out, err, took = stop(process, number)
    assert process.returncode == 128 + number
    assert took < GRACE + SLACK
    assert "Traceback" not in err
    assert json.loads(out)["orders"][0]["outcome"] == "unavailable"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once(started: Any, tmp_path: Path, number: signal.Signals) -> None:
    with served("tanx", {"cancel": always(HANGS)}) as server:
        argv = command("tanx", *ORDERS["tanx"], "-o", "json")
        with started(argv, environment(tmp_path, server)) as process:
            until(lambda: server.arrived["cancel"] == 1)
            process.send_signal(number)
            time.sleep(0.3)
            _, err, took = stop(process, number)
        assert sum(server.arrived.values()) == 1
    assert process.returncode in (128 + number, -number)
    assert took < 1.0
    assert "Traceback" not in err


# --- pipes


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """As with `| head -1`: every order is cancelled all the same."""
    practice = PracticeNeuraTrade(extra_open=40)
    ids = [order_id for order_id in practice.orders if order_id.startswith("ord-20260101000000-")]
    with served("order", None, practice) as server:
        script = '"$@" -o jsonl 2>err; echo $? >code'
        argv = ["sh", "-c", f"({script}) | head -1", "sh", *command("order", *ids)]
        done = subprocess.run(
            argv, env=environment(tmp_path, server), cwd=tmp_path, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert all(server.is_cancelled(order_id) for order_id in ids)
    assert json.loads(done.stdout)["outcome"] == "cancelled"
    assert ((tmp_path / "err").read_text(), (tmp_path / "code").read_text()) == ("", "0\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("output", ["table", "json", "jsonl"])
def test_closed_streams(tmp_path: Path, closed: str, output: str) -> None:
    with served("deal-order") as server:
        argv = command("deal-order", *ORDERS["deal-order"], "-o", output, "-v")
        ran = run(["sh", "-c", f'exec "$@" {closed}', "sh", *argv], environment(tmp_path, server))
        assert server.is_cancelled(ORDERS["deal-order"][-1])
        assert [request.path.rpartition("/")[2] for request in server.log] == ["market_orders", "cancel_order"]
    assert ran.code == 0
    assert "Traceback" not in ran.err
    if ">&-" not in closed.replace("2>&-", ""):
        assert "cancelled" in ran.out


@pytest.mark.parametrize("output", ["table", "json", "jsonl"])
@pytest.mark.parametrize("full", [("stdout",), ("stderr",), ("stdout", "stderr")], ids=" and ".join)
def test_a_full_disk_below_the_output(started: Any, tmp_path: Path, output: str, full: tuple[str, ...]) -> None:
    with served("deal-order") as server, Path("/dev/full").open("w") as disk:
        argv = command("deal-order", *ORDERS["deal-order"], "-o", output)
        with started(argv, environment(tmp_path, server), **dict.fromkeys(full, disk)) as process:
            _, err = process.communicate(timeout=20)
        assert server.is_cancelled(ORDERS["deal-order"][-1])
    assert process.returncode == 0
    if "stderr" not in full:
        assert len(err.splitlines()) == 1
        assert "No space left" in err


# --- homes


@pytest.mark.parametrize("output", ["table", "json"])
@pytest.mark.parametrize("home", ["/proc", "/dev/null/home", "/no/such/home", "", None, "read-only", "full"])
def test_no_home_to_write_to(nest: Nursery, tmp_path: Path, home: str | None, output: str) -> None:
    """A token refresh is the one thing that wants a file: a lock between processes."""
    practice = open_practice("tanx")
    assert isinstance(practice, PracticeTanx)
    with served("tanx", None, practice) as server:
        env = environment(tmp_path, server, practice.issue(lifetime=-60.0))
        argv = command("tanx", *ORDERS["tanx"], "-o", output)
        if home is None:
            del env["HOME"]
        elif home == "read-only":
            tmp_path.chmod(0o555)
        elif home == "full":
            argv = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *argv]
        else:
            env["HOME"] = env["TMPDIR"] = home
        ran = run(argv, env, made=None if home == "full" else nest)
        tmp_path.chmod(0o755)
        assert server.is_cancelled(ORDERS["tanx"][-1])
        assert server.arrived["refresh"] == 1
    assert (ran.code, "Traceback" in ran.err) == (0, False)
    assert "could not be stored" in ran.err  # the new tokens: they came from the environment
    assert len(ran.err.splitlines()) == 1


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    with served("deal-order", {"cancel": once(None)}) as server:
        argv = command("deal-order", *ORDERS["deal-order"], "-o", "json")
        script = f'rmdir "{gone}"; exec "$@"'
        env = environment(tmp_path, server)
        done = subprocess.run(
            ["sh", "-c", script, "sh", *argv], env=env, cwd=gone, capture_output=True, text=True, timeout=30,
            check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
