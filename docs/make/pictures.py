"""Terminals as SVG: what the real command writes on a real terminal, at its practice venues.

Every run is on a terminal of its own, where questions are answered as a person would. rich knows how to draw it.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

WIDTH = 96  # columns
CHARACTER = 12.2  # how wide rich draws one
PICTURES: dict[str, tuple[str, ...]] = {
    "sweep": ("list tradernet --sandbox", "all tradernet --sandbox"),
    "quick-start": ("order ord-20260303120000-1 --sandbox",),
}
QUESTION, ANSWER = b"[y/N] ", b"y\n"
# Ground, letters, then black, red, green, yellow, blue, magenta, cyan, white; the bright ones are the same.
THEMES = {
    "light": "ffffff 24292f 24292f cf222e 116329 7d4e00 0550ae 8250df 1b7c83 57606a",
    "dark": "0d1117 e6edf3 6e7681 ff7b72 56d364 e3b341 79c0ff d2a8ff 76e3ea e6edf3",
}
# Rich's own form fetches fonts from another host; this one takes what the reader has.
FORM = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
line-height: {line_height}px; font-variant-east-asian: full-width; white-space: pre; }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def drawn(name: str, command: Sequence[str], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """In: a picture's name, the command without its arguments, its environment. Out: the SVGs, by theme."""
    text = "\n".join(
        f"\x1b[1m$ cancel {words}\x1b[0m\n{written(command, words, environ)}" for words in PICTURES[name]
    )
    return {theme: _svg(name, text, theme) for theme in THEMES}


def written(command: Sequence[str], words: str, environ: Mapping[str, str]) -> str:
    """Out: what the command writes on a terminal, in colours. `TERM=dumb`: no spinner, whose last picture is none."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    env = {**environ, "TERM": "dumb", "FORCE_COLOR": "1"}
    with subprocess.Popen([*command, *words.split()], env=env, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        came = b""
        with contextlib.suppress(OSError):  # how Linux says that nobody has the other side open
            while piece := os.read(ours, 65_536):
                came += piece
                if came.endswith(QUESTION):
                    os.write(ours, ANSWER)
    os.close(ours)
    return came.decode().replace("\r\n", "\n")


def said(svg: str) -> str:
    """Out: the words of a picture, line by line, each where it stands."""
    lines: dict[float, str] = {}
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in text.attrib:  # the others are the window's frame
            column = round(float(text.attrib["x"]) / CHARACTER)
            row = float(text.attrib["y"])
            lines[row] = lines.get(row, "").ljust(column) + "".join(text.itertext()).replace("\xa0", " ")
    return "\n".join(line.rstrip() for _, line in sorted(lines.items())).rstrip()


def _svg(name: str, text: str, theme: str) -> str:
    from rich.console import Console
    from rich.terminal_theme import TerminalTheme
    from rich.text import Text

    ground, letters, *colours = ([int(each[at : at + 2], 16) for at in (0, 2, 4)] for each in THEMES[theme].split())
    known = [tuple(colour) for colour in colours]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text.from_ansi(text), soft_wrap=True)
    return console.export_svg(
        title="cancel",
        theme=TerminalTheme(tuple(ground), tuple(letters), known, known),  # type: ignore[arg-type]
        code_format=FORM,
        unique_id=name,
    )
