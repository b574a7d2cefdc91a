"""What a venue is: the few words that the venues and the cancel procedure share.

A venue sends one cancel, takes one look, and says in these types what the answer means.
What follows from that (repeat, wait, give up, which outcome) is decided in `venues.procedure.run` alone.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, TypedDict, TypeVar, Unpack

from venues.result import Outcome

if TYPE_CHECKING:
    from ordercancel.secret import Secret


class OrderRef(NamedTuple):
    """Which order: the venue's id as given, the deal's id for an order of a deal, the symbol where ids need one.

    `trigger`: a stop or algo order of an exchange that keeps them apart.
    """

    order_id: str
    deal_id: str | None = None
    symbol: str | None = None
    trigger: bool = False


class State(enum.Enum):
    """What a venue shows of an order, in the four words that the procedure needs."""

    OPEN = "open"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    ENDED = "ended"  # final in another way: filled, closed, expired, rejected, liquidated


class Order(NamedTuple):
    """An order as one answer shows it. Amounts are decimals in the venue's own text, never floats."""

    state: State
    status: str | None = None  # the venue's own word or number, unchanged
    symbol: str | None = None
    side: str | None = None  # `buy` or `sell`
    type: str | None = None
    price: str | None = None
    quantity: str | None = None
    filled: str | None = None
    placed_at: datetime | None = None  # UTC
    said: str = ""  # what the status means, at a venue that sends numbers
    note: str = ""  # what a person must know about this order, one sentence
    warning: str = ""  # what a cancel costs besides the order: a person on a terminal is asked before
    cancel_failed: bool = False  # the venue itself says that its cancel failed (Tradernet stat 75)
    sendable: bool = True  # False: a cancel must not be sent for this row (3Commas: not Manual Safety)
    by_venue: bool = False  # the venue itself says that it was not us who cancelled it
    unripe: bool = False  # a cancel that comes now may be accepted and dropped (tanX: pending)

    @property
    def is_final(self) -> bool:
        return self.state in (State.CANCELLED, State.ENDED)


class OpenOrder(NamedTuple):
    """A row of a venue's list of what is open; its order is open, or on its way out by a cancel.

    `protective`: it protects a position, which would be bare without it. `cancellable` False: nothing is sent for it.
    `of_many`: its list may have several pages. If the row vanishes meanwhile, another one may be missed.
    """

    ref: OrderRef
    order: Order
    protective: bool = False
    cancellable: bool = True
    kind: str = ""  # the type in words, at a venue that sends numbers
    raw: Any = None  # the row as parsed
    of_many: bool = False


class Answer(NamedTuple):
    """A venue's good answer about an order: `order` is None when it accepts without showing the order."""

    order: Order | None
    raw: Any = None  # the reply as parsed
    request_id: str | None = None


class Facts(TypedDict, total=False):
    """What an error may tell besides its message, in the attributes of the same names."""

    raw: Any
    request_id: str | None
    sent: bool
    retry_after: float | None
    banned: bool
    outcome: Outcome
    about_order: bool
    renewable: bool


class VenueError(Exception):
    """An answer that is no good answer, or none. `message` is for a person, `raw` the reply as parsed.

    `sent` is False when the request in question never left this machine. Plain classes rather than
    dataclasses, which every run would pay for with 2 ms.
    """

    raw: Any = None
    request_id: str | None = None
    sent = True

    def __init__(self, message: str, **facts: Unpack[Facts]) -> None:
        super().__init__(message)
        self.message = message
        self.__dict__.update(facts)


class NeverSent(VenueError):
    """No byte left this machine: name not resolved, connection refused, TLS failed, connect timed out."""

    sent = False


class Uncertain(VenueError):
    """Bytes left and no usable answer came: time-out, lost connection, 5xx, unreadable. Not known yet."""


class Limited(VenueError):
    """A limit. `retry_after` in seconds; `banned`: nothing more may be sent to this venue in this run.

    With `sent` False it is our own budget that holds the request back, not an answer of the venue.
    """

    retry_after: float | None = None
    banned = False

    @property
    def ours(self) -> bool:
        """Whether only our own budget leaves no turn in time: the venue has asked for nothing."""
        return not self.sent and not self.banned and self.retry_after is None


class Refused(VenueError):
    """A definite no. `outcome` is what it is called unless a look shows the order final.

    `about_order`: the order's state may be the reason, so a look decides.
    `renewable`: fresh credentials (a log-in, a token refresh, a security session) may mend it.
    """

    outcome = Outcome.REFUSED
    about_order = False
    renewable = False


class NotFound(Refused):
    """The venue says that it knows no such order (on a cancel), or shows none of that id (on a look)."""

    outcome = Outcome.NOT_FOUND
    about_order = True


class NoLook(Refused):
    """The venue has no such look at all (a route that does not exist): looking again is no use."""


