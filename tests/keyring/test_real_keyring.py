"""The command against a real Secret Service: log in, use, log out; and every keyring that is of no use.

A keyring that is locked, absent or silent must end in under 5 s with exit code 6 and the words that help.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.docs.pages import blocks
from venues.registry import open_practice
from venues.sandbox.server import start

LONGEST = 5.0  # seconds, from the start of the process to its end
ORDER = "25768879"


@pytest.mark.secret_service
def test_login_status_cancel_logout(unlocked: Any) -> None:
    practice = open_practice("tanx")
    with start(practice) as venue:
        url = {"CANCEL_TANX_URL": venue.url}
        done = unlocked.run("auth", "login", "tanx", given=json.dumps(practice.credentials), **url)
        assert (done.code, done.out) == (0, "")
        done = unlocked.run("auth", "status", "tanx", "--check", **url)
        assert (done.code, done.err) == (0, "")
        assert "access_token   keyring     ***" in done.out
        assert "keyring: SecretService Keyring" in done.out
        done = unlocked.run("tanx", ORDER, "-o", "json", **url)
        assert (done.code, done.err) == (0, "")
    assert practice.true_state(ORDER) == "cancelled"
    done = unlocked.run("auth", "logout", "tanx")
    assert (done.code, done.err) == (
        0,
        "tanX, profile default: removed access_token, refresh_token from the keyring.\n",
    )
    assert unlocked.run("auth", "status", "tanx").code == 6


@pytest.mark.secret_service
@pytest.mark.parametrize("page", ["README.md", "docs/credentials.md"])
def test_the_lines_of_the_pages(unlocked: Any, page: str) -> None:
    (lines,) = [text for _, text in blocks(page) if "auth login" in text]
    practices = {venue: open_practice(venue) for venue in ("tradernet", "3commas")}
    with start(practices["tradernet"]) as one, start(practices["3commas"]) as other:
        url = {"CANCEL_TRADERNET_URL": one.url, "CANCEL_3COMMAS_URL": other.url}
        for line in lines.splitlines():
            words = line.partition(" < ")[0].split()[1:]
            given = json.dumps(practices[words[2]].credentials) if words[1] == "login" else ""
            done = unlocked.run(*words, given=given, **url)
            assert done.code == 0, (line, done.err)
    assert unlocked.run("auth", "status", "tradernet").code == 6
    assert unlocked.run("auth", "status", "3commas", "--profile", "bot").code == 0


LOCKED = "the keyring is locked"
SILENT = "the keyring did not answer within 3 s; it may be locked and waiting for a prompt"
ABSENT = "there is no keyring here"
service = pytest.mark.secret_service
BAD = [
    pytest.param("locked", LOCKED, marks=service, id="locked"),
    pytest.param("waiting", SILENT, marks=service, id="waiting"),
    pytest.param("stuck_bus", SILENT, id="stuck_bus"),
    pytest.param(
        "silent_bus", ABSENT, id="silent_bus"
    ),  # the keyring library itself gives such a bus up after a second
    pytest.param("machine", ABSENT, id="machine"),
]
NOWHERE = {"CANCEL_TANX_URL": "http://127.0.0.1:1"}
TOKENS = '{"access_token": "CANARY", "refresh_token": "CANARY"}'


@pytest.fixture
def bad(request: pytest.FixtureRequest) -> Any:
    """The machine that the fixture named by the parameter makes."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(("bad", "words"), BAD, indirect=["bad"])
def test_each_command_ends_soon_and_says_what_to_do(bad: Any, words: str) -> None:
    """At once where each takes its three seconds; a locked keyring answers soon, but shows one prompt at a time."""
    commands = {
        "cancel": ("tanx", ORDER, "-o", "json"),
        "login": ("auth", "login", "tanx"),
        "status": ("auth", "status", "tanx"),
        "all": ("auth", "status"),
        "logout": ("auth", "logout", "tanx"),
    }
    with ThreadPoolExecutor(1 if words == LOCKED else 5) as pool:
        runs = {name: pool.submit(bad.run, *args, given=TOKENS, **NOWHERE) for name, args in commands.items()}
    done = {name: run.result() for name, run in runs.items()}
    for name, one in done.items():
        nothing = name == "all" and words == ABSENT  # where there is no keyring, nothing is stored
        assert one.code == (0 if nothing else 6), name
        if nothing:
            assert words in one.out
            continue
        assert words in one.err, name
        assert "CANARY" not in one.out + one.err, name
        assert one.seconds < LONGEST, name
    cure = "install a keyring and run: cancel auth login tanx" if words == ABSENT else "Unlock the keyring"
    assert ("missing" in done["cancel"].err) == (words == ABSENT)
    for part in ("CANCEL_TANX_ACCESS_TOKEN", "cancel_tanx_refresh_token", cure):
        assert part in done["cancel"].err
        assert part in done["status"].err
    (record,) = json.loads(done["cancel"].out)["orders"]
    assert (record["outcome"], record["profile"], record["credentials"]) == ("unauthorized", "default", None)
    for part in ("nothing can be stored", "Unlock or install a keyring", "CANCEL_TANX_REFRESH_TOKEN"):
        assert part in done["login"].err


@pytest.mark.parametrize(("bad", "words"), BAD, indirect=["bad"])
def test_it_is_not_even_asked_when_the_environment_is_enough(bad: Any, words: str) -> None:
    practice = open_practice("neuratrade")
    with start(practice) as venue:
        done = bad.run(
            *("order", "ord-20260303120000-1", "-o", "json"),
            CANCEL_NEURATRADE_TOKEN=practice.credentials["token"],
            CANCEL_NEURATRADE_URL=venue.url,
        )
    assert (done.code, done.err) == (0, "")
    assert done.seconds < 3.0


@pytest.mark.parametrize(("bad", "words"), BAD, indirect=["bad"])
def test_a_slip_of_the_profile_is_one_whatever_the_keyring(bad: Any, words: str) -> None:
    given = {"CANCEL_TANX_WALLET_KEY": "CANARY"} | NOWHERE
    for args, environ in ((("--profile", "typo"), given), ((), given | {"CANCEL_PROFILE": "typo"})):
        done = bad.run("tanx", ORDER, *args, **environ)
        assert (done.code, done.out) == (2, "")
        assert "No profile typo is known" in done.err
        assert ("was not seen: " + words in done.err) == (words != ABSENT)
        assert done.seconds < LONGEST


@pytest.mark.secret_service
def test_a_typed_profile_is_the_keyrings_account(unlocked: Any) -> None:
    """Complete credentials of somebody else lie around in the environment, and are left alone."""
    practice, other = open_practice("tanx"), open_practice("tanx")
    with start(practice) as venue:
        url = {"CANCEL_TANX_URL": venue.url}
        keys = json.dumps(practice.credentials)
        assert unlocked.run("auth", "login", "tanx", "--profile", "bot", given=keys, **url).code == 0
        around = {f"CANCEL_TANX_{name.upper()}": text for name, text in other.credentials.items()} | url
        done = unlocked.run("tanx", ORDER, "--profile", "bot", "-o", "json", **around)
        (record,) = json.loads(done.out)["orders"]
        assert (done.code, record["profile"], record["credentials"]) == (0, "bot", "keyring")
        done = unlocked.run("tanx", ORDER, "-o", "json", CANCEL_PROFILE="bot", **around)
        (record,) = json.loads(done.out)["orders"]
        assert (done.code, record["profile"], record["credentials"]) == (6, "bot", "environment")
    assert practice.true_state(ORDER) == "cancelled"
