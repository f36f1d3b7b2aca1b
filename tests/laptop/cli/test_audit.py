"""`framewarden audit`: every stored frame is in exactly one place."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import Result

from framewarden.aws.dynamo import typed
from local import tables
from local.audit import FRAME_KEY, Audit
from local.errors import OperatorError
from local.target import Target

IVS = "ivs/v1/123456789012/AbCdef1G2hij/2026/11/22/8/5/j8Z9O91ndcVs/media"
LATER = datetime.now(UTC) + timedelta(hours=1)


def outcomes(target: Target, **settings: Any) -> dict[str, tuple[str, str | None]]:
    walk = Audit(target, clock=lambda: LATER, **settings)
    return {frame.key: (frame.outcome, frame.reason) for frame in walk}


@pytest.mark.parametrize(
    ("key", "counted"),
    [
        (f"{IVS}/thumbnails/thumb42.jpg", True),
        (f"{IVS}/thumbnails/high/thumb0.jpg", True),
        (f"{IVS}/latest_thumbnail/thumb.jpg", True),
        ("ivs/thumb1.jpg", True),
        (f"{IVS}/hls/master.m3u8", False),
        (f"{IVS}/thumbnails/cover.jpg", False),
        ("events/thumb1.jpg", False),
        ("medialive/123/frame-20261122T080500.00042.jpg", True),
        ("uploads/a\nb +%.png", True),
        ("batches/m.jsonl", False),
        ("batches/holiday-1a2b3c4d/a.jpg", False),
    ],
)
def test_which_keys_are_frames(key: str, counted: bool) -> None:
    assert bool(FRAME_KEY.fullmatch(key)) is counted


def test_each_way_a_frame_can_stand(target: Target, ledger: Any) -> None:
    ledger.frame("uploads/clear.jpg", status="settled", outcome="cleared", reason="severity_low")
    ledger.frame("uploads/wait.jpg", status="started", review_id="r1")
    ledger.frame("uploads/runs.jpg", status="started")
    ledger.put("uploads/lost.jpg")
    assert outcomes(target) == {
        "uploads/clear.jpg": ("cleared", "severity_low"),
        "uploads/wait.jpg": ("in_flight", "waiting for a decision"),
        "uploads/runs.jpg": ("in_flight", "started"),
        "uploads/lost.jpg": ("unaccounted", "no row in the ledger"),
    }


def test_a_joined_frame_ends_as_its_review_does(target: Target, ledger: Any) -> None:
    ledger.review("open")
    ledger.review("ending", status="decided", decision="allow")
    ledger.review("over", status="decided", outcome="stopped", outcome_reason="by_person")
    for review in ("open", "ending", "over", "gone"):
        ledger.frame(f"uploads/{review}.jpg", status="joined", review_id=review)
    assert outcomes(target) == {
        "uploads/open.jpg": ("in_flight", "its review is open"),
        "uploads/ending.jpg": ("in_flight", "its review is ending"),
        "uploads/over.jpg": ("stopped", "by_person"),
        "uploads/gone.jpg": ("unaccounted", "its review is gone"),
    }


def test_versions_count_and_delete_markers_do_not(target: Target, ledger: Any) -> None:
    ledger.frame("uploads/a.jpg", status="settled", outcome="cleared")
    ledger.frame("uploads/a.jpg", status="settled", outcome="skipped")
    target.client("s3").delete_object(Bucket=ledger.bucket, Key="uploads/a.jpg")
    walk = Audit(target)
    assert len(list(walk)) == 2
    assert walk.totals()["cleared"] == walk.totals()["skipped"] == 1


def test_a_fresh_object_has_time_for_its_event(target: Target, ledger: Any) -> None:
    ledger.put("uploads/new.jpg")
    walk = Audit(target, grace=timedelta(minutes=1))
    assert [frame.outcome for frame in walk] == ["in_flight"]


def test_more_than_one_batch_adds_up(target: Target, ledger: Any) -> None:
    for number in range(101):
        ledger.put(f"uploads/{number}.jpg")
    ledger.put("batches/m.jsonl")
    walk = Audit(target, grace=timedelta(0))
    frames = list(walk)
    totals = walk.totals()
    assert len(frames) == totals["objects"] == totals["unaccounted"] == 101
    assert totals["not_frames"] == 1


def test_lists_and_images_of_batches_are_no_frames(target: Target, ledger: Any) -> None:
    """A list lies in another bucket, so its row must account for no object, and miss none."""
    ledger.frame("uploads/a.jpg", status="settled", outcome="cleared")
    ledger.put("batches/holiday-1a2b3c4d/a.jpg")
    listed = {"bucket": "batches", "key": "batches/0a/rules/x.jsonl", "source": "batch"}
    ledger.row("5f" * 32, status="settled", outcome="unscreened", unscreened="frame", **listed)
    walk = Audit(target, grace=timedelta(0))
    assert [frame.key for frame in walk] == ["uploads/a.jpg"]
    totals = walk.totals()
    assert (totals["objects"], totals["cleared"], totals["unscreened"]) == (1, 1, 0)
    assert (totals["unaccounted"], totals["not_frames"]) == (0, 1)


class ThrottledDynamoDb:
    """Serves half of what is asked, and leaves the rest unprocessed."""

    def __init__(self, served: int) -> None:
        self.served = served
        self.asked: list[int] = []

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        [(name, wanted)] = RequestItems.items()
        keys = wanted["Keys"]
        self.asked.append(len(keys))
        items = [typed({"frame_id": key["frame_id"]["S"]}) for key in keys[: self.served]]
        rest = {name: {"Keys": keys[self.served :]}} if keys[self.served :] else {}
        return {"Responses": {name: items}, "UnprocessedKeys": rest}


def test_unprocessed_keys_are_asked_for_again_with_pauses() -> None:
    pauses: list[float] = []
    dynamodb = ThrottledDynamoDb(served=2)
    rows = tables.fetch(dynamodb, "t", "frame_id", ["a", "b", "c", "d", "e", "a"], pauses.append)
    assert sorted(rows) == ["a", "b", "c", "d", "e"]
    assert dynamodb.asked == [5, 3, 1]
    assert pauses == [0.05, 0.1]


def test_a_table_that_stays_throttled_is_an_error_and_not_a_lost_frame() -> None:
    with pytest.raises(OperatorError, match="throttles"):
        tables.fetch(ThrottledDynamoDb(served=0), "t", "frame_id", ["a"], lambda _: None)


def test_json_adds_up_and_missing_frames_are_exit_1(
    run: Callable[..., Result], ledger: Any
) -> None:
    ledger.frame("uploads/ok.jpg", status="settled", outcome="cleared", reason="severity_none")
    version = ledger.put('uploads/"odd"\n.jpg')
    done = run("audit", "--json", "--grace", "0")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told.pop("frames") == [
        {
            "key": 'uploads/"odd"\n.jpg',
            "version_id": version,
            "outcome": "unaccounted",
            "reason": "no row in the ledger",
        },
        {
            "key": "uploads/ok.jpg",
            "version_id": told_version(ledger),
            "outcome": "cleared",
            "reason": "severity_none",
        },
    ]
    assert told == {
        "objects": 2,
        "cleared": 1,
        "reviewed": 0,
        "stopped": 0,
        "skipped": 0,
        "unscreened": 0,
        "in_flight": 0,
        "unaccounted": 1,
        "not_frames": 0,
    }


def told_version(ledger: Any) -> str:
    answer = ledger.target.client("s3").head_object(Bucket=ledger.bucket, Key="uploads/ok.jpg")
    return str(answer["VersionId"])


def test_json_of_an_empty_bucket_is_json(run: Callable[..., Result], furnished: Target) -> None:
    done = run("audit", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["frames"] == []


def test_the_table_says_what_to_do(run: Callable[..., Result], ledger: Any) -> None:
    ledger.frame("uploads/bad\u202egpj.jpg", status="settled", outcome="unscreened", reason="image")
    done = run("audit")
    assert done.exit_code == 0
    assert "unscreened" in done.stdout
    assert "\\u202e" in done.stdout
    assert "\u202e" not in done.stdout
    assert "framewarden rescan --stack guard --region us-east-1" in done.stderr


def test_a_prefix_narrows_the_walk(run: Callable[..., Result], ledger: Any) -> None:
    ledger.put("uploads/one/a.jpg")
    ledger.put("uploads/two/b.jpg")
    done = run("audit", "--json", "--prefix", "uploads/two/")
    assert [frame["key"] for frame in json.loads(done.stdout)["frames"]] == ["uploads/two/b.jpg"]
