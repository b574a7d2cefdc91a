"""What all reply models share: foreign data is taken as it comes, and only what we need must fit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, localcontext
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from venues.wire.answers import unreadable
from venues.wire.http import Reply

LONGEST = 60  # digits; no real amount has more, and a hostile exponent must not fill the memory


def _as_text(value: Any) -> str | None:
    """Strings and numbers as text, unchanged; anything else is as good as absent."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):  # str() would turn 0.00000001 into 1E-8
        return format(value, "f") if abs(value.adjusted()) <= LONGEST else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


Text = Annotated[str | None, BeforeValidator(_as_text)]


def _as_flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


Flag = Annotated[bool | None, BeforeValidator(_as_flag)]


def _as_object(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


AsObject = BeforeValidator(_as_object)  # for a nested model: a missing or odd one is an empty one


class Model(BaseModel):
    """Extra fields are ignored, and an error never quotes what it was given."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


M = TypeVar("M", bound=Model)


def parse(model: type[M], data: Any) -> M | None:
    """In: parsed JSON. Out: the model, or None when it is not of the shape that the venue documents."""
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def read(model: type[M], reply: Reply) -> M:
    """Out: the whole of a reply as the model. Raises Uncertain when it is none."""
    found = parse(model, reply.data)
    if found is None:
        raise unreadable(reply)
    return found


def decimal(text: str | None) -> Decimal | None:
    """In: a decimal text of a venue. Out: its exact value, or None."""
    try:
        value = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def difference(whole: str | None, rest: str | None) -> str | None:
    """Out: `whole` - `rest`, exact, in plain digits (`0`, `0.009`, `20`); None unless both are numbers."""
    a, b = decimal(whole), decimal(rest)
    if a is None or b is None or max(abs(a.adjusted()), abs(b.adjusted())) > LONGEST:
        return None
    with localcontext(prec=130):  # exact for all that passed the line above
        return format((a - b).normalize(), "f")


def side(word: str | None) -> str | None:
    """In: a venue's word for it, in any case. Out: `buy` or `sell`; None for any other."""
    lower = (word or "").lower()
    return lower if lower in ("buy", "sell") else None
