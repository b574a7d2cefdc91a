"""What the wire's tests share."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tests.certificates import certificate


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Out: a server's context; its certificate is trusted by what is sent from here."""
    path = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
