"""Secrets in every spelling that a venue, a log or a library may give them."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.wire.masks import RECENT, Masks

ODD = 'p\u00e4ss "w\u00f6rd"/+&=\\end'
HEX = "AbCdEf0123456789" * 4
LINES = "MIIEowIBAAKCAQEAyfsyyRqCql0OZMQgmNei\nfgFU7FeXS4QLMlGkPHG40qZje5mE2JRhrvgF"
PEM = f"-----BEGIN KEY-----\n{LINES}\n-----END KEY-----\n"


@pytest.mark.parametrize(
    "spelling",
    [ODD, json.dumps(ODD)[1:-1], quote(ODD, safe=""), quote(ODD), quote_plus(ODD), urlencode({"k": ODD})[2:]],
)
def test_every_spelling_of_a_secret(spelling: str) -> None:
    masks = Masks()
    masks.add(ODD)
    assert masks.text(f"before {spelling} after") == "before *** after"


@pytest.mark.parametrize("given_as", ["0x" + HEX, HEX, " 0X" + HEX + "\n", HEX.lower()])
@pytest.mark.parametrize("shown_as", [HEX.lower(), HEX.upper(), "0x" + HEX.lower(), "0X" + HEX.upper()])
def test_a_hex_key_in_both_cases_with_and_without_0x(given_as: str, shown_as: str) -> None:
    masks = Masks()
    masks.add(given_as)
    assert "0123456789" not in masks.text(f"key {shown_as}, as given: {given_as}")


@pytest.mark.parametrize("given_as", [PEM, PEM.replace("\n", "\\n"), PEM.rstrip("\n")])
def test_a_pem_text_whole_and_line_by_line(given_as: str) -> None:
    masks = Masks()
    masks.add(given_as)
    for shown in (PEM, json.dumps(PEM), *PEM.split("\n")[1:3], PEM.replace("\n", "\\n")):
        assert "MIIEow" not in masks.text(shown)
        assert "fgFU7F" not in masks.text(shown)
    assert masks.text("-----BEGIN KEY-----") == "-----BEGIN KEY-----"


def test_short_texts_are_left_alone() -> None:
    masks = Masks()
    masks.add("abc")
    masks.add("")
    assert masks.text("abc and more") == "abc and more"


def test_a_secret_that_holds_another() -> None:
    masks = Masks()
    masks.add("inner-secret")
    masks.add("outer-inner-secret-outer")
    assert masks.text("x outer-inner-secret-outer y") == "x *** y"


def test_signatures_in_every_case_and_encoding() -> None:
    masks = Masks()
    masks.add_signature("aB+/cd==")
    for shown in ("aB+/cd==", "AB+/CD==", "ab+/cd==", quote("aB+/cd==", safe="")):
        assert masks.text(f"<{shown}>") == "<***>"


def test_only_the_latest_signatures_are_kept() -> None:
    masks = Masks()
    for number in range(10 * RECENT):
        masks.add_signature(f"signature-{number:06}")
    assert len(masks._signatures) == RECENT
    assert masks.text(f"signature-{10 * RECENT - 1:06}") == "***"


def test_a_thread_may_sign_while_another_prints() -> None:
    """An order's report is masked while other orders' requests are signed: what is walked through never changes."""
    masks = Masks()
    masks.add_signature("signature-0")
    walked = iter(masks._signatures)
    next(walked)
    masks.add_signature("signature-1")
    assert "signature-1" not in set(walked)
    assert masks.text("signature-0 signature-1") == "*** ***"


def test_signatures_are_added_one_after_another() -> None:
    """Else one of two that are added at once would be lost, and shown."""
    masks = Masks()
    thread = threading.Thread(target=masks.add_signature, args=("signature-0",))
    with masks._lock:
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
    thread.join(10)
    assert masks.text("signature-0") == "***"


def test_json_at_every_depth_keys_and_values() -> None:
    masks = Masks()
    masks.add("hunter2hunter2")
    document = {"hunter2hunter2": [{"a": "say hunter2hunter2"}, 1, None, True, Decimal("1.0")]}
    assert masks.json(document) == {"***": [{"a": "say ***"}, 1, None, True, Decimal("1.0")]}


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    masks = Masks()
    masks.add(secret)
    shown = masks.text(before + secret + after)
    assert secret not in shown or secret in "***" or secret in before + "***" + after
