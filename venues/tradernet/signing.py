"""Tradernet's two request schemes: a form with a nonce, and JSON with a timestamp in the headers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from venues.wire.http import Request

Params = Mapping[str, int | str]


def presign(fields: Mapping[str, Any]) -> str:
    """The form scheme's string to sign: sorted `key=value`, not encoded; a nested value is made the same way."""
    return "&".join(
        f"{key}={presign(value) if isinstance(value, Mapping) else value}" for key, value in sorted(fields.items())
    )


def sign(private_key: str, text: str) -> str:
    """Out: lower-case hex of HMAC-SHA256, keyed with the private key as text. [official check value]"""
    return hmac.new(private_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def form_request(public_key: str, private_key: str, command: str, params: Params, nonce: int) -> Request:
    """`api_version` 2: a form with a nonce, `POST /api/v2/cmd/<command>`. [PublicApiClient V2]"""
    fields: dict[str, Any] = {"apiKey": public_key, "cmd": command, "nonce": nonce}
    signature = sign(private_key, presign({**fields, "params": params} if params else fields))
    flat = {**fields, **{f"params[{name}]": value for name, value in params.items()}}
    body = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in flat.items())
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-NtApi-PublicKey": public_key,
        "X-NtApi-Sig": signature,
    }
    return Request("POST", f"/api/v2/cmd/{command}", headers, body.encode())


def header_request(public_key: str, private_key: str, command: str, params: Params, timestamp: int) -> Request:
    """`api_version` 3: JSON parameters, signed with the unix time in seconds. [tradernet-sdk 2.x]"""
    body = json.dumps(params, separators=(",", ":"))
    headers = {
        "Content-Type": "application/json",
        "X-NtApi-PublicKey": public_key,
        "X-NtApi-Timestamp": str(timestamp),
        "X-NtApi-Sig": sign(private_key, f"{body}{timestamp}"),
    }
    return Request("POST", f"/api/{command}", headers, body.encode())
