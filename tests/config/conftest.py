"""A fake keyring backend and one made-up venue, so that these tests know of no real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.credentials import Credentials
from config.keyring_store import KeyringStore


@dataclass
class FakeBackend:
    """A keyring in memory. `fault` is raised by every call; `asked` notes each (service, username)."""

    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    fault: Exception | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    name: str = "Fake Keyring"

    def get_password(self, service: str, username: str) -> str | None:
        self._note(service, username)
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._note(service, username)
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._note(service, username)
        del self.entries[service, username]

    def _note(self, service: str, username: str) -> None:
        self.asked.append((service, username))
        if self.fault is not None:
            raise self.fault


@dataclass(frozen=True)
class FakeField:
    name: str
    secret: bool = True


FIELDS = (
    FakeField("access_token"),
    FakeField("refresh_token"),
    FakeField("wallet_key"),
    FakeField("email", secret=False),
    FakeField("password"),
)
WAYS = (("access_token", "refresh_token"), ("wallet_key",), ("email", "password"))


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def keyring(backend: FakeBackend) -> KeyringStore:
    return KeyringStore(load=lambda: backend)


@pytest.fixture
def put(backend: FakeBackend) -> Callable[..., None]:
    """Put fields of the made-up venue into the keyring."""

    def into(profile: str = "default", **values: str) -> None:
        for name, text in values.items():
            backend.entries[f"cancel:acme:{profile}", name] = text

    return into


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "credentials"
    path.mkdir()
    return path


@pytest.fixture
def make(keyring: KeyringStore, folder: Path, tmp_path: Path) -> Callable[..., Credentials]:
    """Make credentials of the venue `acme`; keyword arguments are the CANCEL_ACME_ variables.

    `named`: as where `--profile` was typed.
    """

    def build(profile: str = "default", *, named: bool = False, **variables: str) -> Credentials:
        environ = {f"CANCEL_ACME_{name.upper()}": text for name, text in variables.items()}
        environ |= {"CREDENTIALS_DIRECTORY": str(folder), "HOME": str(tmp_path)}
        return Credentials("acme", profile, fields=FIELDS, ways=WAYS, environ=environ, keyring=keyring, named=named)

    return build
