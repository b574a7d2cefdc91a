"""Signatures against the vectors vectors and the venues' own published values; keys that cannot be used.

Mutants that live, and why: the size of the RSA key cache, and that there is one (speed alone); white space cut off
around a PEM (the library passes over it too); the step between two nonces of one moment (any step upwards will do);
the letter X named safe in a form (it always is); the wording of a refusal.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.venues.fakes import FakeClock, Held, built, cancel, link_to
from venues.interface import OrderRef, Unauthorized
from venues.result import Outcome
from venues.tanx.wallet import Wallet, check_text
from venues.threecommas import signing as threecommas
from venues.tradernet import signing as tradernet
from venues.wire import jwt

ROOT = Path(__file__).parents[2]
Vectors = Callable[[str], Any]
TEXT = "/public/api/v2/smart_trades/12345678"


# --- 3Commas


def test_threecommas_vectors(vectors: Vectors) -> None:
    file = vectors("3commas")
    keys = {key["name"]: key["secret"] for key in file["keys"]}
    kinds = set()
    for vector in file["vectors"]:
        payload = vector["query"] or vector["body"]
        assert threecommas.sign(keys[vector["key"]], vector["path"], payload) == vector["signature"], vector["name"]
        kinds.add(vector["kind"])
    assert kinds == {"hmac", "rsa"}
    assert threecommas.sign("s", TEXT) == threecommas.sign("s", TEXT, "")


@pytest.fixture
def rsa_pem(vectors: Vectors) -> str:
    return next(str(key["secret"]) for key in vectors("3commas")["keys"] if key["kind"] == "rsa")


@pytest.mark.parametrize(
    "spell",
    [
        lambda pem: pem.replace("\n", "\\n"),
        lambda pem: "\n  " + pem + "\n\n",
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.rstrip("\n"),
    ],
    ids=["literal backslash n", "white space around", "Windows line ends", "no last line end"],
)
def test_a_pem_text_as_it_comes_from_a_variable(spell: Callable[[str], str], rsa_pem: str) -> None:
    assert threecommas.sign(spell(rsa_pem), TEXT) == threecommas.sign(rsa_pem, TEXT)


def pem_of(key: Any, *, secret: bytes | None = None, pkcs8: bool = True) -> str:
    from cryptography.hazmat.primitives import serialization as s

    form = s.PrivateFormat.PKCS8 if pkcs8 else s.PrivateFormat.TraditionalOpenSSL
    how: Any = s.BestAvailableEncryption(secret) if secret else s.NoEncryption()
    return str(key.private_bytes(s.Encoding.PEM, form, how).decode())


def test_pkcs8_signs_like_pkcs1(rsa_pem: str) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(rsa_pem.encode(), password=None)
    assert threecommas.sign(pem_of(key), TEXT) == threecommas.sign(rsa_pem, TEXT)


@pytest.mark.parametrize("pkcs8", [True, False])
def test_a_passphrase_is_refused_in_one_line(pkcs8: bool, rsa_pem: str) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(rsa_pem.encode(), password=None)
    with pytest.raises(Unauthorized, match=r"CANCEL_3COMMAS_API_SECRET.*passphrase") as caught:
        threecommas.sign(pem_of(key, secret=b"open sesame", pkcs8=pkcs8), TEXT)
    assert "\n" not in caught.value.message
    assert caught.value.__suppress_context__  # a traceback would show what the library said of the key


def test_another_kind_of_key_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    with pytest.raises(Unauthorized, match="wants RSA"):
        threecommas.sign(pem_of(ec.generate_private_key(ec.SECP256R1())), TEXT)


@pytest.mark.parametrize(
    "pem",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY-----\n\u00fc\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMBACAQAwBwYDKgMEBQAEAgUA\n-----END PRIVATE KEY-----",  # of no known algorithm
    ],
)
def test_a_malformed_pem_is_refused_and_not_quoted(pem: str) -> None:
    with pytest.raises(Unauthorized, match="no usable RSA private key") as caught:
        threecommas.sign(pem, TEXT)
    assert "AAAA" not in caught.value.message
    assert caught.value.__suppress_context__


# --- Tradernet


def test_the_official_check_value(vectors: Vectors) -> None:
    test = vectors("tradernet")["published_self_test"]
    assert tradernet.presign(test["data"]) == test["string_to_sign"]
    assert tradernet.sign(test["private_key"], test["string_to_sign"]) == test["signature"]
    assert test["signature"].startswith("f2cbb400e9fcb40a1ab38cc987e2")  # what the official page shows


CONTENT_TYPES = {2: "application/x-www-form-urlencoded", 3: "application/json"}


def test_tradernet_vectors(vectors: Vectors) -> None:
    file = vectors("tradernet")
    keys = {key["name"]: (key["public_key"], key["private_key"]) for key in file["keys"]}
    seen = set()
    for vector in file["vectors"]:
        public, private = keys[vector["key"]]
        params = vector["params"] or {}
        if vector["api_version"] == 2:
            request = tradernet.form_request(public, private, vector["command"], params, int(vector["nonce"]))
            assert dict(parse_qsl((request.body or b"").decode())) == vector["form"]
        else:
            stamp = int(vector["timestamp"])
            request = tradernet.header_request(public, private, vector["command"], params, stamp)
            assert request.body == vector["body"].encode()
            assert request.headers["X-NtApi-Timestamp"] == vector["timestamp"]
        assert (request.method, request.path) == ("POST", vector["path"])
        assert request.headers["Content-Type"] == CONTENT_TYPES[vector["api_version"]]
        assert request.headers["X-NtApi-Sig"] == vector["signature"], vector["name"]
        assert request.headers["X-NtApi-PublicKey"] == public
        seen.add((vector["api_version"], vector["name"]))
    assert len(seen) == 10


def test_form_values_are_signed_as_they_are_and_sent_encoded() -> None:
    request = tradernet.form_request("k y", "s", "c", {"b": "1&2/3", "a": "\u00fc"}, 5)
    assert request.body == b"apiKey=k%20y&cmd=c&nonce=5&params[b]=1%262%2F3&params[a]=%C3%BC"
    text = "apiKey=k y&cmd=c&nonce=5&params=a=\u00fc&b=1&2/3"
    assert request.headers["X-NtApi-Sig"] == tradernet.sign("s", text)


# --- tanX


def test_tanx_vectors(vectors: Vectors) -> None:
    file = vectors("tanx")
    for pair in file["addresses"]:
        assert Wallet(pair["private_key"]).address == pair["address"]
    for vector in file["personal_sign"]:
        assert len(vector["message"].encode()) == vector["utf8_length"]
        assert Wallet(vector["private_key"]).sign(check_text(vector["message"])) == vector["user_signature"]


def test_a_wallet_key_in_any_spelling(vectors: Vectors) -> None:
    pair = vectors("tanx")["addresses"][0]
    digits = pair["private_key"][2:]
    for spelling in (digits, digits.upper(), "0X" + digits, f"  0x{digits}\n"):
        assert Wallet(spelling).address == pair["address"]


def test_texts_that_are_never_signed(vectors: Vectors) -> None:
    refuse = vectors("tanx")["refuse"]
    assert len(refuse) == 2
    for text in (
        *refuse,
        *(f"{text} (Login-code:x)" for text in refuse),
        "",
        "login-code:",
        "Login: 5",
        None,
        7,
        ["Login-code:"],
        "y" * 500,
    ):
        with pytest.raises(Unauthorized, match="nothing was signed") as caught:
            check_text(text)
        assert caught.value.message.endswith(repr(str(text)[:160]))


@pytest.mark.parametrize("key", ["", "0x", "zz" * 32, "ab" * 31, "ab" * 33, "0x0x" + "ab" * 31, "\uff11" * 64])
def test_a_wallet_key_that_is_no_hex(key: str) -> None:
    with pytest.raises(Unauthorized, match="CANCEL_TANX_WALLET_KEY") as caught:
        Wallet(key)
    assert len(key) < 4 or key not in caught.value.message


@pytest.mark.parametrize("key", ["0" * 64, "f" * 64])
def test_a_wallet_key_off_the_curve(key: str) -> None:
    with pytest.raises(Unauthorized, match="secp256k1") as caught:
        Wallet(key)
    assert key not in str(caught.value)
    assert caught.value.__suppress_context__


def test_without_the_extra_the_tokens_are_named(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    monkeypatch.setitem(sys.modules, "eth_account", None)
    venue = built("tanx", link_to("http://127.0.0.1:9", Held({"wallet_key": "ab" * 32}), clock))
    result = cancel(venue, OrderRef("1"))
    assert (result.outcome, result.attempts) == (Outcome.UNAUTHORIZED, 0)
    assert "ordercancel[tanx]" in result.message
    assert "CANCEL_TANX_ACCESS_TOKEN" in result.message


def test_the_library_may_not_raise_the_recursion_limit() -> None:
    """With its limit of 100,000 a parser would run past the end of the stack; ours would not even then."""
    code = (
        "import sys; from venues.tanx.wallet import Wallet; from venues.wire.http import NOT_JSON, parse_json; "
        "Wallet('ab' * 32); low = sys.getrecursionlimit() < 10_000; sys.setrecursionlimit(100_000); "
        "print(low, parse_json(b'[' * 99999) is NOT_JSON)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "True True\n"


# --- JSON Web Tokens


def test_the_expiry_of_the_vectors_tokens(vectors: Vectors) -> None:
    for vector in vectors("tanx")["jwt"]:
        assert jwt.expiry(vector["token"]) == vector["exp"]


def test_the_expiry_of_the_neuratrade_example() -> None:
    middle = (
        "eyJ1c2VyX2lkIjoidS0xIiwiZW1haWwiOiJhQGV4YW1wbGUuY29tIiwiZXhwIjoxNzcyNjI1NjAwLCJuYmYiOjE3NzI1MzkyMDAs"
        "ImlhdCI6MTc3MjUzOTIwMH0"
    )
    assert jwt.expiry(f"x.{middle}.y") == 1772625600


@pytest.mark.parametrize(
    "token",
    ["", "opaque", "a.b", "a.b.c", "a.\u00fc.c", "a.e30.c", "a.W10.c", "a.eyJleHAiOnRydWV9.c", "a.eyJleHAiOiIxIn0.c",
     "a.eyJleHAiOjFlOTk5OTk5OTk5OTk5OTk5OTk5OX0.c", "a.eyJleHAiOjEwMDAwMDAwMDAwMDAwMDAwMH0.c"],
)  # fmt: skip
def test_a_token_without_a_readable_expiry(token: str) -> None:
    assert jwt.expiry(token) is None
