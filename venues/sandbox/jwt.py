"""JSON web tokens (HS256) as the practice venues hand them out."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any


def encode(claims: dict[str, Any], key: bytes) -> str:
    """Out: a signed token with these claims."""
    head = {"typ": "JWT", "alg": "HS256"}
    signed = f"{_part(head)}.{_part(claims)}"
    return f"{signed}.{_signature(signed, key)}"


def decode(token: str, key: bytes) -> dict[str, Any] | None:
    """Out: the claims, or None when the token was not signed with `key`. Expiry is not looked at."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(signed, key).encode()):
        return None
    middle = signed.partition(".")[2]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims if isinstance(claims, dict) else None


def _signature(signed: str, key: bytes) -> str:
    return _base64(hmac.digest(key, signed.encode(), "sha256"))


def _part(document: dict[str, Any]) -> str:
    return _base64(json.dumps(document, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
