"""The refresh lock: one holder at a time, never a reason not to cancel."""

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.locks import refresh_lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners and modes are POSIX's")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Where XDG_STATE_HOME points to: a place that others may have been to first."""
    folder = tmp_path / "shared"
    folder.mkdir()
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


def test_the_lock_is_in_the_state_folder_and_ours_alone(tmp_path: Path) -> None:
    assert held({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")})
    folder = tmp_path / ".local/state/cancel"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "refresh-acme-default.lock").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "run").exists()


def test_without_a_home_or_in_one_that_cannot_be_written_there_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not held({})
    assert not held({"HOME": str(tmp_path / "file")})


def test_a_folder_that_others_may_write_is_not_trusted(shared: Path) -> None:
    folder = shared / "cancel"
    folder.mkdir()
    folder.chmod(0o777)
    assert not held({"XDG_STATE_HOME": str(shared)})
    assert list(folder.iterdir()) == []


def test_a_folder_of_someone_else_is_not_trusted(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shared / "cancel"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    if folder.stat().st_uid == 4711:
        pytest.skip("we are that someone")
    assert not held({"XDG_STATE_HOME": str(shared)})


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path, shared: Path) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    (shared / "cancel").symlink_to(target)
    assert not held({"XDG_STATE_HOME": str(shared)})
    assert list(target.iterdir()) == []


def test_a_linked_lock_file_is_not_opened(shared: Path, tmp_path: Path) -> None:
    folder = shared / "cancel"
    folder.mkdir(mode=0o700)
    (folder / "refresh-acme-default.lock").symlink_to(tmp_path / "victim")
    assert not held({"XDG_STATE_HOME": str(shared)})
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("fault", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr("fcntl.flock", no_locks)
    began = time.monotonic()
    with refresh_lock("acme", "default", timeout=9, environ={"HOME": str(tmp_path)}) as got:
        assert not got
    assert time.monotonic() - began < 2
