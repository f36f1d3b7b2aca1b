"""Write and read the one format of moments: ISO 8601, UTC, milliseconds, `Z`."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """Write an aware moment as `2026-11-22T08:05:31.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """Read an ISO moment; one without a zone is UTC.

    Raises
    ------
    ValueError
        The text is no ISO 8601 moment.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
