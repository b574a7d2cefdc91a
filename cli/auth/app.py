"""`cancel auth`: the three verbs for credentials. What they do stands in `login`, `status` and `logout`."""

from collections.abc import Callable
from typing import Annotated

import typer

from cli.auth import help as words
from cli.flags import OutputFlag, ProfileFlag, is_typed, profile_option
from cli.options import Output
from cli.output.streams import warn
from config.errors import ConfigError, CredentialsError
from venues.face import Unusable
from venues.registry import VENUES, exchange, exchanges

auth = typer.Typer(
    name="auth",
    help=words.AUTH,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _venue(name: str | None) -> str | None:
    if name is None or name in VENUES:
        return name
    face = exchange(name)
    if face is None:
        # What was typed is not shown again: it may be a secret in the wrong place.
        raise typer.BadParameter(f"no such venue; there are {', '.join(VENUES)}, and exchanges by their ccxt ids")
    if face.why_not:
        raise typer.BadParameter(f"no cancel can be proven at {face.title}: {face.why_not}")
    return name


def _venues() -> list[str]:
    return [*VENUES, *exchanges()]


VenueArgument = Annotated[
    str,
    typer.Argument(
        metavar="VENUE",
        callback=_venue,
        autocompletion=_venues,
        show_default=False,
        help=f"{', '.join(VENUES)}, or an exchange by its ccxt id.",
    ),
]


@auth.command(help=words.LOGIN, no_args_is_help=True)
def login(
    venue: VenueArgument,
    profile: ProfileFlag = "default",
    no_check: Annotated[bool, typer.Option("--no-check", help="Store without trying them first.")] = False,
) -> None:
    from cli.auth.login import login as work

    _end(lambda: work(venue, profile, checked=not no_check))


@auth.command(help=words.STATUS)
def status(
    context: typer.Context,
    venue: Annotated[
        str | None,
        typer.Argument(
            metavar="[VENUE]", callback=_venue, autocompletion=_venues, show_default=False, help="Without: all."
        ),
    ] = None,
    profile: Annotated[str | None, profile_option("Which account. Without: all.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Also make one harmless authenticated read each.")] = False,
    output: OutputFlag = Output.TABLE,
) -> None:
    from cli.auth.status import status as work

    _end(lambda: work(venue, profile, named=is_typed(context), checked=check, output=output))


@auth.command(help=words.LOGOUT, no_args_is_help=True)
def logout(venue: VenueArgument, profile: ProfileFlag = "default") -> None:
    from cli.auth.logout import logout as work

    _end(lambda: work(venue, profile))


def _end(work: Callable[[], int]) -> None:
    try:
        code = work()
    except (ConfigError, CredentialsError) as error:
        warn(error.message)
        code = error.exit_code
    except Unusable as error:
        warn(str(error))
        code = ConfigError.exit_code
    raise typer.Exit(code)
