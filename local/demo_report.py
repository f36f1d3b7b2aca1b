"""Write what the demo showed: the JSON document, and the promises that it did not keep."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.demo_story import STOP_MADE, Row, Snapshot, Story, seconds_to_verdict
from local.player import Put

OUTCOMES = ("cleared", "reviewed", "stopped", "skipped", "unscreened")


@dataclass(frozen=True)
class Evidence:
    """All that the report is made from; `unaccounted` is the audit's count, times in seconds."""

    stack: dict[str, str]
    puts: list[Put]
    snapshot: Snapshot
    story: Story
    links: dict[str, str]
    unaccounted: int
    stream_state: str
    seconds: dict[str, float]


def document(evidence: Evidence) -> dict[str, Any]:
    """Return the report, ready for JSON."""
    now = evidence.snapshot
    stops = [_stop(stop, evidence) for stop in now.stops if stop["status"] in STOP_MADE]
    times = [stop["put_to_stop_seconds"] for stop in stops]
    return {
        "stack": evidence.stack,
        "frames": _frames(evidence),
        "reviews": [_review(review, evidence.links) for review in now.reviews.values()],
        "stops": stops,
        "latency_seconds": {
            "put_to_verdict": _spread(seconds_to_verdict(evidence.puts, now)),
            "put_to_stop": _spread([seconds for seconds in times if seconds is not None]),
        },
        "seconds": {name: round(value, 3) for name, value in evidence.seconds.items()},
    }


def broken_promises(report: dict[str, Any], expected: int) -> list[str]:
    """Return one sentence for each promise that was not kept; none is the good end."""
    frames, reviews, stops = report["frames"], report["reviews"], report["stops"]
    undecided = [review["review_id"] for review in reviews if not review["decision"]]
    ended = sum(frames[outcome] for outcome in OUTCOMES)
    promises = {
        f"{frames['put']} frames were put, not {expected}.": frames["put"] == expected,
        f"{frames['unscreened']} frames were looked at by nobody.": not frames["unscreened"],
        f"{frames['unaccounted']} frames are unaccounted for.": not frames["unaccounted"],
        f"{frames['put']} frames were put and {ended} have an outcome.": ended == frames["put"],
        "No review was opened.": bool(reviews),
        f"Reviews wait without a decision: {', '.join(undecided)}.": not undecided,
        f"The stream was stopped {len(stops)} times, not once.": len(stops) == 1,
        "The channel is not offline.": all(stop["stream_state"] == "offline" for stop in stops),
    }
    return [sentence for sentence, kept in promises.items() if not kept]


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least `share` (0..1) of the values do not exceed."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    p50, p95 = percentile(values, 0.50), percentile(values, 0.95)
    return {
        "p50": None if p50 is None else round(p50, 3),
        "p95": None if p95 is None else round(p95, 3),
    }


def _frames(evidence: Evidence) -> dict[str, int]:
    ends = [evidence.snapshot.outcome(put.frame_id) for put in evidence.puts]
    counts = {outcome: ends.count(outcome) for outcome in OUTCOMES}
    return {"put": len(evidence.puts), **counts, "unaccounted": evidence.unaccounted}


def _review(review: Row, links: dict[str, str]) -> dict[str, Any]:
    return {
        "review_id": review["review_id"],
        "severity": review["severity"],
        "labels": review.get("labels") or [],
        "frame_key": review["frame"]["key"],
        "frames": review.get("frames", 1),
        "url": links.get(review["review_id"]),
        "decision": review.get("decision"),
    }


def _stop(stop: Row, evidence: Evidence) -> dict[str, Any]:
    seconds = evidence.story.seconds_to_stop(stop)
    return {
        "channel_arn": stop["channel"],
        "stream_id": stop.get("stream_id"),
        "frame_key": stop.get("frame_key"),
        "put_to_stop_seconds": None if seconds is None else round(seconds, 3),
        "stream_state": evidence.stream_state,
    }
