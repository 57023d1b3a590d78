"""Moments, and how the API writes them."""

from datetime import UTC, datetime, timedelta


def from_now(days: int) -> datetime:
    """A moment in whole seconds, so many days ahead."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


def text(moment: datetime) -> str:
    """A moment of from_now, to the millisecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
