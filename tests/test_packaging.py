"""What is in the wheel and the sdist, and that a trader's own modules cannot stand in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

from ordercancel import __version__

ROOT = Path(__file__).parent.parent
PACKAGES = ("cli", "venues", "config")
ENTRY_POINTS = "[console_scripts]\ncancel = ordercancel.__main__:main\nordercancel = ordercancel.__main__:main\n"
HOSTILE = "raise SystemExit('a module of the trader was imported in place of ours')\n"


@pytest.fixture(scope="module")
def project() -> Any:
    """Out: the parsed pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Out: a folder with modules that bear the names of our folders and files."""
    for name in (*PACKAGES, "tests", "secret", "main", "sandbox"):
        (tmp_path / f"{name}.py").write_text(HOSTILE)
    return tmp_path


def names(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


def sources() -> set[str]:
    """Out: every Python file of ours, by its place in an installation."""
    files = {f"ordercancel/{path.name}" for path in (ROOT / "ordercancel").glob("*.py")}
    for package in PACKAGES:
        files |= {f"ordercancel/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / package).rglob("*.py")}
    return files | {"ordercancel/py.typed"}


def test_the_wheel_adds_one_top_level_name(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in names(wheel)}
    assert tops == {"ordercancel", f"ordercancel-{__version__}.dist-info", f"ordercancel-{__version__}.data"}


def test_the_man_page_is_installed(installed: Any) -> None:
    page = installed.site / "share" / "man" / "man1" / "ordercancel.1"
    assert page.read_bytes() == (ROOT / "docs" / "ordercancel.1").read_bytes()


def test_the_wheel_holds_every_source_file_and_nothing_else(wheel: Path) -> None:
    page = f"ordercancel-{__version__}.data/data/share/man/man1/ordercancel.1"
    assert {name for name in names(wheel) if ".dist-info/" not in name} == sources() | {page}


def test_the_wheel_names_both_commands(wheel: Path) -> None:
    info = f"ordercancel-{__version__}.dist-info"
    assert zipfile.ZipFile(wheel).read(f"{info}/entry_points.txt").decode().strip() == ENTRY_POINTS.strip()
    assert f"{info}/licenses/LICENSE" in names(wheel)


def test_the_version_stands_in_one_place(wheel: Path, project: Any) -> None:
    metadata = zipfile.ZipFile(wheel).read(f"ordercancel-{__version__}.dist-info/METADATA").decode()
    assert Parser().parsestr(metadata)["Version"] == __version__
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]


def test_the_folders_are_mapped_into_the_one_package(project: Any) -> None:
    targets = project["tool"]["hatch"]["build"]["targets"]
    assert targets["wheel"]["sources"] == {package: f"ordercancel/{package}" for package in PACKAGES}


def test_the_sdist_is_enough_to_build_the_same_wheel(
    wheel: Path, build: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    with tarfile.open(build(ROOT, "--sdist")) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    for file in (
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        "tests/test_packaging.py",
        "tests/vectors/tanx.json",
    ):
        assert (tree / file).is_file(), file
    assert sorted(names(build(tree, "--wheel"))) == sorted(names(wheel))


@pytest.mark.parametrize("what", ["--wheel", "--sdist"])
def test_what_is_built_twice_is_equal(build: Callable[[Path, str], Path], tmp_path: Path, what: str) -> None:
    """From two checkouts, of which one is of another day and has other permissions."""
    made = []
    for number, mode in enumerate((0o644, 0o600)):
        tree = tmp_path / str(number) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*venv*", ".git", ".*_cache", "__pycache__"))
        for path in tree.rglob("*"):
            if path.is_file():
                day = (number + 10) * 1e8
                os.utime(path, (day, day))
                path.chmod(mode | path.stat().st_mode & 0o100)
        made.append(build(tree, what))
    assert made[0].name == made[1].name
    assert made[0].read_bytes() == made[1].read_bytes()


@pytest.mark.parametrize("script", ["cancel", "ordercancel"])
def test_a_hostile_pythonpath_does_no_harm(installed: Any, hostile: Path, script: str) -> None:
    both = f"{hostile}:{installed.site}"
    done = subprocess.run(
        [str(installed.script(script)), "order", "ord-20260303120000-1", "--sandbox", "-o", "json"],
        env=installed.environ({"PYTHONPATH": both}), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"outcome": "cancelled"' in done.stdout
    assert done.stderr == ""


def test_a_hostile_working_directory_does_no_harm(installed: Any, hostile: Path) -> None:
    run = "from ordercancel.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", run, "order", "ord-20260303120000-1", "--sandbox"],
        env=installed.environ(), cwd=hostile, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_editable_installation_finds_the_folders_of_the_checkout(tmp_path: Path, hostile: Path) -> None:
    """`pip install -e` needs its build back end installed here, since nothing is fetched."""
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
         "--target", str(site), "-e", str(ROOT)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (path_file,) = site.glob("*.pth")
    assert path_file.read_text().strip() == str(ROOT)
    run = f"import site; site.addsitedir({str(site)!r}); from ordercancel.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", run, "order", "ord-20260303120000-1", "--sandbox"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(hostile)},
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
