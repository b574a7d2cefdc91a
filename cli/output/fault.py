"""A fault of our own, told so that it can be reported, and so that no secret can be in it."""

from __future__ import annotations

import traceback


def report_of(fault: BaseException) -> str:
    """Out: where a fault happened and of which kind it is, for a bug report.

    Messages and values are left out: any of them may hold a key, and one that nobody has masked yet.
    """
    lines = ["A fault in ordercancel itself, please report it (values are left out, they may be secret):\n"]
    lines += traceback.format_list(traceback.extract_tb(fault.__traceback__))
    before, known = fault, {id(fault)}
    names = [type(fault).__qualname__]
    while (cause := before.__cause__ or before.__context__) is not None and id(cause) not in known:
        names.append(type(cause).__qualname__)
        known.add(id(cause))
        before = cause
    return "".join(lines) + ", after ".join(names)
