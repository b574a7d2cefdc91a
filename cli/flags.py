"""The flags that all cancel commands share, as typer takes them."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

import typer

from cli.options import LONGEST_WAIT, MOST_JOBS, Output


def is_typed(context: typer.Context, flag: str = "profile") -> bool:
    """Out: whether the flag stands on the command line; not from the environment, and no default."""
    source = context.get_parameter_source(flag)
    return source is not None and source.name == "COMMANDLINE"


def _seconds(text: str | float) -> float:
    """`10`, `2.5` or `10s`."""
    try:
        seconds = float(str(text).strip().removesuffix("s"))
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST_WAIT:  # never true of nan
        raise typer.BadParameter(f"'{text}' is no number of seconds; give one up to {LONGEST_WAIT:.0f}, such as 10")
    return seconds


def whole(low: int, high: int) -> Callable[[str | int], int]:
    """Out: reads a whole number from `low` to `high`."""

    def number(text: str | int) -> int:
        try:
            found = int(text)
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            raise typer.BadParameter(f"'{text}' is no whole number from {low} to {high}")
        return found

    return number


def _profiles() -> list[str]:
    """Out: the profiles there are, to complete a name from; none when config.toml cannot be read."""
    from config.errors import ConfigError
    from config.profiles import all_profiles

    with suppress(ConfigError):
        return all_profiles(os.environ)
    return []


def profile_option(text: str) -> Any:
    """Out: the flag that names a profile. In: its help."""
    return typer.Option("--profile", metavar="NAME", envvar="CANCEL_PROFILE", autocompletion=_profiles, help=text)


def seconds_option(text: str) -> Any:
    """Out: the flag `--wait`. In: its help."""
    return Annotated[float, typer.Option("--wait", metavar="SECONDS", parser=_seconds, help=text)]


OutputFlag = Annotated[
    Output, typer.Option("-o", "--output", envvar="CANCEL_OUTPUT", help="How the result is printed on stdout.")
]
DryRunFlag = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Read and show the order and what would be done; send no cancel.")
]
WaitFlag = seconds_option("Deadline for the whole of one order: sending, retrying, reading back.")
NoWaitFlag = Annotated[bool, typer.Option("--no-wait", help="Stop once the venue has accepted the request.")]
ProfileFlag = Annotated[str, profile_option("Which account.")]
SandboxFlag = Annotated[
    bool, typer.Option("--sandbox", help="Run against the built-in practice venues: no account, no network.")
]
JobsFlag = Annotated[
    int,
    typer.Option(
        "-j",
        "--jobs",
        metavar="N",
        parser=whole(1, MOST_JOBS),
        help=f"Orders in flight at once, up to {MOST_JOBS}; a venue's limit is kept.",
    ),
]
QuietFlag = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stdout when the exit code is 0.")]
VerboseFlag = Annotated[
    bool, typer.Option("-v", "--verbose", help="Each request and reply on stderr, one line, secrets masked.")
]
TriggerFlag = Annotated[
    bool, typer.Option("--trigger", help="A stop or algo order, at an exchange that keeps those apart.")
]
UntestedFlag = Annotated[
    bool, typer.Option("--untested", help="Also an exchange that has no practice venue and no tests of ours.")
]
YesFlag = Annotated[
    bool, typer.Option("-y", "--yes", help="Do not ask before a cancel that costs more than its order.")
]
