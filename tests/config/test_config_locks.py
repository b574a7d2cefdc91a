"""The refresh lock: one holder at a time, never a reason not to cancel."""

import errno
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from config.locks import refresh_lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners and modes are POSIX's")


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temp dir of our own, shared with nobody."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def held(environ: dict[str, str]) -> bool:
    with refresh_lock("acme", "default", timeout=0, environ=environ) as got:
        return got


def test_one_holder_at_a_time_and_free_afterwards(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    with refresh_lock("acme", "default", timeout=0, environ=environ) as first:
        assert first
        assert not held(environ)
    assert held(environ)


def test_it_is_free_after_an_exception_which_passes(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    with pytest.raises(OSError, match="inside"), refresh_lock("acme", "default", timeout=0, environ=environ):
        raise OSError("inside")
    assert held(environ)


def test_waiting_ends_at_the_deadline(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    began = time.monotonic()
    with (
        refresh_lock("acme", "default", timeout=0, environ=environ),
        refresh_lock("acme", "default", timeout=0.5, environ=environ) as got,
    ):
        assert not got
    assert 0.5 <= time.monotonic() - began < 2


def test_who_waits_gets_it_when_it_is_free(tmp_path: Path) -> None:
    environ, taken, free = {"HOME": str(tmp_path)}, threading.Event(), threading.Event()

    def holder() -> None:
        with refresh_lock("acme", "default", timeout=0, environ=environ):
            taken.set()
            free.wait(5)

    thread = threading.Thread(target=holder)
    thread.start()
    assert taken.wait(5)
    assert not held(environ)
    threading.Timer(0.2, free.set).start()
    with refresh_lock("acme", "default", timeout=5, environ=environ) as got:
        assert got
    thread.join()


def test_another_process_is_kept_out_until_it_is_free(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom config.locks import refresh_lock\n"
        f"with refresh_lock('acme', 'default', timeout=0, environ={{'HOME': {str(tmp_path)!r}}}) as got:\n"
        "    print(got, flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not held({"HOME": str(tmp_path)})
        other.kill()
    assert held({"HOME": str(tmp_path)})


def test_the_home_goes_before_the_runtime_folder(tmp_path: Path, temp: Path) -> None:
    environ = {"HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    assert held(environ)
    assert (tmp_path / "home/.local/state/cancel/refresh-acme-default.lock").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "run").exists()
    assert held({"XDG_RUNTIME_DIR": str(tmp_path / "run")})
    assert (tmp_path / "run/cancel/refresh-acme-default.lock").exists()
    assert list(temp.iterdir()) == []


def test_a_home_that_cannot_be_written_is_passed_by(tmp_path: Path, temp: Path) -> None:
    (tmp_path / "file").write_text("")
    assert held({"HOME": str(tmp_path / "file")})
    folder = temp / f"cancel-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "refresh-acme-default.lock").exists()


def test_a_folder_that_others_may_write_is_not_trusted(temp: Path) -> None:
    folder = temp / f"cancel-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    assert not held({})
    assert list(folder.iterdir()) == []


def test_a_folder_of_someone_else_is_not_trusted(temp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = temp / "cancel-4711"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    if folder.stat().st_uid == 4711:
        pytest.skip("we are that someone")
    assert not held({})


def test_a_link_in_the_temp_dir_is_not_followed(tmp_path: Path, temp: Path) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    (temp / f"cancel-{os.getuid()}").symlink_to(target)
    assert not held({})
    assert list(target.iterdir()) == []


def test_a_linked_lock_file_is_not_opened(temp: Path, tmp_path: Path) -> None:
    folder = temp / f"cancel-{os.getuid()}"
    folder.mkdir(mode=0o700)
    (folder / "refresh-acme-default.lock").symlink_to(tmp_path / "victim")
    assert not held({})
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("fault", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_not_waited_for(
    tmp_path: Path, temp: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr("fcntl.flock", no_locks)
    began = time.monotonic()
    with refresh_lock("acme", "default", timeout=9, environ={"HOME": str(tmp_path)}) as got:
        assert not got
    assert time.monotonic() - began < 2
