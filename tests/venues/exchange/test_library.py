"""ccxt is loaded one exchange at a time, and what is wrong with it is said before anything is asked."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from venues.exchange import OF_THE_RANGE
from venues.exchange.library import RANGE, _fits

ROOT = Path(__file__).parents[3]


def python(code: str, *folders: Path) -> str:
    path = ":".join(map(str, (*folders, ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env={"PYTHONPATH": path}, cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_one_exchange_is_loaded_and_no_other() -> None:
    code = """
        import sys
        from venues.exchange.library import exchange_class, version
        from venues.exchange.table import TABLE
        kraken = exchange_class("kraken")
        print(kraken().id, [name for name in TABLE if f"ccxt.{name}" in sys.modules])
        print(version() == sys.modules["ccxt.base.exchange"].__version__, "aiohttp" in sys.modules)
    """
    assert python(code) == "kraken ['kraken']\nTrue False"


def test_who_has_loaded_all_of_it_gets_the_same() -> None:
    code = """
        import ccxt
        from venues.exchange.library import exchange_class
        print(exchange_class("kraken") is ccxt.kraken)
    """
    assert python(code) == "True"


ASK = """
    from venues.exchange.library import exchange_class
    from venues.face import Unusable
    try:
        print(exchange_class("%s"))
    except Unusable as error:
        print(error)
"""


HIDE = """
from importlib.machinery import PathFinder
whole = PathFinder.find_spec
PathFinder.find_spec = lambda name, path=None, target=None: None if name == "ccxt" else whole(name, path, target)
"""


def test_without_ccxt(tmp_path: Path) -> None:
    hiding = tmp_path / "sitecustomize.py"
    hiding.write_text(HIDE)
    code = ASK.replace("%s", "kraken")
    assert python(code, tmp_path) == "exchanges need ccxt, which is not installed: pip install 'ordercancel[ccxt]'"


@pytest.mark.parametrize("version", ["4.4.99", "4.6.0", "5.0.1", "3.1", "x"])
def test_a_version_out_of_range(tmp_path: Path, version: str) -> None:
    (tmp_path / "ccxt" / "base").mkdir(parents=True)
    for name, text in {"": "raise ImportError", "base/": "", "base/exchange": f"__version__ = {version!r}"}.items():
        file = tmp_path / "ccxt" / (f"{name}__init__.py" if not name or name.endswith("/") else f"{name}.py")
        file.write_text(text + "\n")
    said = python(ASK.replace("%s", "kraken"), tmp_path)
    assert said == (
        f"ccxt {version} is installed, wanted is one from 4.5 and before 4.6; "
        "to install it: pip install 'ordercancel[ccxt]'"
    )


def test_an_exchange_that_this_version_lacks() -> None:
    said = python(ASK.replace("%s", "mtgox"))
    assert "has no mtgox" in said
    assert "pip install 'ordercancel[ccxt]'" in said


def test_the_range() -> None:
    assert [_fits(version) for version in ("4.5.0", "4.5.90", "4.5", "4.4.9", "4.6", "4", "", "a.b")] == [
        True, True, True, False, False, False, False, False
    ]  # fmt: skip


def test_one_range_everywhere() -> None:
    """In pyproject.toml, where it is checked, and where the folder beside ccxt is looked at."""
    (low, high) = re.findall(r'"ccxt>=([\d.]+),<([\d.]+)"', (ROOT / "pyproject.toml").read_text())[0]
    assert (low, high) == tuple(".".join(map(str, edge)) for edge in RANGE)
    assert f"{low}." == OF_THE_RANGE
