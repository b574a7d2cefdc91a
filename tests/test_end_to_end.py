"""The whole way, as a trader goes it: the installed command, in its own process, against `cancel sandbox`.

Each test has orders of its own in the served book, so that they can run in any order.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from venues.sandbox.server import Running, start
from venues.tanx.practice import PracticeTanx


class Example(NamedTuple):
    """One verb with an order in each state. Ids of 3Commas deal orders are `DEAL ORDER`."""

    verb: str
    open: str
    ended: str
    cancelled: str
    unknown: str
    fields: dict[str, str | None]


EXAMPLES = (
    Example("deal-order", "2345678901 1123077331", "2345678901 1123070118", "2345678901 1123070204", "2345678901 7",
            {"symbol": None, "side": "buy", "type": "Manual Safety", "price": "3116.81", "quantity": "0.1773",
             "filled": "0", "status": "Cancelled"}),
    Example("smart-trade", "30404547", "30404512", "30404498", "7",
            {"symbol": "USDT_DOGE", "side": "buy", "type": "smart_trade", "price": "0.10622", "quantity": "14.91",
             "filled": "14.91", "status": "cancelled"}),
    Example("tanx", "25768879", "25768802", "25768790", "7",
            {"symbol": "btcusdc", "side": "buy", "type": "limit", "price": "68733.81", "quantity": "0.0425",
             "filled": "0.009000000000000001", "status": "cancel"}),
    Example("order", "ord-20260303120000-1", "ord-20260302090000-1", "ord-20260301090000-1", "ord-20260303120000-99",
            {"symbol": "BTC/USDT", "side": "buy", "type": "LIMIT", "price": "50000", "quantity": "0.01",
             "filled": None, "status": "CLOSED"}),
    Example("tradernet", "2929292929", "2929292920", "2929292921", "7",
            {"symbol": "AMD.US", "side": "sell", "type": "2", "price": "161.4", "quantity": "10", "filled": "0",
             "status": "31"}),
)  # fmt: skip
every_verb = pytest.mark.parametrize("example", EXAMPLES, ids=[example.verb for example in EXAMPLES])


@pytest.fixture(scope="module")
def sandbox(serve: Any) -> Iterator[Any]:
    with serve() as served:
        yield served


@pytest.fixture
def practice() -> Iterator[Running]:
    """A practice tanX in this process, whose tokens a test can let expire."""
    with start(PracticeTanx()) as running:
        yield running
    assert not running.faults


def cancel(installed: Any, verb: str, ids: str, environ: dict[str, str], *flags: str) -> tuple[int, Any]:
    """Cancel one order. Out: the exit code and the order's record."""
    done = installed.run(verb, *ids.split(), "-o", "json", *flags, env=environ)
    assert done.stderr == "" or done.returncode, done.stderr
    document = json.loads(done.stdout)
    (record,) = document["orders"]
    assert (document["version"], document["command"]) == (1, verb)
    assert done.returncode == document["exit_code"] == record["exit_code"]
    return done.returncode, record


def without(environ: dict[str, str], *names: str, **more: str) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in names} | more


