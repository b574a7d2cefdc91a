"""The flags of `list` and `all`. The help of every command reads this file."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from cli.flags import seconds_option
from venues.face import NUMBER
from venues.registry import PROVEN, VERBS

_AGE = r"([0-9]{1,8}(?:\.[0-9]{1,3})?)([smhd])"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
SIDES = ("buy", "sell")


def _age(text: str | timedelta) -> timedelta:
    """`90s`, `10m`, `2h`, `3d`."""
    if isinstance(text, timedelta):
        return text
    found = re.fullmatch(_AGE, text.strip())
    if not found or not float(found[1]):
        raise typer.BadParameter(f"'{text}' is no age; give a number and s, m, h or d, such as 90s, 10m, 2h or 3d")
    return timedelta(seconds=float(found[1]) * _SECONDS[found[2]])


def _word(text: str) -> str:
    """A filter's word; an empty one is a variable of a script that was not set, and would match nothing."""
    if not re.search(r"[^\W_]", text):
        raise typer.BadParameter(f"'{text}' is no word to filter by")
    return text.strip()


def _side(text: str) -> str:
    word = text.strip().lower()
    if word not in SIDES:
        raise typer.BadParameter(f"'{text}' is no side; give buy or sell")
    return word


def _deal(text: str) -> str:
    word = text.strip()
    if not re.fullmatch(NUMBER.pattern, word):
        raise typer.BadParameter(f"'{text}' is not a deal id: expected {NUMBER.expected}")
    return word


TARGET_HELP = (
    "What to look for, by the name of the command that cancels it; without one, wherever there are credentials."
)
TargetsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TARGET]...", help=TARGET_HELP, show_default=False, autocompletion=lambda: [*VERBS, *PROVEN]
    ),
]
SymbolFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--symbol",
        metavar="S",
        parser=_word,
        help="Only this symbol, as the venue spells it; case and / - _ do not matter. Repeatable.",
    ),
]
SideFlag = Annotated[str | None, typer.Option("--side", metavar="buy|sell", parser=_side, help="Only this side.")]
TypeFlag = Annotated[
    str | None,
    typer.Option("--type", metavar="T", parser=_word, help="Only this type, in the venue's own word, such as limit."),
]
OlderFlag = Annotated[
    timedelta | None,
    typer.Option("--older-than", metavar="AGE", parser=_age, help="Placed longer ago: 90s, 10m, 2h or 3d."),
]
NewerFlag = Annotated[
    timedelta | None,
    typer.Option("--newer-than", metavar="AGE", parser=_age, help="Placed within the last 90s, 10m, 2h or 3d."),
]
DealFlag = Annotated[
    str | None, typer.Option("--deal", metavar="ID", parser=_deal, help="Only the orders of this deal.")
]
ProtectiveFlag = Annotated[
    bool,
    typer.Option("--protective", help="Also orders that protect a position, such as stop losses and take profits."),
]
ListWaitFlag = seconds_option("Deadline for reading one target's list.")
AllWaitFlag = seconds_option("Deadline for one target's list, for each order, and for the lists to become clear.")
IdsFlag = Annotated[
    bool,
    typer.Option("-q", "--quiet", help="Only the ids that `all` would cancel, one a line, for `cancel TARGET -`."),
]
WouldFlag = Annotated[
    bool, typer.Option("-n", "--dry-run", help="List and say what would be cancelled; send no cancel.")
]
SureFlag = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask; needed when standard input is no terminal.")]
UntilClearFlag = Annotated[
    bool, typer.Option("--until-clear", help="Also cancel what is placed meanwhile, in five rounds at most.")
]
