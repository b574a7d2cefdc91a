"""The flags that all cancel commands share."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Annotated

import typer

LONGEST_WAIT = 86_400.0  # seconds; a day
MOST_JOBS = 64


class Output(enum.Enum):
    """How results are printed on stdout."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Options:
    """The flags as given. `wait` in seconds; `named`: the profile was typed, so it is the keyring's account."""

    output: Output
    dry_run: bool
    wait: float
    no_wait: bool
    profile: str
    sandbox: bool
    jobs: int
    quiet: bool
    verbose: bool
    named: bool = False


def is_typed(context: typer.Context, flag: str = "profile") -> bool:
    """Out: whether the flag stands on the command line; not from the environment, and no default."""
    source = context.get_parameter_source(flag)
    return source is not None and source.name == "COMMANDLINE"


def _wait(value: float) -> float:
    if not math.isfinite(value) or not 0 < value <= LONGEST_WAIT:
        raise typer.BadParameter(f"{value} is not a number of seconds above 0, at most {LONGEST_WAIT:.0f}")
    return value


OutputFlag = Annotated[
    Output, typer.Option("-o", "--output", envvar="CANCEL_OUTPUT", help="How the result is printed on stdout.")
]
DryRunFlag = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Read and show the order and what would be done; send no cancel.")
]
WaitFlag = Annotated[
    float,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        callback=_wait,
        help="Deadline for the whole of one order: sending, retrying, reading back.",
    ),
]
NoWaitFlag = Annotated[bool, typer.Option("--no-wait", help="Stop once the venue has accepted the request.")]
ProfileFlag = Annotated[
    str, typer.Option("--profile", metavar="NAME", envvar="CANCEL_PROFILE", help="Which account.")
]
SandboxFlag = Annotated[
    bool, typer.Option("--sandbox", help="Run against the built-in practice venues: no account, no network.")
]
JobsFlag = Annotated[
    int,
    typer.Option(
        "-j", "--jobs", metavar="N", min=1, max=MOST_JOBS, help="Orders in flight at once; a venue's limit is kept."
    ),
]
QuietFlag = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stdout when the exit code is 0.")]
VerboseFlag = Annotated[
    bool, typer.Option("-v", "--verbose", help="Each request and reply on stderr, one line, secrets masked.")
]
