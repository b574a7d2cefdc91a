"""A list that comes in one long answer: parsed as a whole, its rows would take four times the memory of its bytes."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from venues.wire.http import DECODER, NOT_JSON, is_deep, parse_json

LONGEST_ROW = 1 << 16  # characters; no real row has a thousand
PIECE = 4 * LONGEST_ROW  # bytes that are looked at together: a row at least, also of the longest characters
MARK = ["rows"]  # stands in place of the list
_FIRST = re.compile(r"[ \t\r\n]*(\]?)")
_AFTER = re.compile(r"[ \t\r\n]*([,\]])[ \t\r\n]*")


class LongList:
    """The rows of the first list that is named `key` in a body. Whoever goes through them has them parsed anew."""

    def __init__(self, body: bytes, key: str) -> None:
        self._body = body
        self._found = re.search(rb'"%s"[ \t\r\n]*:[ \t\r\n]*\[' % key.encode(), body)
        self._end = 0  # the place after the list, once it was gone through
        self.count = 0

    def around(self, is_row: Callable[[Any], bool]) -> Any:
        """Out: the answer with MARK in place of the list; NOT_JSON unless all of it is JSON and each row is one.

        The whole body has been gone through then, and `count` are the rows.
        """
        if self._found is None or is_deep(self._body):
            return NOT_JSON
        self.count = 0
        try:
            for row in self:
                if not is_row(row):
                    return NOT_JSON
                self.count += 1
        except (ValueError, ArithmeticError):
            return NOT_JSON
        return parse_json(self._body[: self._found.end() - 1] + json.dumps(MARK).encode() + self._body[self._end :])

    def __iter__(self) -> Iterator[Any]:
        """Yield row by row, as parsed. Raises ValueError or ArithmeticError where it is no JSON."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        read = self._found.end() if self._found else len(self._body)
        text = decoder.decode(self._body[read : read + PIECE])
        read += PIECE
        first = _FIRST.match(text)
        place, more = (first.end(), not first[1]) if first else (0, False)
        while more:
            if len(text) - place < LONGEST_ROW and read < len(self._body):
                text, place = text[place:] + decoder.decode(self._body[read : read + PIECE]), 0
                read += PIECE
            row, place = DECODER.raw_decode(text, place)
            after = _AFTER.match(text, place)
            if after is None:
                raise ValueError("the list does not go on")
            yield row
            place, more = after.end(), after[1] == ","
        behind = len(text[place:].encode()) + len(decoder.getstate()[0])  # bytes
        self._end = min(read, len(self._body)) - behind
