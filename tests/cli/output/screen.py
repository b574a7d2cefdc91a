"""A terminal in memory, and what a person would see on it."""

from __future__ import annotations

import io
import re
import threading


class Terminal(io.StringIO):
    """A terminal that keeps all that was written, and tells when a picture has been drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        written = super().write(text)
        if text.strip():
            self.drawn.set()
        return written

    def screen(self) -> str:
        """What stands there after all returns, line feeds and control sequences."""
        return screen(self.getvalue())


def screen(text: str) -> str:
    lines, row, column = [""], 0, 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)  # colours
    for part in re.findall(r"\r|\n|\x1b\[1A|\x1b\[2K|[^\r\n\x1b]+", text):
        if part == "\r":
            column = 0
        elif part == "\n":
            row, column = row + 1, 0
            lines += [""] * (row == len(lines))
        elif part == "\x1b[1A":
            row -= 1
        elif part == "\x1b[2K":
            lines[row] = ""
        else:
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
    return "\n".join(lines).rstrip()
