"""The one place that asks what time it is. Rules take ``now`` as an argument; only edges call this."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present, UTC-aware."""
    return datetime.now(UTC)
