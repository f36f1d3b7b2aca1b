"""Word an execution for a terminal: how it stands, how long things took, and in which colour."""

from __future__ import annotations

from typing import Final

STATUS_WORDS: Final = {
    "RUNNING": "running",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "TIMED_OUT": "timed out",
    "ABORTED": "aborted",
    "PENDING_REDRIVE": "waits for a redrive",
}
STATUS_STYLES: Final = {
    "RUNNING": "cyan",
    "SUCCEEDED": "green",
    "FAILED": "bold red",
    "TIMED_OUT": "bold red",
    "ABORTED": "magenta",
    "PENDING_REDRIVE": "yellow",
}
OUTCOME_STYLES: Final = {
    "stopped": "bold red",
    "reviewed": "green",
    "joined": "yellow",
    "unscreened": "bold magenta",
    "skipped": "magenta",
}
SEVERITY_STYLES: Final = {"critical": "bold red", "high": "red", "medium": "yellow"}

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def status_words(status: str | None) -> str:
    """Say how an execution stands; a frame that was refused never had one."""
    return STATUS_WORDS.get(status, status.lower()) if status else "never started"


def took(seconds: float) -> str:
    """Write a time that something took: exact while it is short, in two units when it is long."""
    if seconds < 10:
        return f"{seconds:.3f} s"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE):02} s"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE):02} min"
    return f"{int(seconds // _DAY)} d {int(seconds % _DAY // _HOUR):02} h"
