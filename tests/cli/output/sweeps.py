"""Open orders, targets, and pages of them, as `list` and `all` give them to be printed."""

from datetime import timedelta

from cli.output.page import Page
from cli.output.sweep_page import list_page, sweep_page
from tests.cli.output.results import BARE, DEAL, NOW, TANX
from venues.listed import Listed, TargetResult
from venues.result import Outcome

OPEN = Listed(
    venue="tanx",
    command="tanx",
    order_id="25768879",
    deal_id=None,
    status="wait",
    symbol="btcusdc",
    side="buy",
    type="limit",
    price="68733.81",
    quantity="0.0425",
    filled="0",
    placed_at=NOW - timedelta(hours=2, minutes=5),
)
STOP = OPEN._replace(order_id="25768880", side="sell", type="stop", placed_at=None, protective=True)
IN_DEAL = OPEN._replace(venue="3commas", command="deal-order", order_id="1123077331", deal_id="2345678901")
TANX_END = TargetResult("tanx", "tanx", Outcome.CANCELLED, listed=2, matched=2, protective=1, lists=1)
DEAL_END = TANX_END._replace(target="deal-order", venue="3commas", listed=1, matched=1, protective=0)
SWEPT = TANX_END._replace(clear=True, lists=3)
HELD_UP = "order 1123077331 of deal 2345678901 is still open, and what is placed meanwhile goes on coming"
DOUBT = "3Commas shows the deals of one mode alone, paper or real: is it the mode that you trade in?"
PAGES: dict[str, Page] = {
    "a list": list_page([OPEN, STOP], [TANX_END], NOW),
    "a list of several targets": list_page(
        [OPEN, STOP, IN_DEAL, IN_DEAL._replace(order_id="2", cancellable=False, leaving=True, protective=True)],
        [TANX_END, DEAL_END._replace(profile="bot", credentials="keyring", message=DOUBT)],
        NOW,
    ),
    "a sweep": sweep_page([TANX, TANX._replace(filled="0", order_id="2"), BARE], [SWEPT]),
    "a sweep of several targets": sweep_page(
        [TANX, BARE, DEAL, DEAL._replace(outcome=Outcome.PENDING, message=HELD_UP, order_id="2")],
        [SWEPT, DEAL_END._replace(clear=False, outcome=Outcome.PENDING, message=HELD_UP, new=2, uncancellable=3)],
    ),
}
