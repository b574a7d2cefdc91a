"""Closed pipes, full disks and old encodings: the result is printed or not, but nothing is stopped by it."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.output.streams import encodable, fill_standard_streams, warn, write_out

ROOT = Path(__file__).resolve().parents[3]


class Failing(io.StringIO):
    """A stream whose every write fails."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        raise OSError(self.number, os.strerror(self.number))


def run(code: str, shell: str = '"$@"', **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python code with its streams arranged by the shell."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell, "bash", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        timeout=20,
        check=False,
    )


def test_write_out_writes_at_once() -> None:
    stream = io.StringIO()
    assert write_out("a\n", stream)
    assert stream.getvalue() == "a\n"
    sink = io.BytesIO()
    buffered = io.TextIOWrapper(sink, "utf-8")
    assert write_out("b", buffered)
    assert sink.getvalue() == b"b"


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EBADF])
def test_a_closed_stdout_is_silent(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    stream = Failing(number)
    assert not write_out("a", stream)
    assert not write_out("b", stream)
    assert stream.writes == 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_any_other_failure_is_one_line_on_stderr(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    stream = Failing(number)
    assert not write_out("a", stream)
    assert not write_out("b", stream)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert os.strerror(number) in err


def test_no_stdout_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    assert not write_out("a", closed)
    monkeypatch.setattr("sys.stdout", None)
    assert not write_out("a")


def test_warn_survives_every_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    warn("careful")
    assert capsys.readouterr().err == "careful\n"
    for number in (errno.EPIPE, errno.ENOSPC, errno.EIO):
        warn("a", Failing(number))
    monkeypatch.setattr("sys.stderr", None)
    warn("a")


LOOP = "from cli.output.streams import write_out\nfor i in range(20000): write_out(f'{i} ' + 'x' * 100 + '\\n')\n"


def test_head_ends_a_long_output_without_a_word() -> None:
    done = run(LOOP, '"$@" | head -1')
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("0 xxx")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_once_and_the_exit_code_is_kept() -> None:
    done = run(LOOP + "raise SystemExit(3)", '"$@" >/dev/full')
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


def test_everything_closed() -> None:
    done = run(LOOP + "from cli.output.streams import warn\nwarn('x')\nraise SystemExit(3)", '"$@" <&- >&- 2>&-')
    assert done.returncode == 3


def test_closed_standard_streams_are_filled_so_that_no_socket_gets_their_number() -> None:
    code = (
        "import os, socket, sys\nfrom cli.output.streams import fill_standard_streams, write_out\n"
        "fill_standard_streams()\nwrite_out('x')\nraise SystemExit(socket.socket().fileno())"
    )
    assert run(code, '"$@" <&- >&- 2>&-').returncode > 2
    before = os.dup(0)
    os.close(before)
    fill_standard_streams()
    assert os.dup(0) == before  # nothing was opened where nothing was missing
    os.close(before)


def test_an_old_encoding_raises_nothing() -> None:
    code = "from cli.output.streams import warn, write_out\nassert write_out('a… — ’ 注 \\ud800\\n')\nwarn('注…')"
    done = run(code, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.stdout, done.stderr) == ("a... - ' \\u6ce8 \\ud800\n", "\\u6ce8...\n")
    assert run(code, PYTHONIOENCODING="utf-8").stdout == "a... - ' 注 \\ud800\n"


def test_encodable_leaves_what_the_stream_can_show() -> None:
    assert encodable("a… 注", io.TextIOWrapper(io.BytesIO(), "utf-8")) == "a… 注"
    assert encodable("a… 注", io.StringIO()) == "a… 注"
