"""`cancel auth`: the three verbs for credentials. What they do stands in `login`, `status` and `logout`."""

import enum
from collections.abc import Callable
from typing import Annotated

import typer

from cli.options import ProfileFlag
from cli.output.streams import warn
from config.errors import ConfigError, CredentialsError
from venues.registry import VENUES

HELP = """Store, show and remove the credentials of an account, in the operating system's keyring.

\b
Examples:
  cancel auth login tanx                           asks for each field, secrets hidden
  cancel auth login 3commas --profile bot < keys.json
  cancel auth status --check                       what is set, from where, and does it work
  cancel auth logout tanx
"""

LOGIN_HELP = """Store the credentials of a venue after trying them.

\b
Examples:
  cancel auth login tanx
  cancel auth login 3commas < keys.json            {"api_key": "...", "api_secret": "..."}
  jq -n --arg api_key KEY --rawfile api_secret key.pem '$ARGS.named' | cancel auth login 3commas

Asks on a terminal; a PEM key may be pasted whole. Otherwise reads one JSON object from standard input.
"""

STATUS_HELP = """Show where each credential comes from; nothing of a secret.

\b
Examples:
  cancel auth status
  cancel auth status tanx --check                  one harmless authenticated read
  cancel auth status -o json

Exit 0 means complete: the venue named, or with none named every venue that has any field. Else 6.
"""

LOGOUT_HELP = """Remove what `auth login` stored.

\b
Example:
  cancel auth logout tanx --profile bot
"""

auth = typer.Typer(
    name="auth",
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class StatusOutput(enum.Enum):
    """How `auth status` is printed on stdout."""

    TABLE = "table"
    JSON = "json"


def _venue(name: str | None) -> str | None:
    if name is not None and name not in VENUES:
        raise typer.BadParameter(f"{name!r} is no venue; there are {', '.join(VENUES)}")
    return name


def _venues() -> list[str]:
    return list(VENUES)


VenueArgument = Annotated[
    str,
    typer.Argument(
        metavar="VENUE", callback=_venue, autocompletion=_venues, show_default=False, help=f"{', '.join(VENUES)}."
    ),
]


@auth.command(help=LOGIN_HELP, no_args_is_help=True)
def login(
    venue: VenueArgument,
    profile: ProfileFlag = "default",
    no_check: Annotated[bool, typer.Option("--no-check", help="Store without trying them first.")] = False,
) -> None:
    from cli.auth.login import login as work

    _end(lambda: work(venue, profile, checked=not no_check))


@auth.command(help=STATUS_HELP)
def status(
    venue: Annotated[
        str | None,
        typer.Argument(
            metavar="[VENUE]", callback=_venue, autocompletion=_venues, show_default=False, help="Without: all."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", envvar="CANCEL_PROFILE", help="Which account. Without: all."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Also make one harmless authenticated read each.")] = False,
    output: Annotated[
        StatusOutput, typer.Option("-o", "--output", help="How the result is printed on stdout.")
    ] = StatusOutput.TABLE,
) -> None:
    from cli.auth.status import status as work

    _end(lambda: work(venue, profile, checked=check, json=output is StatusOutput.JSON))


@auth.command(help=LOGOUT_HELP, no_args_is_help=True)
def logout(venue: VenueArgument, profile: ProfileFlag = "default") -> None:
    from cli.auth.logout import logout as work

    _end(lambda: work(venue, profile))


def _end(work: Callable[[], int]) -> None:
    try:
        code = work()
    except (ConfigError, CredentialsError) as error:
        warn(error.message)
        code = error.exit_code
    raise typer.Exit(code)
