"""Which profiles there are, and what is said of one that there is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.credentials import Credentials
from config.errors import ConfigError
from config.keyring_store import KeyringProblem
from config.profiles import all_profiles, forget, profiles_in_file, remember, remembered, require_known

Make = Callable[..., Credentials]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / ".config/cancel/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[work.acme]\n[home.acme]\n")
    return path


def test_profiles_of_the_file_and_of_log_ins(environ: dict[str, str], config: Path) -> None:
    assert remember("acme", "job", environ)
    assert remember("acme", "work", environ)
    assert remember("acme", "job", environ)
    assert profiles_in_file(environ) == ["work", "home"]
    assert all_profiles(environ) == ["default", "work", "home", "job"]
    assert remembered(environ) == [("acme", "job"), ("acme", "work")]
    assert forget("acme", "job", environ)
    assert forget("acme", "never", environ)
    assert all_profiles(environ) == ["default", "work", "home"]


def test_only_the_default_without_anything() -> None:
    assert all_profiles({}) == ["default"]


def test_what_cannot_be_written_or_read_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("in the way")
    environ = {"HOME": str(tmp_path)}
    assert not remember("acme", "job", environ)
    assert remembered(environ) == []
    assert not remember("acme", "job", {})


def test_rubbish_in_the_list_is_passed_by(environ: dict[str, str], tmp_path: Path) -> None:
    remember("acme", "job", environ)
    path = tmp_path / ".local/state/cancel/profiles"
    path.write_bytes(b"\xff\xfe\n\nacme a/b\none\nx y z\n" + path.read_bytes())
    assert remembered(environ) == [("acme", "job")]
    assert [entry.name for entry in path.parent.iterdir()] == ["profiles"]


@pytest.mark.parametrize("profile", ["default", "work", "job"])
def test_a_profile_that_there_is(
    make: Make, environ: dict[str, str], config: Path, backend: Any, profile: str
) -> None:
    """Without any credentials: that is said elsewhere, and with another code."""
    remember("other", "job", environ)
    require_known(make(profile), environ=environ)
    assert backend.asked == []


def test_the_keyring_knows_a_profile_too(make: Make, environ: dict[str, str], put: Any) -> None:
    put("hand", password="p")
    require_known(make("hand", wallet_key="w"), environ=environ)


def test_a_profile_that_nothing_knows_is_a_slip_whatever_credentials_there_are(
    make: Make, environ: dict[str, str], config: Path, put: Any
) -> None:
    put("default", wallet_key="w")
    for credentials in (make("typo"), make("typo", wallet_key="w"), make("typo", named=True, wallet_key="w")):
        with pytest.raises(ConfigError) as caught:
            require_known(credentials, environ=environ)
        assert caught.value.message == (
            f"No profile typo is known (no table in {config}, no stored login); there are: default, work, home.\n"
            "To make it, run: cancel auth login acme --profile typo"
        )


def test_a_keyring_that_is_locked_knows_nothing_and_that_is_said(
    make: Make, environ: dict[str, str], backend: Any
) -> None:
    backend.fault = KeyringProblem("the keyring is locked (x)", lasting=True)
    with pytest.raises(ConfigError, match=r"default\. What is stored was not seen: the keyring is locked \(x\)\.\n"):
        require_known(make("typo", wallet_key="w"), environ=environ)


def test_where_there_is_no_keyring_nothing_is_stored(make: Make, environ: dict[str, str], backend: Any) -> None:
    backend.fault = KeyringProblem("there is no keyring here", lasting=True, absent=True)
    with pytest.raises(ConfigError, match=r"there are: default\.\nTo make it"):
        require_known(make("typo"), environ=environ)
