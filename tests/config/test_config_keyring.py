"""The keyring bounded from outside: silent, locked, absent or broken, and never in the way of the exit."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from config.keyring_store import KeyringProblem, KeyringStore, load_backend

ROOT = Path(__file__).parents[2]


def problem(store: KeyringStore) -> str:
    with pytest.raises(KeyringProblem) as caught:
        store.get("s", "u")
    return caught.value.reason


def test_get_set_delete(keyring: KeyringStore, backend: Any) -> None:
    assert keyring.get("s", "u") is None
    keyring.set("s", "u", "x")
    assert keyring.get("s", "u") == "x"
    assert keyring.delete("s", "u") is True
    assert keyring.delete("s", "u") is False
    assert keyring.backend_name() == "Fake Keyring"
    assert backend.entries == {}


@pytest.fixture
def silent(backend: Any) -> Any:
    """A backend whose calls end only when the test does."""
    release = threading.Event()
    backend.get_password = lambda service, username: (backend.asked.append(username), release.wait())[0]
    yield backend
    release.set()


def test_a_silent_keyring_is_given_up_once_and_for_all(silent: Any) -> None:
    store = KeyringStore(limit=0.05, load=lambda: silent)
    assert problem(store) == ("the keyring did not answer within 0.05 s; it may be locked and waiting for a prompt")
    assert "did not answer" in problem(store)
    with pytest.raises(KeyringProblem, match="did not answer"):
        store.set("s", "u", "x")
    assert silent.asked == ["u"]  # so nothing was waited for again


def test_a_silent_backend_selection_is_bounded_too() -> None:
    release = threading.Event()
    store = KeyringStore(limit=0.05, load=lambda: release.wait() and None)  # type: ignore[arg-type, return-value]
    assert "did not answer within 0.05 s" in problem(store)
    release.set()


def ticking(backend: Any, seconds: float) -> KeyringStore:
    """Out: a store whose every call takes so long, by its own clock."""
    now = [0.0]

    def answer(service: str, username: str) -> None:
        now[0] += seconds

    backend.get_password = answer
    return KeyringStore(limit=3, load=lambda: backend, clock=lambda: now[0])


def test_slow_calls_share_one_limit(backend: Any) -> None:
    store = ticking(backend, 1.6)
    assert [store.get("s", "u"), store.get("s", "u")] == [None, None]
    assert "did not answer within 3 s" in problem(store)


def test_quick_calls_never_use_the_limit_up(backend: Any) -> None:
    store = ticking(backend, 0.09)
    for _ in range(50):
        assert store.get("s", "u") is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (keyring.errors.KeyringLocked("Failed to unlock!"), "the keyring is locked (Failed to unlock!)"),
        (keyring.errors.NoKeyringError("none"), "there is no usable keyring here (none)"),
        (keyring.errors.InitError("no bus"), "there is no usable keyring here (no bus)"),
    ],
)
def test_locked_and_absent_are_told_apart_and_not_asked_again(backend: Any, fault: Any, reason: str) -> None:
    backend.fault = fault
    store = KeyringStore(load=lambda: backend)
    assert problem(store) == reason
    assert problem(store) == reason
    assert len(backend.asked) == 1


def test_a_dismissed_prompt_is_locked(backend: Any) -> None:
    class PromptDismissedException(Exception):  # SecretStorage's name for it
        pass

    fault = keyring.errors.InitError("Failed to create the collection")
    fault.__cause__ = PromptDismissedException()
    backend.fault = fault
    assert problem(KeyringStore(load=lambda: backend)).startswith("the keyring is locked")


def test_another_fault_is_told_and_may_pass(backend: Any) -> None:
    backend.fault = OSError("disk\x1b[31m\n full")
    store = KeyringStore(load=lambda: backend)
    assert problem(store) == "the keyring failed (OSError: disk[31m full)"
    backend.fault = None
    assert store.get("s", "u") is None


def test_a_fault_that_repeats_the_value_is_not_shown(backend: Any) -> None:
    backend.fault = ValueError("cannot store CANARY-2")
    with pytest.raises(KeyringProblem) as caught:
        KeyringStore(load=lambda: backend).set("s", "u", "-----BEGIN\nCANARY-2\n")
    assert "CANARY" not in caught.value.reason
    assert caught.value.__cause__ is None


def test_a_backend_that_cannot_be_loaded_is_absent() -> None:
    def load() -> Any:
        raise RuntimeError("Unable to initialize: no bus")

    assert problem(KeyringStore(load=load)) == "there is no usable keyring here (Unable to initialize: no bus)"


@pytest.mark.parametrize("nothing", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
def test_the_backends_that_are_none(nothing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_keyring", nothing)
    with pytest.raises(KeyringProblem, match="there is no keyring here"):
        load_backend()


def run(code: str, **environ: str) -> tuple[str, str, float]:
    """Run a program. Out: its stdout, stderr and how long it took, in seconds."""
    command = [sys.executable, "-X", "dev", "-c", code]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout, done.stderr, time.monotonic() - started


ASK = """
from config.keyring_store import KeyringProblem, KeyringStore
try:
    KeyringStore(limit=0.2{load}).get("s", "u")
except KeyringProblem as problem:
    print(problem.reason)
"""


def test_a_blocked_backend_does_not_delay_the_exit() -> None:
    blocked = "import time\nclass Blocked:\n    def get_password(self, *_): time.sleep(60)\n"
    out, err, seconds = run(blocked + ASK.format(load=", load=Blocked"))
    assert (out[:46], err) == ("the keyring did not answer within 0.2 s; it ma", "")
    assert seconds < 15


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")
def test_a_bus_that_never_answers_does_not_delay_the_exit(tmp_path: Path) -> None:
    path = str(tmp_path / "bus")
    bus = f"import socket\nbus = socket.socket(socket.AF_UNIX)\nbus.bind({path!r})\nbus.listen()\n"
    warm = "import keyring.backends.SecretService\n"  # a slow disk must not look like a silent bus
    out, err, seconds = run(
        warm + bus + ASK.format(load="") + "bus.close()",
        PYTHON_KEYRING_BACKEND="keyring.backends.SecretService.Keyring",
        DBUS_SESSION_BUS_ADDRESS=f"unix:path={path}",
    )
    assert (out[:46], err) == ("the keyring did not answer within 0.2 s; it ma", "")
    assert seconds < 15


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")
def test_no_bus_is_no_keyring() -> None:
    out, err, _ = run(ASK.format(load="").replace("0.2", "10"), DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
    assert out.startswith("there is no keyring here")
    assert err == ""
