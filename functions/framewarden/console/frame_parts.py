"""Put into words what a frame's story hangs together with: attempts, review, stop, evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from framewarden.console import channel_words
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status, status_words
from framewarden.console.took import took
from framewarden.console.words import words_for
from framewarden.domain.bans import stands
from framewarden.domain.times import parse
from framewarden.looking import MODERATE
from framewarden.telling import Attempt, FrameStory

Row = Mapping[str, Any]

# What is copied under its own ending (framewarden.archiving): pictures, and a batch's list of them.
KNOWN = frozenset({".jpg", ".jpeg", ".png", ".jsonl"})
WAITING = Status("not started yet", "○")
FORGOTTEN = Status("forgotten by Step Functions, after 90 days", "?")


@dataclass(frozen=True)
class Try:
    """One attempt; `address` is empty where there is no execution to look at."""

    number: int
    name: str
    address: str
    status: str
    words: Status
    started: Moment | None
    took: str


@dataclass(frozen=True)
class Incident:
    """The review that the frame opened or joined."""

    review_id: str
    frames: int
    opened: bool
    state: str
    by: str
    via: str
    at: Moment | None


@dataclass(frozen=True)
class Evidence:
    """Where the evidence lies; `copied` is None where nobody can tell any more."""

    story: str
    picture: str
    kept: bool
    copied: bool | None


def try_of(attempt: Attempt, row: Row, now: datetime) -> Try:
    """Word an attempt."""
    execution = attempt.execution
    if execution is None:
        waits = attempt.number == int(row["attempt"]) and row["status"] == "admitted"
        words = WAITING if waits else FORGOTTEN
        return Try(attempt.number, attempt.name, "", "", words, None, "")
    ended = execution.stopped_at
    seconds = (ended - execution.started_at).total_seconds() if ended else None
    return Try(
        number=attempt.number,
        name=attempt.name,
        address=execution_path(MODERATE, attempt.name),
        status=execution.status,
        words=status_words(execution.status),
        started=moment(execution.started_at, now),
        took="" if seconds is None else took(seconds),
    )


def incident_of(story: FrameStory, now: datetime) -> Incident:
    """Word the review of a story that has one."""
    review: Row = story.review or {}
    decided, decision = review.get("status") == "decided", str(review.get("decision") or "")
    words = words_for(review, decision)
    state = {"pending": "It still waits.", "decided": words.done}.get(str(review.get("status")))
    if state is None:
        state = f"Nobody decided in time: {words.default}." if decision else "Nobody could answer."
    at = review.get("decided_at")
    return Incident(
        review_id=str(review["review_id"]),
        frames=int(review.get("frames") or 1),
        opened=story.row.get("status") != "joined",
        state=state,
        by=str(review.get("by") or "") if decided else "",
        via=str(review.get("via") or "") if decided else "",
        at=moment(parse(at), now) if at else None,
    )


def stop_of(story: FrameStory, now: datetime) -> Iterator[tuple[str, str]]:
    """Word the stop that the frame led to, and its ban."""
    stop, ban = story.stop, story.ban
    if not stop:
        return
    status = str(stop["status"])
    yield "Stop", channel_words.STOPS.get(status, status)
    if status == "failed":
        yield "It failed", channel_words.failure(stop.get("error"))
    yield "By", str(stop.get("by") or "unknown")
    yield "Session", str(stop["stream_id"])
    if ban is None:
        yield "Ban", "none that this stop made stands any more"
        return
    if not stands(ban, now):
        yield "Ban", "not any more"
    elif ban["until"] is None:
        yield "Ban", "until somebody reinstates the channel"
    else:
        until = datetime.fromtimestamp(int(ban["until"]), UTC)
        yield "Ban", f"until {moment(until, now).absolute}"
    if ban.get("restops"):
        yield "Came back", f"{ban['restops']} times, and was stopped again"


def evidence_of(story: FrameStory, bucket: str) -> Evidence | None:
    """Say where the evidence lies; None where there is none yet, or none at all."""
    place = str(story.row.get("evidence") or "")
    if not place:
        return None
    suffix = PurePosixPath(str(story.row["key"])).suffix.lower()
    picture = place.removesuffix(".json") + (suffix if suffix in KNOWN else ".bin")
    copied = (story.evidence or {}).get("copied")
    return Evidence(
        story=f"s3://{bucket}/{place}",
        picture=f"s3://{bucket}/{picture}",
        kept=story.evidence is not None,
        copied=None if copied is None else bool(copied),
    )
