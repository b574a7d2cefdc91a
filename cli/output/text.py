"""Foreign text made harmless: what a venue sends may be long, invisible, or written for the terminal."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

MARK = "…"  # stands for what was left out

# ECMA-48: control sequences (colour, cursor), control strings (title, clipboard, links), and the short
# escapes. A control string without an end loses only its opening, so its text is still shown.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
# Printable by their category, yet drawn as nothing: joiners, fillers, variation selectors.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def clean(text: str, limit: int = 300) -> str:
    """One line of visible text. In: any text. Out: at most `limit` characters, with `…` when shortened.

    Escape sequences go whole; controls, bidi and other format characters, lone surrogates and
    line separators go; white space of any kind becomes one space.
    """
    window = text[: 20 * limit + 1000]  # 100 kB of text need not be looked at to show 300 characters
    line = _one_line(window)
    if len(line) > limit or len(window) < len(text):
        return line[: limit - 1] + MARK
    return line


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        text = _BLANK.sub("", _ESCAPE.sub("", text))
        # not printable: the Unicode categories of controls, format characters, surrogates, private use
        text = "".join(char for char in text if char.isprintable() or char.isspace())
    return " ".join(text.split())


def cells(text: str) -> int:
    """How many columns of a terminal a clean text takes."""
    if text.isascii():
        return len(text)
    return sum((unicodedata.east_asian_width(char) in "WF") + (not unicodedata.combining(char)) for char in text)


def duration(seconds: float) -> str:
    """Seconds in words of a clock: `7 s`, `3 min 20 s`, `2 h 05 min`, `3 d 02 h`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 172_800:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600:02} h"


def counted(count: int, noun: str) -> str:
    """`1 order`, `3 orders`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def clean_json(value: Any, limit: int = 2000, depth: int = 32) -> Any:
    """Parsed JSON with its over-long parts shortened, everything else as it was.

    In: `value` as parsed. Out: strings (also keys) of at most `limit` characters, and lists and objects
    at most `depth` deep; what was cut ends in `…`. Nothing is removed from within a string: JSON output
    escapes all that is not plain ASCII.
    """
    if isinstance(value, str):
        return value if len(value) <= limit else value[: limit - 1] + MARK
    if not isinstance(value, (dict, list, tuple)):
        return value
    if depth == 0:
        return MARK
    if isinstance(value, dict):
        return {clean_json(str(key), limit): clean_json(item, limit, depth - 1) for key, item in value.items()}
    return [clean_json(item, limit, depth - 1) for item in value]
