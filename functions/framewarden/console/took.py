"""Spell how long something took, from milliseconds to days."""

from framewarden.console.moments import span

MINUTE = 60


def took(seconds: float) -> str:
    """Spell a duration with about three digits that count."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < MINUTE:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    return span(round(seconds))
