"""The table: outcome first, ids whole, foreign text harmless, plain on a pipe."""

import io
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from cli.output.page import outcome_words, page_of, summary
from cli.output.render import draw, render
from cli.output.streams import colour_wanted
from tests.cli.output.results import BARE, DEAL, DEAL_ROW, NOW, SMART, TANX
from venues.result import Outcome, Result


def table(results: Sequence[Result], *, colour: bool, width: int | None) -> str:
    return draw(page_of(results), colour=colour, width=width)


def shown(*results: Result, width: int | None = None, colour: bool = False) -> list[str]:
    return table(results, colour=colour, width=width).splitlines()


def squeezed(lines: list[str]) -> list[str]:
    return [" ".join(line.split()) for line in lines]


def test_one_order() -> None:
    assert squeezed(shown(TANX)) == [
        "cancelled tanX order 25768879",
        "tanX shows the order cancelled.",
        "",
        "symbol btcusdc",
        "side buy",
        "type limit",
        "price 68733.81",
        "quantity 0.0425",
        "filled 0.009000000000000001",
        "status cancel",
    ]


def test_an_order_of_which_nothing_is_known() -> None:
    assert shown(BARE) == ["not found  tanX order 99", "tanX knows no such order."]


def test_a_deal_order_shows_the_deals_trades_oldest_first_with_the_target_marked() -> None:
    assert squeezed(shown(DEAL)) == [
        "cancelled 3Commas deal 2345678901, order 1123077331",
        "tanX shows the order cancelled.",
        "",
        "pair USDT_ETH",
        "",
        "ORDER TYPE SIDE PRICE QUANTITY FILLED STATUS AGE",
        "1119135765 Base buy 3116.81 0.1773 0 Filled 736 d",
        "> 1123077331 Manual Safety buy 3116.81 0.1773 0.0073 Cancelled 735 d",
    ]


def test_a_smart_trade() -> None:
    assert squeezed(shown(SMART)) == [
        "cancelled 3Commas SmartTrade 30404547",
        "tanX shows the order cancelled.",
        "",
        "pair USDT_DOGE",
        "position buy market 14.91 at 0.10622, finished",
        "take profit 1. limit 14.0 at 0.11627 (100.0 %), order_placed",
        "2. limit 0.91 at 0.2",
        "stop loss off",
        "status cancellation_pending",
    ]


def test_a_value_without_anything_to_see_is_left_out_and_a_cell_is_a_dash() -> None:
    assert not any("symbol" in line for line in shown(TANX._replace(symbol="\x1b[2J")))
    assert " - " in shown(TANX._replace(symbol="\x1b[2J"), TANX)[3]


def test_several_orders_have_a_row_each_and_a_closing_line() -> None:
    late = TANX._replace(order_id="25768880", outcome=Outcome.TOO_LATE, message="It was filled before.")
    assert squeezed(shown(TANX, late, TANX._replace(order_id="3"), BARE)) == [
        "tanX orders",
        "",
        "OUTCOME ORDER SYMBOL SIDE PRICE QUANTITY FILLED MESSAGE",
        "cancelled 25768879 btcusdc buy 68733.81 0.0425 0.009000000000000001 tanX shows the order cancelled.",
        "too late 25768880 btcusdc buy 68733.81 0.0425 0.009000000000000001 It was filled before.",
        "cancelled 3 btcusdc buy 68733.81 0.0425 0.009000000000000001 tanX shows the order cancelled.",
        "not found 99 - - - - - tanX knows no such order.",
        "",
        "2 cancelled, 1 too late, 1 not found",
    ]


def test_columns_that_hold_nothing_are_left_out() -> None:
    assert squeezed(shown(BARE, BARE))[2] == "OUTCOME ORDER MESSAGE"
    silent = BARE._replace(message="")
    assert squeezed(shown(silent, silent))[2:4] == ["OUTCOME ORDER", "not found 99"]


def test_amounts_are_right_aligned_and_the_rest_left() -> None:
    head, first, second = shown(TANX, TANX._replace(price="1", symbol="x"))[2:5]
    end = head.index("PRICE") + len("PRICE")
    assert first[:end].endswith(" 68733.81")
    assert second[:end].endswith("        1")
    assert second[head.index("SYMBOL") :].startswith("x ")
    assert not any(line.endswith(" ") for line in shown(TANX, BARE))


def test_orders_of_one_deal_name_the_deal() -> None:
    assert shown(DEAL, DEAL._replace(order_id="2"))[0] == "3Commas deal 2345678901"
    assert shown(SMART, SMART)[0] == "3Commas SmartTrades"


@pytest.mark.parametrize("results", [[TANX], [DEAL], [SMART], [BARE], [TANX, BARE], [DEAL, DEAL], [SMART, SMART]])
@pytest.mark.parametrize(("width", "colour"), [(None, False), (80, True), (30, False)])
def test_the_sandbox_says_so_in_every_table(results: list[Result], width: int | None, colour: bool) -> None:
    practice = [result._replace(sandbox=True) for result in results]
    text = table(practice, colour=colour, width=width)
    assert "(sandbox)" in "".join(text.splitlines()[:3])  # a narrow terminal breaks the title
    assert "(sandbox)" in text.splitlines()[-1] or len(results) == 1
    assert "sandbox" not in table(results, colour=colour, width=width)


