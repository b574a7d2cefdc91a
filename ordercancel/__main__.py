"""The entry point of `cancel` and `ordercancel`: find our own folders first, then run the command line."""

import gc
import os
import sys
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and end the process with its exit code (see the table in README)."""
    here = Path(__file__).resolve().parent
    # Installed, cli/ lies inside this package; in a checkout, beside it. Ours must win over
    # any `cli.py` or `config.py` on the trader's PYTHONPATH, so it goes first.
    home = here if (here / "cli").is_dir() else here.parent
    sys.path.insert(0, str(home))
    # Loading makes objects and no garbage; looking for some after every 700 of them costs 5 ms of 100.
    gc.set_threshold(20_000)
    from cli.main import main as run
    from cli.output.streams import flush

    code = run()
    flush()
    # Taking the interpreter apart would cost a tenth of a whole run, and wait for threads that have
    # nothing more to say.
    os._exit(code)


if __name__ == "__main__":
    main()
