"""Show what an adapter in the shadow said beside the live one, and where the two disagreed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden.console.adapter_evaluation import NONE
from framewarden.console.batch_words import number
from framewarden.console.moments import Moment, moment
from framewarden.domain import adapters
from framewarden.domain.times import parse

Row = Mapping[str, Any]
Labels = Mapping[str, Any]

ALIKE = 50.0
"""Both are compared by what they found with at least this confidence, in per cent."""


@dataclass(frozen=True)
class Disagreement:
    """One frame; `live` and `shadow` are what only that one of them found."""

    frame_id: str
    short: str
    channel: str
    key: str
    at: Moment
    live: str
    live_by: str
    shadow: str


@dataclass(frozen=True)
class ShadowView:
    """What the shadow of one adapter has come to; `on` tells whether it goes on now."""

    on: bool
    share: str
    says: str
    disagreements: tuple[Disagreement, ...]


def view_of(
    share: Any, counts: Row, disagreements: Sequence[Row], now: datetime
) -> ShadowView | None:
    """Word a shadow; `share` is in per cent, None where it is not on. None where none ever was."""
    frames = int(counts.get("frames", 0))
    if share is None and not frames:
        return None
    return ShadowView(
        on=share is not None,
        share=NONE if share is None else percent(share),
        says=_says(frames, int(counts.get("disagreed", 0)), int(counts.get("missed", 0))),
        disagreements=tuple(_disagreements(disagreements, now)),
    )


def percent(share: Any) -> str:
    """Spell a share of frames."""
    return f"{float(share):g} %"


def _says(frames: int, disagreed: int, missed: int) -> str:
    if not frames:
        return "It has answered about no frame yet."
    said = f"It answered about {number(frames, 'live frame')}, and "
    if disagreed:
        said += f"disagreed about {disagreed:,} ({100 * disagreed / frames:.1f} %)."
    else:
        said += "disagreed about none."
    if missed:
        said += f" About {missed:,} more it gave no answer in time."
    return said


def _disagreements(rows: Sequence[Row], now: datetime) -> Iterator[Disagreement]:
    for row in rows:
        live, shadow = _sure(row["live"]), _sure(row["shadow"])
        yield Disagreement(
            frame_id=str(row["frame_id"]),
            short=str(row["frame_id"])[:12],
            channel=str(row.get("channel") or ""),
            key=str(row.get("key") or ""),
            at=moment(parse(row["at"]), now),
            live=_only(live, shadow),
            live_by=adapters.short(row.get("live_by")),
            shadow=_only(shadow, live),
        )


def _sure(labels: Labels) -> dict[str, float]:
    return {name: float(found) for name, found in labels.items() if float(found) >= ALIKE}


def _only(mine: Mapping[str, float], theirs: Mapping[str, float]) -> str:
    """Return what only one of them found, the surest first."""
    alone = sorted((-mine[name], name) for name in mine.keys() - theirs.keys())
    return ", ".join(f"{name} {-found:.0f} %" for found, name in alone) or NONE
