"""Whose account a run was, told by the installed command: in each record, in `-v`, and where the venue says no."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from venues.registry import open_practice
from venues.sandbox.server import Running, start

ORDERS = ("25768879", "25768901")


@pytest.fixture
def venue() -> Iterator[Running]:
    with start(open_practice("tanx")) as running:
        yield running


@pytest.fixture
def given(venue: Running) -> dict[str, str]:
    """The variables of a complete account."""
    fields = {f"CANCEL_TANX_{name.upper()}": text for name, text in venue.practice.credentials.items()}
    return {"CANCEL_TANX_URL": venue.url, **fields}


def accounts(done: Any) -> list[tuple[str, str, str | None]]:
    """Out: outcome, profile and source of each record of a JSON document."""
    records = json.loads(done.stdout)["orders"]
    return [(record["outcome"], record["profile"], record["credentials"]) for record in records]


def test_each_record_names_the_profile_and_the_source(
    installed: Any, venue: Running, given: dict[str, str], tmp_path: Path
) -> None:
    done = installed.run("tanx", *ORDERS, "-o", "json", env=given)
    assert accounts(done) == [("cancelled", "default", "environment")] * 2
    for name, text in venue.practice.credentials.items():
        (tmp_path / f"cancel_tanx_{name}").write_text(text)
    files = {"CANCEL_TANX_URL": venue.url, "CREDENTIALS_DIRECTORY": str(tmp_path)}
    done = installed.run("tanx", *ORDERS, "-o", "json", env=files)
    assert accounts(done) == [("already-cancelled", "default", "directory")] * 2
    done = installed.run("tanx", "-", "-o", "jsonl", env=files, stdin=ORDERS[0])
    assert json.loads(done.stdout)["credentials"] == "directory"


@pytest.mark.parametrize(("flag", "profile"), [([], "default"), (["--profile", "typo"], "typo")])
def test_in_the_sandbox_nothing_is_looked_up(
    installed: Any, given: dict[str, str], flag: list[str], profile: str
) -> None:
    nowhere = {**given, "CREDENTIALS_DIRECTORY": "/nonexistent", "CANCEL_TANX_WALLET_KEY": ""}
    done = installed.run("tanx", ORDERS[0], "-o", "json", "--sandbox", *flag, env=nowhere)
    assert accounts(done) == [("cancelled", profile, "sandbox")]
    assert done.stderr == ""


def test_verbose_begins_with_whose_account_it_is(installed: Any, venue: Running, given: dict[str, str]) -> None:
    done = installed.run("tanx", ORDERS[0], "-v", env=given)
    assert done.stderr.splitlines()[0] == f"tanX at {venue.url}, profile default, credentials from the environment"
    done = installed.run("tanx", ORDERS[0], "-v", "--sandbox", "--profile", "bot")
    first = done.stderr.splitlines()[0]
    assert first.startswith("tanX at http://127.0.0.1:")
    assert first.endswith(", profile bot, credentials from the sandbox")


@pytest.mark.parametrize("flag", [[], ["--profile", "default"]])
@pytest.mark.parametrize("script", ["cancel", "ordercancel"])
def test_without_credentials_the_hint_has_the_name_that_was_typed(
    installed: Any, venue: Running, script: str, flag: list[str]
) -> None:
    done = installed.run("tanx", *ORDERS, "-o", "json", *flag, env={"CANCEL_TANX_URL": venue.url}, script=script)
    assert (done.returncode, accounts(done)) == (6, [("unauthorized", "default", None)] * 2)
    assert f"run: {script} auth login tanx" in done.stderr
    assert "missing access_token and refresh_token (or instead wallet_key)" in done.stderr
    assert venue.practice.counts.total() == 0


def test_half_a_set_is_told_with_its_source(installed: Any, venue: Running, given: dict[str, str]) -> None:
    del given["CANCEL_TANX_REFRESH_TOKEN"]
    done = installed.run("tanx", *ORDERS, "-o", "json", env=given)
    assert (done.returncode, accounts(done)) == (6, [("unauthorized", "default", "environment")] * 2)
    given["CANCEL_TANX_REFRESH_TOKEN"] = ""
    done = installed.run("tanx", *ORDERS, env=given)
    assert done.returncode == 6
    assert "CANCEL_TANX_REFRESH_TOKEN is set, and empty" in done.stderr
    assert venue.practice.counts.total() == 0


def test_a_typed_profile_leaves_the_environment_aside(installed: Any, venue: Running, given: dict[str, str]) -> None:
    done = installed.run("tanx", ORDERS[0], "--profile", "default", "-o", "json", env=given)
    assert (done.returncode, accounts(done)) == (6, [("unauthorized", "default", None)])
    assert "The environment has a complete set, which is not asked when --profile is typed" in done.stderr
    done = installed.run("tanx", ORDERS[0], "-o", "json", env=given | {"CANCEL_PROFILE": "default"})
    assert accounts(done) == [("cancelled", "default", "environment")]


@pytest.mark.parametrize("typed", [True, False])
def test_a_profile_that_nothing_knows_sends_nothing(
    installed: Any, venue: Running, given: dict[str, str], typed: bool
) -> None:
    flag, named = (["--profile", "typo"], {}) if typed else ([], {"CANCEL_PROFILE": "typo"})
    done = installed.run("tanx", ORDERS[0], *flag, env=given | named)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No profile typo is known" in done.stderr
    assert "there are: default." in done.stderr
    assert venue.practice.counts.total() == 0


def test_a_profile_with_a_table_and_nothing_else(
    installed: Any, venue: Running, given: dict[str, str], tmp_path: Path
) -> None:
    """Its settings count, and its name is told; credentials it has none, unless the environment's are meant."""
    (tmp_path / "cancel").mkdir()
    (tmp_path / "cancel/config.toml").write_text(f'[bot.tanx]\nurl = "{venue.url}"\n')
    del given["CANCEL_TANX_URL"]
    environ = given | {"XDG_CONFIG_HOME": str(tmp_path)}
    done = installed.run("tanx", ORDERS[0], "-o", "json", "--profile", "bot", env=environ)
    assert (done.returncode, accounts(done)) == (6, [("unauthorized", "bot", None)])
    assert "tanx, profile bot: missing access_token" in done.stderr
    assert "use CANCEL_PROFILE=bot in its place" in done.stderr
    done = installed.run("tanx", ORDERS[0], "-o", "json", env=environ | {"CANCEL_PROFILE": "bot"})
    assert accounts(done) == [("cancelled", "bot", "environment")]


def test_a_refusal_of_the_venue_leads_on(installed: Any, venue: Running, given: dict[str, str]) -> None:
    wrong = given | {"CANCEL_TANX_ACCESS_TOKEN": "wrong", "CANCEL_TANX_REFRESH_TOKEN": "wrong"}
    done = installed.run("tanx", ORDERS[0], "-o", "json", env=wrong)
    assert accounts(done) == [("unauthorized", "default", "environment")]
    (record,) = json.loads(done.stdout)["orders"]
    assert record["message"].endswith(
        "; access_token and refresh_token of profile default came from the environment (CANCEL_TANX_ACCESS_TOKEN and "
        "CANCEL_TANX_REFRESH_TOKEN): renew there what is wrong or expired"
    )
