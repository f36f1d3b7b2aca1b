"""Read the scenarios of `events/`, and make the frames and states that follow from them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from framewarden.domain import frames
from framewarden.domain.times import iso

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
ACCOUNT, REGION = "111122223333", "us-east-1"
CHANNEL = f"arn:aws:ivs:{REGION}:{ACCOUNT}:channel/AbCdef1G2hij"
MEDIALIVE = f"arn:aws:medialive:{REGION}:{ACCOUNT}:channel:1234567"
HOME = frames.Home("aws", REGION, ACCOUNT)
FRAMES_BUCKET, EVIDENCE_BUCKET = "example-frames", "example-evidence"
BATCHES_BUCKET, SOURCE_BUCKET = "example-batches", "example-photos"

Document = dict[str, Any]


def event(scenario: str) -> Document:
    """Return a scenario of `events/`, say `open_review/high`."""
    document: Document = json.loads((EVENTS / f"{scenario}.json").read_text())
    return document


def state(scenario: str, **slots: Any) -> Document:
    """Return a scenario as its handler sees it, with some slots of its state replaced."""
    envelope = event(scenario)
    return {**envelope.pop("state"), **envelope, **slots}


def frame_of(scenario: str, **changes: Any) -> Document:
    """Return the frame of a scenario."""
    frame: Document = state(scenario)["frame"]
    return frame | changes


def another(document: Document, number: int, **changes: Any) -> Document:
    """Return the state of another frame of the same channel, with an execution of its own."""
    frame = document["frame"]
    key = frame["key"].replace("thumb42.jpg", f"thumb{number}.jpg")
    version = f"version-{number}"
    identity = frames.frame_id(frame["bucket"], key, version)
    frame = frame | {"frame_id": identity, "key": key, "version_id": version, "number": number}
    return document | {"frame": frame | changes, "execution": identity}


def put(document: Document, moment: datetime) -> Document:
    """Return the state of a frame that was put at a moment."""
    return document | {"frame": document["frame"] | {"put_at": iso(moment)}}


def admitted(frame: Document) -> Document:
    """Return what the ledger is told of a frame when intake admits it."""
    kept = ("frame_id", "bucket", "key", "version_id", "source", "channel", "channel_arn", "put_at")
    return {name: frame[name] for name in kept}


def policy(channels: Document | None = None, **changes: Any) -> Document:
    """Return a small policy, with a second rung for `high`."""
    return {
        "name": "unit tests",
        "max_age": "5m",
        "on_error": "hold",
        "incident_window": "10m",
        "reviews": {
            "critical": {"deadline": "5m", "default": "stop"},
            "high": {"deadline": "15m", "escalate": "15m", "default": "stop"},
            "medium": {"deadline": "4h", "default": "allow"},
        },
        "rules": [
            {"name": "explicit-stop", "label": "Explicit", "min_confidence": 97}
            | {"severity": "critical"},
            {"name": "explicit-likely", "label": "Explicit", "min_confidence": 80}
            | {"severity": "high"},
        ],
        "channels": channels or {},
        **changes,
    }
