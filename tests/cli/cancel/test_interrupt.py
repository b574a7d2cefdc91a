"""A signal at any moment between the last answer and the end: the report is printed, and the exit code tells."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MOMENTS = Path(__file__).with_name("moments.py")
ORDER = ("order", "ord-20260303120000-1", "--sandbox")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


def at_each_moment(folder: Path, number: int, begin: str, end: str, *args: str) -> dict[str, tuple[int, str, str]]:
    """Out: for each moment at which the signal came, the exit code, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, str(MOMENTS), str(folder), str(number), begin, end, *args],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    texts = [[(folder / f"{index}.{name}").read_text() for name in ("out", "err")] for index in range(len(runs) + 1)]
    return {moment: (code, *texts[index]) for index, (moment, code) in enumerate(runs, 1)}


def test_a_json_report_is_whole_whenever_ctrl_c_comes(tmp_path: Path) -> None:
    runs = at_each_moment(tmp_path, signal.SIGINT, "Report.add", "Report.end", *ORDER, "-o", "json")
    assert {"return Batch.run", "call Report.end", "call write_out"} <= set(runs)
    for moment, (code, out, err) in runs.items():
        assert (code, err) == (130, ""), moment
        document = json.loads(out)
        assert [record["outcome"] for record in document["orders"]] == ["cancelled"], moment
        written = list(runs).index(moment) >= list(runs).index("return Report._document")
        assert document["exit_code"] == (0 if written else 130), moment


def test_a_table_is_whole_whenever_sigterm_comes(tmp_path: Path) -> None:
    runs = at_each_moment(tmp_path, signal.SIGTERM, "Report.end", "Report.end", *ORDER)
    assert {"call Report.end", "call render", "return write_out"} <= set(runs)
    for moment, (code, out, err) in runs.items():
        assert (code, err, out.startswith("cancelled  ")) == (143, "", True), moment


def test_a_second_signal_ends_it_at_once_whatever_it_does() -> None:
    code = (
        "import os, signal, time\nfrom cli.cancel.interrupt import Interrupts\n"
        "stopped = []\ninterrupts = Interrupts(lambda: stopped.append(1))\n"
        "os.kill(os.getpid(), signal.SIGTERM)\nprint(stopped, interrupts.exit_code, flush=True)\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(60)\nfinally:\n    print('not at once')\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "[1] 143\n", "")
