"""The matrix: what goes wrong, and what each of the five commands must then say.

Every expectation is read off the contract and the venues' pages. It is `OUTCOME ARRIVED[/ATTEMPTS]`: how many
cancel requests arrived at the venue, and how many the record must count when that is another number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.faults import rows_cancel, rows_login, rows_look, rows_order
from tests.faults.row import Case
from tests.faults.run import ORDERS

ROWS = (*rows_cancel.ROWS, *rows_look.ROWS, *rows_order.ROWS, *rows_login.ROWS)


def cases() -> Iterator[Case]:
    for row in ROWS:
        by_verb = row.expected if isinstance(row.expected, Mapping) else {"*": row.expected}
        for verb in ORDERS:
            text = by_verb.get(verb, by_verb.get("*", ""))
            if text:
                outcome, numbers = text.split()
                arrived, _, attempts = numbers.partition("/")
                yield Case(row, verb, outcome, int(arrived), int(attempts or arrived))
