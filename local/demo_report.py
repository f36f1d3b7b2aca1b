"""Write what the demo showed: the JSON document, and the promises that it did not keep."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from local.demo_snapshot import Row, Snapshot, seconds_to_verdict
from local.demo_story import Story
from local.player import Put
from local.sending import Session

OUTCOMES = ("cleared", "reviewed", "stopped", "skipped", "unscreened")
# What a frame that was put as its stream was being stopped may say.
AFTER_THE_STOP = "stream_already_stopped"
# A reconnecting encoder is stopped again within so many seconds of its Stream Start.
STOPPED_AGAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Evidence:
    """All that the report is made from; `unaccounted` is the audit's count, times in seconds.

    `on_air` is the stream that IVS shows at the end, if any; `notices` are subjects; `unreadable`
    is the file that nothing can judge.
    """

    stack: dict[str, str]
    puts: list[Put]
    snapshot: Snapshot
    story: Story
    links: dict[str, str]
    unaccounted: int
    sessions: list[Session]
    unreadable: Put
    on_air: str | None
    notices: list[str]
    reconnect: dict[str, Any] | None
    reinstated: dict[str, Any] | None
    seconds: dict[str, float]


def document(evidence: Evidence) -> dict[str, Any]:
    """Return the report, ready for JSON."""
    now = evidence.snapshot
    stops = [_stop(stop, evidence) for stop in now.stops_made]
    times = [stop["put_to_stop_seconds"] for stop in stops]
    return {
        "stack": evidence.stack,
        "frames": _frames(evidence),
        "skipped": _skipped(evidence),
        "unscreened": _unscreened(evidence),
        "unreadable": evidence.unreadable.key,
        "sessions": [_session(session, evidence) for session in evidence.sessions],
        "reviews": [_review(review, evidence.links) for review in now.reviews.values()],
        "stops": stops,
        "reconnect": evidence.reconnect,
        "reinstated": evidence.reinstated,
        "notices": evidence.notices,
        "latency_seconds": {
            "put_to_verdict": _spread(seconds_to_verdict(evidence.puts, now)),
            "put_to_stop": _spread([seconds for seconds in times if seconds is not None]),
        },
        "seconds": {name: round(value, 3) for name, value in evidence.seconds.items()},
    }


def broken_promises(report: dict[str, Any], expected: int) -> list[str]:
    """Return one sentence for each promise that was not kept; none is the good end."""
    frames, reviews = report["frames"], report["reviews"]
    undecided = [review["review_id"] for review in reviews if not review["decision"]]
    ended = sum(frames[outcome] for outcome in OUTCOMES)
    film = report["sessions"][0]["frames"]
    held = [one["frame_key"] for one in report["unscreened"]]
    missed = sum(key != report["unreadable"] for key in held)
    reasons = [reason for reason in report["skipped"] if reason != AFTER_THE_STOP]
    promises = {
        f"{film} frames of the film were put, not {expected}.": film == expected,
        f"{report['unreadable']} is not held as unscreened.": report["unreadable"] in held,
        f"{missed} other frames were looked at by nobody.": not missed,
        f"{frames['unaccounted']} frames are unaccounted for.": not frames["unaccounted"],
        f"{frames['put']} frames were put and {ended} have an outcome.": ended == frames["put"],
        f"Frames were skipped: {', '.join(reasons)}.": not reasons,
        "No review was opened.": bool(reviews),
        f"Reviews wait without a decision: {', '.join(undecided)}.": not undecided,
    }
    promises |= _stop_promises(report) | _comeback_promises(report)
    return [sentence for sentence, kept in promises.items() if not kept]


def _stop_promises(report: dict[str, Any]) -> dict[str, bool]:
    stops, reconnect = report["stops"], report["reconnect"] or {}
    stopped = [stop["stream_id"] for stop in stops]
    film = report["sessions"][0]["stream_id"]
    others = sorted({*stopped} - {film, reconnect.get("stream_id")})
    offline = all(stop["stream_state"] == "offline" for stop in stops)
    told = sum(subject.startswith("stopped") for subject in report["notices"])
    return {
        f"The film's stream was stopped {stopped.count(film)} times, not once.": (
            stopped.count(film) == 1
        ),
        f"Other streams were stopped: {', '.join(others)}.": not others,
        "No frame ended as stopped.": bool(report["frames"]["stopped"]),
        "The channel is not offline.": offline,
        f"{told} notices told of {len(stops)} stops.": told <= len(stops),
    }


def _comeback_promises(report: dict[str, Any]) -> dict[str, bool]:
    seconds = (report["reconnect"] or {}).get("stopped_after_seconds")
    what = "was not stopped" if seconds is None else f"was stopped after {seconds:.2f} s"
    last = report["sessions"][-1]
    back = bool(report["reinstated"] and report["reinstated"]["live_again"])
    return {
        f"The reconnected stream {what}, not within {STOPPED_AGAIN_SECONDS:.0f} s.": (
            seconds is not None and seconds <= STOPPED_AGAIN_SECONDS
        ),
        "The reinstated channel did not stay on air.": back,
        f"{last['cleared']} of {last['frames']} frames of the last stream are cleared.": (
            last["cleared"] == last["frames"] or not back
        ),
    }


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


def _skipped(evidence: Evidence) -> dict[str, int]:
    """Count the skipped frames by reason."""
    rows = (evidence.snapshot.frames.get(put.frame_id, {}) for put in evidence.puts)
    return dict(Counter(str(row.get("reason")) for row in rows if row.get("outcome") == "skipped"))


def _unscreened(evidence: Evidence) -> list[dict[str, Any]]:
    """List the frames that nobody judged."""
    now = evidence.snapshot
    return [
        {
            "frame_id": put.frame_id,
            "frame_key": put.key,
            "reason": now.frames[put.frame_id].get("reason"),
        }
        for put in evidence.puts
        if now.outcome(put.frame_id) == "unscreened"
    ]


def _session(session: Session, evidence: Evidence) -> dict[str, Any]:
    own = [put for put in evidence.puts if put.key.startswith(f"{session.prefix}/")]
    ends = [evidence.snapshot.outcome(put.frame_id) for put in own]
    return asdict(session) | {"cleared": ends.count("cleared")}


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
        "frame_id": stop.get("frame_id"),
        "frame_key": stop.get("frame_key"),
        "put_to_stop_seconds": None if seconds is None else round(seconds, 3),
        "stream_state": "live" if stop.get("stream_id") == evidence.on_air else "offline",
    }
