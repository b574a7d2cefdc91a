"""One run of the program, from what was typed to the exit code."""

from __future__ import annotations

import os
import sys

from cli.output.streams import fill_standard_streams, warn


def main() -> int:
    """Run the command line with `sys.argv`. Out: the exit code."""
    fill_standard_streams()
    try:
        return _run(sys.argv[1:])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except KeyboardInterrupt:
        warn("interrupted")
        return 130
    except Exception as fault:  # noqa: BLE001  # the interpreter's own traceback would show values
        from cli.output.fault import report_of

        warn(report_of(fault))
        return 1


def _run(arguments: list[str]) -> int:
    if len(arguments) > 1:
        from cli import plain

        if line := plain.read(arguments, os.environ):
            from cli import ahead

            ahead.begin(line, os.environ)
            from cli.cancel.command import run

            return run(*line)
    from cli import app

    return app.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
