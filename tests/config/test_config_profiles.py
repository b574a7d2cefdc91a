"""Which profiles there are, and what is said of one that there is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.credentials import Credentials
from config.errors import ConfigError, CredentialsError
from config.profiles import all_profiles, forget, profiles_in_file, remember, remembered, require

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


def test_complete_credentials_need_no_profile_anywhere(make: Make, environ: dict[str, str], config: Path) -> None:
    require(make("typo", wallet_key="w"), environ=environ)


def test_a_profile_that_the_file_does_not_know(make: Make, environ: dict[str, str], config: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        require(make("typo"), environ=environ)
    assert caught.value.message == (
        f"No profile typo in {config}, and no credentials; there are: default, work, home."
    )


@pytest.mark.parametrize("profile", ["default", "work", "job"])
def test_a_profile_that_there_is_lacks_credentials(
    make: Make, environ: dict[str, str], config: Path, profile: str
) -> None:
    remember("other", "job", environ)
    with pytest.raises(CredentialsError, match=f"acme, profile {profile}: missing"):
        require(make(profile), environ=environ)


def test_a_profile_with_some_credentials_is_no_slip(make: Make, environ: dict[str, str], config: Path) -> None:
    with pytest.raises(CredentialsError, match="acme, profile typo: missing password"):
        require(make("typo", email="a@example.com"), environ=environ)


def test_without_a_file_it_is_a_matter_of_credentials(make: Make, environ: dict[str, str]) -> None:
    with pytest.raises(CredentialsError) as caught:
        require(make("typo"), environ=environ)
    assert caught.value.message.startswith("No profile typo is known; there are: default. acme, profile typo")
