"""A deal's pair is read for a person's table alone: one request, after everything else, that may fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.names import env_name
from tests.cli.output.terminal import seen
from venues.sandbox.practice import Reply, Request
from venues.sandbox.server import Running, start
from venues.threecommas.practice import PracticeThreeCommas

ARGS = ("deal-order", "2345678901", "1123077331")


class Between(PracticeThreeCommas):
    """A practice venue of which a test may change how it shows a deal."""

    shown: Callable[[Reply], Reply] = staticmethod(lambda reply: reply)

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        return self.shown(reply) if request.path.endswith("/show") else reply


@pytest.fixture
def practice() -> Between:
    return Between()


@pytest.fixture
def environ(practice: Between) -> Iterator[dict[str, str]]:
    running: Running
    with start(practice) as running:
        values = {"url": running.url, **practice.credentials}
        yield {env_name(practice.venue, name): value for name, value in values.items()}


def asked(practice: Between) -> list[str]:
    return [name for name, _ in practice.log]


def test_a_person_sees_the_pair_of_one_order_and_of_several(
    installed: Any, practice: Between, environ: dict[str, str]
) -> None:
    assert "\n  pair  USDT_ETH\n" in seen(installed, 80, *ARGS, **environ)
    assert asked(practice) == ["read", "cancel", "show"]
    lines = seen(installed, 200, *ARGS, "1123077345", **environ).splitlines()
    assert ["USDT_ETH" in line for line in lines[3:5]] == [True, True]
    assert asked(practice).count("show") == 2


@pytest.mark.parametrize("flags", [("-o", "json"), ("-o", "jsonl"), ("--quiet",)])
def test_nobody_else_asks_for_it(
    installed: Any, practice: Between, environ: dict[str, str], flags: tuple[str, ...]
) -> None:
    seen(installed, 80, *ARGS, *flags, **environ)
    assert asked(practice) == ["read", "cancel"]


def test_a_pipe_does_not(installed: Any, practice: Between, environ: dict[str, str]) -> None:
    done = installed.run(*ARGS, env=environ)
    assert (done.returncode, "USDT_ETH" in done.stdout, asked(practice)) == (0, False, ["read", "cancel"])


def test_an_order_of_which_nothing_is_known_asks_for_nothing_more(
    installed: Any, practice: Between, environ: dict[str, str]
) -> None:
    assert "not found" in seen(installed, 80, "deal-order", "7", "7", **environ)
    assert "show" not in asked(practice)


@pytest.mark.parametrize(
    "answer",
    [
        Reply.html(502, "Bad Gateway"), Reply.json(404, {"error": "not_found"}), Reply.json(200, []),
        Reply.json(200, {"id": 1, "pair": "USDT_LTC"}), Reply.json(200, {"id": 2345678901, "pair": None}),
        Reply.json(200, {"id": 2345678901, "pair": ["USDT_ETH"]}), Reply(200),
    ],
)  # fmt: skip
def test_without_it_the_table_is_as_before(
    installed: Any, practice: Between, environ: dict[str, str], answer: Reply
) -> None:
    practice.shown = lambda reply: answer
    lines = seen(installed, 80, *ARGS, **environ).splitlines()
    assert asked(practice) == ["read", "cancel", "show"]
    assert lines[0].startswith("cancelled  ")
    at = lines.index("")  # below the heading, which may take two lines
    assert lines[at : at + 2] == ["", "  ORDER       TYPE           SIDE    PRICE  QUANTITY  FILLED  STATUS     AGE"]
