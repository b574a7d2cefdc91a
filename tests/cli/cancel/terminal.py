"""The real command on a real pseudo-terminal: what is typed there, and what a person sees."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

LONGEST = 30.0  # seconds, after which a run is taken for hung
OWNER = """
import fcntl, runpy, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """A command under way whose standard input and stderr are a terminal; its stdout is a pipe.

    `shown` is all that came on the terminal so far, without colours and redrawn lines.
    """

    def __init__(self, process: subprocess.Popen[Any], master: int) -> None:
        self.process = process
        self._master = master
        self._came = ""

    @property
    def shown(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", self._came).replace("\r", "")

    @property
    def raw(self) -> str:
        return self._came

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, text: str) -> None:
        """Wait until the terminal shows it."""
        self._read(lambda: text in self.shown)
        assert text in self.shown, self.shown

    def end(self) -> tuple[int, str]:
        """Out: the exit code, and what came on stdout."""
        self._read(lambda: self.process.poll() is not None)
        out, _ = self.process.communicate(timeout=LONGEST)
        while self._piece(0.0):
            pass
        return self.process.returncode, out.decode()

    def _read(self, enough: Callable[[], bool]) -> None:
        ends = time.monotonic() + LONGEST
        while not enough() and time.monotonic() < ends:
            self._piece(0.05)

    def _piece(self, wait: float) -> bool:
        if not select.select([self._master], [], [], wait)[0]:
            return False
        try:
            piece = os.read(self._master, 10_000)
        except OSError:  # nobody has the other side open any longer
            return False
        self._came += piece.decode("utf-8", "replace")
        return bool(piece)


@contextmanager
def on_terminal(installed: Any, *args: str, environ: Mapping[str, str], own: bool = False) -> Iterator[Terminal]:
    """Begin the command; without `TERM` no spinner is drawn.

    `own`: in a session of its own, so that Ctrl-C on the terminal is a signal to it.
    """
    environ = {"TERM": "dumb", **environ}
    master, slave = os.openpty()
    streams: dict[str, Any] = {"stdin": slave, "stdout": subprocess.PIPE, "stderr": slave}
    if own:
        argv = [sys.executable, "-c", OWNER, str(installed.script()), *args]
        env = installed.environ(environ)
        process = subprocess.Popen(argv, env=env, cwd=installed.home, start_new_session=True, **streams)
    else:
        process = installed.begin(*args, env=environ, **streams)
    with process:
        try:
            terminal = Terminal(process, master)
            yield terminal
        finally:
            process.kill()
            os.close(slave)
            os.close(master)
