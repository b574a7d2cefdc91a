"""What the flags of a cancel command say."""

from __future__ import annotations

import enum
from typing import NamedTuple

LONGEST_WAIT = 86_400.0  # seconds; a day
MOST_JOBS = 64


class Output(enum.Enum):
    """How results are printed on stdout."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


class Options(NamedTuple):
    """The flags as given. `wait` in seconds; `named`: the profile was typed, so it is the keyring's account."""

    output: Output = Output.TABLE
    dry_run: bool = False
    wait: float = 30.0
    no_wait: bool = False
    profile: str = "default"
    sandbox: bool = False
    jobs: int = 4
    quiet: bool = False
    verbose: bool = False
    named: bool = False
    yes: bool = False
    trigger: bool = False
    untested: bool = False


USUAL = Options()  # what holds where no flag is given
