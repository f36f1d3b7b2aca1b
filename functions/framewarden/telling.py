"""Tell the story of one frame: its attempts, its incident, the decision, the stop, the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from framewarden.aws.executions import Execution
from framewarden.domain.frame_rows import outcome_of
from framewarden.domain.frames import execution_name
from framewarden.domain.redaction import redacted, redacted_json
from framewarden.domain.why import why
from framewarden.domain.why_known import Known, mapping, moment_of
from framewarden.happenings import Happening, happenings_of
from framewarden.looking import MODERATE, Sources
from framewarden.visit_documents import last_document

Row = Mapping[str, Any]

MOST_ATTEMPTS = 20
"""Attempts that are looked up, a call for each; somebody who rescans more has another problem."""
# A ban is written by the stop that begins a moment before it.
BESIDE = timedelta(minutes=1)
# Neither has led to a stop.
UNSTOPPED = ("cleared", "skipped")


@dataclass(frozen=True)
class Attempt:
    """One execution of a frame; `execution` is None where Step Functions has forgotten it."""

    number: int
    name: str
    execution: Execution | None


@dataclass(frozen=True)
class FrameStory:
    """Everything that is known of a frame.

    `review` is the review that it opened or joined, `stop` the stop of its session that it led to,
    `evidence` its story as it was archived; all of them redacted, and None where there is none.
    `outcome` and `reason` are those of its review where it joined one; `analysis` is that of its
    last attempt, or of an earlier one, empty where nothing looked at it.
    """

    row: Row
    outcome: str | None
    reason: str | None
    attempts: list[Attempt]
    review: Row | None
    stop: Row | None
    ban: Row | None
    evidence: Mapping[str, Any] | None
    analysis: Row
    happenings: list[Happening]
    why: str


def tell(sources: Sources, frame_id: str, now: datetime) -> FrameStory | None:
    """Tell a frame's story; None where the ledger has no row of it."""
    row = sources.frames.get(frame_id)
    if row is None:
        return None
    review_id, place = row.get("review_id"), row.get("evidence")
    review = redacted(sources.reviews.get(str(review_id))) if review_id else None
    evidence = redacted(sources.story(str(place))) if place else None
    attempts = _attempts(sources, row)
    last = attempts[0].execution if attempts else None
    state = _state(sources, row, evidence, last)
    stop, ban = _stop(sources, row, review, state)
    outcome, reason = outcome_of(row, review, int(row["attempt"]))
    known = state or _only_stop(stop)
    return FrameStory(
        row=row,
        outcome=outcome,
        reason=reason,
        attempts=attempts,
        review=review,
        stop=stop,
        ban=ban,
        evidence=evidence,
        analysis=mapping(known.get("analysis") or mapping(evidence).get("analysis")),
        happenings=happenings_of(
            Known(row, known, row, mapping(review), now),
            {} if evidence is state else mapping(evidence),
            mapping(stop),
            mapping(ban),
            [(one.number, one.execution) for one in attempts],
        ),
        why=why(row, known, row, review, now, status=_status(last), error=_error(last)),
    )


def _attempts(sources: Sources, row: Row) -> list[Attempt]:
    """Look up a frame's executions, the newest first; a frame that was refused has none."""
    if row.get("outcome") == "skipped":
        return []
    last = int(row["attempt"])
    numbers = range(last, max(0, last - MOST_ATTEMPTS), -1)
    names = [(number, execution_name(row["frame_id"], number)) for number in numbers]
    return [Attempt(number, name, sources.executions.get(MODERATE, name)) for number, name in names]


def _state(sources: Sources, row: Row, evidence: Row | None, last: Execution | None) -> Row:
    """Return the machine's document of the last attempt, as far as anybody kept it."""
    if evidence and evidence.get("attempt") == row["attempt"]:
        return evidence
    if last is None:
        return {}
    newest = sources.executions.newest(last) if last.running else []
    return mapping(redacted_json(last.output or last_document(newest) or last.input))


def _stop(
    sources: Sources, row: Row, review: Row | None, state: Row
) -> tuple[Row | None, Row | None]:
    """Return the stop that a frame, or the review that it joined, led to, and that stop's ban."""
    arn = row.get("channel_arn")
    if not arn or row.get("outcome") in UNSTOPPED:
        return None, None
    ban = sources.channels.ban(arn)
    own = mapping(state.get("stop")).get("stream_id")
    session = own or mapping(review).get("session") or mapping(ban).get("session")
    stop = sources.channels.stop(arn, str(session)) if session else None
    if stop is None or not (own or _led_to(stop, row, review)):
        return None, None
    return stop, ban if ban and _is_of(ban, stop) else None


def _led_to(stop: Row, row: Row, review: Row | None) -> bool:
    """Tell whether a stop is a frame's, or its review's, rather than of another incident."""
    if stop.get("frame_id") == row["frame_id"]:
        return True
    return bool(review) and stop.get("incident") == row.get("review_id")


def _is_of(ban: Row, stop: Row) -> bool:
    if ban.get("session") == stop.get("stream_id"):
        return True
    since, begun = moment_of(ban.get("since")), moment_of(stop.get("begun_at"))
    return since is not None and begun is not None and abs(since - begun) < BESIDE


def _only_stop(stop: Row | None) -> Row:
    """Return what is left of a document that nobody kept: its stop."""
    return {"stop": stop} if stop else {}


def _status(last: Execution | None) -> str | None:
    return last.status if last else None


def _error(last: Execution | None) -> str | None:
    return last.error if last else None
