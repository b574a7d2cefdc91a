"""No credential, token or signature shows in what a sweep prints, whatever the venue says back on its lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import canary
from tests.faults.canary import Marked, accounts, echo, in_error, nested
from tests.faults.nursery import Nursery
from tests.faults.run import command
from tests.faults.server import Faults, always
from tests.test_canary import leaks

FAULTS: dict[str, dict[str, Faults]] = {
    "nothing": {},
    "a list that is everything said back": {"list": always(echo(200, nested))},
    "later lists and cancels say everything back": {
        "list": Faults((None, None, None), echo(500, nested, escaped=True)),
        "cancel": always(echo(400, in_error)), "look": always(canary.echo_text(404, "text/plain")),
    },
}  # fmt: skip
ACCOUNTS = {marked.name: marked.verb for marked in accounts()}


WHO = (("smart-trade with RSA",), ("deal-order with HMAC", "tanx with tokens", "order with a password"), ACCOUNTS)
RUNS = [(account, fault) for fault, some in zip(FAULTS, WHO, strict=True) for account in some]


@pytest.mark.parametrize(("account", "fault"), RUNS)
def test_nothing_secret_shows(nest: Nursery, tmp_path: Path, account: str, fault: str) -> None:
    marked: Marked = next(each for each in accounts() if each.name == account)
    args = command("all", marked.verb, "--yes", "-v", "-o", "json", "--wait", "1")
    found = leaks(marked, FAULTS[fault], args, tmp_path / "home", nest)
    assert found.requests > 0, "nothing was ever said: this proves nothing"
    assert (found.places, found.elsewhere) == ([], 0)
    assert "Traceback" not in found.ran.err
    assert "> " in found.ran.err, "the loud run was silent"
    (target,) = found.ran.document["targets"]
    assert target["clear"] is False or fault == "nothing"


def test_a_fault_of_our_own_tells_nothing(nest: Nursery, tmp_path: Path) -> None:
    marked = next(each for each in accounts() if each.name == "order with a password")
    args = command("list", "order", "-v", "-o", "json")
    found = leaks(marked, {}, args, tmp_path / "home", nest, BREAK="cli.output.record:target_record", TOLD="")
    assert (found.places, found.ran.code) == ([], 1)
    assert "RuntimeError" in found.ran.err
