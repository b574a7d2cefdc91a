"""`cancel auth status`: sources, masks, what is hidden, exit codes, and the check."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring.errors
import pytest

from cli.auth.check import Check
from cli.auth.status_view import AccountStatus, KeyringStatus, shown
from cli.options import Output
from config.sources import Source
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.tanx.practice import PracticeTanx

Run = Callable[..., Any]


def listed(done: Any) -> dict[tuple[str, str], Any]:
    return {(entry["venue"], entry["profile"]): entry for entry in json.loads(done.stdout)}


def test_what_is_used_where_it_comes_from_and_what_is_passed_over(
    run: Run, memory: Any, environment: Any, tmp_path: Path
) -> None:
    memory.put("tradernet", public_key="STOREDpublic9876", private_key="STOREDprivate")
    environment.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "cancel_tradernet_private_key").write_text("FROMFILEprivate\n")
    (tmp_path / "cancel_tradernet_public_key").write_text("0123456789abWXYZ\n")
    done = run("status", "tradernet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Tradernet, profile default: complete, from the credentials directory",
        "  public_key   credentials directory  …WXYZ",
        "  private_key  credentials directory  ***",
        "  not used: the keyring; the credentials directory has this venue's credentials",
        "keyring: Memory Keyring",
    ]
    done = run("status", "tradernet", "--profile", "default")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Tradernet, profile default: complete, from the keyring",
        "  public_key   keyring  …9876",
        "  private_key  keyring  ***",
        "  not used: the credentials directory; --profile default means the keyring's account",
        "keyring: Memory Keyring",
    ]


def test_fields_of_two_sources_are_no_set(run: Run, memory: Any, environment: Any) -> None:
    memory.put("tradernet", private_key="STOREDprivate")
    environment.setenv("CANCEL_TRADERNET_PUBLIC_KEY", "0123456789abWXYZ")
    done = run("status", "tradernet")
    assert done.exit_code == 6
    assert done.stdout.splitlines()[:4] == [
        "Tradernet, profile default: incomplete in the environment",
        "  public_key   environment  …WXYZ",
        "  private_key  missing",
        "  not used: the keyring; the environment has this venue's credentials",
    ]
    assert "the environment has public_key; missing there: private_key" in done.stderr


def test_the_fields_of_the_other_way_are_not_needed(run: Run, memory: Any) -> None:
    memory.put("tanx", access_token="a", refresh_token="r")
    done = run("status", "tanx")
    assert done.stdout.splitlines()[1:4] == [
        "  access_token   keyring     ***",
        "  refresh_token  keyring     ***",
        "  wallet_key     not needed",
    ]
    (entry,) = json.loads(run("status", "tanx", "-o", "json").stdout)
    assert [field["needed"] for field in entry["fields"]] == [True, True, False]


def test_a_directory_that_is_not_there_keeps_every_venue_from_its_credentials(
    run: Run, memory: Any, environment: Any, tmp_path: Path
) -> None:
    memory.put("tanx", wallet_key="w")
    environment.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "gone"))
    for args in ([], ["tanx"]):
        done = run("status", *args)
        assert done.exit_code == 6
        assert f"$CREDENTIALS_DIRECTORY does not exist: {tmp_path / 'gone'}" in done.stderr
    assert run("status", "tanx", "--profile", "default").exit_code == 0


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
        "credentials": "environment",
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
                "needed": True,
            },
            {
                "field": "private_key",
                "variable": "CANCEL_TRADERNET_PRIVATE_KEY",
                "source": "missing",
                "masked": "",
                "hides": [],
                "fault": "",
                "needed": True,
            },
        ],
    }


def test_the_form_may_come_from_the_environment_and_may_be_lines(run: Run, memory: Any, environment: Any) -> None:
    memory.put("tanx", "default", wallet_key="w")
    listed_at_once = json.loads(run("status", "-o", "json").stdout)
    assert len(listed_at_once) == 4
    environment.setenv("CANCEL_OUTPUT", "jsonl")
    lines = run("status").stdout.splitlines()
    assert [json.loads(line) for line in lines] == listed_at_once
    environment.setenv("CANCEL_OUTPUT", "json")
    assert json.loads(run("status").stdout) == listed_at_once


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
    assert "tanx, profile default: the keyring has access_token; missing there: refresh_token" in done.stderr
    assert "run: cancel auth login tanx" in done.stderr.replace("Run", "run")
    assert run("status", "tradernet").exit_code == 0


def test_with_nothing_stored_it_is_the_same_without_a_keyring(run: Run, memory: Any) -> None:
    for fault in (None, keyring.errors.NoKeyringError("none")):
        memory.fault = fault
        assert (run("status").exit_code, run("status", "tanx").exit_code) == (0, 6)


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


def test_the_venue_asked_about_must_be_complete_in_some_profile_and_half_in_none(
    run: Run, memory: Any, environment: Any
) -> None:
    assert run("login", "tradernet", "--no-check", "--profile", "job", given=KEYS).exit_code == 0
    done = run("status", "tradernet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [one["exit_code"] for one in json.loads(run("status", "tanx", "-o", "json").stdout)] == [6]
    assert run("status", "tradernet", "--profile", "job").exit_code == 0
    assert run("status", "tradernet", "--profile", "default").exit_code == 6
    environment.setenv("CANCEL_PROFILE", "default")  # that one and no other
    assert run("status", "tradernet").exit_code == 6
    environment.delenv("CANCEL_PROFILE")
    del memory.entries["cancel:tradernet:job", "private_key"]
    assert run("status", "tradernet").exit_code == 6
    memory.put("tradernet", "default", public_key="p", private_key="x")
    assert run("status", "tradernet").exit_code == 6


def test_other_profiles_are_shown_as_the_flag_would_have_them(run: Run, memory: Any, environment: Any) -> None:
    assert run("login", "tradernet", "--no-check", "--profile", "job", given=KEYS).exit_code == 0
    environment.setenv("CANCEL_TRADERNET_PUBLIC_KEY", "set")
    environment.setenv("CANCEL_TRADERNET_PRIVATE_KEY", "set")
    every = listed(run("status", "tradernet", "-o", "json"))
    assert {key[1]: entry["credentials"] for key, entry in every.items()} == {
        "default": "environment",
        "job": "keyring",
    }
    environment.setenv("CANCEL_PROFILE", "job")
    every = listed(run("status", "tradernet", "-o", "json"))
    assert {key[1]: entry["credentials"] for key, entry in every.items()} == {"job": "environment"}


@pytest.mark.parametrize("given", [{}, {"CANCEL_TANX_WALLET_KEY": "w"}])
def test_an_unknown_profile_lists_those_there_are(
    run: Run, memory: Any, environment: Any, given: dict[str, str]
) -> None:
    """Also where the environment has credentials, and however it is named."""
    assert run("login", "tradernet", "--no-check", "--profile", "job", given=KEYS).exit_code == 0
    for name, value in given.items():
        environment.setenv(name, value)
    typed = run("status", "--profile", "jbo")
    environment.setenv("CANCEL_PROFILE", "jbo")
    for done in (typed, run("status"), run("status", "tanx")):
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("No profile jbo is known")
        assert "; there are: default, job.\n" in done.stderr
    memory.put("tradernet", "jbo", public_key="p")  # by hand: known, and half a set
    assert run("status").exit_code == 6


def test_a_locked_keyring(run: Run, memory: Any, environment: Any) -> None:
    memory.fault = keyring.errors.KeyringLocked("Failed to unlock")
    for args in (["status"], ["status", "tanx"], ["status", "tanx", "--profile", "default"]):
        done = run(*args)
        assert done.exit_code == 6, args
        assert "the keyring is locked (Failed to unlock)" in done.stdout
        assert "the keyring is locked (Failed to unlock)" in done.stderr
        assert "profile default: not known" in done.stdout
        assert "nlock the keyring and run this again" in done.stderr
    done = run("status", "--profile", "job")
    assert done.exit_code == 2
    assert "What is stored was not seen: the keyring is locked (Failed to unlock)." in done.stderr
    environment.setenv("CANCEL_TANX_WALLET_KEY", "w")
    assert run("status", "tanx").exit_code == 0
    assert run("status").exit_code == 0
    assert run("status", "tanx", "--profile", "default").exit_code == 6


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
    assert "clock difference -0 s" not in done.stdout
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
    assert "came from the keyring: to replace what is stored, run: cancel auth login tradernet" in done.stderr
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


@pytest.mark.parametrize(
    ("ahead", "words"), [(-0.3, "0 s"), (0.3, "0 s"), (-1.7, "-2 s"), (10.2, "+10 s"), (None, "unknown")]
)
def test_a_difference_of_the_clocks_is_never_minus_nothing(ahead: float | None, words: str) -> None:
    account = AccountStatus("tanx", "default", Source.KEYRING, (), check=Check(0, "", 0.1, ahead))
    assert shown([account], KeyringStatus("x"), Output.TABLE).splitlines()[1] == (
        f"  check: works, 100 ms, clock difference {words}"
    )
