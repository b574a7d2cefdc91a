"""The one type that holds a secret. It prints as `***` wherever it ends up by mistake."""

from typing import NoReturn


class Secret:
    """A credential, token or key. Only `reveal()` gives the text, so every use can be found by that word."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Out: the secret itself. Sign or send with it; never put it into a message."""
        return self._text

    def __str__(self) -> str:
        return "***"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # a millisecond or two that most runs can do without

        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]  # a secret is not a key of anything

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")
