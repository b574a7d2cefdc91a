"""A tanX pair that cannot be stored: the run goes on with what it was given last."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import pytest

from ordercancel.secret import Secret
from venues.face import Budget
from venues.interface import Unauthorized
from venues.sandbox.server import start
from venues.tanx.orders import Tanx
from venues.tanx.practice import PracticeTanx
from venues.wire.clock import SystemClock
from venues.wire.link import Link
from venues.wire.masks import Masks
from venues.wire.pace import Pace


class FromTheEnvironment:
    """Credentials that cannot be stored. `waited`: the seconds of each lock that was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name: Secret(text) for name, text in values.items()}
        self.waited: list[float] = []

    def get(self, field: str) -> Secret | None:
        return self._values.get(field)

    reload = get

    def store(self, values: Mapping[str, Secret]) -> bool:
        return False

    def lock(self, timeout: float) -> AbstractContextManager[bool]:
        self.waited.append(timeout)
        return nullcontext(False)


def test_each_refresh_uses_the_refresh_token_of_the_one_before() -> None:
    practice = PracticeTanx(lifetime=-60)  # every access token has run out when it comes
    credentials, said = FromTheEnvironment(practice.issue()), list[str]()
    with start(practice) as running:
        clock = SystemClock()
        venue = Tanx(Link(running.url, credentials, clock, Pace(Budget(), clock), Masks(), warn=said.append))
        venue.prepare(6.0)
        for _ in range(2):
            with pytest.raises(Unauthorized):
                venue.check(6.0)
            assert venue.renew(6.0)
        venue.close()
    assert practice.counts == {"refresh": 3, "check": 2}
    assert ["the old refresh token is spent" in line for line in said] == [True] * 3
    assert credentials.waited == pytest.approx(
        [4.0] * 3, abs=0.1
    )  # a third of the patience is left for the refresh itself
