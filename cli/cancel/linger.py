"""After the report: nobody hangs up on a cancel that a server still works on, where that would do harm there."""

from __future__ import annotations

import time

from cli.cancel.interrupt import Interrupts
from cli.output.streams import warn
from cli.output.text import counted
from venues.wire.link import HttpVenue

_EVERY = 0.2  # seconds; a signal shortens the wait


def linger(venue: HttpVenue, interrupts: Interrupts) -> None:
    """Wait until what is still out is answered, as long as the venue's habits say at most; less after a signal."""
    if not venue.waiting:
        return
    began, habits = time.monotonic(), venue.habits
    if interrupts.since is None:
        warn(
            f"{venue.title} has not answered {counted(len(venue.waiting), 'cancel')}; hanging up now could leave it "
            f"half done there: waiting up to {habits.linger:.0f} s more (Ctrl-C: {habits.grace:.0f} s)"
        )
    while venue.waiting:
        ends = began + habits.linger if interrupts.since is None else interrupts.since + habits.grace
        if time.monotonic() >= ends:
            break
        venue.waiting.wait(_EVERY)
