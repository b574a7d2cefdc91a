"""`cancel auth status`: sources, masks, what is hidden, exit codes, and the check."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring.errors
import pytest

from venues.neuratrade.practice import PracticeNeuraTrade
from venues.tanx.practice import PracticeTanx

Run = Callable[..., Any]


def listed(done: Any) -> dict[tuple[str, str], Any]:
    return {(entry["venue"], entry["profile"]): entry for entry in json.loads(done.stdout)}


def test_each_field_with_its_source_and_what_it_hides(
    run: Run, memory: Any, environment: Any, tmp_path: Path
) -> None:
    memory.put("tradernet", public_key="STOREDpublic9876", private_key="STOREDprivate")
    environment.setenv("CANCEL_TRADERNET_PUBLIC_KEY", "0123456789abWXYZ")
    environment.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "cancel_tradernet_private_key").write_text("FROMFILEprivate\n")
    done = run("status", "tradernet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Tradernet, profile default: complete",
        "  public_key   environment            …WXYZ  hides keyring",
        "  private_key  credentials directory  ***    hides keyring",
        "keyring: Memory Keyring",
    ]


def test_json_is_a_list_of_accounts(run: Run, memory: Any, environment: Any) -> None:
    memory.put("tradernet", public_key="STOREDpublic9876")
    environment.setenv("CANCEL_TRADERNET_PUBLIC_KEY", "short")
    done = run("status", "tradernet", "-o", "json")
    assert done.exit_code == 6
    (entry,) = json.loads(done.stdout)
    assert entry.pop("message") == done.stderr.strip()
    assert entry == {
        "venue": "tradernet",
        "profile": "default",
        "complete": False,
        "exit_code": 6,
        "keyring": "Memory Keyring",
        "keyring_problem": None,
        "check": None,
        "fields": [
            {
                "field": "public_key",
                "variable": "CANCEL_TRADERNET_PUBLIC_KEY",
                "source": "environment",
                "masked": "",
                "hides": ["keyring"],
                "fault": "",
            },
            {
                "field": "private_key",
                "variable": "CANCEL_TRADERNET_PRIVATE_KEY",
                "source": "missing",
                "masked": "",
                "hides": [],
                "fault": "",
            },
        ],
    }


@pytest.mark.parametrize("form", ["table", "json"])
def test_nothing_of_a_secret_is_shown(run: Run, memory: Any, form: str) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nCANARYCANARY\n-----END PRIVATE KEY-----"
    memory.put("3commas", api_key="PUBLICPUBLICabcd", api_secret=pem)
    memory.put("tanx", access_token="CANARY-1", refresh_token="CANARY-2", wallet_key="CANARY-3")
    memory.put("neuratrade", token="CANARY 4", email="person@example.com", password="CANARY-5")
    done = run("status", "-o", form)
    shown = done.stdout + done.stderr
    assert "abcd" in shown
    for part in ("CANARY", "BEGIN", "PUBLICPUB", "person", "Cabcd"):
        assert part not in shown


def test_with_none_named_only_what_has_any_field_must_be_complete(run: Run, memory: Any) -> None:
    assert run("status").exit_code == 0
    memory.put("tradernet", public_key="p", private_key="x")
    assert run("status").exit_code == 0
    assert run("status", "tanx").exit_code == 6
    memory.put("tanx", access_token="a")
    done = run("status")
    assert done.exit_code == 6
    assert "tanx, profile default: missing refresh_token" in done.stderr
    assert "CANCEL_TANX_REFRESH_TOKEN" in done.stderr
    assert run("status", "tradernet").exit_code == 0


def test_a_malformed_value_is_named_and_incomplete(run: Run, memory: Any, environment: Any) -> None:
    environment.setenv("CANCEL_TANX_WALLET_KEY", "CAN ARY")
    done = run("status", "tanx")
    assert done.exit_code == 6
    assert "CANCEL_TANX_WALLET_KEY holds white space" in done.stdout
    assert "CANCEL_TANX_WALLET_KEY holds white space" in done.stderr
    assert "ARY\n" not in done.stdout + done.stderr


def test_all_profiles_unless_one_is_given(run: Run, memory: Any, environment: Any, tmp_path: Path) -> None:
    memory.put("tanx", "job", wallet_key="w")
    memory.put("tanx", "work", wallet_key="w")
    (tmp_path / ".config/cancel").mkdir(parents=True)
    (tmp_path / ".config/cancel/config.toml").write_text('[work.tanx]\nurl = "https://tanx.example"\n')
    assert run("login", "tradernet", "--no-check", "--profile", "job", given=KEYS).exit_code == 0
    every = listed(run("status", "-o", "json"))
    assert [key for key in every if key[1] != "default"] == [("tanx", "work"), ("tanx", "job"), ("tradernet", "job")]
    assert [key[0] for key in every if key[1] == "default"] == ["3commas", "tanx", "neuratrade", "tradernet"]
    assert {key[1] for key in listed(run("status", "--profile", "job", "-o", "json"))} == {"job"}
    environment.setenv("CANCEL_PROFILE", "work")
    assert {key[1] for key in listed(run("status", "-o", "json"))} == {"work"}


KEYS = '{"public_key": "p", "private_key": "x"}'


def test_the_venue_asked_about_must_be_complete_in_the_profile_in_use(run: Run, memory: Any) -> None:
    assert run("login", "tradernet", "--no-check", "--profile", "job", given=KEYS).exit_code == 0
    assert run("status", "tradernet").exit_code == 6  # `cancel tradernet` would fail, too
    assert run("status", "tradernet", "--profile", "job").exit_code == 0
    assert run("status").exit_code == 0
    memory.put("tradernet", "default", public_key="p", private_key="x")
    assert run("status", "tradernet").exit_code == 0
    del memory.entries["cancel:tradernet:job", "private_key"]
    assert run("status", "tradernet").exit_code == 6


def test_an_unknown_profile_lists_those_there_are(run: Run, memory: Any) -> None:
    assert run("login", "tradernet", "--no-check", "--profile", "job", given=KEYS).exit_code == 0
    done = run("status", "--profile", "jbo")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "No profile jbo is known; there are: default, job.\n"


def test_a_locked_keyring(run: Run, memory: Any, environment: Any) -> None:
    memory.fault = keyring.errors.KeyringLocked("Failed to unlock")
    for args in (["status"], ["status", "tanx"], ["status", "--profile", "job"]):
        done = run(*args)
        assert done.exit_code == 6, args
        assert "the keyring is locked (Failed to unlock)" in done.stdout
        assert "the keyring is locked (Failed to unlock)" in done.stderr
    environment.setenv("CANCEL_TANX_WALLET_KEY", "w")
    assert run("status", "tanx").exit_code == 0
    assert run("status").exit_code == 0


def test_broken_settings_are_wrong_configuration(run: Run, memory: Any, tmp_path: Path) -> None:
    (tmp_path / ".config/cancel").mkdir(parents=True)
    (tmp_path / ".config/cancel/config.toml").write_text("[")
    done = run("status")
    assert done.exit_code == 2
    assert "config.toml is not valid TOML" in done.stderr


@pytest.mark.parametrize("venue", ["3commas", "tanx", "neuratrade", "tradernet"])
def test_check_reports_latency_and_clock(run: Run, memory: Any, serve: Any, venue: str) -> None:
    practice = serve(venue)
    memory.put(venue, **practice.credentials)
    done = run("status", venue, "--check")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "check: works, " in done.stdout
    assert practice.counts.total() == 1
    check = json.loads(run("status", venue, "--check", "-o", "json").stdout)[0]["check"]
    assert (check["exit_code"], check["message"]) == (0, "")
    assert 0 <= check["latency_ms"] < 5000
    assert -2 <= check["clock_offset_s"] <= 2
    assert practice.counts.keys() <= {"check", "list", "read"}  # nothing that cancels


@pytest.mark.parametrize(("ahead", "side"), [(-60, "ahead of"), (60, "behind")])
def test_a_clock_that_is_off_is_warned_of(run: Run, memory: Any, serve: Any, ahead: int, side: str) -> None:
    practice = serve(PracticeNeuraTrade(time=lambda: time.time() + ahead))
    memory.put("neuratrade", token=practice.issue())
    done = run("status", "neuratrade", "--check")
    assert done.exit_code == 0
    assert f"s {side} NeuraTrade's: set it (NTP)" in done.stderr


def test_a_clock_a_little_off_is_not(run: Run, memory: Any, serve: Any) -> None:
    practice = serve(PracticeNeuraTrade(time=lambda: time.time() - 3))
    memory.put("neuratrade", token=practice.issue())
    assert run("status", "neuratrade", "--check").stderr == ""


def test_failed_checks_give_the_worst_code(run: Run, memory: Any, serve: Any, environment: Any) -> None:
    serve("tradernet")
    memory.put("tradernet", public_key="p" * 20, private_key="x" * 20)
    done = run("status", "--check")
    assert done.exit_code == 6
    assert "Tradernet, profile default: the check failed: " in done.stderr
    environment.setenv("CANCEL_TANX_URL", "http://127.0.0.1:1")
    memory.put("tanx", access_token="a" * 20, refresh_token="r" * 20)
    done = run("status", "--check", "-o", "json")
    assert done.exit_code == 8
    checks = {name: entry["check"] for (name, _), entry in listed(done).items()}
    assert (checks["tradernet"]["exit_code"], checks["tanx"]["exit_code"]) == (6, 8)
    assert checks["3commas"] is None
    memory.put("neuratrade", token="t" * 20)  # without an address
    done = run("status", "neuratrade", "--check")
    assert done.exit_code == 2
    assert "CANCEL_NEURATRADE_URL" in done.stderr


def test_a_check_renews_tokens_and_stores_them(run: Run, memory: Any, serve: Any) -> None:
    practice = serve(PracticeTanx())
    old = practice.issue(lifetime=-60)
    memory.put("tanx", **old)
    assert run("status", "tanx", "--check").exit_code == 0
    assert not memory.of("tanx").items() & old.items()
    assert practice.counts["refresh"] == 1


def test_a_token_refused_before_its_time_is_renewed_once(run: Run, memory: Any, serve: Any) -> None:
    practice, other = serve(PracticeTanx()), PracticeTanx()
    good, foreign = practice.issue(), other.issue()
    memory.put("tanx", access_token=foreign["access_token"], refresh_token=good["refresh_token"])
    assert run("status", "tanx", "--check").exit_code == 0
    assert practice.counts == {"check": 2, "refresh": 1}


def test_a_pair_that_is_stored_by_half_still_makes_a_new_one(run: Run, memory: Any, serve: Any) -> None:
    practice = serve(PracticeTanx())
    old = practice.issue(lifetime=-60)
    memory.put("tanx", **old)
    memory.refused = ("access_token",)
    done = run("status", "tanx", "--check")
    assert done.exit_code == 0
    assert "the new access token could not be stored" in done.stderr
    assert memory.of("tanx")["access_token"] == old["access_token"]
    assert memory.of("tanx")["refresh_token"] != old["refresh_token"]
    memory.refused = ()
    done = run("status", "tanx", "--check")
    assert (done.exit_code, done.stderr) == (0, "")
    assert not memory.of("tanx").items() & old.items()
