"""config.toml and the environment: what wins, what is refused, and whether the error says where."""

import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.origin import BadOrigin, is_plain_and_far, parse_origin
from config.settings import Settings, load_settings

KNOWN: dict[str, tuple[int, ...]] = {"acme": (), "multi": (2, 3)}


def load(
    tmp_path: Path,
    text: str | None = None,
    *,
    venue: str = "multi",
    profile: str = "default",
    url: str | None = "https://multi.example",
    **environ: str,
) -> Settings:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    return load_settings(venue, profile, default_url=url, known=KNOWN, environ=environ, path=path)


def test_defaults_without_a_file(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(url="https://multi.example", url_from="default", api_version=2)


def test_a_venue_with_one_version_has_none(tmp_path: Path) -> None:
    assert load(tmp_path, venue="acme").api_version is None


def test_no_home_is_no_file() -> None:
    settings = load_settings("acme", "default", default_url="https://a.example", known=KNOWN, environ={})
    assert settings.url == "https://a.example"


def test_the_file_is_read_from_the_configuration_folder(tmp_path: Path) -> None:
    (tmp_path / "cancel").mkdir()
    (tmp_path / "cancel/config.toml").write_text('[default.acme]\nurl = "https://own.example"\n')
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    settings = load_settings("acme", "default", default_url=None, known=KNOWN, environ=environ)
    assert settings.url == "https://own.example"


FULL = """
[default.multi]
url = "https://file.example/"
api_version = 3
allow_http = true
requests_per_minute = 7
[work.multi]
api_version = 3
"""


def test_the_file_beats_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, FULL) == Settings("https://file.example", "config.toml", 3, 7)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + FULL).api_version == 3


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        FULL,
        CANCEL_MULTI_URL="https://env.example",
        CANCEL_MULTI_API_VERSION="2",
        CANCEL_MULTI_REQUESTS_PER_MINUTE="9",
    )
    assert settings == Settings("https://env.example", "environment", 2, 9)


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    settings = load(tmp_path, FULL, CANCEL_MULTI_URL="", CANCEL_MULTI_API_VERSION="")
    assert (settings.url, settings.api_version) == ("https://file.example", 3)


def test_each_profile_has_its_own(tmp_path: Path) -> None:
    settings = load(tmp_path, FULL, profile="work")
    assert settings == Settings("https://multi.example", "default", 3)


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("1", True), ("yes", True), ("0", False)])
def test_words_for_yes_and_no(tmp_path: Path, text: str, value: bool) -> None:
    far = FULL.replace("https", "http").replace("allow_http = true", f"allow_http = {str(not value).lower()}")
    allowed = nullcontext() if value else pytest.raises(ConfigError, match="plain http")
    with allowed:  # the environment beats the file here too
        assert load(tmp_path, far, CANCEL_MULTI_ALLOW_HTTP=text).url == "http://file.example"


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("[default.multi]\nurll = 'https://x'", "default.multi.urll", "unknown key"),
        ("[default.acme]\napi_version = 2", "default.acme.api_version", "unknown key"),
        ("[default.multi]\napi_version = '3'", "default.multi.api_version", "2 or 3"),
        ("[default.multi]\napi_version = 4", "default.multi.api_version", "2 or 3"),
        ("[default.multi]\napi_version = 2.0", "default.multi.api_version", "2 or 3"),
        ("[default.multi]\nallow_http = 1", "default.multi.allow_http", "true or false"),
        ("[default.multi]\nrequests_per_minute = true", "default.multi.requests_per_minute", "above 0"),
        ("[default.multi]\nrequests_per_minute = 0", "default.multi.requests_per_minute", "above 0"),
        ("[default.multi]\nurl = 5", "default.multi.url", "origin"),
        ("[default.multi]\nurl = 'ftp://x'", "default.multi.url", "origin"),
        ("[other.acme]\nurl = 'nonsense'", "other.acme.url", "origin"),
        ("[default.nosuch]\nurl = 'https://x'", "default.nosuch", "no such venue; there are acme, multi"),
        ("[multi]\nurl = 'https://x'", "multi.url", "did you mean [default.multi]?"),
        ("[default]\nmulti = 3", "default.multi", "a table"),
        ("loose = 3", "loose", "a table"),
        ("['a b'.multi]", "a b", "letters, digits"),
    ],
)
def test_anything_wrong_in_the_whole_file_is_named(tmp_path: Path, text: str, key: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, venue="multi", profile="default")
    assert f"{tmp_path / 'config.toml'}: {key}: " in caught.value.message
    assert expected in caught.value.message


