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
    # Loading makes 60,000 objects and no garbage, and orders leave none either: to look for some after every 700 new
    # objects takes a twelfth of a single cancel, after every 20,000 still a twentieth.
    gc.set_threshold(100_000)
    # Plug-ins of pydantic are looked for in every package there is, 8 ms while an answer waits; none concerns us.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    from cli.main import main as run
    from cli.output.streams import flush

    code = run()
    flush()
    # Taking the interpreter apart would cost a tenth of a whole run, and wait for threads that have
    # nothing more to say.
    os._exit(code)


if __name__ == "__main__":
    main()