@pytest.mark.parametrize("width", [None, 200, 80, 40, 10])
@pytest.mark.parametrize("colour", [True, False])
def test_no_width_cuts_an_id(width: int | None, colour: bool) -> None:
    ids = ["18446744073709551615", "ord-20260303120000-12345678", "7"]
    several = [TANX._replace(order_id=each, price="123456789.123456789", message="x " * 200) for each in ids]
    deal = DEAL._replace(raw=[{**DEAL_ROW, "order_id": each} for each in ids], order_id=ids[0])
    for results in (several, [deal]):
        text = re.sub(r"\x1b\[[0-9;]*m", "", table(results, colour=colour, width=width))
        for each in ids:
            assert re.search(rf"\b{each}\b", text), (each, text)
        assert "…" not in text


def test_a_narrow_terminal_gets_each_message_below_its_row_and_a_wide_one_beside() -> None:
    wide, narrow = shown(TANX, BARE, width=200), shown(TANX, BARE, width=90)
    assert any("99" in line and "knows no such order" in line and "not found" in line for line in wide)
    row = next(index for index, line in enumerate(narrow) if "99" in line)
    assert narrow[row + 1] == "    tanX knows no such order."
    assert "MESSAGE" not in "\n".join(narrow)
    assert all(len(line) <= 90 for line in narrow)


def test_a_message_beside_its_row_goes_on_in_the_next_line() -> None:
    lines = shown(BARE, BARE._replace(message="word " * 40), width=80)
    assert all(len(line) <= 80 for line in lines)
    assert sum("word" in line for line in lines) > 2


HOSTILE = "\x1b[2J\x1b]0;t\x07[/red][bold]\u202e\u2066cancelled\r\n" + "x" * 100_000


@pytest.mark.parametrize(("width", "colour"), [(None, False), (None, True), (100, True), (40, False)])
def test_foreign_text_is_harmless(width: int | None, colour: bool) -> None:
    raw_deal = [{**DEAL_ROW, "deal_order_type": HOSTILE, "status_string": HOSTILE, "rate": HOSTILE}]
    raw_smart = {"pair": HOSTILE, "position": {"type": HOSTILE}, "status": {"type": HOSTILE}}
    fields: Any = {"message": HOSTILE, "symbol": HOSTILE, "status": HOSTILE, "price": HOSTILE, "filled": HOSTILE}
    for result in (TANX._replace(**fields), DEAL._replace(raw=raw_deal), SMART._replace(raw=raw_smart)):
        for results in ([result], [result, result]):
            text = table(results, colour=colour, width=width)
            plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
            assert plain.replace("\n", "").isprintable()
            if len(results) == 1 and width is None:
                assert "[/red][bold]cancelled xxx" in plain
            assert len(plain) < 6000


def test_markup_is_shown_as_it_is() -> None:
    hostile = TANX._replace(message="[/red] [link=http://x.example]y[/link] :smile: no", symbol="[bold]btc")
    for colour in (True, False):
        text = table([hostile], colour=colour, width=None)
        assert "[/red] [link=http://x.example]y[/link] :smile: no" in text
        assert "[bold]btc" in text


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.CANCELLED, "32"), (Outcome.ALREADY_CANCELLED, "1"),
        (Outcome.REQUESTED, "1"), (Outcome.DRY_RUN, "1"),
        (Outcome.TOO_LATE, "35"), (Outcome.PENDING, "35"), (Outcome.NOT_FOUND, "31"), (Outcome.REFUSED, "31"),
        (Outcome.UNAUTHORIZED, "31"), (Outcome.RATE_LIMITED, "31"), (Outcome.UNAVAILABLE, "31"),
        (Outcome.UNKNOWN, "1;31"),
    ],
)  # fmt: skip
def test_each_outcome_comes_first_in_words_and_colour(outcome: Outcome, code: str) -> None:
    one = TANX._replace(outcome=outcome)
    words = outcome_words(outcome)
    assert table([one], colour=True, width=80).startswith(f"\x1b[{code}m{words}\x1b[0m")
    for width in (80, 120):
        assert f"\x1b[{code}m{words}\x1b[0m" in table([one, BARE], colour=True, width=width)
    assert table([one], colour=False, width=80).startswith(words)


def test_every_colour_can_be_read_on_white_and_on_black() -> None:
    """No yellow, cyan, white, black or blue, and green for what this run cancelled alone."""
    every = [TANX._replace(outcome=outcome, warning="a position stays open", sandbox=True) for outcome in Outcome]
    used = {
        code
        for codes in re.findall(r"\x1b\[([0-9;]+)m", table(every, colour=True, width=80))
        for code in codes.split(";")
    }
    assert used == {"0", "1", "2", "7", "31", "32", "35"}


