"""One field from one source: which texts are secrets, and what a file or a variable may hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.keyring_store import KeyringStore
from config.sources import Malformed, Source, clean, from_directory, from_environment, from_keyring

PEM = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\nBBBB\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("api_key", "abc", "abc"),
        ("api_key", "  abc\r\n", "abc"),
        ("api_key", "\ufeffabc", "abc"),
        ("api_secret", PEM + "\n", PEM),
        ("api_secret", PEM.replace("\n", "\r\n"), PEM.replace("\n", "\r\n")),
        ("api_secret", PEM.replace("\n", "\\n"), PEM.replace("\n", "\\n")),
        ("password", " my pass word ", " my pass word "),
        ("password", "pässwörd", "pässwörd"),
    ],
)
def test_secrets_as_they_are_used(field: str, text: str, value: str) -> None:
    assert clean(field, text).reveal() == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("api_key", "CAN ARY"),
        ("api_key", "CAN\nARY"),
        ("api_key", "CAN\u00a0ARY"),
        ("api_key", "CAN\u200bARY"),
        ("api_key", "CAN\x00ARY"),
        ("api_key", "CAN\x1bARY"),
        ("api_key", "CAN\udc80ARY"),
        ("api_key", "  \n"),
        ("api_secret", PEM + "\x00"),
        ("password", "CAN\nARY"),
        ("password", "CAN\x7fARY"),
        ("password", "CAN\udc80ARY"),
        ("password", ""),
    ],
)
def test_what_no_secret_is(field: str, text: str) -> None:
    with pytest.raises(Malformed) as caught:
        clean(field, text)
    assert "CAN" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"se cret", "se cret"), (b"x\n", "x"), (b"x\r\n", "x"), (b"x \n", "x ")],
)
def test_a_file_loses_one_line_end(folder: Path, data: bytes, value: str) -> None:
    (folder / "cancel_acme_password").write_bytes(data)
    found = from_directory({"CREDENTIALS_DIRECTORY": str(folder)}, "acme", "password")
    assert found is not None
    assert found.source is Source.DIRECTORY
    assert found.secret is not None
    assert found.secret.reveal() == value


def test_a_file_loses_only_one_line_end(folder: Path) -> None:
    (folder / "cancel_acme_password").write_bytes(b"x\n\n")
    found = from_directory({"CREDENTIALS_DIRECTORY": str(folder)}, "acme", "password")
    assert found is not None
    assert found.secret is None
    assert f"{folder / 'cancel_acme_password'} holds a line end" in found.fault


@pytest.mark.parametrize("data", [b"", b"\n"])
def test_an_empty_file_is_set_and_a_fault(folder: Path, data: bytes) -> None:
    (folder / "cancel_acme_password").write_bytes(data)
    found = from_directory({"CREDENTIALS_DIRECTORY": str(folder)}, "acme", "password")
    assert found is not None
    assert found.fault == f"{folder / 'cancel_acme_password'} is set, and empty"


def test_no_directory_or_no_file_is_none(folder: Path) -> None:
    assert from_directory({}, "acme", "password") is None
    assert from_directory({"CREDENTIALS_DIRECTORY": str(folder)}, "acme", "password") is None


def test_a_directory_that_is_none_is_a_fault_and_not_passed_by(folder: Path) -> None:
    (folder / "file").write_text("x")
    for named, says in (
        (str(folder / "gone"), f"does not exist: {folder / 'gone'}"),
        (str(folder / "file"), f"is no folder: {folder / 'file'}"),
        ("", "is set, and empty"),
    ):
        found = from_directory({"CREDENTIALS_DIRECTORY": named}, "acme", "password")
        assert found is not None
        assert found.fault == f"$CREDENTIALS_DIRECTORY {says}"


def test_a_file_that_cannot_be_used_is_a_fault_and_not_passed_by(folder: Path) -> None:
    (folder / "cancel_acme_token").mkdir()
    (folder / "cancel_acme_password").write_bytes(b"\xff")
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    token, password = (from_directory(environ, "acme", field) for field in ("token", "password"))
    assert token is not None
    assert "cancel_acme_token cannot be read" in token.fault
    assert password is not None
    assert "cancel_acme_password is not UTF-8" in password.fault


def test_a_variable_that_is_set_and_holds_nothing_is_a_fault() -> None:
    assert from_environment({}, "acme", "token") is None
    for text, says in (("", "is set, and empty"), ("  ", "holds nothing but white space")):
        found = from_environment({"CANCEL_ACME_TOKEN": text}, "acme", "token")
        assert found is not None
        assert found.fault == f"CANCEL_ACME_TOKEN {says}"


def test_an_empty_keyring_entry_is_a_fault(keyring: KeyringStore, put: Callable[..., None]) -> None:
    put(token="")
    assert from_keyring(keyring, "acme", "default", "password") is None
    found = from_keyring(keyring, "acme", "default", "token")
    assert found is not None
    assert found.fault == "keyring entry cancel:acme:default token is set, and empty"
