"""What a person is shown while orders are under way, and told at once when a signal comes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from cli.account import Account
from cli.cancel.ids import STDIN
from cli.cancel.progress import Spinner, spinner_wanted
from cli.options import Options
from cli.output.streams import CLEAR_LINE, is_terminal, warn_at_once
from cli.output.text import counted
from venues.procedure.batch import Batch
from venues.procedure.run import Cancel


class Watch:
    """One run's `spinner`. In: the ids as given, `-` for those of standard input."""

    def __init__(self, account: Account, ids: Sequence[str], options: Options) -> None:
        self._account = account
        self._ids = ids
        self._options = options
        self._latest: Cancel | None = None
        typing = STDIN in ids and is_terminal(sys.stdin)  # nothing is drawn over what somebody types
        wanted = spinner_wanted(sys.stderr, os.environ, quiet=options.quiet or options.verbose or typing)
        self.spinner = Spinner(sys.stderr, enabled=wanted)
        if len(ids) == 1 and STDIN not in ids:
            self.spinner.say(self._waiting_for)
        else:
            self.spinner.progress(None if STDIN in ids else len(set(ids)))

    def begun(self, cancel: Cancel) -> Cancel:
        """The cancel that is shown from now on, if there is only one."""
        self._latest = cancel
        return cancel

    def stop(self, batch: Batch) -> None:
        """A signal came: nothing new leaves, and what is still waited for is told at once."""
        batch.stop()
        if count := batch.in_flight:
            orders = counted(count, "order")
            words = f"stopping: nothing new is sent; waiting up to {batch.grace:g} s for {orders} in flight"
            warn_at_once(f"{CLEAR_LINE}{words}" if self.spinner.is_drawing else words)

    def _waiting_for(self) -> str:
        """What one order waits for at this moment."""
        host, venue, order_id = urlsplit(self._account.link.url).netloc, self._account.venue, self._ids[0]
        if not venue.has_sent:
            return f"connecting to {host}"
        if self._options.dry_run:
            return f"waiting for {venue.title} to show {order_id}"
        if self._latest is None or not self._latest.report(bare=True).attempts:
            return f"waiting for {host} to answer"
        return f"waiting for {venue.title} to show it cancelled: {order_id}"
