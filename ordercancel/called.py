"""The name that the command was called by, for what a message says to type next."""

import sys
from pathlib import Path

NAMES = ("cancel", "ordercancel")


def called() -> str:
    """Out: `ordercancel` if that name was typed, else `cancel`."""
    stem = Path(sys.argv[0] if sys.argv else "").stem  # without the `.exe` of Windows
    return stem if stem in NAMES else NAMES[0]
