"""The command line of typer: verbs, flags and help. What they do stands in the files named after them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, update_wrapper
from inspect import signature
from itertools import cycle
from typing import Annotated

import typer

from cli.flags import (
    DryRunFlag,
    JobsFlag,
    NoWaitFlag,
    OutputFlag,
    ProfileFlag,
    QuietFlag,
    SandboxFlag,
    TriggerFlag,
    UntestedFlag,
    VerboseFlag,
    WaitFlag,
    YesFlag,
    is_typed,
)
from cli.options import USUAL, Options
from ordercancel import __version__
from venues.face import Verb
from venues.registry import AT, EXCHANGE_VERB, VERBS, exchanges, face_of

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # its base, which typer does not give a name to

# What the first page of help shows; each line takes the next verb.
USES = (
    ("{example} --sandbox", "try it: no account, no network"),
    ("{example} --dry-run", "look, but send nothing"),
    ("cancel auth login {venue}", "store the keys of an account"),
    ("{example}", "cancel one order and wait for proof"),
    ("cancel list", "what is open, at every venue with keys"),
    ("cancel all", "cancel it all, and prove that nothing is left"),
    ("{many} -o jsonl < ids.txt", "many orders, one JSON record a line"),
)


def _uses() -> Iterator[str]:
    for (use, remark), verb in zip(USES, cycle(VERBS.values())):
        many = f"{verb.example.rpartition(' ')[0]} -"
        line = use.format(example=verb.example, venue=face_of(verb.name).name, many=many)
        yield f"  {line:<51}  {remark}"


EXAMPLES = "\n".join(_uses())
HELP = f"""Cancel an order, and know that it is cancelled.

\b
Examples:
{EXAMPLES}

Exit 0 means that the venue itself shows every order cancelled. 3 too late, 4 not found, 5 refused,
6 unauthorized, 7 rate-limited, 8 unavailable, 9 pending, 10 unknown; 1 a fault in the program,
2 wrong usage, 130 Ctrl-C, 143 SIGTERM.
"""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ordercancel {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def _add_verb(app: typer.Typer, verb: Verb) -> None:
    ids_help = f"Order ids, each {verb.ids.form}; `-` reads them from standard input, one a line."
    text = f"{verb.what}\n\n\b\nExamples:\n  {verb.example}\n  {verb.example} --sandbox\n"
    short = verb.what.partition(". ")[0] + "."
    IdsArgument = Annotated[list[str], typer.Argument(metavar="ORDER_ID...", help=ids_help, show_default=False)]

    def command(
        exchange: Annotated[
            str,
            typer.Argument(
                metavar="EXCHANGE", help="Its ccxt id.", show_default=False, autocompletion=lambda: list(exchanges())
            ),
        ],
        symbol: Annotated[
            str, typer.Argument(metavar="SYMBOL", help="As ccxt has it, such as BTC/USDT.", show_default=False)
        ],
        deal_id: Annotated[str, typer.Argument(metavar="DEAL_ID", help="The deal's id.", show_default=False)],
        order_ids: IdsArgument,
        context: typer.Context,
        output: OutputFlag = USUAL.output,
        dry_run: DryRunFlag = USUAL.dry_run,
        wait: WaitFlag = USUAL.wait,
        no_wait: NoWaitFlag = USUAL.no_wait,
        profile: ProfileFlag = USUAL.profile,
        sandbox: SandboxFlag = USUAL.sandbox,
        jobs: JobsFlag = USUAL.jobs,
        quiet: QuietFlag = USUAL.quiet,
        verbose: VerboseFlag = USUAL.verbose,
        yes: YesFlag = USUAL.yes,
        trigger: TriggerFlag = USUAL.trigger,
        untested: UntestedFlag = USUAL.untested,
    ) -> None:
        if no_wait and is_typed(context, "wait"):
            raise typer.BadParameter("--wait and --no-wait: give one or the other")
        options = Options(
            output, dry_run, wait, no_wait, profile, sandbox, jobs, quiet, verbose, is_typed(context), yes,
            trigger, untested,
        )  # fmt: skip
        if verb.by_symbol:
            from cli.cancel.at import check

            symbol = symbol.strip()
            _run(check(exchange, symbol, options), None, order_ids, options, symbol)
        else:
            _run(verb.name, deal_id if verb.in_deal else None, order_ids, options)

    needless: dict[str, object] = {} if verb.in_deal else {"deal_id": ""}
    needless |= {} if verb.asks else {"yes": False}
    needless |= {} if verb.by_symbol else {"exchange": "", "symbol": "", "trigger": False, "untested": False}
    app.command(verb.name, help=text, short_help=short)(_with(command, needless))


def _with(command: Callable[..., None], given: Mapping[str, object]) -> Callable[..., None]:
    """The same command with some of its parameters given, which typer then knows nothing of."""
    bare = update_wrapper(partial(command, **given), command)
    del bare.__wrapped__  # typer would read all of them there
    whole = signature(command)
    left = [parameter for name, parameter in whole.parameters.items() if name not in given]
    bare.__signature__ = whole.replace(parameters=left)  # type: ignore[attr-defined]
    return bare


def _run(target: str, deal_id: str | None, ids: list[str], options: Options, symbol: str | None = None) -> None:
    from cli.cancel.command import run

    raise typer.Exit(run(target, deal_id, ids, options, symbol))


def build(called: str) -> typer.Typer:
    """The command line: with the verb that is called alone, or with everything where that is none of them.

    Typer builds every command before it runs one, a millisecond each.
    """
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    if called in (*VERBS, AT):
        _add_verb(app, VERBS.get(called, EXCHANGE_VERB))
        return app
    for verb in (*VERBS.values(), EXCHANGE_VERB):
        _add_verb(app, verb)
    from cli.auth.app import auth
    from cli.sandbox import HELP as SANDBOX_HELP
    from cli.sandbox import sandbox
    from cli.sweep.app import COMMANDS

    for name, (does, text, short) in COMMANDS.items():
        app.command(name, help=text, short_help=short)(does)
    if called in COMMANDS:
        app.registered_commands = [command for command in app.registered_commands if command.name == called]
        return app
    app.add_typer(auth)
    short = "Serve the practice venues on loopback, or list their orders."
    app.command("sandbox", help=SANDBOX_HELP, short_help=short)(sandbox)
    if called in {"-h", "--help"}:  # the page names all commands, and needs none of their flags
        for command in app.registered_commands:
            command.callback = _named
    return app


def _named() -> None:
    """In place of a command that is only listed."""


def run(arguments: Sequence[str]) -> int:
    """Read the command line and do what it says. Out: the exit code; 2 for a mistake, which is told on stderr."""
    try:
        code = build(arguments[0] if arguments else "")(list(arguments), standalone_mode=False)
    except UsageError as error:
        from cli.mistakes import report

        return report(error)
    return code if isinstance(code, int) else 0