class Unauthorized(Refused):
    """Credentials missing, wrong, expired or lacking the permission. `sent` False: found before anything left."""

    outcome = Outcome.UNAUTHORIZED


class Habits(NamedTuple):
    """How the procedure behaves at one venue. Seconds throughout; each figure is from the venue's page."""

    first_looks: tuple[float, ...]  # seconds after the answer (or its loss)
    then_every: float
    most_looks: int  # in 30 seconds
    repeats: int  # how often the same cancel may go again after an unanswered try
    cancel_timeout: float
    read_timeout: float
    limited_waits: tuple[float, ...]  # waits after a 429 without Retry-After, the last one repeating
    list_pause: float = 3.0  # between the two lists that prove it clear: so long a list may lag behind
    grace: float = 2.0  # how long a cancel in flight may go on after a signal
    linger: float = 0.0  # how long an unanswered cancel is waited for after the report: hanging up does harm
    # The two rules in which venues differ:
    none_is_not_found: bool = False  # refused, and the look shows no such order: it knows none (3Commas, tanX)
    looks_aside: bool = False  # the look shows a thing beside the order, which may lag or be missing (NeuraTrade)


T = TypeVar("T")


class Look(Protocol):
    """One request of a list, made again while it fails for no reason of its own. Given to `Venue.open_orders`."""

    def __call__(self, ask: Callable[[float], T]) -> T:
        """In: `ask` makes the request within so many seconds. Out: what it gives. Raises a VenueError for good."""


class Credentials(Protocol):
    """Where a venue gets its credentials from, and where renewed tokens go. Implemented in `config`."""

    def get(self, field: str) -> Secret | None:
        """Out: the field's value, or None when no source has it."""

    def store(self, values: Mapping[str, Secret]) -> bool:
        """Keep renewed tokens where they came from. Out: False when they cannot be stored."""

    def lock(self, timeout: float) -> AbstractContextManager[bool]:
        """Hold off other processes that would renew the same tokens, waiting `timeout` seconds at most.

        The context gives False when the lock could not be had; renew without it then.
        """

    def reload(self, field: str) -> Secret | None:
        """Out: the field read afresh from where it is stored, since another process may have renewed it."""


class Venue(ABC):
    """One kind of order at one venue. Safe to use from several threads at once."""

    name: str
    verb: ClassVar[str]  # the command whose orders these are
    title: str
    habits: Habits
    practice = False  # whether a practice venue has answered

    @property
    def place(self) -> str:
        """Where a person can look at an order."""
        return f"on the {self.title} site"

    def prepare(self, patience: float) -> None:  # noqa: B027  # most venues need no log-in
        """Log in or refresh tokens if that is needed before a request. `patience` in seconds.

        Raises NeverSent when the venue never answered, Refused or Unauthorized when it said no.
        """

    def renew(self, patience: float) -> bool:
        """After a renewable refusal: get fresh credentials. Out: False when there is nothing to renew."""
        return False

    def permit(self, ref: OrderRef, left: float) -> None:  # noqa: B027  # most venues take a cancel for any order
        """Before each cancel: raises Refused where none may be sent, Limited where none may be sent now.

        In: the seconds that are left of the order's deadline.
        """

    @abstractmethod
    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        """Send exactly one cancel request. Out: the venue's acceptance. Raises a VenueError."""

    def late_answer(self, ref: OrderRef, patience: float) -> Answer | VenueError | None:
        """Out: what an earlier cancel of this order was answered since it was given up. Waits so long at most."""
        return None

    def leave(self, ref: OrderRef) -> None:  # noqa: B027  # most venues hold nothing
        """The order's run has ended: a late answer serves nobody any more."""

    @abstractmethod
    def read(self, ref: OrderRef, patience: float) -> Answer:
        """Take one look. Out: an answer whose `order` is set. Raises a VenueError."""

    @abstractmethod
    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """Yield every order of this kind that is open or on its way out, each once, page by page.

        In: `look` makes each request; `deal_id`, at a venue with deals, asks for that deal's orders alone.
        Raises a VenueError when it cannot read all of it: what was yielded before is then no list.
        """

    def caveat(self, listed: int) -> str:
        """What a person should know of a list with so many rows at this venue; empty for nothing."""
        return ""

    def remark(self, outcome: Outcome, order: Order | None, no: VenueError | None) -> str:
        """What a person should know of this outcome at this venue; empty for nothing. `no`: the last refusal."""
        return ""

    def about(self, ref: OrderRef, patience: float) -> str:
        """Out: the order's symbol, where no answer about the order tells it; empty for nothing. Raises a VenueError.

        Asked for a person's table alone, once everything else is done.
        """
        return ""

    def public(self, raw: Any) -> Any:
        """Out: a reply as parsed, without its personal fields."""
        return raw

    @abstractmethod
    def check(self, patience: float) -> None:
        """One harmless authenticated read. Raises a VenueError when it fails."""
