"""Only what was asked for goes: after each sweep every other order, at every venue, is open as before."""

from __future__ import annotations

import pytest

from tests.cli.sweep.desk import GOES, Open, goes, ids, targets, without

OLD_TANX = ("25768914", "25768901", "25768879", "25768650")
CASES: dict[str, tuple[str, ...]] = {
    # symbols: the venue's spelling, whatever its case and separators
    "--symbol btcusdc": ("25768901", "25768879", "25768650"),
    "--symbol BTC/USDC": ("25768901", "25768879", "25768650"),
    "--symbol Btc-Usdc --symbol sol_usdc": ("25769002", "25768901", "25768879", "25768650"),
    "--symbol btc": (),
    "--symbol usdt/btc": ("1122958812", "1122958840", "30404560"),
    "order --symbol btc/usdt": ("ord-20260303120000-1", "ord-20260227154500-11"),
    # side and type
    "tanx --side SELL --symbol btcusdc": ("25768901", "25768650"),
    "tanx --type Stop-Limit": ("25768650",),
    "order --type limit": (),  # its list tells none
    "tradernet --type limit": GOES["tradernet"],
    "tradernet --type 2": GOES["tradernet"],
    "tradernet --type stop-loss --protective": ("2929292877",),
    "tradernet --type Take_Profit --protective": ("2929292878",),
    "smart-trade --protective --symbol usdt_eth": ("30404602", "30404571"),
    # ages
    "tanx --older-than 30m": OLD_TANX,
    "tanx --older-than 1800s --newer-than 1d": OLD_TANX[:3],
    "tanx --newer-than 0.5h": ("25769015", "25769002"),
    "order --older-than 2d": GOES["order"][3:],
    "tradernet --older-than 3d --protective": ("2929292877", "2929292878"),
    # deals
    "--deal 2345677310": ("1122958812", "1122958840"),
    "deal-order tanx --deal 2345678901 --side buy": ("1123077331", "1123077345", "1123077352"),
    # nothing but a target
    "tanx deal-order": ("1123077331", "1123077345", "1123077352", "1122958812", "1122958840", *GOES["tanx"]),
}


@pytest.mark.parametrize("typed", CASES)
def test_nothing_else_goes(desk: Open, typed: str) -> None:
    here = desk()
    before = here.open()
    ran = here.run("all", *typed.split(), "--yes", "-j", "8", "-o", "json")
    assert ran.code == 0
    assert sorted(here.open()) == sorted(without(before, CASES[typed])), "too much or too little went"
    assert sorted(ids(ran)) == sorted(CASES[typed])
    assert here.arrived("cancel") == len(CASES[typed])
    assert all(server.practice.dangers == [] for server in here.servers.values())


def test_a_list_and_a_sweep_mean_the_same(desk: Open) -> None:
    here = desk("tanx", "neuratrade")
    args = ("--side", "sell", "--newer-than", "2h", "-o", "json")
    listed, swept = here.run("list", *args), here.run("all", "-n", *args)
    assert ids(listed) == ids(swept) == ["25769015", "25768901", "ord-20260303120500-2"]
    counts = ("listed", "matched")
    for name, target in targets(listed).items():
        assert [target[key] for key in counts] == [targets(swept)[name][key] for key in counts]


def test_an_order_whose_age_is_not_known_is_left_alone_and_named(desk: Open) -> None:
    here, month = desk("tanx"), 30 * 86_400.0
    here.practice("tanx").lists_lag = -2 * month  # so that it lists what is placed in the time to come
    here.practice("tanx").orders["25769015"].created += month  # of a clock that is wrong
    ran = here.run("all", "tanx", "--older-than", "1s", "--yes", "-o", "json")
    assert (ran.code, here.open("tanx")) == (0, ["25769015"])
    (target,) = ran.document["targets"]
    assert target["clear"] is True
    assert "1 order (25769015) left alone: the age is not known" in target["message"]
    ran = here.run("list", "tanx", "--newer-than", "1d")
    assert "1 order (25769015) left alone: the age is not known" in ran.out
    assert "\n1 open, none match\n" in ran.out


def test_the_deal_that_is_asked_for_is_the_only_one_that_is_read(desk: Open) -> None:
    here = desk("3commas")
    ran = here.run("list", "deal-order", "--deal", "2345677310", "-o", "json")
    assert {row["deal_id"] for row in ran.document["orders"]} == {"2345677310"}
    assert len(ids(ran)) == 3
    assert not [request.path for request in here.servers["3commas"].log if "2345678901" in request.path]


def test_a_deal_that_is_not_there_is_a_definite_no(desk: Open) -> None:
    here = desk("3commas")
    ran = here.run("all", "deal-order", "--deal", "1", "--yes", "-o", "json")
    assert (ran.code, here.arrived("cancel"), targets(ran)["deal-order"]["clear"]) == (5, 0, False)


def test_everything_goes_where_nothing_is_asked_for(desk: Open) -> None:
    here = desk()
    before = here.open()
    assert here.run("all", "--yes", "--protective", "-q").code == 0
    fixed = ["1123065576", "1123065601", "1122910033"]  # the deals' own, which this command never touches
    assert (sorted(here.open()), len(before)) == (sorted(fixed), len(goes()) + 8)
