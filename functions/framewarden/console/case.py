"""Turn a review's row into what its page shows, and nothing more: a token never gets this far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from framewarden.console.ending import Taken, came_back, carrying_out, outcome_of, spaced, taken_of
from framewarden.console.label_tree import Branch, judged_of, tree_of
from framewarden.console.ladder_view import Step, ladder_of
from framewarden.console.moments import Moment, moment, span
from framewarden.console.unevaluated import unevaluated
from framewarden.console.words import Decision, sentences, words_for
from framewarden.domain.answered import adapter_words
from framewarden.domain.batch_lists import FlaggedList, of_review
from framewarden.domain.failures import stop_failure_words
from framewarden.domain.incidents import UNCATEGORISED, next_rung
from framewarden.domain.times import parse

Row = Mapping[str, Any]

SEVERITIES = frozenset({"low", "medium", "high", "critical"})
HASH_LENGTH = 12


@dataclass(frozen=True)
class Case:
    """Everything that the page of a review shows to everybody who may look."""

    review_id: str
    state: str  # open, closing, decided or expired
    severity: str
    what: str
    confidence: float | None
    unscreened: str | None
    stop_failure: str | None
    breaker_open: bool
    confirms: bool
    stream: bool
    channel: str
    channel_arn: str | None
    listed: FlaggedList | None  # the images of a batch that it asks about, instead of one frame
    frame_id: str
    frame_key: str
    frames: int
    samples: tuple[tuple[str, Moment, float | None], ...]
    tree: tuple[Branch, ...]
    added: tuple[str, ...]
    matched: tuple[Mapping[str, Any], ...]
    margin: float | None
    policy: str
    model: str
    adapter: str
    unevaluated: tuple[str, ...]
    put: Moment | None
    opened: Moment
    last_seen: Moment
    deadline: Moment
    rung: int
    next_rung: str | None
    escalated_by: str | None
    ladder: tuple[Step, ...]
    default: Decision
    taken: Taken | None
    outcome: str | None
    carrying_out: bool
    nobody_waited: Moment | None
    came_back: tuple[str, Moment | None] | None
    looked_at: Moment


def case_of(row: Row, now: datetime) -> Case:
    """Read a review's row as seen now."""
    stream = bool(row.get("channel_arn"))
    samples = _samples(row, now)
    strongest = max(row.get("labels") or (), key=lambda label: label["confidence"], default=None)
    waited = row.get("nobody_waited_at")
    return Case(
        review_id=row["review_id"],
        state=state_of(row, now),
        severity=row["severity"] if row["severity"] in SEVERITIES else "medium",
        what=str(strongest["name"]) if strongest else _unlabelled(row),
        confidence=float(strongest["confidence"]) if strongest else None,
        unscreened=spaced(row.get("reason")) if row.get("category") == UNCATEGORISED else None,
        stop_failure=_stop_failure(row),
        breaker_open=bool(row.get("breaker_open")),
        confirms=row.get("asks") == "confirm",
        stream=stream,
        channel=str(row["channel"]),
        channel_arn=row.get("channel_arn"),
        listed=of_review(row),
        frame_id=str(row["frame"].get("frame_id") or ""),
        frame_key=str(row["frame"]["key"]),
        frames=int(row.get("frames", 1)),
        samples=samples,
        tree=tree_of(row.get("labels") or (), judged_of(row)),
        added=tuple((row.get("labels_judged") or {}).get("added") or ()),
        matched=tuple(row.get("matched") or ()),
        margin=row.get("margin"),
        policy=str(row.get("policy_hash") or "")[:HASH_LENGTH],
        model=str(row.get("model_version") or ""),
        adapter=adapter_words(row),
        unevaluated=unevaluated(row),
        put=samples[0][1] if samples else None,
        opened=moment(parse(row["opened_at"]), now),
        last_seen=moment(parse(row.get("last_seen_at") or row["opened_at"]), now),
        deadline=moment(datetime.fromtimestamp(row["deadline"], tz=UTC), now),
        rung=int(row["rung"]),
        next_rung=_next_rung(row),
        escalated_by=row.get("escalated_by"),
        ladder=ladder_of(row, now),
        default=words_for(row, row["default"]),
        taken=taken_of(row, now),
        outcome=outcome_of(row),
        carrying_out=carrying_out(row, now),
        nobody_waited=moment(parse(waited), now) if waited else None,
        came_back=came_back(row, now),
        looked_at=moment(now, now),
    )


def state_of(row: Row, now: datetime) -> str:
    """Return `open`, `closing` (past its deadline, not closed yet), `decided` or `expired`."""
    if row["status"] != "pending":
        return "expired" if row["status"] == "expired" else "decided"
    return "open" if row["deadline"] > now.timestamp() else "closing"


def _unlabelled(row: Row) -> str:
    category = row.get("category") or UNCATEGORISED
    return "Not analysed" if category == UNCATEGORISED else str(category)


def _stop_failure(row: Row) -> str | None:
    """Say what happened when the stop failed, and what was still true then."""
    if not row.get("stop_failed"):
        return None
    return sentences(*stop_failure_words(row.get("stop_error")))


def _samples(row: Row, now: datetime) -> tuple[tuple[str, Moment, float | None], ...]:
    # A frame that could not be analysed has a confidence of 0: that would read as clean.
    return tuple(
        (str(sample["key"]), moment(parse(sample["at"]), now), sample.get("confidence") or None)
        for sample in row.get("samples") or ()
    )


def _next_rung(row: Row) -> str | None:
    following = next_rung(row["ladder"], int(row["rung"]))
    return None if following is None else span(int(row["ladder"][following]))
