"""Many processes, one expired tanX token: one refresh, and every one of them succeeds.

Once over a real Secret Service and once over a keyring in a file, which needs no other program.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from venues.sandbox.server import start
from venues.tanx.practice import PracticeTanx

PROCESSES = 10
BACKEND = """
import fcntl, json, pathlib
from contextlib import contextmanager
from keyring.backend import KeyringBackend

PLACE = pathlib.Path(__file__).with_name("entries.json")

class Keyring(KeyringBackend):
    priority = 1

    @contextmanager
    def _entries(self):
        with PLACE.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            entries = json.loads(file.read() or "{}")
            yield entries
            file.truncate(0)
            file.write(json.dumps(entries))

    def get_password(self, service, username):
        with self._entries() as entries:
            return entries.get(service + " " + username)

    def set_password(self, service, username, password):
        with self._entries() as entries:
            entries[service + " " + username] = password
"""


@pytest.fixture
def file_keyring(machine: Any, tmp_path: Path) -> Any:
    """A machine with a keyring that is a plain file."""
    if sys.platform == "win32":
        pytest.skip("its lock is POSIX's")
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend/file_keyring.py").write_text(BACKEND)
    machine.environ["PYTHONPATH"] = f"{tmp_path}/backend"
    machine.environ["PYTHON_KEYRING_BACKEND"] = "file_keyring.Keyring"
    return machine


@pytest.fixture(params=[pytest.param("unlocked", marks=pytest.mark.secret_service), "file_keyring"])
def desk(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def cancel_all_at_once(desk: Any, orders: list[str], **environ: str) -> list[Any]:
    with ThreadPoolExecutor(len(orders)) as pool:
        runs = [pool.submit(desk.run, "tanx", order, "-o", "json", **environ) for order in orders]
        return [run.result() for run in runs]


def log_in(desk: Any, fields: dict[str, str]) -> None:
    assert desk.run("auth", "login", "tanx", "--no-check", given=json.dumps(fields)).code == 0


def test_one_refresh_serves_all(desk: Any) -> None:
    practice = PracticeTanx(extra_open=PROCESSES)
    orders = [str(26000001 + number) for number in range(PROCESSES)]
    log_in(desk, practice.issue(lifetime=-60))
    with start(practice) as venue:
        done = cancel_all_at_once(desk, orders, CANCEL_TANX_URL=venue.url)
        assert [(run.code, run.err) for run in done] == [(0, "")] * PROCESSES
        assert practice.counts["refresh"] == 1
        assert {practice.true_state(order) for order in orders} == {"cancelled"}
        # The pair that was stored is whole: its access token works, and so does its refresh token.
        assert desk.run("auth", "status", "tanx", "--check", CANCEL_TANX_URL=venue.url).code == 0
        assert practice.counts["refresh"] == 1
        assert venue.faults == []


def test_a_dead_pair_is_replaced_by_one_wallet_log_in(file_keyring: Any) -> None:
    pytest.importorskip("eth_account", reason="the extra `tanx` is not installed")
    practice, stranger = PracticeTanx(extra_open=3), PracticeTanx()
    log_in(file_keyring, stranger.issue(lifetime=-60) | {"wallet_key": practice.wallet_key})
    with start(practice) as venue:
        done = cancel_all_at_once(file_keyring, ["26000001", "26000002", "26000003"], CANCEL_TANX_URL=venue.url)
        assert [(run.code, run.err) for run in done] == [(0, "")] * 3
        assert (practice.counts["refresh"], practice.counts["login"]) == (1, 1)


def test_a_pair_from_the_environment_serves_the_run_and_one_line_says_so(machine: Any) -> None:
    practice = PracticeTanx()
    pair = practice.issue(lifetime=-60)
    with start(practice) as venue:
        done = machine.run(
            *("tanx", "25768879", "25768901", "-o", "json"),
            CANCEL_TANX_URL=venue.url,
            CANCEL_TANX_ACCESS_TOKEN=pair["access_token"],
            CANCEL_TANX_REFRESH_TOKEN=pair["refresh_token"],
        )
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert "the old refresh token is spent" in line
    assert practice.counts["refresh"] == 1


def test_an_access_token_from_the_environment_is_not_joined_to_a_refresh_token_of_the_keyring(
    file_keyring: Any,
) -> None:
    practice = PracticeTanx()
    pair = practice.issue(lifetime=-60)
    log_in(file_keyring, pair)
    with start(practice) as venue:
        environ = {"CANCEL_TANX_URL": venue.url, "CANCEL_TANX_ACCESS_TOKEN": pair["access_token"]}
        done = file_keyring.run("tanx", "25768879", **environ)
    assert done.code == 6
    assert "the environment has access_token; missing there: refresh_token" in done.err
    assert "The keyring has a complete set for profile default: unset CANCEL_TANX_ACCESS_TOKEN to use it" in done.err
    assert practice.counts.total() == 0


def test_a_wallet_of_another_source_does_not_help_dead_tokens(file_keyring: Any) -> None:
    practice, stranger = PracticeTanx(), PracticeTanx()
    log_in(file_keyring, {"wallet_key": practice.wallet_key})
    dead = {f"CANCEL_TANX_{name.upper()}": text for name, text in stranger.issue(lifetime=-60).items()}
    with start(practice) as venue:
        done = file_keyring.run("tanx", "25768879", "-o", "json", CANCEL_TANX_URL=venue.url, **dead)
    (record,) = json.loads(done.out)["orders"]
    assert (done.code, record["outcome"], record["credentials"]) == (6, "unauthorized", "environment")
    assert record["message"].endswith(
        "; access_token and refresh_token of profile default came from the environment (CANCEL_TANX_ACCESS_TOKEN and "
        "CANCEL_TANX_REFRESH_TOKEN): renew there what is wrong or expired"
    )
    assert practice.counts["login"] == 0


def test_a_neuratrade_token_from_the_environment_that_ran_out(machine: Any) -> None:
    from venues.neuratrade.practice import PracticeNeuraTrade

    practice = PracticeNeuraTrade(password="pw")
    with start(practice) as venue:
        done = machine.run(
            *("order", "ord-20260303120000-1"),
            CANCEL_NEURATRADE_URL=venue.url,
            CANCEL_NEURATRADE_TOKEN=practice.issue(-60),
            CANCEL_NEURATRADE_EMAIL=practice.email,
            CANCEL_NEURATRADE_PASSWORD="pw",
        )
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert "the new one could not be stored: it serves this run only" in line
    assert practice.counts["login"] == 1


def test_a_neuratrade_token_in_the_keyring_is_replaced(file_keyring: Any) -> None:
    from venues.neuratrade.practice import PracticeNeuraTrade

    practice = PracticeNeuraTrade(password="pw")
    fields = {"token": practice.issue(-60), "email": practice.email, "password": "pw"}
    assert file_keyring.run("auth", "login", "neuratrade", "--no-check", given=json.dumps(fields)).code == 0
    with start(practice) as venue:
        for order in ("ord-20260303120000-1", "ord-20260303120500-2"):
            done = file_keyring.run("order", order, CANCEL_NEURATRADE_URL=venue.url)
            assert (done.code, done.err) == (0, "")
    assert practice.counts["login"] == 1
