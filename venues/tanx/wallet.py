"""The wallet side of a tanX log-in: which texts may be signed, and the EIP-191 signature."""

from __future__ import annotations

import re
import sys
from typing import Any

from venues.interface import Unauthorized

LOGIN_MARK = "Login-code:"
# The signature of either text is the seed of the wallet's trading (Stark) key, so a hostile server could
# ask for it. [tanx-connector-nodejs, utils.ts]
NEVER_SIGN = (
    "Get started with TanX. Make sure the origin is https://trade.tanx.fi",
    "Click sign to verify you're a human - TanX Finance",
)
FIELD = "wallet_key (CANCEL_TANX_WALLET_KEY)"


def check_text(text: object) -> str:
    """In: the payload of a nonce answer. Out: the same, if it may be signed. Raises Unauthorized if not."""
    if isinstance(text, str) and LOGIN_MARK in text and not any(bad in text for bad in NEVER_SIGN):
        return text
    raise Unauthorized(f"the venue asked to sign a text that is no log-in; nothing was signed: {str(text)[:160]!r}")


class Wallet:
    """An Ethereum key: its address (EIP-55) and its personal_sign. Imports eth-account."""

    def __init__(self, key: str) -> None:
        """In: 32 bytes as hex, with or without 0x. Raises Unauthorized when it is none, or without the extra."""
        digits = key.strip().removeprefix("0x").removeprefix("0X")
        if not re.fullmatch(r"[0-9a-fA-F]{64}", digits):
            raise Unauthorized(f"{FIELD}: not an Ethereum private key; it is 64 hex digits, with or without 0x")
        account = _eth_account()
        try:
            self._account = account.from_key(bytes.fromhex(digits))
        except Exception:  # noqa: BLE001  # whatever the library says of a key, it must not be shown
            raise Unauthorized(f"{FIELD}: not a key on the curve secp256k1") from None
        self.address: str = self._account.address

    def sign(self, text: str) -> str:
        """Out: the EIP-191 signature of the UTF-8 bytes of `text` as received: 0x and 130 hex digits."""
        from eth_account.messages import encode_defunct

        signed = self._account.sign_message(encode_defunct(primitive=text.encode()))
        return "0x" + bytes(signed.signature).hex()


def _eth_account() -> Any:
    """Import the library, and undo what it does to the whole process: it raises the recursion limit so far

    that a deeply nested reply would crash the interpreter instead of being unreadable.
    """
    limit = sys.getrecursionlimit()
    try:
        from eth_account import Account
    except ImportError:
        raise Unauthorized(
            "a wallet log-in needs the extra: pip install 'ordercancel[tanx]'; "
            "or set CANCEL_TANX_ACCESS_TOKEN and CANCEL_TANX_REFRESH_TOKEN instead"
        ) from None
    finally:
        sys.setrecursionlimit(limit)
    return Account
