"""The names that other programs rely on: variables, files, keyring entries, folders."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.names import check_profile_name, env_name, file_name, login_line, service_name
from config.paths import config_file, state_dir


def test_names_are_those_of_the_contract() -> None:
    assert env_name("3commas", "api_key") == "CANCEL_3COMMAS_API_KEY"
    assert env_name("tradernet", "api_version") == "CANCEL_TRADERNET_API_VERSION"
    assert file_name("3commas", "api_secret") == "cancel_3commas_api_secret"
    assert service_name("tanx", "work") == "cancel:tanx:work"


def test_login_line_names_a_profile_only_if_it_is_not_the_default() -> None:
    assert login_line("tanx", "default") == "cancel auth login tanx"
    assert login_line("tanx", "work") == "cancel auth login tanx --profile work"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("/opt/bin/ordercancel", "ordercancel"),
        ("ordercancel.exe", "ordercancel"),
        ("/usr/bin/cancel", "cancel"),
        ("/src/ordercancel/__main__.py", "cancel"),
        ("", "cancel"),
    ],
)
def test_login_line_begins_with_the_name_that_was_typed(
    typed: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [typed, "tanx", "1"])
    assert login_line("tanx", "work") == f"{name} auth login tanx --profile work"
    monkeypatch.setattr("sys.argv", [])
    assert login_line("tanx", "default") == "cancel auth login tanx"


@pytest.mark.parametrize("name", ["default", "A.b_c-9"])
def test_profile_names(name: str) -> None:
    assert check_profile_name(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a:b", "ä", "a\n"])
def test_no_profile_names(name: str) -> None:
    with pytest.raises(ConfigError, match="is no profile name"):
        check_profile_name(name)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, Path("/x/cancel/config.toml")),
        ({"XDG_CONFIG_HOME": "", "HOME": "/h"}, Path("/h/.config/cancel/config.toml")),
        ({"XDG_CONFIG_HOME": "rel", "HOME": "/h"}, Path("/h/.config/cancel/config.toml")),
        ({"HOME": ""}, None),
        ({}, None),
    ],
)
def test_config_file_on_linux(
    environ: dict[str, str], expected: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert config_file(environ) == expected


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_platforms_have_their_own_folders(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: Path("/conf"))
    monkeypatch.setattr("platformdirs.user_state_path", lambda *_, **__: Path("/state"))
    assert config_file({}) == Path("/conf/config.toml")
    assert state_dir({}) == Path("/state")
