"""Keeps secrets out of everything that is printed, also when the venue itself echoes them."""

from __future__ import annotations

import json
import re
import threading
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST = 4  # masking a shorter text would blank out half of every message
RECENT = 1024  # signatures kept: a reply can only echo the one of its own request


class Masks:
    """The texts that must never be shown. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: tuple[str, ...] = ()
        self._signatures: tuple[str, ...] = ()  # swapped whole, so that a reader never meets a change

    def add(self, secret: str) -> None:
        """From now on `secret` (a key, a token, a PEM text) is shown as `***`, in every usual spelling."""
        if secret in self._secrets:
            return  # every request asks for its credentials anew
        with self._lock:
            known = set(self._secrets) | {form for form in _spellings(secret) if len(form) >= SHORTEST}
            self._secrets = tuple(sorted(known, key=len, reverse=True))

    def add_signature(self, signature: str) -> None:
        """The same for one request's signature; only the latest ones are kept."""
        forms = _spellings(signature) | {signature.lower(), signature.upper()}
        with self._lock:
            self._signatures = (*self._signatures, *forms)[-RECENT:]

    def text(self, text: str) -> str:
        """Out: `text` with every known secret and signature replaced by `***`."""
        for hidden in (*self._secrets, *self._signatures):
            if hidden in text:
                text = text.replace(hidden, "***")
        return text

    def json(self, value: Any) -> Any:
        """Out: the same for parsed JSON, keys and values, at every depth."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.json(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.json(item) for item in value]
        return value


def _spellings(secret: str) -> set[str]:
    """A secret as it is, escaped for JSON, percent-encoded; a hex key in both cases, with and without 0x;
    a PEM text line by line too."""
    bare = {secret, secret.strip()}
    if digits := re.fullmatch(r"(?:0[xX])?([0-9a-fA-F]{32,})", secret.strip()):
        bare |= {digits[1], digits[1].lower(), digits[1].upper()}
    lines = [line for line in secret.replace("\\n", "\n").split("\n") if len(line) >= 16]
    return {
        form
        for part in (*bare, *(line for line in lines if not line.startswith("-----")))
        for form in (
            part,
            json.dumps(part)[1:-1],
            json.dumps(part, ensure_ascii=False)[1:-1],
            quote(part, safe=""),
            quote(part),
            quote_plus(part),
        )
    }
