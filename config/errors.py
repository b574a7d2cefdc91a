"""The two ways in which settings and credentials stop a run, each with its exit code."""

from __future__ import annotations

from typing import ClassVar


class ConfigError(Exception):
    """Wrong usage or configuration. `message` is one or two lines for a person, without a secret."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class CredentialsError(Exception):
    """Credentials missing or malformed. `message` is one or two lines for a person, without a secret.

    `source`: where those that cannot be used lie, in the record's word; None when there are none.
    """

    exit_code: ClassVar[int] = 6

    def __init__(self, message: str, source: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
