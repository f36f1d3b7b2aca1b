"""The report has exactly the promised structure, and every broken promise is a sentence."""

import copy
import json
from typing import Any

import pytest
from demo_rows import ARN, LINK, STACK, evidence, put, upload

from local.demo_report import Evidence, broken_promises, document, percentile
from local.demo_snapshot import Snapshot


def test_the_report_has_the_promised_structure() -> None:
    report = document(evidence())

    assert json.loads(json.dumps(report)) == {
        "stack": STACK,
        "frames": {
            "put": 7,
            "cleared": 2,
            "reviewed": 2,
            "stopped": 1,
            "skipped": 1,
            "unscreened": 1,
            "unaccounted": 0,
        },
        "skipped": {"stream_already_stopped": 1},
        "unscreened": [
            {
                "frame_id": upload().frame_id,
                "frame_key": "uploads/demo-1/no-picture.jpg",
                "reason": "image_invalid",
            }
        ],
        "unreadable": "uploads/demo-1/no-picture.jpg",
        "sessions": [
            {
                "stream_id": "st-1",
                "prefix": "ivs/1",
                "frames": 4,
                "ended_by": "source",
                "cleared": 1,
            },
            {
                "stream_id": "st-2",
                "prefix": "ivs/2",
                "frames": 1,
                "ended_by": "stopped",
                "cleared": 0,
            },
            {
                "stream_id": "st-3",
                "prefix": "ivs/3",
                "frames": 1,
                "ended_by": "source",
                "cleared": 1,
            },
        ],
        "reviews": [
            {
                "review_id": "r1",
                "severity": "medium",
                "labels": [{"name": "Explicit", "confidence": 68.46}],
                "frame_key": "ivs/1/thumb2.jpg",
                "frames": 2,
                "url": LINK,
                "decision": "allow",
            }
        ],
        "stops": [
            {
                "channel_arn": ARN,
                "stream_id": "st-1",
                "frame_id": put(5, "ivs/1").frame_id,
                "frame_key": "ivs/1/thumb5.jpg",
                "put_to_stop_seconds": 0.41,
                "stream_state": "offline",
            },
            {
                "channel_arn": ARN,
                "stream_id": "st-2",
                "frame_id": None,
                "frame_key": None,
                "put_to_stop_seconds": None,
                "stream_state": "offline",
            },
        ],
        "reconnect": {"stream_id": "st-2", "stopped_after_seconds": 1.25},
        "reinstated": {"by": "framewarden demo", "live_again": True},
        "notices": ["stopped: AbCdef1G2hij", "stopped again: AbCdef1G2hij"],
        "latency_seconds": {
            "put_to_verdict": {"p50": 0.2, "p95": 0.4},
            "put_to_stop": {"p50": 0.41, "p95": 0.41},
        },
        "seconds": {"cloud_up": 3.0, "deploy": 20.0, "play": 5.5},
    }


def test_a_stop_that_was_not_made_is_no_stop() -> None:
    shown = evidence()
    shown.snapshot.stops[0]["status"] = "failed"

    assert [stop["stream_id"] for stop in document(shown)["stops"]] == ["st-2"]


def test_a_stopped_stream_that_ivs_still_shows_is_live() -> None:
    shown = Evidence(**{**vars(evidence()), "on_air": "st-2"})

    assert [stop["stream_state"] for stop in document(shown)["stops"]] == ["offline", "live"]


def test_every_promise_was_kept() -> None:
    assert broken_promises(document(evidence()), 4) == []


def changed(report: dict[str, Any], *path: str | int, value: Any) -> dict[str, Any]:
    other = copy.deepcopy(report)
    place: Any = other
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return other


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("sessions", 0, "frames"), 3, "3 frames of the film were put, not 4."),
        (("unscreened",), [], "uploads/demo-1/no-picture.jpg is not held as unscreened."),
        (
            ("unscreened", 0, "frame_key"),
            "ivs/1/thumb1.jpg",
            "uploads/demo-1/no-picture.jpg is not held as unscreened.",
        ),
        (
            ("unscreened", 0, "frame_key"),
            "ivs/1/thumb1.jpg",
            "1 other frames were looked at by nobody.",
        ),
        (("frames", "unaccounted"), 2, "2 frames are unaccounted for."),
        (("frames", "cleared"), 1, "7 frames were put and 6 have an outcome."),
        (("frames", "stopped"), 0, "No frame ended as stopped."),
        (("skipped",), {"duplicate": 1}, "Frames were skipped: duplicate."),
        (("reviews",), [], "No review was opened."),
        (("reviews", 0, "decision"), None, "Reviews wait without a decision: r1."),
        (("stops",), [], "The film's stream was stopped 0 times, not once."),
        (("stops", 1, "stream_id"), "st-3", "Other streams were stopped: st-3."),
        (("stops", 0, "stream_state"), "live", "The channel is not offline."),
        (("notices",), ["stopped: A"] * 3, "3 notices told of 2 stops."),
        (("reconnect",), None, "The reconnected stream was not stopped, not within 5 s."),
        (
            ("reconnect", "stopped_after_seconds"),
            None,
            "The reconnected stream was not stopped, not within 5 s.",
        ),
        (
            ("reconnect", "stopped_after_seconds"),
            5.01,
            "The reconnected stream was stopped after 5.01 s, not within 5 s.",
        ),
        (("reinstated",), None, "The reinstated channel did not stay on air."),
        (("reinstated", "live_again"), False, "The reinstated channel did not stay on air."),
        (("sessions", 2, "cleared"), 0, "0 of 1 frames of the last stream are cleared."),
    ],
)
def test_each_broken_promise_is_a_sentence(path: Any, value: Any, sentence: str) -> None:
    report = changed(document(evidence()), *path, value=value)

    assert sentence in broken_promises(report, 4)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]

    assert percentile(values, 0.50) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert percentile([7.0], 0.5) == 7.0
    assert percentile([], 0.5) is None


def test_nothing_measured_is_null() -> None:
    shown = evidence()
    empty = Evidence(**{**vars(shown), "puts": [], "snapshot": Snapshot()})

    assert document(empty)["latency_seconds"] == {
        "put_to_verdict": {"p50": None, "p95": None},
        "put_to_stop": {"p50": None, "p95": None},
    }
