"""Logging in and out: what a script may send, what is stored, and what is said when it is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError, CredentialsError
from config.keyring_store import KeyringProblem, KeyringStore
from config.login import Removal, clean_field, parse_login, remove_fields, store_fields
from config.profiles import remembered
from ordercancel.secret import Secret

FIELDS = ("token", "email", "password")
WAYS = (("token",), ("email", "password"))


def parse(text: str) -> dict[str, str]:
    return {field: secret.reveal() for field, secret in parse_login(text, FIELDS, WAYS).items()}


def test_one_object() -> None:
    assert parse('\ufeff{"email": " a@example.com", "password": " p w"}\n') == {
        "email": "a@example.com",
        "password": " p w",
    }


def test_a_pem_key_fits() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
    assert parse(json.dumps({"token": pem + "\n"})) == {"token": pem}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "not valid JSON"),
        ('{"token": "CANARY"', "not valid JSON at line 1"),
        ("[" * 100_000, "not valid JSON"),
        ('["CANARY"]', "must be one JSON object"),
        ('"CANARY"', "must be one JSON object"),
        ("null", "must be one JSON object"),
        ('{"tokenn": "CANARY"}', "Unknown field tokenn; there are token, email, password"),
        ('{"CANARY=": "x"}', "Unknown field (not shown)"),
        ('{"token": 12345}', "token must be text"),
        ('{"token": null}', "token must be text"),
        ('{"token": ""}', "token must be text in quotes, and not empty"),
        ('{"token": {"CANARY": "x"}}', "token must be text"),
        ('{"token": "CANARY", "token": "x"}', "token is given twice"),
        ('{"email": "a@example.com"}', "needed: token, or email and password"),
        ("{}", "needed: token"),
    ],
)
def test_what_is_refused_names_the_field_and_not_the_value(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert expected in caught.value.message
    assert "CANARY" not in caught.value.message
    assert "12345" not in caught.value.message


def test_a_malformed_value_is_refused() -> None:
    with pytest.raises(CredentialsError, match=r"^token holds white space") as caught:
        parse('{"token": "CAN ARY"}')
    assert "ARY" not in caught.value.message
    with pytest.raises(CredentialsError, match=r"^token holds nothing"):
        clean_field("token", "  ")


def test_what_is_stored_is_remembered_and_removed(keyring: KeyringStore, backend: Any, tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    values = {"email": Secret("a@example.com"), "password": Secret("CANARY")}
    store_fields("acme", "job", values, keyring=keyring, environ=environ)
    assert backend.entries == {
        ("cancel:acme:job", "email"): "a@example.com",
        ("cancel:acme:job", "password"): "CANARY",
    }
    assert remembered(environ) == [("acme", "job")]
    assert all(b"CANARY" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    removal = remove_fields("acme", "job", FIELDS, keyring=keyring, environ=environ)
    assert removal == Removal(removed=("email", "password"), could_not=())
    assert backend.entries == {}
    assert remembered(environ) == []


def test_a_keyring_that_cannot_store(keyring: KeyringStore, backend: Any, tmp_path: Path) -> None:
    backend.fault = KeyringProblem("the keyring is locked (x)", lasting=True)
    environ = {"HOME": str(tmp_path)}
    with pytest.raises(CredentialsError) as caught:
        store_fields("acme", "job", {"token": Secret("CANARY")}, keyring=keyring, environ=environ)
    assert "acme, profile job: token was not stored: the keyring is locked (x)." in caught.value.message
    assert "CANCEL_ACME_TOKEN" in caught.value.message
    assert "cancel_acme_token" in caught.value.message
    assert "CANARY" not in caught.value.message
    assert remembered(environ) == []


def test_what_could_not_be_removed_is_said(keyring: KeyringStore, backend: Any, tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    store_fields("acme", "job", {"token": Secret("t")}, keyring=keyring, environ=environ)
    backend.fault = OSError("no")
    removal = remove_fields("acme", "job", ["token"], keyring=keyring, environ=environ)
    assert removal == Removal(removed=(), could_not=(("token", "the keyring failed (OSError: no)"),))
    assert remembered(environ) == [("acme", "job")]
