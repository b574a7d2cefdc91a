"""The address of a venue: which texts are one, and when plain http may be used."""

from __future__ import annotations

import re

# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
# Deliberately narrower than RFC 3986: where two parsers could read two hosts, it is refused.
_ORIGIN = re.compile(
    # [hH] and so on, since re.IGNORECASE takes 3 ms to compile here
    r"(?P<scheme>[hH][tT][tT][pP][sS]?)://"
    r"(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/*"
)
_EXPECTED = "an origin, such as https://venue.example or https://host:8443"


class BadOrigin(ValueError):
    """Not an address that may be used; the text says what was expected and never repeats the address."""


def parse_origin(text: str) -> str:
    """In: an address. Out: it without trailing slashes, scheme in lower case.

    Raises BadOrigin: another scheme, a user or password, a path, a query, a fragment, white space.
    """
    if "@" in text:  # it may hold a password
        raise BadOrigin(f"expected {_EXPECTED}, without user name and password")
    if "?" in text or "#" in text:
        raise BadOrigin(f"expected {_EXPECTED}, without query and fragment")
    match = _ORIGIN.fullmatch(text)
    if match is None and _ORIGIN.match(text):
        raise BadOrigin(f"expected {_EXPECTED}, without a path: those of the venue's API are added to it")
    if match is None or int(match["port"] or 1) not in range(1, 65536):
        raise BadOrigin(f"expected {_EXPECTED}")
    scheme, rest = text.split("://", 1)
    return f"{scheme.lower()}://{rest.rstrip('/')}"


def is_plain_and_far(origin: str) -> bool:
    """In: a parsed origin. Out: whether it is plain http to another machine than this one."""
    if not origin.startswith("http://"):
        return False
    import ipaddress  # only plain http needs it

    match = _ORIGIN.fullmatch(origin)
    host = match["host"].strip("[]").lower() if match else ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