def test_a_warning_has_a_line_and_a_look_of_its_own() -> None:
    warned = TANX._replace(warning="a position of 14.91 stays open")
    alone = table([warned], colour=True, width=80).splitlines()
    assert alone[2] == "\x1b[7ma position of 14.91 stays open\x1b[0m"
    for width in (40, 100, 200):
        lines = table([warned, BARE], colour=True, width=width).splitlines()
        (line,) = (line for line in lines if "a position of 14.91" in line)
        assert line.strip() == "\x1b[7ma position of 14.91 stays open\x1b[0m"
        (before,) = (line for line in lines if "tanX shows the order cancelled." in line)
        assert lines.index(line) == lines.index(before) + 1
    on_a_pipe = table([warned, BARE], colour=False, width=None)
    assert "  tanX shows the order cancelled.; a position of 14.91 stays open\n" in on_a_pipe


def test_the_heading_names_the_account_and_where_its_credentials_came_from() -> None:
    named = TANX._replace(profile="bot", credentials="keyring")
    assert shown(named)[0] == "cancelled  tanX order 25768879  (profile bot, keyring)"
    assert shown(named, named)[0] == "tanX orders  (profile bot, keyring)"
    assert (
        shown(named._replace(sandbox=True))[0] == "cancelled  tanX order 25768879  (profile bot, keyring)  (sandbox)"
    )
    own = named._replace(sandbox=True, credentials="sandbox")
    assert shown(own)[0] == "cancelled  tanX order 25768879  (sandbox)"
    assert shown(named._replace(credentials=None))[0] == "cancelled  tanX order 25768879"


@pytest.mark.parametrize(
    ("seconds", "alone", "column"),
    [(0, "0 s ago", "0 s"), (7500, "2 h 05 min ago", "2 h"), (90, "1 min 30 s ago", "1 min"),
     (266_400, "3 d 02 h ago", "3 d"), (-1, None, None), (None, None, None)],
)  # fmt: skip
def test_the_age_of_an_order(seconds: int | None, alone: str | None, column: str | None) -> None:
    """A date to come means that the age is not known."""
    placed = None if seconds is None else NOW - timedelta(seconds=seconds)
    aged = TANX._replace(placed_at=placed)
    assert [line.split(maxsplit=1)[1] for line in shown(aged) if "placed" in line] == ([alone] if alone else [])
    head, first, second = shown(aged, BARE)[2:5]
    assert (" AGE" in head) is (column is not None)
    if column:
        at = head.index(" AGE") + 1
        assert (first[at:].split("  ")[0], second[at:].split("  ")[0]) == (column, "-")


def test_summary_counts_the_best_first() -> None:
    def of(*outcomes: Outcome) -> str:
        return summary([TANX._replace(outcome=outcome) for outcome in outcomes])

    assert of(Outcome.TOO_LATE, *[Outcome.CANCELLED] * 3) == "3 cancelled, 1 too late"
    assert of(Outcome.UNKNOWN, Outcome.RATE_LIMITED, Outcome.DRY_RUN) == "1 dry run, 1 rate-limited, 1 unknown"
    assert of(Outcome.ALREADY_CANCELLED) == "1 already cancelled"


@pytest.mark.parametrize(
    ("terminal", "environ", "wanted"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (False, {"TERM": "xterm"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": ""}, False),
        (False, {"GITHUB_ACTIONS": "true", "CI": "true"}, False),
    ],
)
def test_colour_wanted(terminal: bool, environ: dict[str, str], wanted: bool) -> None:
    assert colour_wanted(terminal, environ) is wanted


def drawn(*results: Result, is_terminal: bool, **environ: str) -> str:
    stream = io.StringIO()
    render(results, console_file=stream, is_terminal=is_terminal, environ=environ)
    return stream.getvalue()


def test_render_on_a_pipe_is_plain_and_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.setenv(name, "1")  # the process's own environment is not asked
    text = drawn(TANX, TANX._replace(message="word " * 40), is_terminal=False, GITHUB_ACTIONS="true", COLUMNS="20")
    assert "\x1b" not in text
    assert "word " * 39 + "word\n" in text


def test_render_on_a_terminal_has_colour_and_its_width() -> None:
    assert "\x1b[32mcancelled" in drawn(TANX, is_terminal=True, TERM="xterm", COLUMNS="80")
    assert "\x1b" not in drawn(TANX, is_terminal=True, TERM="xterm", NO_COLOR="1")
    assert "\x1b[32mcancelled" in drawn(TANX, is_terminal=False, FORCE_COLOR="1", TERM="dumb")
    lines = drawn(BARE._replace(message="word " * 40), is_terminal=True, NO_COLOR="1", COLUMNS="50").splitlines()
    assert max(map(len, lines)) <= 50
    assert len(lines) > 3


def test_forced_colour_on_a_pipe_is_as_wide_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "40")
    assert "word " * 39 in drawn(TANX._replace(message="word " * 40), is_terminal=False, FORCE_COLOR="1")


def test_render_of_nothing_prints_nothing() -> None:
    assert drawn(is_terminal=True) == ""


def test_render_to_a_closed_pipe_is_no_error() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    render([TANX], console_file=Closed(), is_terminal=True, environ={"TERM": "xterm"})
