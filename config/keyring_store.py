"""The operating system's keyring, bounded from outside: no call of it can hold up a run or its exit.

A locked collection can wait for ever for a prompt that nobody sees, and a dead session bus for an answer.
So each call runs in a daemon thread that is left behind when it does not answer: an interpreter that ends
does not wait for one. All the waiting of a run together is bounded, not each call by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

LIMIT = 3.0  # seconds; the contract's figure
QUICK = 0.1  # seconds; a call that answers within this costs nothing of the limit, however many there are

T = TypeVar("T")


class KeyringProblem(Exception):
    """The keyring could not be used. `reason` is part of a sentence and holds no secret.

    `lasting`: asking again in this run is no use (no keyring, locked, silent). `absent`: there is no keyring,
    so nothing is stored in it; otherwise something may be, which was not seen.
    """

    def __init__(self, reason: str, *, lasting: bool = False, absent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting
        self.absent = absent


def load_backend() -> KeyringBackend:
    """Out: the user's keyring backend. Raises KeyringProblem when there is none."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring):
        raise KeyringProblem("there is no keyring here", lasting=True, absent=True)
    return backend


class KeyringStore:
    """Reads, writes and deletes keyring entries. Safe to use from several threads at once.

    `limit` in seconds is for all calls of this object together; after a time-out every later call fails at
    once. Each call raises KeyringProblem when the keyring cannot be used.
    """

    def __init__(
        self,
        *,
        limit: float = LIMIT,
        load: Callable[[], KeyringBackend] = load_backend,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = self._left = limit
        self._load = load
        self._clock = clock
        self._backend: KeyringBackend | None = None
        self._lasting: KeyringProblem | None = None
        self._one_at_a_time = threading.Lock()

    def get(self, service: str, username: str) -> str | None:
        """Out: the stored text, or None when there is no such entry."""
        return self._bounded(lambda backend: backend.get_password(service, username))

    def set(self, service: str, username: str, text: str) -> None:
        """Store the text, replacing what was there."""
        self._bounded(lambda backend: backend.set_password(service, username, text), hide=text)

    def delete(self, service: str, username: str) -> bool:
        """Delete the entry. Out: False when there was none."""

        def work(backend: KeyringBackend) -> bool:
            # Backends raise the same error for "not there" and "may not": look first.
            if backend.get_password(service, username) is None:
                return False
            backend.delete_password(service, username)
            return True

        return self._bounded(work)

    def backend_name(self) -> str:
        """Out: what the backend calls itself, such as `SecretService Keyring`."""
        return self._bounded(lambda backend: str(getattr(backend, "name", type(backend).__name__)))

    def _bounded(self, work: Callable[[KeyringBackend], T], *, hide: str = "") -> T:
        with self._one_at_a_time:
            if self._lasting is not None:
                raise KeyringProblem(self._lasting.reason, lasting=True, absent=self._lasting.absent)
            try:
                return self._wait_for(work, hide)
            except KeyringProblem as problem:
                self._lasting = problem if problem.lasting else None
                raise

    def _wait_for(self, work: Callable[[KeyringBackend], T], hide: str) -> T:
        if self._left <= 0:
            raise self._silent()
        answers: list[T] = []
        problems: list[KeyringProblem] = []

        def run() -> None:
            try:
                answers.append(work(self._loaded()))
            except BaseException as fault:  # noqa: BLE001  # a backend is foreign code; told, not hidden
                problems.append(_problem(fault, hide))

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        started = self._clock()
        thread.start()
        thread.join(self._left)
        self._left -= max(0.0, self._clock() - started - QUICK)
        if answers:
            return answers[0]
        raise problems[0] if problems else self._silent()

    def _loaded(self) -> KeyringBackend:
        if self._backend is None:
            try:
                self._backend = self._load()
            except KeyringProblem:
                raise
            except Exception as fault:  # noqa: BLE001  # foreign code again: a plugin, a bus, a broken install
                raise _absent(_text(fault)) from None
        return self._backend

    def _silent(self) -> KeyringProblem:
        waited = f"the keyring did not answer within {self._limit:g} s"
        return KeyringProblem(f"{waited}; it may be locked and waiting for a prompt", lasting=True)


def _problem(fault: BaseException, hide: str) -> KeyringProblem:
    """Out: the fault in our words. By class names, since importing each backend's errors would cost time."""
    if isinstance(fault, KeyringProblem):
        return fault
    text = _text(fault, hide)
    names = {type(one).__name__ for one in (fault, fault.__cause__, fault.__context__)}
    if names & {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return KeyringProblem(f"the keyring is locked ({text})", lasting=True)
    if names & {"NoKeyringError", "InitError"}:
        return _absent(text)
    return KeyringProblem(f"the keyring failed ({type(fault).__name__}: {text})")


def _absent(text: str) -> KeyringProblem:
    return KeyringProblem(f"there is no usable keyring here ({text})", lasting=True, absent=True)


def _text(fault: BaseException, hide: str = "") -> str:
    """Out: the fault's text in one line, left out when it repeats any part of what was to be stored."""
    line = " ".join(str(fault).split())
    if any(part in line for part in hide.split()):
        return "its message is not shown, for it repeats the value"
    return "".join(c for c in line if c.isprintable())[:200] or type(fault).__name__
