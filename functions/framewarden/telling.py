"""Tell the story of one frame: its attempts, its incident, the decision, the stop, the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden.aws.executions import Execution
from framewarden.looking import Sources

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Attempt:
    """One execution of a frame; `execution` is None where Step Functions has forgotten it."""

    number: int
    name: str
    execution: Execution | None


@dataclass(frozen=True)
class Happening:
    """One moment of a frame's life; `kind` is one word, `says` a sentence without its full stop."""

    at: datetime
    kind: str
    says: str


@dataclass(frozen=True)
class FrameStory:
    """Everything that is known of a frame.

    `review` is the review that it opened or joined, `stop` the stop of its session that it led to,
    `evidence` its story as it was archived (redacted); each is None where there is none.
    `outcome` and `reason` are those of its review where it joined one.
    """

    row: Row
    outcome: str | None
    reason: str | None
    attempts: list[Attempt]
    review: Row | None
    stop: Row | None
    ban: Row | None
    evidence: Mapping[str, Any] | None
    happenings: list[Happening]
    why: str


def tell(sources: Sources, frame_id: str, now: datetime) -> FrameStory | None:
    """Tell a frame's story; None where the ledger has no row of it."""
    raise NotImplementedError
