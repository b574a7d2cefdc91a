"""Practice Tradernet: both signing schemes, the way 10 -> 2 -> 31, the lists, the security session."""

from __future__ import annotations

import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from venues.sandbox.practice import Headers, PracticeOrder, Reply, Request
from venues.tradernet.practice import PracticeTradernet

FORM = "application/x-www-form-urlencoded"
ORDER = 2929292929
SCHEMES = pytest.mark.parametrize("version", [2, 3])


@pytest.fixture
def practice(clocks: Any) -> PracticeTradernet:
    return PracticeTradernet(**clocks)


class Client:
    """Signs as the venue's page says; `headers` and `fields` overwrite what it would send."""

    def __init__(self, practice: PracticeTradernet, version: int) -> None:
        self.practice = practice
        self.version = version
        self.nonce = 17_000_000_000_000_000

    def ask(self, command: str, params: dict[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
        reply = self.form(command, params, headers) if self.version == 2 else self.headers(command, params, headers)
        return reply.status, json.loads(reply.body)

    def form(self, command: str, params: dict[str, Any] | None, headers: dict[str, str], **fields: str) -> Reply:
        self.nonce += 1
        plain = {"apiKey": self.practice.public_key, "cmd": command, "nonce": str(self.nonce)} | fields
        inner = "&".join(f"{name}={params[name]}" for name in sorted(params)) if params else ""
        signed = "&".join(f"{name}={plain[name]}" for name in sorted(plain)) + (f"&params={inner}" if inner else "")
        sent = plain | {f"params[{name}]": value for name, value in (params or {}).items()}
        return self._send("/api/v2/cmd/" + command, urlencode(sent, safe="[]"), signed, FORM, headers)

    def headers(self, command: str, params: dict[str, Any] | None, headers: dict[str, str]) -> Reply:
        body = json.dumps(params or {}, separators=(",", ":"))
        stamp = headers.setdefault("X-NtApi-Timestamp", str(int(self.practice.time())))
        return self._send("/api/" + command, body, body + stamp, "application/json", headers)

    def _send(self, path: str, body: str, signed: str, kind: str, headers: dict[str, str]) -> Reply:
        signature = hmac.new(self.practice.private_key.encode(), signed.encode(), "sha256").hexdigest()
        own = {"Content-Type": kind, "X-NtApi-PublicKey": self.practice.public_key, "X-NtApi-Sig": signature}
        return self.practice.answer(Request("POST", path, "", Headers((own | headers).items()), body.encode()))


def listed(client: Client, active_only: int = 0) -> dict[int, Any]:
    orders = client.ask("getNotifyOrderJson", {"active_only": active_only})[1]["result"]["orders"]
    return {row["order_id"]: row for row in orders.get("order", [])}


def test_every_vector_verifies_and_no_altered_one_does(vectors: Any) -> None:
    file = vectors("tradernet")
    keys = {key["name"]: key for key in file["keys"]}
    assert len(file["vectors"]) >= 10
    for vector in file["vectors"]:
        key = keys[vector["key"]]
        practice = PracticeTradernet(
            public_key=key["public_key"], private_key=key["private_key"], time=lambda: 1_700_000_000.0
        )
        form = vector["api_version"] == 2
        body = urlencode(vector["form"], safe="[]") if form else vector["body"]
        headers = {
            "Content-Type": FORM if form else "application/json",
            "X-NtApi-PublicKey": key["public_key"],
            "X-NtApi-Sig": vector["signature"],
        } | ({} if form else {"X-NtApi-Timestamp": vector["timestamp"]})
        request = Request("POST", vector["path"], "", Headers(headers.items()), body.encode())
        check = practice.form_signed if form else practice.headers_signed
        assert check(request), vector["name"]
        altered = body.replace("=", "=1") if form else body + " "
        assert not check(Request("POST", vector["path"], "", request.headers, altered.encode()))
        document = json.loads(practice.answer(request).body)
        assert not document.get("error"), vector["name"]


@SCHEMES
def test_a_cancel_goes_over_2_to_31(practice: PracticeTradernet, stopped: Any, version: int) -> None:
    client = Client(practice, version)
    assert listed(client)[ORDER]["stat"] == 10
    assert client.ask("delTradeOrder", {"order_id": ORDER}) == (200, {"order_id": ORDER})
    assert (listed(client, 1)[ORDER]["stat"], practice.true_state(str(ORDER))) == (2, "cancelling")
    stopped.pass_by(0.6)
    assert listed(client)[ORDER]["stat"] == 31
    assert ORDER not in listed(client, 1)
    assert practice.true_state(str(ORDER)) == "cancelled"
    assert practice.counts == {"cancel": 1, "read": 2, "list": 2}


def test_a_partly_executed_order_ends_as_30(practice: PracticeTradernet, stopped: Any) -> None:
    client = Client(practice, 2)
    assert listed(client)[2929292931]["stat"] == 12
    client.ask("delTradeOrder", {"order_id": 2929292931})
    stopped.pass_by(0.6)
    row = listed(client)[2929292931]
    assert (row["stat"], row["q"], row["leaves_qty"]) == (30, 20, "15")


@SCHEMES
@pytest.mark.parametrize("order_id", [2929292920, 2929292921, 2929292901])
def test_final_orders_are_refused_with_code_12(practice: PracticeTradernet, version: int, order_id: int) -> None:
    status, answer = Client(practice, version).ask("delTradeOrder", {"order_id": order_id})
    assert (status, answer["code"], answer["error"]) == (200, 12, answer["errorMsg"])


@SCHEMES
def test_unknown_id_and_bad_parameters(practice: PracticeTradernet, version: int) -> None:
    client = Client(practice, version)
    assert "not found" in client.ask("delTradeOrder", {"order_id": 7})[1]["error"]
    exec_wrong = (200, {"error": "Exec wrong", "code": 18})
    assert client.ask("delTradeOrder") == exec_wrong
    assert client.ask("getNotifyOrderJson", {"active_only": "x"}) == exec_wrong
    assert client.ask("getOrdersHistory") == exec_wrong


@SCHEMES
def test_older_orders_are_only_in_the_history(practice: PracticeTradernet, version: int) -> None:
    client = Client(practice, version)
    assert 2929292902 not in listed(client)
    window = {"from": "2023-10-15T00:00:00", "till": "2023-11-15T23:59:59"}
    history = client.ask("getOrdersHistory", window)[1]
    rows = {row["id"]: row["stat"] for row in history["orders"]["order"]}
    assert (rows[2929292902], rows[2929292901], rows[ORDER]) == (31, 71, 10)
    empty = client.ask("getOrdersHistory", window | {"from": "2023-11-15T00:00:00"})
    assert empty == (200, {"orders": {"order": None}})


def test_no_orders_means_no_key(practice: PracticeTradernet) -> None:
    practice.orders.clear()
    answer = Client(practice, 2).ask("getNotifyOrderJson", {"active_only": 1})[1]
    assert "order" not in answer["result"]["orders"]


def test_form_scheme_refusals(practice: PracticeTradernet) -> None:
    client = Client(practice, 2)
    wrong_key = client.ask("getAuthInfo", None, **{"X-NtApi-PublicKey": "x"})[1]
    assert wrong_key["error"].startswith("No matching pair is found for apiKey:")
    wrong = client.ask("getAuthInfo", None, **{"X-NtApi-Sig": "0" * 64})
    assert wrong == (200, {"code": 12, "error": "Invalid signature"})
    mixed = (403, {"error": "Invalid signature provided"})
    assert client.ask("getAuthInfo", None, **{"X-NtApi-Timestamp": "1700000000"}) == mixed
    assert client.ask("getAuthInfo", None, **{"Content-Type": "application/json"}) == mixed
    assert practice.counts == {"session": 4}


def test_a_nonce_must_grow(practice: PracticeTradernet) -> None:
    client = Client(practice, 2)
    client.ask("getAuthInfo")
    bad = {"code": 15, "errMsg": "Bad nonce."}
    for nonce in (str(client.nonce), str(client.nonce - 1), "x", ""):
        reply = client.form("delTradeOrder", {"order_id": ORDER}, {}, nonce=nonce)
        assert json.loads(reply.body) == bad
    assert practice.true_state(str(ORDER)) == "open"
    again = client.form("delTradeOrder", {"order_id": ORDER}, {}, nonce=str(client.nonce + 9))
    assert json.loads(again.body) == {"order_id": ORDER}


def test_the_order_of_the_fields_is_free(practice: PracticeTradernet) -> None:
    signed = f"apiKey={practice.public_key}&cmd=getOrdersHistory&nonce=7&params=from=2023&till=2024"
    sent = {"params[till]": "2024", "nonce": "7", "params[from]": "2023", "cmd": "getOrdersHistory"}
    body = urlencode(sent | {"apiKey": practice.public_key}, safe="[]")
    signature = hmac.new(practice.private_key.encode(), signed.encode(), "sha256").hexdigest()
    headers = Headers({"X-NtApi-Sig": signature}.items())
    assert practice.form_signed(Request("POST", "/api/v2/cmd/getOrdersHistory", "", headers, body.encode()))


def test_the_command_in_the_form_must_be_the_one_in_the_path(practice: PracticeTradernet) -> None:
    reply = Client(practice, 2).form("delTradeOrder", {"order_id": ORDER}, {}, cmd="getAuthInfo")
    assert json.loads(reply.body) == {"errMsg": "Unsupported query method", "code": 2}
    assert practice.true_state(str(ORDER)) == "open"


def test_header_scheme_refusals(practice: PracticeTradernet) -> None:
    client = Client(practice, 3)
    unknown = client.ask("getAuthInfo", None, **{"X-NtApi-PublicKey": "x"})
    assert unknown == (403, {"error": "Invalid api key provided"})
    bad = (403, {"error": "Invalid signature provided"})
    assert client.ask("getAuthInfo", None, **{"X-NtApi-Sig": "0" * 64}) == bad
    for stamp in ("1699999000", "1700001000", "1700000000000", "now"):
        assert client.ask("getAuthInfo", None, **{"X-NtApi-Timestamp": stamp}) == bad
    assert client.ask("getAuthInfo", None, **{"X-NtApi-Timestamp": "1699999800"})[0] == 200


def test_security_session(clocks: Any) -> None:
    words = {2: "Type of security not identified. Please contact Support.", 3: "you need to open a security session"}
    for version, text in words.items():
        practice = PracticeTradernet(needs_security_session=True, **clocks)
        client = Client(practice, version)
        assert client.ask("delTradeOrder", {"order_id": ORDER})[1]["error"] == text
        assert practice.true_state(str(ORDER)) == "open"
        assert client.ask("getAuthInfo")[1]["sess_id"]
        assert client.ask("delTradeOrder", {"order_id": ORDER}) == (200, {"order_id": ORDER})


@SCHEMES
def test_a_session_cookie_wins_over_the_key(practice: PracticeTradernet, version: int) -> None:
    answer = Client(practice, version).ask("delTradeOrder", {"order_id": ORDER}, Cookie="a=b; SID=x")
    assert answer == (200, {"error": "User is not found", "code": 7})
    assert practice.true_state(str(ORDER)) == "open"


def test_wrong_paths_and_methods(practice: PracticeTradernet) -> None:
    assert Client(practice, 2).ask("deleteOrder") == (200, {"errMsg": "Unsupported query method", "code": 2})
    assert Client(practice, 3).ask("deleteOrder") == (404, {"error": "Command not found"})
    assert practice.answer(Request("GET", "/api/v2/cmd/delTradeOrder")).status == 200
    assert practice.answer(Request("POST", "/")).status == 404
    assert practice.counts == {"other": 4}


def test_extra_orders_are_open(clocks: Any) -> None:
    practice = PracticeTradernet(extra_open=2, **clocks)
    assert listed(Client(practice, 3))[3000000002]["stat"] == 10


@SCHEMES
def test_the_list_of_what_is_active_is_a_route_of_its_own(practice: PracticeTradernet, version: int) -> None:
    """So that a test can have it fail, or act as it comes, and leave the looks at single orders alone."""
    seen: list[int] = []
    practice.at_list = seen.append
    client = Client(practice, version)
    active, period = listed(client, 1), listed(client, 0)
    assert (practice.counts, seen) == ({"list": 1, "read": 1}, [1])
    assert {practice.route(request) for _, request in practice.log} == {"list", "read"}
    assert active.items() <= period.items()
    assert {row["stat"] for row in active.values()} == {10, 12}


def test_protection_is_listed_whatever_its_age(practice: PracticeTradernet) -> None:
    rows = listed(Client(practice, 2), 1)
    protective = {row["type"]: (row["stop"], row["stop_activated"]) for row in rows.values() if row["type"] > 2}
    assert protective == {5: ("96.40", 0), 6: ("455.00", 0)}


def test_a_list_that_is_behind(practice: PracticeTradernet, stopped: Any) -> None:
    """What was cancelled just now is still in it, as it was; what was placed just now is not in it yet."""
    client = Client(practice, 2)
    before = listed(client, 1)
    practice.lists_lag = 3.0
    client.ask("delTradeOrder", {"order_id": ORDER})
    practice.add(PracticeOrder("tradernet", "77", "KO.US", "1", "2", "61.25", "1", "0"), age=0.0)
    stopped.pass_by(1.0)
    assert (listed(client, 1).keys(), listed(client, 1)[ORDER]["stat"]) == (before.keys(), 10)
    assert listed(client, 0)[ORDER]["stat"] == 31  # a look at an order is not behind
    stopped.pass_by(3.0)
    assert listed(client, 1).keys() == before.keys() - {ORDER} | {77}
