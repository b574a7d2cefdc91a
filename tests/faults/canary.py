"""Accounts whose every credential is marked, and faults that say back all that the venue was told."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, quote_plus

from tests.faults.server import Asked, Fault, FaultServer
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.sandbox.practice import Practice, Reply, Request
from venues.tanx.practice import PracticeTanx
from venues.threecommas.practice import PracticeThreeCommas
from venues.tradernet.practice import PracticeTradernet

SHORTEST = 8  # characters; a shorter part of a secret may be anywhere
SECRET_HEADERS = (
    "signature", "apikey", "authorization", "x-ntapi-sig", "x-ntapi-publickey", "api-sign", "ok-access-sign",
    "x-bapi-sign",
)  # fmt: skip
SECRET_FIELDS = ("refresh", "password", "email", "user_signature", "apiKey")


@dataclass(frozen=True)
class Marked:
    """One way to sign in: the practice venue and the marked credentials that it takes."""

    name: str
    verb: str
    practice: Practice
    credentials: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)


def accounts() -> Iterator[Marked]:
    """Every kind of credential that the contract knows, fresh venues each time."""
    key, secret = "CANARY-api-key-7f3b", "CANARY/api+secret=%22 9d1e".replace(" ", "-")
    for verb in ("deal-order", "smart-trade"):
        practice = PracticeThreeCommas(api_key=key, api_secret=secret)
        yield Marked(f"{verb} with HMAC", verb, practice, practice.credentials)
    pem = rsa_key()
    rsa = PracticeThreeCommas(api_key=key, api_secret=pem)
    yield Marked("smart-trade with RSA", "smart-trade", rsa, rsa.credentials)
    tanx = PracticeTanx()
    yield Marked("tanx with tokens", "tanx", tanx, tanx.credentials)
    tanx = PracticeTanx()
    yield Marked("tanx with an expired token", "tanx", tanx, tanx.issue(lifetime=-60.0))
    neura = PracticeNeuraTrade(email="canary-email@example.com", password='CANARY"pass\\wörd&1')
    yield Marked("order with a token", "order", neura, neura.credentials)
    neura = PracticeNeuraTrade(email="canary-email@example.com", password='CANARY"pass\\wörd&1')
    login = {"email": neura.email, "password": neura.password}
    yield Marked("order with a password", "order", neura, login)
    for version in ("2", "3"):
        net = PracticeTradernet(public_key="CANARYpublic0123456789", private_key="CANARYprivate0123456789")
        yield Marked(f"tradernet, scheme {version}", "tradernet", net, net.credentials, {"api_version": version})


def wallet_account() -> Marked:
    key = "0x" + "c0ffee" * 10 + "c0fe"
    practice = PracticeTanx(wallet_key=key)
    return Marked("tanx with a wallet", "tanx", practice, {"wallet_key": key})


@cache
def rsa_key() -> str:
    """Out: a key in PEM, one for all: it takes a while to make."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


# --- what must never show


def secrets_of(marked: Marked, server: FaultServer) -> set[bytes]:
    """Out: every spelling of every credential, token and signature that this run had."""
    texts = set(marked.credentials.values())
    for request in server.log:
        texts |= set(_told(request))
    return {form.encode() for text in texts for form in spellings(text) if len(form) >= SHORTEST}


def _told(request: Request) -> Iterator[str]:
    """Out: what a request carries that is secret."""
    for name in SECRET_HEADERS:
        if name in request.headers:
            yield request.headers[name].rpartition(" ")[2]
    if signature := dict(parse_qsl(request.query)).get("signature"):
        yield signature
    fields = request.form() if request.has_type("application/x-www-form-urlencoded") else request.json_object()
    for name in SECRET_FIELDS:
        if isinstance(fields.get(name), str):
            yield fields[name]


def spellings(text: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if not line.startswith("-----")]
    tokens = text.split(".") if text.count(".") == 2 and text.startswith("ey") else []
    for part in (text, *lines, *[token for token in tokens if len(token) >= 40], text.removeprefix("0x")):
        yield from (part, json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1])
        yield from (quote(part), quote(part, safe=""), quote_plus(part), part.replace("\n", "\\n"))
        if re.fullmatch("[0-9a-fA-F]{32,}", part):
            yield from (part.upper(), part.lower())
        yield base64.b64encode(part.encode()).decode()


def found_in(texts: Mapping[str, bytes], secrets: set[bytes]) -> list[str]:
    """Out: where a secret shows, and its beginning."""
    return [f"{place}: {one[:12]!r}..." for place, text in texts.items() for one in secrets if one in text]


def files_below(folder: Path) -> dict[str, bytes]:
    """Out: every file, its content and its name."""
    return {str(path): path.read_bytes() + str(path).encode() for path in folder.rglob("*") if path.is_file()}


def process_list() -> bytes:
    """Out: the command lines of all processes, as `ps` shows them to everybody."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes())
        except OSError:  # that process has ended
            continue
    return b"\n".join(lines)


# --- venues that say back what they were told


def _everything(request: Request) -> str:
    headers = "; ".join(f"{name}: {value}" for name, value in request.headers.items())
    fields = request.form() if request.has_type("application/x-www-form-urlencoded") else request.json_object()
    values = " ".join(str(value) for value in fields.values())
    return (
        f"{request.method} {request.path}?{request.query} {headers} {values} {request.body.decode(errors='replace')}"
    )


def _echo(asked: Asked) -> str:
    """All that this request and the ones before it carried, also percent-encoded and in the other case."""
    told = " | ".join(_everything(request) for request in asked.server.log)
    signatures = " ".join(value for request in asked.server.log for value in _told(request))
    return f"{told} {quote(signatures)} {quote_plus(signatures)} {signatures.upper()} {signatures.lower()}"


def echo(status: int, make: Callable[[str], object], *, escaped: bool = False) -> Fault:
    """A reply that holds everything, where `make` puts it."""

    def fault(asked: Asked) -> Reply:
        document = json.dumps(make(_echo(asked)), ensure_ascii=escaped)
        headers = (("Content-Type", "application/json"), ("X-Request-Id", _first_secret(asked)))
        return Reply(status, document.encode(), headers)

    return fault


def echo_text(status: int, kind: str) -> Fault:
    def fault(asked: Asked) -> Reply:
        return Reply(status, f"<p>{_echo(asked)}</p>".encode(), (("Content-Type", kind),))

    return fault


def _first_secret(asked: Asked) -> str:
    return next(_told(asked.request), "none")


def in_error(text: str) -> object:
    return {"error": text, "error_description": text, "status": "error", "message": text, "payload": {"seen": text}}


def nested(text: str) -> object:
    """JSON within JSON, and as a key."""
    inner = json.dumps({"request": text})
    return {"error": inner, "status": "error", "message": inner, "payload": {text: [inner, {"deep": text}]}}
