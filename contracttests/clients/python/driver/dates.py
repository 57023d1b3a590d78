"""Dates in the formats of the SDK and the API."""

from datetime import UTC, datetime, timedelta


def from_now(days: int) -> datetime:
    """Return the time in a number of days, truncated to seconds."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


def text(moment: datetime) -> str:
    """Format a time of from_now with milliseconds, as the API does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
