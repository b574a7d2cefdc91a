"""`cancel auth logout`: what is removed, and what is said of the rest."""

from collections.abc import Callable
from typing import Any

import keyring.errors
import pytest

Run = Callable[..., Any]


def test_what_login_stored_is_removed_and_nothing_else(run: Run, memory: Any) -> None:
    memory.put("tanx", wallet_key="w", access_token="a", stranger="s")
    memory.put("tanx", "job", wallet_key="w")
    done = run("logout", "tanx")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "tanX, profile default: removed access_token, wallet_key from the keyring.\n"
    assert memory.of("tanx") == {"stranger": "s"}
    assert run("logout", "tanx", "--profile", "job").exit_code == 0
    assert memory.of("tanx", "job") == {}


def test_nothing_stored_is_no_failure(run: Run, memory: Any) -> None:
    done = run("logout", "tanx")
    assert (done.exit_code, done.stderr) == (0, "tanX, profile default: nothing was stored in the keyring.\n")


def test_the_profile_is_forgotten(run: Run, memory: Any) -> None:
    given = '{"wallet_key": "w"}'
    assert run("login", "tanx", "--no-check", "--profile", "job", given=given).exit_code == 0
    assert "profile job" in run("status").stdout
    assert run("logout", "tanx", "--profile", "job").exit_code == 0
    assert "profile job" not in run("status").stdout


@pytest.mark.parametrize("kind", ["fault", "read_only"])
def test_what_could_not_be_removed_is_said_with_the_reason(run: Run, memory: Any, kind: str) -> None:
    memory.put("tradernet", public_key="p", private_key="x")
    setattr(memory, kind, keyring.errors.KeyringLocked("Failed to unlock"))
    done = run("logout", "tradernet")
    assert done.exit_code == 6
    assert "public_key, private_key could not be removed: the keyring is locked (Failed to unlock)" in done.stderr
    assert memory.of("tradernet") == {"public_key": "p", "private_key": "x"}


def test_what_is_left_elsewhere_is_said(run: Run, memory: Any, environment: Any, tmp_path: Any) -> None:
    memory.put("tanx", wallet_key="w")
    environment.setenv("CANCEL_TANX_WALLET_KEY", "CANARY")
    environment.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "cancel_tanx_access_token").write_text("CANARY")
    done = run("logout", "tanx")
    assert done.exit_code == 0
    assert "CANCEL_TANX_WALLET_KEY is still set in the environment." in done.stderr
    assert "cancel_tanx_access_token is still in the credentials directory." in done.stderr
    assert "CANARY" not in done.stderr
