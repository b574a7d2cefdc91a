"""Ids that were met, many of them in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator


class Seen:
    """The ids met so far, exactly, each in some ten bytes more than its text: a set of 100,000 strings takes 10 MB.

    A hash table over one long text. Each slot holds where an id starts in that text, plus 1; 0 is free.
    Equal hashes only lead to the next slot: ids count as the same when their text is the same.
    """

    def __init__(self) -> None:
        self._text = bytearray()  # every id, each ended by a line feed
        self._slots = array("I", [0]) * 1024
        self._count = 0

    def add(self, order_id: str) -> bool:
        """Out: True when this id is new."""
        word = order_id.encode() + b"\n"
        slot = self._find(word)
        if self._slots[slot]:
            return False
        self._slots[slot] = len(self._text) + 1
        self._text += word
        self._count += 1
        if self._count * 5 > len(self._slots) * 4:  # fuller, a search gets long
            self._grow()
        return True

    def __contains__(self, order_id: str) -> bool:
        return bool(self._slots[self._find(order_id.encode() + b"\n")])

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        """Each id, in the order in which they came; those that are added meanwhile as well."""
        start = 0
        while (end := self._text.find(b"\n", start) + 1) > 0:
            yield self._text[start : end - 1].decode()
            start = end

    def _find(self, word: bytes) -> int:
        mask = len(self._slots) - 1
        slot = hash(word) & mask
        while (start := self._slots[slot]) and not self._text.startswith(word, start - 1):
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        self._slots = array("I", [0]) * (2 * len(self._slots))
        start = 0
        while (end := self._text.find(b"\n", start) + 1) > 0:
            self._slots[self._find(bytes(self._text[start:end]))] = start + 1
            start = end
