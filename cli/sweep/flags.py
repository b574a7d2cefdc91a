"""The flags of `list` and `all`, and what is asked for with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import seconds_option
from venues.face import NUMBER
from venues.registry import VERBS

if TYPE_CHECKING:
    from venues.procedure.filters import Filters

_AGE = re.compile(r"([0-9]{1,8}(?:\.[0-9]{1,3})?)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
SIDES = ("buy", "sell")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a `list` or `all` is about. No targets: all that have credentials. Ages as `timedelta`s."""

    targets: tuple[str, ...]
    symbols: tuple[str, ...]
    side: str | None
    type: str | None
    older_than: timedelta | None
    newer_than: timedelta | None
    deal_id: str | None
    protective: bool
    until_clear: bool = False

    def filters(self, now: datetime) -> Filters:
        """The same as of `now` (UTC)."""
        from venues.procedure.filters import Filters  # the help of every command reads this file

        return Filters(
            symbols=self.symbols,
            side=self.side,
            type=self.type,
            deal_id=self.deal_id,
            placed_before=_before(now, self.older_than),
            placed_after=_before(now, self.newer_than),
            protective=self.protective,
        )


def wanted(
    targets: Sequence[str],
    symbols: Sequence[str],
    side: str | None,
    kind: str | None,
    older_than: timedelta | None,
    newer_than: timedelta | None,
    deal_id: str | None,
    *,
    protective: bool,
    until_clear: bool = False,
) -> Wanted:
    """What was typed, read and checked. Raises typer.BadParameter for a target that there is not, and where no order

    could ever match.
    """
    from cli.sweep.targets import target_named

    names = tuple(dict.fromkeys(map(target_named, targets)))
    if deal_id is not None and names and not any(VERBS[name].in_deal for name in names):
        raise typer.BadParameter(f"--deal: {', '.join(names)} has no deals")
    if older_than is not None and newer_than is not None and older_than >= newer_than:
        raise typer.BadParameter("no order is both: the age of --older-than must be the shorter one")
    return Wanted(
        names, tuple(symbols), side, kind, older_than, newer_than, deal_id, protective, until_clear
    )  # fmt: skip


def _before(now: datetime, age: timedelta | None) -> datetime | None:
    try:
        return None if age is None else now - age
    except OverflowError:  # older than all calendars: nothing is
        return datetime.min.replace(tzinfo=now.tzinfo)


def _age(text: str | timedelta) -> timedelta:
    """`90s`, `10m`, `2h`, `3d`."""
    if isinstance(text, timedelta):
        return text
    found = _AGE.fullmatch(text.strip())
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
    list[str] | None, typer.Argument(metavar="[TARGET]...", help=TARGET_HELP, show_default=False)
]
SymbolFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--symbol",
        metavar="S",
        parser=_word,
        help="Only this symbol, in any case and with or without / - _; repeatable.",
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
