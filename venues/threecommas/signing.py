"""3Commas' signatures: HMAC or RSA over path and payload, as its signing pages say."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache

from venues.interface import Unauthorized


def sign(secret: str, path: str, payload: str = "") -> str:
    """In: an HMAC secret or an RSA private key in PEM, the path from /public/api on, a query or form body.

    Out: the `Signature` header. Neither method nor host is covered, so a GET's signature cancels as well:
    it must never be shown. Raises Unauthorized for a key that cannot be used. [signing pages, HMAC and RSA]
    """
    text = (f"{path}?{payload}" if payload else path).encode()
    if not is_pem(secret):
        return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return rsa(secret)(text)


def is_pem(secret: str) -> bool:
    return secret.lstrip().startswith("-----BEGIN")


@lru_cache(maxsize=4)
def rsa(pem: str) -> Callable[[bytes], str]:
    """RSASSA-PKCS1-v1_5 with SHA-256, base64 on one line. A PEM from a variable may carry literal `\\n`."""
    import base64

    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    field = "api_secret (CANCEL_3COMMAS_API_SECRET)"
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").strip().encode(), password=None)
    except TypeError:
        raise Unauthorized(
            f"{field}: the RSA key has a passphrase; store it without one, as only the keyring sees it"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unauthorized(f"{field}: the PEM text is no usable RSA private key; store the whole file") from None
    if not isinstance(key, RSAPrivateKey):
        raise Unauthorized(f"{field}: the PEM text holds another kind of key; 3Commas wants RSA")
    return lambda text: base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()