@every_verb
def test_an_open_order_is_cancelled_and_proven(installed: Any, sandbox: Any, example: Example) -> None:
    code, record = cancel(installed, example.verb, example.open, sandbox.environ)
    assert (code, record["outcome"], record["attempts"]) == (0, "cancelled", 1)
    assert record["evidence"] == ("reply" if example.verb == "deal-order" else "read-back")
    assert {name: record[name] for name in example.fields} == example.fields
    assert record["sandbox"] is True  # also without the flag: a practice venue answered
    *deal, order = example.open.split()
    assert (record["order_id"], record["deal_id"]) == (order, deal[0] if deal else None)
    assert record["raw"]
    for moment in ("started_at", "finished_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record[moment])


@every_verb
def test_the_flag_alone_does_the_same(installed: Any, example: Example) -> None:
    """`--sandbox`: no account, no server beside it; the table and the record say what answered."""
    code, record = cancel(installed, example.verb, example.open, {}, "--sandbox")
    assert (code, record["outcome"], record["sandbox"]) == (0, "cancelled", True)
    table = installed.run(example.verb, *example.open.split(), "--sandbox", "--no-wait").stdout
    assert "(sandbox)" in table.splitlines()[0]


@every_verb
def test_an_order_that_ended_is_too_late(installed: Any, sandbox: Any, example: Example) -> None:
    code, record = cancel(installed, example.verb, example.ended, sandbox.environ)
    assert (code, record["outcome"]) == (3, "too-late")


@every_verb
def test_a_cancelled_order_is_already_cancelled(installed: Any, sandbox: Any, example: Example) -> None:
    code, record = cancel(installed, example.verb, example.cancelled, sandbox.environ)
    assert (code, record["outcome"], record["evidence"]) == (0, "already-cancelled", "read-back")


@every_verb
def test_an_unknown_order_is_not_found(installed: Any, sandbox: Any, example: Example) -> None:
    code, record = cancel(installed, example.verb, example.unknown, sandbox.environ)
    assert (code, record["outcome"]) == (4, "not-found")


@every_verb
def test_a_wrong_secret_is_unauthorized(installed: Any, sandbox: Any, example: Example) -> None:
    wrong = {
        "CANCEL_3COMMAS_API_SECRET": "0" * 64,
        "CANCEL_TANX_ACCESS_TOKEN": "wrong",
        "CANCEL_TANX_REFRESH_TOKEN": "wrong",
        "CANCEL_NEURATRADE_TOKEN": "wrong",
        "CANCEL_TRADERNET_PRIVATE_KEY": "0" * 40,
    }
    code, record = cancel(installed, example.verb, example.ended, sandbox.environ | wrong)
    assert (code, record["outcome"]) == (6, "unauthorized")


@every_verb
def test_no_credentials_at_all_is_unauthorized_and_says_what_to_set(
    installed: Any, sandbox: Any, example: Example
) -> None:
    urls = {name: value for name, value in sandbox.environ.items() if name.endswith("_URL")}
    code, record = cancel(installed, example.verb, example.open, urls)
    assert (code, record["outcome"], record["attempts"]) == (6, "unauthorized", 0)
    assert "Set CANCEL_" in record["message"]
    assert "cancel auth login" in record["message"]


@pytest.fixture(scope="module")
def stopped(serve: Any) -> dict[str, str]:
    """The variables of a sandbox that listens no more."""
    with serve() as served:
        assert served.end(signal.SIGTERM) == (143, "")
    environ: dict[str, str] = served.environ
    return environ


@every_verb
def test_a_stopped_server_is_unavailable(installed: Any, stopped: dict[str, str], example: Example) -> None:
    code, record = cancel(installed, example.verb, example.open, stopped, "--wait", "0.3")
    assert (code, record["outcome"], record["attempts"]) == (8, "unavailable", 0)


def test_an_rsa_key_signs_for_3commas(installed: Any, serve: Any) -> None:
    with serve("--rsa") as served:
        assert served.environ["CANCEL_3COMMAS_API_SECRET"].startswith("-----BEGIN PRIVATE KEY-----")
        assert cancel(installed, "deal-order", "2345678901 1123077331", served.environ)[0] == 0
        assert cancel(installed, "smart-trade", "30404560", served.environ)[0] == 0


def test_a_wallet_logs_in_to_tanx(installed: Any, sandbox: Any) -> None:
    tokens = ("CANCEL_TANX_ACCESS_TOKEN", "CANCEL_TANX_REFRESH_TOKEN")
    (line,) = [line for line in sandbox.lines.splitlines() if "CANCEL_TANX_WALLET_KEY" in line]
    key = re.search("CANCEL_TANX_WALLET_KEY='(0x[0-9a-f]{64})'", line)
    assert key
    good = without(sandbox.environ, *tokens, CANCEL_TANX_WALLET_KEY=key[1])
    assert cancel(installed, "tanx", "25768901", good)[0] == 0
    stranger = without(good, CANCEL_TANX_WALLET_KEY="0x" + "11" * 32)
    assert cancel(installed, "tanx", "25768802", stranger)[1]["outcome"] == "unauthorized"


def test_an_expired_tanx_token_is_renewed(installed: Any, practice: Running) -> None:
    expired = practice.practice.issue(-60)
    environ = {f"CANCEL_TANX_{field.upper()}": value for field, value in expired.items()}
    done = installed.run("tanx", "25768914", "-o", "json", env=environ | {"CANCEL_TANX_URL": practice.url})
    assert (done.returncode, json.loads(done.stdout)["orders"][0]["outcome"]) == (0, "cancelled")
    assert practice.practice.counts["refresh"] == 1
    assert "refresh" in done.stderr  # one line: the old token is spent, and the new pair could not be kept
    assert done.stderr.count("\n") == 1
    assert practice.practice.true_state("25768914") == "cancelled"


def test_many_processes_share_one_pair_of_tanx_tokens(installed: Any, practice: Running) -> None:
    environ = {f"CANCEL_TANX_{field.upper()}": value for field, value in practice.practice.credentials.items()}
    for order in ("25768879", "25768901"):
        assert cancel(installed, "tanx", order, environ | {"CANCEL_TANX_URL": practice.url})[0] == 0
    assert practice.practice.counts["refresh"] == 0


def test_neuratrade_takes_email_and_password(installed: Any, sandbox: Any) -> None:
    (line,) = [line for line in sandbox.lines.splitlines() if "CANCEL_NEURATRADE_EMAIL" in line]
    login = dict(re.findall("(CANCEL_NEURATRADE_[A-Z]+)='([^']+)'", line))
    good = without(sandbox.environ, "CANCEL_NEURATRADE_TOKEN", **login)
    assert cancel(installed, "order", "ord-20260303120500-2", good)[0] == 0
    wrong = without(good, CANCEL_NEURATRADE_PASSWORD="wrong")
    assert cancel(installed, "order", "ord-20260303121000-3", wrong)[1]["outcome"] == "unauthorized"


@pytest.mark.parametrize(("version", "order"), [("2", "2929292930"), ("3", "2929292931")])
def test_tradernet_is_spoken_in_both_schemes(installed: Any, sandbox: Any, version: str, order: str) -> None:
    environ = sandbox.environ | {"CANCEL_TRADERNET_API_VERSION": version}
    code, record = cancel(installed, "tradernet", order, environ)
    assert (code, record["outcome"]) == (0, "cancelled")


def test_many_orders_come_from_standard_input(installed: Any, serve: Any) -> None:
    with serve() as served:
        stdin = "# mine\n25768879\nnonsense\n\n25768901\n25768802\n25768879\n"
        done = installed.run("tanx", "-", "-o", "jsonl", env=served.environ, stdin=stdin)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert {record["order_id"]: record["outcome"] for record in records} == {
        "25768879": "cancelled", "25768901": "cancelled", "25768802": "too-late",
    }  # fmt: skip
    assert (len(records), done.returncode) == (3, 2)  # for the line that was no id
    assert "line 3" in done.stderr


@every_verb
def test_a_bad_argument_is_wrong_usage_and_nothing_is_sent(installed: Any, serve: Any, example: Example) -> None:
    with serve("-v") as served:
        done = installed.run(example.verb, *example.open.split(), "nonsense", env=served.environ)
        _, requests = served.end()
    assert (done.returncode, done.stdout, requests) == (2, "", "")
    assert "nonsense" in done.stderr


def test_plain_http_to_another_machine_is_refused(installed: Any, sandbox: Any) -> None:
    environ = sandbox.environ | {"CANCEL_NEURATRADE_URL": "http://neuratrade.example:8080"}
    done = installed.run("order", "ord-20260303121000-3", env=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert "CANCEL_NEURATRADE_ALLOW_HTTP" in done.stderr
