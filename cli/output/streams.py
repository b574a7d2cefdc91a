"""Writing to stdout and stderr so that no closed pipe, full disk or old encoding stops a cancel."""

from __future__ import annotations

import _thread
import errno
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO
from weakref import WeakSet

# The reader went away, or there never was one: what was asked for, nothing to say about it.
_CLOSED = (errno.EPIPE, errno.EBADF, errno.ESHUTDOWN)

CLEAR_LINE = "\r\x1b[K"  # for a line that replaces a picture
_lost: WeakSet[TextIO] = WeakSet()  # streams that have failed once; they are not tried again


def write_out(text: str, stream: TextIO | None = None) -> bool:
    """Write `text` to `stream` (default: stdout) and flush. Out: False when it did not arrive.

    A closed stdout (`| head -1`, `>&-`) is silent; any other failure, such as a full disk, is one line
    on stderr, once. Never raises for either, and what is left in the buffer makes no noise at exit.
    """
    stream = sys.stdout if stream is None else stream
    if stream is None or stream.closed or stream in _lost:
        return False
    try:
        stream.write(encodable(text, stream))
        stream.flush()
    except OSError as error:
        _lost.add(stream)
        _point_at_nothing(stream)
        if error.errno not in _CLOSED:
            warn(f"The result could not be written: {error.strerror}. The orders are not affected.")
        return False
    return True


def warn(text: str, stream: TextIO | None = None) -> None:
    """Write one line to `stream` (default: stderr). A stderr that is closed or full is passed over."""
    stream = sys.stderr if stream is None else stream
    if stream is None or stream.closed:
        return
    try:
        stream.write(encodable(text, stream) + "\n")
        stream.flush()
    except OSError:  # nowhere is left to say it; the exit code and the record still tell
        _point_at_nothing(stream)


def warn_at_once(text: str) -> None:
    """Write one line to stderr from within a signal handler, past every buffer and lock of the interpreter.

    In a thread that nobody waits for: a terminal that Ctrl-S stopped must not stop the handler.
    """

    def write() -> None:
        with suppress(OSError):
            os.write(2, f"{text}\n".encode("ascii", "backslashreplace"))

    _thread.start_new_thread(write, ())


def flush() -> None:
    """Bring out what is left in stdout and stderr, before the process ends without further ado."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed and stream not in _lost:
            with suppress(OSError):
                stream.flush()


def encodable(text: str, stream: TextIO) -> str:
    """`text` with what the stream's encoding lacks written as `\\u2026`, so that LANG=C raises nothing."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.replace("…", "...").replace("—", "-").replace("’", "'")
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


def colour_wanted(is_terminal: bool, environ: Mapping[str, str]) -> bool:
    """NO_COLOR says no; FORCE_COLOR yes (unless `0`); TERM=dumb no; else whether it is a terminal."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal and environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person may sit there."""
    return stream is not None and not stream.closed and stream.isatty()


def columns(stream: TextIO | None) -> int:
    """Out: how wide the terminal is, 80 where that is not known."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80 if stream else 80
    except (OSError, ValueError):
        return 80


def fill_standard_streams() -> None:
    """Open the null device in place of a closed stdin, stdout or stderr.

    Otherwise the next socket would get that number, and a stray write to "stderr" would go to a venue.
    Call it first of all; POSIX hands out the lowest free number.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _point_at_nothing(stream: TextIO) -> None:
    # The interpreter flushes once more as it exits; a second failure there would print a traceback
    # and turn the exit code into 120.
    with suppress(OSError, ValueError):  # io.UnsupportedOperation, both: an in-memory stream
        nothing = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nothing, stream.fileno())
        finally:
            os.close(nothing)
