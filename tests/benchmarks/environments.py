"""The environments of the benchmarks: each contender alone in a fresh one, its modules compiled beforehand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


class Environment:
    """A virtual environment in `folder`, made with `packages` in it unless it is there."""

    def __init__(self, folder: Path, *packages: str) -> None:
        self._bin = folder / "bin"
        self.python = str(self._bin / "python")
        if folder.is_dir():
            return
        _quietly(sys.executable, "-m", "venv", str(folder))
        _quietly(self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
        # Without this the first run of each would compile, or every run where nothing may be written.
        _quietly(self.python, "-m", "compileall", "-qq", str(folder / "lib"), check=False)

    def script(self, name: str) -> str:
        """Out: the path of an installed command."""
        return str(self._bin / name)

    def authorities(self) -> str:
        """Out: the file of the usual authorities."""
        code = "import certifi; print(certifi.where())"
        return subprocess.run([self.python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    def version(self, package: str) -> str:
        """Out: the version of an installed package."""
        code = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
        done = subprocess.run([self.python, "-c", code, package], capture_output=True, text=True, check=True)
        return done.stdout.strip()


def plain_environ() -> dict[str, str]:
    """Out: this process's environment without what changes how Python starts (no bytecode, own paths)."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _quietly(*command: str, check: bool = True) -> None:
    done = subprocess.run(
        command, env=plain_environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if check and done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
