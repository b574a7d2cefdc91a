"""The expiry of a JSON Web Token, read without verifying it: a hint for us, proof of nothing."""

from __future__ import annotations

import base64

from venues.wire.http import parse_json

LATEST = 10**12  # unix seconds; anything larger is no date


def expiry(token: str) -> int | None:
    """In: a token. Out: its `exp` in unix seconds (UTC), or None when it has none or is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        middle = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except ValueError:
        return None
    claims = parse_json(middle)
    exp = claims.get("exp") if isinstance(claims, dict) else None
    return exp if isinstance(exp, int) and not isinstance(exp, bool) and abs(exp) < LATEST else None
