"""Certificates for the servers that speak TLS, and one file of whom to trust: the usual authorities, and ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from measure import Known

LASTS = timedelta(days=2)


def known(folder: Path, authorities: Path, host: str, name: str) -> Known:
    """Out: a server that listens at one address and is called by another. In: the usual authorities, a file."""
    issuer = ec.generate_private_key(ec.SECP256R1())
    own = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "benchmark authority")])
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    root = _builder(authority, authority, issuer).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
    alternatives = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
    leaf = _builder(called, authority, own).add_extension(alternatives, False)
    certificate, trust = folder / f"{name}.pem", folder / f"trust-{name}.pem"
    secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate.write_bytes(leaf.sign(issuer, SHA256()).public_bytes(Encoding.PEM) + secret)
    trust.write_bytes(authorities.read_bytes() + root.sign(issuer, SHA256()).public_bytes(Encoding.PEM))
    return Known(host, name, certificate, trust)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now, number = datetime.now(UTC), x509.random_serial_number()
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), number)
    return made.not_valid_before(now - LASTS).not_valid_after(now + LASTS)
