"""The tables of `list` and `all`: a part a target, what is left alone marked, and a line that says how it stands."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from cli.output.page import Page
from cli.output.render import draw
from cli.output.sweep_page import list_page, sweep_page
from tests.cli.output.results import BARE, DEAL, NOW, TANX
from tests.cli.output.sweeps import DEAL_END, DOUBT, IN_DEAL, OPEN, STOP, SWEPT, TANX_END
from venues.listed import Listed, TargetResult
from venues.result import Outcome, Result

GONE = TANX._replace(filled="0", message="the venue shows it cancelled")
FOUND = TANX_END._replace(protective=0)
WOULD = FOUND._replace(outcome=Outcome.DRY_RUN)
STUCK = FOUND._replace(clear=False, outcome=Outcome.PENDING, message="order 3 is still open")
SILENT = FOUND._replace(outcome=Outcome.UNAVAILABLE, message="tanX gave no answer", listed=0, matched=0)
NONE = SWEPT._replace(listed=0, matched=0, protective=0)


def squeezed(page: Page) -> list[str]:
    return [" ".join(line.split()) for line in draw(page, colour=False, width=None).splitlines()]


def listed(*targets: TargetResult, rows: Sequence[Listed] = ()) -> list[str]:
    return squeezed(list_page(rows, targets, NOW))


def swept(*targets: TargetResult, results: Sequence[Result] = ()) -> list[str]:
    return squeezed(sweep_page(results, targets))


# --- the rows


def test_a_list_is_grouped_by_target_in_their_order() -> None:
    both = (DEAL_END._replace(profile="bot", credentials="keyring", sandbox=True), TANX_END._replace(sandbox=True))
    assert listed(*both, rows=[OPEN, IN_DEAL, STOP]) == [
        "3Commas deal orders (profile bot, keyring) (sandbox)",
        "",
        "ORDER DEAL SYMBOL SIDE TYPE PRICE QUANTITY FILLED STATUS AGE",
        "1123077331 2345678901 btcusdc buy limit 68733.81 0.0425 0 wait 2 h",
        "",
        "1 open",
        "",
        "tanX orders (sandbox)",
        "",
        "ORDER SYMBOL SIDE TYPE PRICE QUANTITY FILLED STATUS AGE MESSAGE",
        "25768879 btcusdc buy limit 68733.81 0.0425 0 wait 2 h",
        "25768880 btcusdc sell stop 68733.81 0.0425 0 wait - protects a position",
        "",
        "2 open, 1 of them protects a position",
        "",
        "3 open (sandbox)",
    ]


@pytest.mark.parametrize(
    ("facts", "marks"),
    [
        ({}, "2 h"),
        ({"protective": True}, "protects a position"),
        ({"cancellable": False}, "left alone: no cancel may be sent"),
        ({"leaving": True, "cancellable": False}, "already on its way out"),
        ({"protective": True, "leaving": True}, "protects a position; already on its way out"),
    ],
)
def test_a_row_is_marked_when_a_sweep_does_not_simply_cancel_it(facts: Any, marks: str) -> None:
    assert listed(FOUND, rows=[OPEN._replace(**facts)])[3].endswith(marks)


def test_numbers_of_a_venue_are_shown_in_words() -> None:
    row = OPEN._replace(command="tradernet", venue="tradernet", type="2", status="10", raw={"oper": "4"})
    (line,) = (line for line in listed(FOUND._replace(target="tradernet"), rows=[row]) if "25768879" in line)
    assert "btcusdc short limit 68733.81" in line


def test_a_sweep_is_grouped_by_target_and_says_what_became_of_each_order() -> None:
    late = DEAL._replace(outcome=Outcome.TOO_LATE, message="it has ended")
    assert swept(SWEPT, DEAL_END._replace(clear=True), results=[late, GONE, BARE._replace(filled="0")]) == [
        "tanX orders",
        "",
        "OUTCOME ORDER SYMBOL SIDE PRICE QUANTITY FILLED MESSAGE",
        "cancelled 25768879 btcusdc buy 68733.81 0.0425 0",
        "not found 99 - - - - 0 tanX knows no such order.",
        "",
        "clear 1 cancelled, 1 not found (1 protects a position)",
        "",
        "3Commas deal orders",
        "",
        "OUTCOME ORDER DEAL SYMBOL SIDE PRICE QUANTITY FILLED MESSAGE",
        "too late 1123077331 2345678901 USDT_ETH buy 68733.81 0.0425 0.009000000000000001 it has ended",
        "",
        "clear 1 too late",
        "",
        "1 cancelled, 1 too late, 1 not found all clear",
    ]


@pytest.mark.parametrize(
    ("outcome", "status", "message"),
    [
        (Outcome.CANCELLED, None, "the venue shows it cancelled"),
        (Outcome.ALREADY_CANCELLED, None, "it was cancelled before this request"),
        (Outcome.DRY_RUN, "wait", "it is open (status wait); a cancel would be sent"),
    ],
)
def test_a_sentence_that_tells_no_more_than_its_outcome_is_left_out(
    outcome: Outcome, status: str | None, message: str
) -> None:
    result = TANX._replace(outcome=outcome, status=status, message=message)
    assert message not in "\n".join(swept(SWEPT, results=[result]))
    for more in ("; the market was closed", ", after 1 of 3 was filled"):
        assert message + more in "\n".join(swept(SWEPT, results=[result._replace(message=message + more)]))
    assert "a position is bare" in "\n".join(swept(SWEPT, results=[result._replace(warning="a position is bare")]))


def test_ids_of_a_list_are_foreign_text_and_whole() -> None:
    long = "ord-20260303120000-" + "1" * 60
    assert listed(FOUND, rows=[OPEN._replace(order_id="\x1b[2J" + long)])[3].startswith(f"{long} btcusdc")


# --- the line of one target


@pytest.mark.parametrize(
    ("listed_", "matched", "protective", "fixed", "line"),
    [
        (0, 0, 0, 0, "none open"),
        (3, 3, 0, 0, "3 open"),
        (5, 3, 1, 0, "5 open, 3 match, 1 of them protects a position"),
        (5, 5, 2, 1, "5 open, 2 of them protect a position, 1 left alone: no cancel may be sent"),
        (5, 1, 1, 0, "5 open, 1 matches, 1 protects a position"),
        (5, 0, 0, 0, "5 open, none match"),
    ],
)
def test_a_list_ends_with_how_many_are_open(
    listed_: int, matched: int, protective: int, fixed: int, line: str
) -> None:
    end = FOUND._replace(listed=listed_, matched=matched, protective=protective, uncancellable=fixed)
    assert listed(end) == ["tanX orders", line]


def test_a_list_that_failed_says_why_and_never_how_many() -> None:
    assert listed(SILENT) == ["tanX orders", "unavailable: tanX gave no answer"]
    assert listed(SILENT, rows=[OPEN])[-1] == "unavailable: tanX gave no answer what stands above is not all of it"


def test_a_doubt_has_a_line_of_its_own() -> None:
    assert listed(DEAL_END._replace(message=DOUBT), rows=[IN_DEAL])[-2:] == ["1 open", DOUBT]
    assert swept(NONE._replace(message=DOUBT))[1:] == ["clear: nothing was open", DOUBT]


@pytest.mark.parametrize(
    ("target", "results", "line"),
    [
        (SWEPT, [GONE], "clear 1 cancelled (1 protects a position)"),
        (SWEPT._replace(protective=2, uncancellable=2), [GONE],
         "clear 1 cancelled (2 protect a position, 2 left alone: no cancel may be sent)"),
        (SWEPT._replace(protective=0, new=3), [GONE], "clear 1 cancelled (3 placed meanwhile)"),
        (NONE, [], "clear: nothing was open"),
        (NONE._replace(listed=5), [], "clear: 5 open, none match"),
        (SWEPT, [], "clear: nothing was to be cancelled (1 protects a position)"),
        (STUCK, [GONE], "not clear: order 3 is still open 1 cancelled"),
        (STUCK._replace(new=1), [], "not clear: order 3 is still open (1 placed meanwhile)"),
        (STUCK._replace(outcome=Outcome.CANCELLED, message=""), [GONE], "not clear 1 cancelled"),
        (WOULD, [GONE._replace(outcome=Outcome.DRY_RUN)] * 3, "3 would be cancelled"),
        (WOULD._replace(protective=2), [], "nothing would be cancelled: 2 open (2 protect a position)"),
        (SILENT, [], "unavailable: tanX gave no answer"),
    ],
)  # fmt: skip
def test_a_sweep_ends_with_clear_or_why_not(target: TargetResult, results: list[Result], line: str) -> None:
    assert swept(target, results=results)[-1] == line


@pytest.mark.parametrize(
    ("target", "painted"),
    [
        (NONE, "\x1b[32mclear: nothing was open\x1b[0m"),
        (STUCK, "\x1b[35mnot clear: order 3 is still open\x1b[0m"),
        (STUCK._replace(outcome=Outcome.REFUSED), "\x1b[31mnot clear: order 3 is still open\x1b[0m"),
        (STUCK._replace(clear=True), "\x1b[35mnot clear: order 3 is still open\x1b[0m"),
        (SILENT, "\x1b[31munavailable: tanX gave no answer\x1b[0m"),
    ],
)
def test_clear_alone_is_green_and_never_said_beside_a_code(target: TargetResult, painted: str) -> None:
    text = draw(sweep_page([], [target]), colour=True, width=80)
    assert painted in text
    assert ("\x1b[32m" in text) is (target is NONE)


# --- the last line, of several


@pytest.mark.parametrize(
    ("targets", "line"),
    [
        ([FOUND, DEAL_END], "3 open"),
        ([FOUND._replace(listed=7), DEAL_END], "8 open, 3 match"),
        ([SILENT, DEAL_END], "1 open not listed: tanX orders"),
        ([SILENT, SILENT], "not listed: tanX orders, tanX orders"),
    ],
)
def test_a_list_of_several_targets_sums_up_those_that_were_read(targets: list[TargetResult], line: str) -> None:
    assert listed(*targets)[-1] == line


@pytest.mark.parametrize(
    ("targets", "results", "line"),
    [
        ([SWEPT, NONE], [GONE, GONE], "2 cancelled all clear"),
        ([NONE, NONE], [], "all clear"),
        ([STUCK, NONE, SILENT], [GONE], "1 cancelled not clear: tanX orders, tanX orders"),
        ([WOULD, WOULD], [GONE._replace(outcome=Outcome.DRY_RUN)], "1 would be cancelled"),
        ([WOULD, SILENT], [], "not listed: tanX orders"),
    ],
)
def test_a_sweep_of_several_targets_names_those_that_are_not_clear(
    targets: list[TargetResult], results: list[Result], line: str
) -> None:
    assert swept(*targets, results=results)[-1] == line


def test_the_worst_target_colours_the_last_line() -> None:
    last = draw(sweep_page([], [STUCK, SILENT, NONE]), colour=True, width=80).splitlines()[-1]
    assert re.match(r"\x1b\[35mnot clear: tanX orders, tanX orders", last)
