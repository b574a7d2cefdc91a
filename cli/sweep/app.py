"""`list` and `all` on the command line: their flags and help. What they do stands in the files named after them."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cli.flags import JobsFlag, OutputFlag, ProfileFlag, QuietFlag, SandboxFlag, VerboseFlag, is_typed
from cli.options import Options, Output
from cli.sweep import flags
from venues.registry import PROVEN, VERBS

_TARGETS = f"{', '.join(VERBS)};\nexchanges: {', '.join(PROVEN)}"
_ONE = next(iter(VERBS))

LIST_HELP = f"""Show what is open: every order, or what matches. Nothing is sent that changes anything.

Targets: {_TARGETS}.

\b
Examples:
  cancel list --sandbox
  cancel list {_ONE} --older-than 2h
  cancel list --symbol BTC/USDT -o json
"""
ALL_HELP = f"""Cancel everything that is open, or all that matches, and prove that nothing is left.

The lists are read to their end, you are asked once with the exact number, each order is cancelled by itself, and
then the lists are read again: clear means two of them in a row without an open order that matches. Orders that
protect a position are left alone without --protective.

Targets: {_TARGETS}.

\b
Examples:
  cancel all --sandbox
  cancel all {_ONE} --dry-run
  cancel all --symbol BTC/USDT --side buy --yes
"""


def list_command(
    context: typer.Context,
    targets: flags.TargetsArgument = None,
    symbol: flags.SymbolFlag = None,
    side: flags.SideFlag = None,
    kind: flags.TypeFlag = None,
    older_than: flags.OlderFlag = None,
    newer_than: flags.NewerFlag = None,
    deal: flags.DealFlag = None,
    protective: flags.ProtectiveFlag = False,
    output: OutputFlag = Output.TABLE,
    wait: flags.ListWaitFlag = 30.0,
    profile: ProfileFlag = "default",
    sandbox: SandboxFlag = False,
    jobs: JobsFlag = 4,
    quiet: flags.IdsFlag = False,
    verbose: VerboseFlag = False,
) -> None:
    from cli.sweep.list import list_open
    from cli.sweep.wanted import wanted_of

    wanted = wanted_of(
        targets or (), symbol or (), side, kind, older_than, newer_than, deal, protective=protective
    )  # fmt: skip
    named = is_typed(context)
    options = Options(output, False, wait, False, profile, sandbox, jobs, quiet, verbose, named)
    raise typer.Exit(list_open(wanted, options))


def all_command(
    context: typer.Context,
    targets: flags.TargetsArgument = None,
    symbol: flags.SymbolFlag = None,
    side: flags.SideFlag = None,
    kind: flags.TypeFlag = None,
    older_than: flags.OlderFlag = None,
    newer_than: flags.NewerFlag = None,
    deal: flags.DealFlag = None,
    protective: flags.ProtectiveFlag = False,
    until_clear: flags.UntilClearFlag = False,
    output: OutputFlag = Output.TABLE,
    dry_run: flags.WouldFlag = False,
    yes: flags.SureFlag = False,
    wait: flags.AllWaitFlag = 30.0,
    profile: ProfileFlag = "default",
    sandbox: SandboxFlag = False,
    jobs: JobsFlag = 4,
    quiet: QuietFlag = False,
    verbose: VerboseFlag = False,
) -> None:
    from cli.sweep.all import cancel_all
    from cli.sweep.wanted import wanted_of

    wanted = wanted_of(
        targets or (), symbol or (), side, kind, older_than, newer_than, deal,
        protective=protective, until_clear=until_clear,
    )  # fmt: skip
    named = is_typed(context)
    options = Options(output, dry_run, wait, False, profile, sandbox, jobs, quiet, verbose, named, yes)
    raise typer.Exit(cancel_all(wanted, options))


# Name, what does it, its help, and its line among the commands.
COMMANDS: dict[str, tuple[Callable[..., None], str, str]] = {
    "list": (list_command, LIST_HELP, "Show what is open."),
    "all": (all_command, ALL_HELP, "Cancel all that is open, and prove that nothing is left."),
}
