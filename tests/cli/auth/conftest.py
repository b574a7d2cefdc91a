"""A keyring in memory, a clean environment, and the practice venues as the real ones, for `cancel auth`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keyring
import pytest
from typer.testing import CliRunner

from cli.app import build
from venues.registry import VENUES, open_practice
from venues.sandbox.server import Running, start


@dataclass
class MemoryKeyring:
    """A keyring backend. `fault` is raised by every call, `read_only` by every change; `refused` are not stored."""

    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    fault: Exception | None = None
    read_only: Exception | None = None
    refused: tuple[str, ...] = ()
    name: str = "Memory Keyring"
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        if self.fault:
            raise self.fault
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fault or self.read_only:
            raise self.fault or self.read_only  # type: ignore[misc]
        if username in self.refused:
            raise OSError("disk full")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.fault or self.read_only:
            raise self.fault or self.read_only  # type: ignore[misc]
        del self.entries[service, username]

    def of(self, venue: str, profile: str = "default") -> dict[str, str]:
        """Out: the fields that are stored."""
        service = f"cancel:{venue}:{profile}"
        return {name: text for (where, name), text in self.entries.items() if where == service}

    def put(self, venue: str, profile: str = "default", **values: str) -> None:
        self.entries |= {(f"cancel:{venue}:{profile}", name): text for name, text in values.items()}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backend


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A HOME of its own, and nothing of ours in the environment."""
    for name in [*os.environ]:
        if name.startswith(("CANCEL_", "XDG_", "CREDENTIALS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


@pytest.fixture
def serve(environment: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Serve a practice venue as the real one. Out of the call: the practice venue."""
    running: list[Running] = []

    def begin(practice: Any) -> Any:
        server = start(open_practice(practice) if practice in VENUES else practice)
        running.append(server)
        environment.setenv(f"CANCEL_{server.practice.venue}_URL".upper(), server.url)
        return server.practice

    yield begin
    for server in running:
        server.close()
        assert server.faults == []
        assert server.practice.dangers == []


@pytest.fixture
def run() -> Callable[..., Any]:
    """Run `cancel auth ARGS` with `given` on standard input, which is no terminal."""

    def call(*args: str, given: str = "") -> Any:
        return CliRunner().invoke(build("auth"), ["auth", *args], input=given)

    return call
