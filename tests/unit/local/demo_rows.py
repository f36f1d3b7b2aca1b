"""Rows of a small demo, as the stack writes them."""

from typing import Any

from framewarden.domain.frames import frame_id
from local.demo_story import Story
from local.player import Put

BEGAN = 1_800_000_000.0  # 2027-01-15T08:00:00Z
ARN = "arn:aws:ivs:us-east-1:000000000000:channel/AbCdef1G2hij"
Row = dict[str, Any]


def put(number: int) -> Put:
    key = f"ivs/thumb{number}.jpg"
    identity = frame_id("frames", key, "v")
    return Put(number, key, "v", identity, BEGAN + number, BEGAN + number + 0.01)


def at(second: int, millisecond: int = 0) -> str:
    return f"2027-01-15T08:00:{second:02}.{millisecond:03}Z"


def review_of(opener: Put, **changes: Any) -> Row:
    row = {
        "review_id": "r1",
        "status": "pending",
        "severity": "medium",
        "frame": {"frame_id": opener.frame_id, "key": opener.key},
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
    }
    return row | changes


def story(*puts: Put) -> Story:
    told = Story(lambda review: f"http://127.0.0.1/reviews/{review['review_id']}?sig=x")
    for one in puts:
        told.put(one)
    return told


def frames(*rows: tuple[Put, Row]) -> dict[str, Row]:
    return {one.frame_id: {"frame_id": one.frame_id} | row for one, row in rows}
