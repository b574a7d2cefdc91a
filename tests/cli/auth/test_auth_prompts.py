"""`cancel auth login` for a person, on a real terminal: the questions, the hidden answers, the ways out."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

ROOT = Path(__file__).parents[3]
BACKEND = """
import json, pathlib, sys
PLACE = pathlib.Path(__file__).with_name("entries.json")
class Keyring:
    name, priority = "File Keyring", 1
    def _all(self):
        return json.loads(PLACE.read_text()) if PLACE.exists() else {}
    def get_password(self, service, username):
        return self._all().get(service + " " + username)
    def set_password(self, service, username, password):
        PLACE.write_text(json.dumps(self._all() | {service + " " + username: password}))
"""
PEM = ["-----BEGIN PRIVATE KEY-----", *("CANARY" + "A" * 58,) * 27, "-----END PRIVATE KEY-----"]


class Terminal:
    """`cancel auth ARGS` with a terminal as its standard input and error."""

    def __init__(self, folder: Path, *args: str, **environ: str) -> None:
        (folder / "file_backend.py").write_text(BACKEND)
        self._place = folder / "entries.json"
        self._ours, theirs = pty.openpty()
        self.screen = ""
        code = "import keyring, file_backend; keyring.get_keyring = file_backend.Keyring\n"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code + "from ordercancel.__main__ import main; main()", "auth", *args],
            env={"PYTHONPATH": f"{ROOT}:{folder}", "HOME": str(folder), "PATH": "/usr/bin:/bin", **environ},
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
        )
        os.close(theirs)

    def expect(self, text: str) -> None:
        """Wait until the screen shows the text."""
        ends = time.monotonic() + 20
        while text not in self.screen:
            assert self._read(ends - time.monotonic()), f"{text!r} is not in {self.screen!r}"

    def type(self, *lines: str) -> None:
        os.write(self._ours, "".join(line + "\n" for line in lines).encode())

    def end(self) -> int:
        """Out: the exit code."""
        while self._read(20):
            pass
        code = self.process.wait(20)
        assert self.process.stdout is not None
        assert self.process.stdout.read() == b""  # a question is no result
        return code

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        os.close(self._ours)

    @property
    def stored(self) -> dict[str, str]:
        return json.loads(self._place.read_text()) if self._place.exists() else {}

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], max(0.0, seconds))[0]:
            return False
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            return False
        self.screen += piece.decode()
        return bool(piece)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def call(*args: str, **environ: str) -> Terminal:
        opened.append(Terminal(tmp_path, *args, **environ))
        return opened[-1]

    yield call
    for one in opened:
        one.close()


def test_questions_permissions_and_hidden_secrets(terminal: Any, serve: Any) -> None:
    practice = serve("tradernet")
    keys = practice.credentials
    session = terminal("login", "tradernet", CANCEL_TRADERNET_URL=os.environ["CANCEL_TRADERNET_URL"])
    session.expect("public_key: ")
    assert session.screen.startswith("Tradernet, profile default. Permissions: ")
    session.type(keys["public_key"])
    session.expect("private_key (not shown): ")
    session.type(keys["private_key"])
    assert session.end() == 0
    assert keys["private_key"] not in session.screen
    assert session.stored == {f"cancel:tradernet:default {field}": text for field, text in keys.items()}
    assert practice.counts.total() == 1


def test_the_way_is_asked_for_and_slips_are_asked_again(terminal: Any) -> None:
    session = terminal("login", "tanx", "--no-check", "--profile", "job")
    session.expect("[1] ")
    assert "1  access_token and refresh_token" in session.screen
    assert "2  wallet_key" in session.screen
    session.type("3")
    session.expect("Type a number from 1 to 2.")
    session.type("2")
    session.expect("wallet_key (not shown): ")
    session.type("CAN ARY")
    session.expect("wallet_key holds white space")
    session.type("")
    session.expect("wallet_key holds nothing")
    session.type("CANARY")
    assert session.end() == 0
    assert session.stored == {"cancel:tanx:job wallet_key": "CANARY"}
    assert "ARY" not in session.screen


def test_the_first_way_is_the_default(terminal: Any) -> None:
    session = terminal("login", "neuratrade", "--no-check")
    session.expect("[1] ")
    session.type("")
    session.expect("token (not shown): ")
    session.type("tok")
    assert session.end() == 0
    assert session.stored == {"cancel:neuratrade:default token": "tok"}


def test_a_pem_key_is_pasted_whole(terminal: Any) -> None:
    session = terminal("login", "3commas", "--no-check")
    session.expect("api_key: ")
    session.type("key", *PEM)  # all in one go, before the second question is there
    assert session.end() == 0
    assert session.stored["cancel:3commas:default api_secret"] == "\n".join(PEM)
    session = terminal("login", "3commas", "--no-check")
    session.expect("api_key: ")
    session.type("key")
    session.expect("api_secret (not shown): ")
    session.type(*PEM)
    assert session.end() == 0
    assert "CANARY" not in session.screen


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 2)])
def test_ctrl_c_and_ctrl_d_store_nothing_and_leave_the_terminal_as_it_was(terminal: Any, key: str, code: int) -> None:
    import termios

    session = terminal("login", "tradernet", "--no-check")
    session.expect("public_key: ")
    session.type("p")
    session.expect("private_key (not shown): ")
    assert not termios.tcgetattr(session._ours)[3] & termios.ECHO
    if key == "\x03":
        session.process.send_signal(signal.SIGINT)  # as its controlling terminal would
    else:
        os.write(session._ours, key.encode())
    assert session.process.wait(20) == code
    assert termios.tcgetattr(session._ours)[3] & termios.ECHO
    assert session.end() == code
    assert "Traceback" not in session.screen
    assert session.stored == {}


def test_a_bad_key_is_not_stored(terminal: Any, serve: Any) -> None:
    serve("3commas")
    session = terminal("login", "3commas", CANCEL_3COMMAS_URL=os.environ["CANCEL_3COMMAS_URL"])
    session.expect("api_key: ")
    session.type("p" * 20)
    session.expect("api_secret (not shown): ")
    session.type("CANARY" * 4)
    assert session.end() == 6
    text = re.sub(r"\s+", " ", session.screen)
    assert "3Commas: nothing was stored, because the check failed: " in text
    assert session.stored == {}
    assert "CANARY" not in session.screen


@pytest.mark.parametrize("verb", ["login", "logout", "status"])
def test_nothing_is_asked_when_standard_input_is_no_terminal(tmp_path: Path, verb: str) -> None:
    nothing = "keyring.backends.fail.Keyring"
    for given in ("</dev/null", "<&-"):
        line = f'exec "$0" -c "from ordercancel.__main__ import main; main()" auth {verb} tanx {given}'
        done = subprocess.run(
            ["sh", "-c", line, sys.executable],
            env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": nothing},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == (2 if verb == "login" else 6)
        assert "Traceback" not in done.stderr
        assert "Which" not in done.stderr
