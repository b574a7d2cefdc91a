"""The entry point of `cancel` and `ordercancel`: find our own folders first, then run the command line."""

import sys
from pathlib import Path

__version__ = "0.1.0"


def main() -> int:
    """Run the command line. Out: the exit code (see the contract's table in README)."""
    here = Path(__file__).resolve().parent
    # Installed, cli/ lies inside this package; in a checkout, beside it. Ours must win over
    # any `cli.py` or `config.py` on the trader's PYTHONPATH, so it goes first.
    home = here if (here / "cli").is_dir() else here.parent
    sys.path.insert(0, str(home))
    from cli.main import main as run

    return run()
