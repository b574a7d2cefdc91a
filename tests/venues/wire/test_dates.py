"""Dates in every dialect that a venue speaks; foreign text is no date, and no error."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.wire.dates import moment

MOSCOW = timezone(timedelta(hours=3))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024-11-14T14:29:49.936Z", datetime(2024, 11, 14, 14, 29, 49, 936_000, UTC)),
        ("2022-11-08T11:53:09+01:00", datetime(2022, 11, 8, 10, 53, 9, 0, UTC)),
        ("2026-11-20T04:31:51.371831095Z", datetime(2026, 11, 20, 4, 31, 51, 371_831, UTC)),
        ("2026-11-20T04:31:51.5Z", datetime(2026, 11, 20, 4, 31, 51, 500_000, UTC)),
        ("2026-11-20T04:31:51Z", datetime(2026, 11, 20, 4, 31, 51, 0, UTC)),
        ("2022-05-27T18:19:44.790", datetime(2022, 5, 27, 15, 19, 44, 790_000, UTC)),
        ("2020-10-06 12:41:58", datetime(2020, 10, 6, 9, 41, 58, 0, UTC)),
    ],
)
def test_a_date_in_utc(text: str, read: datetime) -> None:
    """One without a zone is read in the one that is passed in."""
    assert moment(text, MOSCOW) == read


@pytest.mark.parametrize(
    "text",
    [None, "", "yesterday", "1700000000", 1700000000, ["2026-11-20"], True, "0001-01-01T00:00:00+05:00",
     "9999-12-31T23:59:59-05:00", "2026-13-01T00:00:00Z", "2026-11-20T04:31:51.", "\x00", "2026-11-20T25:00:00Z"],
)  # fmt: skip
def test_anything_else_is_none(text: object) -> None:
    assert moment(text) is None


@given(st.text(), st.sampled_from([UTC, MOSCOW]))
def test_no_text_raises(text: str, zone: timezone) -> None:
    assert (read := moment(text, zone)) is None or read.utcoffset() == timedelta(0)
