"""The two ways in which settings and credentials stop a run, each with its exit code."""

from __future__ import annotations

from typing import ClassVar


class _Told(Exception):
    """`message` is one or two lines for a person, without a secret."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(_Told):
    """Wrong usage or configuration."""

    exit_code: ClassVar[int] = 2


class CredentialsError(_Told):
    """Credentials missing or malformed. `source`: where those that cannot be used lie, if anywhere."""

    exit_code: ClassVar[int] = 6

    def __init__(self, message: str, source: str | None = None) -> None:
        super().__init__(message)
        self.source = source
