"""What can go wrong with one request, by name, and what the venue has told with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.faults import faults as f
from tests.faults.server import Fault
from tests.fuzzing import wire

LOST, NO, RENEW, LIMIT, YES = "lost", "no", "renew", "limit", "yes"


@dataclass(frozen=True, slots=True)
class Trick:
    """`told`: nothing (lost), a definite no, a no that asks for fresh credentials, a limit, or the truth (yes)."""

    name: str
    told: str
    fault: Fault = field(compare=False, repr=False)


def lost(rng: Random, *, acting: bool) -> Trick:
    """Nothing that proves anything comes back; the venue acts, or does not."""
    name = rng.choice(list(_LOST))
    return Trick(f"{name}{', done' if acting else ''}", LOST, _LOST[name](acting=acting))


def refused(rng: Random) -> Trick:
    """The venue does nothing and says so."""
    name = rng.choice(list(_NO))
    return Trick(name, NO, _NO[name])


def limited(rng: Random) -> Trick:
    value = rng.choice(["0", "0", "1", "7200", None, *ABSURD])
    return Trick(f"429, Retry-After {value}", LIMIT, f.limited(value))


def odd_truth(rng: Random) -> Trick:
    """The venue acts and says what is true, in an odd way."""
    name = rng.choice(list(_YES))
    return Trick(name, YES, _YES[name])


def interim(rng: Random) -> Trick:
    status, times, pause = rng.choice([102, 103]), rng.choice([1, 1, 2]), rng.choice(PAUSES)
    packet = f"{pause:g} s before" if pause else "glued"
    return Trick(f"{times} times {status}, {packet}", YES, wire.interim(status, times, pause))


def surplus(rng: Random) -> Trick:
    """A late one may meet the next request, and HTTP cannot tell whose it is: so it says nothing."""
    (name, body), pause = rng.choice(list(_SURPLUS.items())), rng.choice(PAUSES)
    if pause:
        return Trick(f"a surplus reply, an empty object, {pause:g} s after", YES, wire.surplus(b"{}", pause))
    return Trick(f"a surplus reply, {name}, glued", YES, wire.surplus(body, pause))


def surplus_empty(rng: Random) -> Trick:
    """Behind a true answer, at once, the one that a venue gives when nothing is open."""
    name = rng.choice(list(_EMPTY))
    return Trick(f"a surplus reply, {name}, glued", YES, wire.surplus(_EMPTY[name], 0.0))


def deep(rng: Random, *, acting: bool) -> Trick:
    """JSON that is deeper than anything real; around the edge of what a parser and a masker bear, and far beyond."""
    levels = rng.choice([rng.randint(500, 900), rng.randint(200, 2000), 100_000])
    kind = rng.choice(["only", "member", "error"])
    if kind == "member" and acting:
        return Trick(f"a member {levels} deep", YES, wire.deep_member(levels))
    if kind == "error" and not acting:
        return Trick(f"an error {levels} deep", NO, wire.deep_only(levels, acting=False, status=400))
    return Trick(f"{levels} deep{', done' if acting else ''}", LOST, wire.deep_only(levels, acting=acting))


def half_accepted(rng: Random) -> Trick:
    """A 200 that the venue's page does not call an acceptance, and nothing done."""
    text = rng.choice(HALF)
    return Trick(f"200 {text}", LOST, f.answer(200, text, "application/json"))


def expired() -> Trick:
    return Trick("401", RENEW, f.EXPIRED)


def then_gone() -> Trick:
    return Trick("true, and the server goes away", YES, f.then_gone)


def hangs(*, acting: bool = False) -> Trick:
    return Trick("hangs", LOST, f.hang(acting=acting))


def not_open(rng: Random) -> Trick:
    """What a venue says of an order that it is already cancelling."""
    status, fault = rng.choice([(400, f.NOT_OPEN), (409, f.CONFLICT), (422, f.UNPROCESSABLE)])
    return Trick(f"{status}, not open", NO, fault)


PAUSES = (0.0, 0.002, 0.01, 0.05, 0.2)  # seconds; the real reply may come after the next request has left
HALF = ('{"result":"0"}', '{"result":{"error":"no rights"}}', "{}", "[]", '{"result":0}', '{"status":"error"}')
ABSURD = (
    "Sat, 01 Jan 0001 00:00:00 +2359",
    "Mon, 01 Jan 2035 00:00:00 -99999999",
    "Mon, 01 Jan 2035 00:00:00 +999999999999999",
    "Wed, 21 Oct 2015 07:28:00 -9999999999999",
    "Wed, 99999999999999999999 Oct 2015 07:28:00 GMT",
)
_LOST = {
    "hangs": f.hang,
    "cut off": f.close,
    "reset in mid-body": f.reset,
    "byte by byte": f.trickle,
    "half a JSON": f.half_json,
    "no UTF-8": f.bad_utf8,
    "broken gzip": f.badly_zipped,
    "negative chunk size": wire.negative_chunk,
    "an empty 200": lambda *, acting: f.answer(200, acting=acting),
    "HTML under 200": lambda *, acting: f.html(200, acting=acting),
    "null": lambda *, acting: f.answer(200, "null", "application/json", acting=acting),
    "500": lambda *, acting: f.answer(500, "Internal Server Error", acting=acting),
    "502 HTML": lambda *, acting: f.html(502, acting=acting),
    "503": lambda *, acting: f.answer(503, '{"error":"try later"}', "application/json", acting=acting),
    "504 HTML": lambda *, acting: f.html(504, acting=acting),
    "408": lambda *, acting: f.answer(408, '{"error":"request time-out"}', "application/json", acting=acting),
}
_NO = {
    "403": f.FORBIDDEN,
    "403 HTML": f.html(403),
    "404 as text": f.NO_TEXT_404,
    "404 not found": f.UNKNOWN,
    "405": f.answer(405, "no"),
    "400 not open": f.NOT_OPEN,
    "409 not open": f.CONFLICT,
    "422 not open": f.UNPROCESSABLE,
    "451": f.answer(451),
    "302": f.redirect(302),
    "307": f.redirect(307),
    "429, the subscription": f.SUBSCRIPTION,
}
_YES = {"gzip": f.zipped(acting=True), "a cookie": f.cookie}
_EMPTY = {
    "no rows": b"[]",
    "no orders": b'{"result":{"orders":{"key":"%practice.person"}}}',
    "an empty payload": b'{"status":"success","message":"","payload":[]}',
    "no positions": b'{"data":{"count":0,"positions":[]},"status":"success"}',
}
_SURPLUS = {
    "an envelope of success": b'{"status":"success","message":"","payload":{}}',
    "a result": b'{"result":1}',
    "a cancelled deal order": b'[{"order_id":"1200000002","deal_order_type":"Manual Safety",'
    b'"status_string":"Cancelled","quantity":"1","quantity_remaining":"1"}]',
    "a refusal": b'{"error":"not_found","error_description":"Not Found"}',
}
