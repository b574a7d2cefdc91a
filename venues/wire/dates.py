"""Dates as venues send them: ISO 8601 in several dialects."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def moment(text: object, zone: tzinfo = UTC) -> datetime | None:
    """In: a date of a reply, with any digits of fraction; `zone` holds where it names none.

    Out: UTC, or None if it is no date. Raises nothing.
    """
    try:
        read = datetime.fromisoformat(text if isinstance(text, str) else "")
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1 or 9999, and another zone
        return None