def test_a_number_that_python_does_not_read_is_no_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml cannot be used: a number in it is too long"):
        load(tmp_path, f"[default.multi]\nrequests_per_minute = {'9' * 5_000}", venue="multi", profile="default")


@pytest.mark.parametrize("text", ["[default", "a = ", "a = 1\na = 2", "x = " + "[" * 9999])
def test_broken_toml_names_the_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml is not valid TOML"):
        load(tmp_path, text)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml cannot be read"):
        load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read anything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    (tmp_path / "config.toml").chmod(0)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CANCEL_MULTI_API_VERSION", "4"),
        ("CANCEL_MULTI_API_VERSION", "two"),
        ("CANCEL_MULTI_API_VERSION", "9" * 5000),
        ("CANCEL_MULTI_ALLOW_HTTP", "maybe"),
        ("CANCEL_MULTI_REQUESTS_PER_MINUTE", "-1"),
        ("CANCEL_MULTI_REQUESTS_PER_MINUTE", "1.5"),
        ("CANCEL_MULTI_URL", "multi.example"),
    ],
)
def test_a_bad_variable_is_named(tmp_path: Path, variable: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"^{variable}: expected"):
        load(tmp_path, **{variable: text})


def test_a_venue_without_default_address_must_be_given_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "[work.acme]\nurl = 'https://w.example'", venue="acme", url=None)
    assert "CANCEL_ACME_URL" in caught.value.message
    assert f"[default.acme] in {tmp_path / 'config.toml'}" in caught.value.message
    assert "profiles: work" in caught.value.message


@pytest.mark.parametrize("name", ["a/b", ""])
def test_a_bad_profile_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="profile name"):
        load(tmp_path, profile=name)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://a.example", "https://a.example"),
        ("HTTPS://a.example:8443/", "https://a.example:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_origins(text: str, origin: str) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "a.example",
        "ftp://a.example",
        "https://",
        "https:///x",
        "https://u:CANARY@a.example",
        "https://a.example?x=CANARY",
        "https://a.example/#",
        "https://a.example:0",
        "https://a.example:99999",
        "https://a.example:",
        "https://a b",
        "https://a.example\n",
        "https://a.exa\tmple",
        "http://localhost\\.evil.example",
        "https://a.example/\\x",
        "https://a.example/v1",
        "http://localhost:8080/prefix/",
        " https://a.example",
    ],
)
def test_no_origins(text: str) -> None:
    with pytest.raises(BadOrigin) as caught:
        parse_origin(text)
    assert "CANARY" not in str(caught.value)


def test_a_password_in_the_address_is_told_apart() -> None:
    with pytest.raises(BadOrigin, match="without user name and password"):
        parse_origin("https://u:p@a.example")


@pytest.mark.parametrize(
    ("origin", "far"),
    [
        ("http://127.0.0.1:8080", False),
        ("http://127.8.9.1", False),
        ("http://[::1]", False),
        ("http://LocalHost/", False),
        ("http://localhost.evil.example", True),
        ("http://127.0.0.1.evil.example", True),
        ("http://10.0.0.1", True),
        ("http://0.0.0.0", True),
        ("https://10.0.0.1", False),
    ],
)
def test_what_is_plain_and_far(origin: str, far: bool) -> None:
    assert is_plain_and_far(origin) is far


def test_plain_http_is_refused_unless_allowed(tmp_path: Path) -> None:
    text = "[default.acme]\nurl = 'http://far.example'\n"
    with pytest.raises(ConfigError, match=r"default\.acme\.url: plain http"):
        load(tmp_path, text, venue="acme")
    with pytest.raises(ConfigError, match=r"^CANCEL_ACME_URL: plain http"):
        load(tmp_path, venue="acme", CANCEL_ACME_URL="http://far.example")
    assert load(tmp_path, text + "allow_http = true\n", venue="acme").url == "http://far.example"
    assert load(tmp_path, text, venue="acme", CANCEL_ACME_ALLOW_HTTP="1").url == "http://far.example"
    assert load(tmp_path, text, venue="multi").url == "https://multi.example"
