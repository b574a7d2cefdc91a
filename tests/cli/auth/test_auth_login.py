"""`cancel auth login` for scripts: what is stored, what is refused, and that nothing is stored then."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring.errors
import pytest

from venues.neuratrade.practice import PracticeNeuraTrade
from venues.tanx.practice import PracticeTanx

VENUES = ["3commas", "tanx", "neuratrade", "tradernet"]
Run = Callable[..., Any]


@pytest.mark.parametrize("venue", VENUES)
def test_good_credentials_are_tried_and_stored(run: Run, memory: Any, serve: Any, venue: str) -> None:
    practice = serve(venue)
    done = run("login", venue, given=json.dumps(dict(practice.credentials)))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "stored" in done.stderr
    assert "Memory Keyring" in done.stderr
    assert memory.of(venue) == dict(practice.credentials)
    assert practice.counts.total() == 1


@pytest.mark.parametrize("venue", VENUES)
def test_bad_credentials_are_not_stored(run: Run, memory: Any, serve: Any, venue: str) -> None:
    practice = serve(venue)
    done = run("login", venue, given=json.dumps(dict.fromkeys(practice.credentials, "0" * 30)))
    assert done.exit_code == 6
    assert "nothing was stored, because the check failed" in done.stderr
    assert "--no-check" in done.stderr
    assert memory.entries == {}


def test_a_venue_that_cannot_be_reached(run: Run, memory: Any, environment: Any) -> None:
    environment.setenv("CANCEL_TANX_URL", "http://127.0.0.1:1")
    given = json.dumps({"access_token": "a" * 20, "refresh_token": "r" * 20})
    done = run("login", "tanx", given=given)
    assert done.exit_code == 8
    assert "the connection to 127.0.0.1:1 was refused" in done.stderr
    assert memory.entries == {}
    assert run("login", "tanx", "--no-check", given=given).exit_code == 0
    assert memory.of("tanx") == {"access_token": "a" * 20, "refresh_token": "r" * 20}


def test_each_profile_has_its_own(run: Run, memory: Any, environment: Any) -> None:
    assert run("login", "tanx", "--no-check", "--profile", "job", given='{"wallet_key": "ab"}').exit_code == 0
    environment.setenv("CANCEL_PROFILE", "other")
    assert run("login", "tanx", "--no-check", given='{"wallet_key": "cd"}').exit_code == 0
    assert memory.of("tanx", "job") == {"wallet_key": "ab"}
    assert memory.of("tanx", "other") == {"wallet_key": "cd"}


def test_an_expired_pair_is_stored_as_it_is_after_the_refresh(run: Run, memory: Any, serve: Any) -> None:
    practice = serve(PracticeTanx())
    given = practice.issue(lifetime=-60)
    done = run("login", "tanx", given=json.dumps(given))
    assert done.exit_code == 0, done.stderr
    stored = memory.of("tanx")
    assert stored.keys() == given.keys()
    assert not stored.items() & given.items()
    assert practice.counts["refresh"] == 1


def test_a_locked_keyring_is_found_before_a_token_is_spent(run: Run, memory: Any, serve: Any) -> None:
    practice = serve(PracticeTanx())
    memory.fault = keyring.errors.KeyringLocked("Failed to unlock")
    done = run("login", "tanx", given=json.dumps(practice.issue(lifetime=-60)))
    assert done.exit_code == 6
    assert "the keyring is locked" in done.stderr
    assert "CANCEL_TANX_ACCESS_TOKEN" in done.stderr
    assert "cancel_tanx_refresh_token" in done.stderr
    assert practice.counts.total() == 0


def test_a_keyring_that_cannot_store(run: Run, memory: Any) -> None:
    memory.read_only = OSError("disk full")
    done = run("login", "tradernet", "--no-check", given='{"public_key": "p", "private_key": "CANARY"}')
    assert done.exit_code == 6
    assert "public_key was not stored: the keyring failed (OSError: disk full)" in done.stderr
    assert "CANARY" not in done.stderr


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", 'Nothing on standard input: give one JSON object such as {"public_key": "...", "private_key": "..."}'),
        ("  \n", "Nothing on standard input"),
        ("CANARY", "not valid JSON"),
        ('{"private_key": "CANARY"}', "needed: public_key and private_key"),
        ('{"public_key": "CANARY", "secret": "x"}', "Unknown field secret"),
    ],
)
def test_bad_input_is_wrong_usage(run: Run, memory: Any, given: str, says: str) -> None:
    done = run("login", "tradernet", given=given)
    assert done.exit_code == 2
    assert says in done.stderr
    assert "CANARY" not in done.stderr
    assert memory.entries == {}


def test_bytes_that_are_no_text(run: Run, memory: Any) -> None:
    done = run("login", "tradernet", given=b'{"public_key": "\xff"}')
    assert (done.exit_code, done.stderr) == (2, "Standard input is not UTF-8 text.\n")


def test_a_malformed_value(run: Run, memory: Any) -> None:
    done = run("login", "tradernet", "--no-check", given='{"public_key": "p q", "private_key": "x"}')
    assert (done.exit_code, done.stderr) == (6, "public_key holds white space or a control character inside.\n")
    assert memory.entries == {}


def test_a_check_needs_an_address_and_storing_does_not(run: Run, memory: Any) -> None:
    given = '{"token": "t"}'
    done = run("login", "neuratrade", given=given)
    assert done.exit_code == 2
    assert "CANCEL_NEURATRADE_URL" in done.stderr
    assert memory.entries == {}
    assert run("login", "neuratrade", "--no-check", given=given).exit_code == 0


def test_a_password_is_tried_by_logging_in(run: Run, memory: Any, serve: Any) -> None:
    practice = serve(PracticeNeuraTrade(password="pass word"))
    given = {"email": practice.email, "password": "pass word"}
    assert run("login", "neuratrade", given=json.dumps(given)).exit_code == 0
    assert memory.of("neuratrade") == given
    assert practice.counts["login"] == 1


@pytest.mark.parametrize("flag", [[], ["--profile", "bot"]])
def test_what_goes_before_the_stored_set_is_said(
    run: Run, memory: Any, environment: Any, tmp_path: Path, flag: list[str]
) -> None:
    keys, profile = '{"public_key": "p", "private_key": "x"}', (flag or ["default"])[-1]
    environment.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "cancel_tradernet_private_key").write_text("CANARY-2")
    done = run("login", "tradernet", "--no-check", *flag, given=keys)
    assert done.exit_code == 0
    assert done.stderr.splitlines()[1:] == [
        "CANCEL_TRADERNET_PRIVATE_KEY in the credentials directory is used in place of what was just stored, "
        f"unless --profile {profile} is typed."
    ]
    environment.setenv("CANCEL_TRADERNET_PUBLIC_KEY", "CANARY-1")
    done = run("login", "tradernet", "--no-check", *flag, given=keys)
    assert done.stderr.splitlines()[1:] == [
        f"CANCEL_TRADERNET_PUBLIC_KEY in the environment is used in place of what was just stored, "
        f"unless --profile {profile} is typed."
    ]


def test_a_clock_that_is_off_is_said(run: Run, memory: Any, serve: Any) -> None:
    import time

    practice = serve(PracticeNeuraTrade(time=lambda: time.time() - 60))
    done = run("login", "neuratrade", given=json.dumps({"token": practice.issue()}))
    assert done.exit_code == 0
    assert "s ahead of NeuraTrade's: set it (NTP)" in done.stderr


@pytest.mark.parametrize("verb", ["login", "logout", "status"])
def test_an_unknown_venue_lists_those_there_are(run: Run, verb: str) -> None:
    done = run(verb, "nowhere")
    assert done.exit_code == 2
    assert "no such venue; there are 3commas, tanx, neuratrade, tradernet" in " ".join(done.stderr.split())


@pytest.mark.parametrize("verb", ["login", "logout", "status"])
def test_a_profile_that_cannot_be_one(run: Run, verb: str) -> None:
    done = run(verb, "tanx", "--profile", "../x")
    assert done.exit_code == 2
    assert "is no profile name" in done.stderr


@pytest.mark.parametrize("verb", ["login", "logout", "status"])
def test_help_leads_with_an_example(run: Run, verb: str) -> None:
    done = run(verb, "--help")
    assert done.exit_code == 0
    assert done.stdout.index(f"cancel auth {verb}") < done.stdout.index("Options:")
