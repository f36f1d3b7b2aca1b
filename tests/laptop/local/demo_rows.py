"""Rows of a small demo, as the stack writes them."""

from typing import Any

from framewarden.domain.frames import frame_id
from local.demo_report import Evidence
from local.demo_snapshot import Snapshot
from local.demo_story import Story
from local.player import Put
from local.sending import Session

BEGAN = 1_800_000_000.0  # 2027-01-15T08:00:00Z
ARN = "arn:aws:ivs:us-east-1:000000000000:channel/AbCdef1G2hij"
Row = dict[str, Any]


def put(number: int, recording: str = "ivs") -> Put:
    key = f"{recording}/thumb{number}.jpg"
    identity = frame_id("frames", key, "v")
    return Put(number, key, "v", identity, BEGAN + number, BEGAN + number + 0.01)


def upload() -> Put:
    key = "uploads/demo-1/no-picture.jpg"
    return Put(0, key, "v", frame_id("frames", key, "v"), BEGAN, BEGAN + 0.01)


def at(second: int, millisecond: int = 0) -> str:
    return f"2027-01-15T08:00:{second:02}.{millisecond:03}Z"


def review_of(opener: Put, **changes: Any) -> Row:
    row = {
        "review_id": "r1",
        "status": "pending",
        "severity": "medium",
        "category": "Explicit",
        "frame": {"frame_id": opener.frame_id, "bucket": "frames", "key": opener.key},
        "frames": 1,
        "labels": [{"name": "Explicit", "confidence": 68.46}],
        "samples": [{"key": opener.key, "version_id": "v", "confidence": 68.46}],
    }
    return row | changes


def stop_by(frame: Put, **changes: Any) -> Row:
    row = {
        "channel": ARN,
        "item": "stop#st-1",
        "stream_id": "st-1",
        "status": "stopped",
        "frame_id": frame.frame_id,
        "frame_key": frame.key,
        "accepted_at": at(5, 410),
        "stopped_at": at(5, 730),
    }
    return row | changes


def restop(stream_id: str = "st-2", **changes: Any) -> Row:
    """A stop by the ban: no frame is behind it."""
    row = {
        "channel": ARN,
        "item": f"stop#{stream_id}",
        "stream_id": stream_id,
        "status": "stopped",
        "frame_id": None,
        "frame_key": None,
        "accepted_at": at(10, 900),
        "stopped_at": at(11, 250),
    }
    return row | changes


def ban(**changes: Any) -> Row:
    row = {
        "channel": ARN,
        "item": "ban",
        "status": "standing",
        "since": at(5, 300),
        "until": None,
        "stopped_at": at(5, 730),
        "open": "ban",
    }
    return row | changes


def story(*puts: Put) -> Story:
    told = Story(lambda review: f"http://127.0.0.1/reviews/{review['review_id']}?sig=x")
    for one in puts:
        told.put(one)
    return told


def frames(*rows: tuple[Put, Row]) -> dict[str, Row]:
    return {one.frame_id: {"frame_id": one.frame_id} | row for one, row in rows}


STACK = {
    "console_url": "http://127.0.0.1:4566/live",
    "api_url": "http://127.0.0.1:4566/live",
    "state_machine_arn": "arn:aws:states:us-east-1:000000000000:stateMachine:moderate",
    "frames_bucket": "frames",
    "evidence_bucket": "evidence",
}
LINK = "http://127.0.0.1:4566/live/reviews/r1?exp=1&sig=x"


def evidence() -> Evidence:
    """One frame cleared, one reviewed with one that joined, one stopped, a comeback, and a file."""
    cleared, opener, joiner, guilty = (put(number, "ivs/1") for number in (1, 2, 3, 5))
    late, again = put(0, "ivs/2"), put(0, "ivs/3")
    odd = upload()
    review = review_of(
        opener, status="decided", decision="allow", outcome="reviewed", frames=2, judged_at=at(2)
    )
    skipped = {"status": "settled", "outcome": "skipped", "reason": "stream_already_stopped"}
    now = Snapshot(
        frames(
            (cleared, {"status": "settled", "outcome": "cleared", "judged_at": at(1, 200)}),
            (opener, {"status": "settled", "outcome": "reviewed", "review_id": "r1"}),
            (joiner, {"status": "joined", "review_id": "r1", "judged_at": at(3, 400)}),
            (guilty, {"status": "settled", "outcome": "stopped", "judged_at": at(5, 300)}),
            (late, skipped),
            (again, {"status": "settled", "outcome": "cleared"}),
            (odd, {"status": "settled", "outcome": "unscreened", "reason": "image_invalid"}),
        ),
        {"r1": review},
        [stop_by(guilty, status="reinstated"), restop(status="reinstated")],
        ban(status="lifted"),
    )
    puts = [odd, cleared, opener, joiner, guilty, late, again]
    return Evidence(
        stack=STACK,
        puts=puts,
        snapshot=now,
        story=story(*puts[1:]),
        links={"r1": LINK},
        unaccounted=0,
        sessions=[
            Session("st-1", "ivs/1", 4, "source"),
            Session("st-2", "ivs/2", 1, "stopped"),
            Session("st-3", "ivs/3", 1, "source"),
        ],
        unreadable=odd,
        on_air=None,
        notices=["stopped: AbCdef1G2hij", "stopped again: AbCdef1G2hij"],
        reconnect={"stream_id": "st-2", "stopped_after_seconds": 1.25},
        reinstated={"by": "framewarden demo", "live_again": True},
        seconds={"cloud_up": 3.00049, "deploy": 20.0, "play": 5.5},
    )
