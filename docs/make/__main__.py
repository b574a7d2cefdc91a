"""Writes the pictures, the man page and the JSON Schema, each to its place in docs/."""

import sys
from pathlib import Path

from docs.make.manual import manual
from docs.make.pictures import PICTURES, drawn
from docs.make.schema import schema_text

DOCS = Path(__file__).parent.parent


def main() -> None:
    (DOCS / "ordercancel.1").write_text(manual(), "utf-8")
    (DOCS / "schema.json").write_text(schema_text(), "utf-8")
    for name in PICTURES:
        for theme, svg in drawn(name, (sys.executable, "-m", "ordercancel")).items():
            (DOCS / "pictures" / f"{name}-{theme}.svg").write_text(svg, "utf-8")


main()
