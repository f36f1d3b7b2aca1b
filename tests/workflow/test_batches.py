"""Moderate batches on the running laptop cloud: every line once, whatever happens meanwhile."""

import json
import time

import pytest

from framewarden.domain import batches
from tests.workflow.batching import Batching
from tests.workflow.conftest import Desk

pytestmark = pytest.mark.workflow


@pytest.fixture
def batching(desk: Desk) -> Batching:
    desk.control("calls", method="DELETE")
    return Batching(desk)


def some(batching: Batching, count: int, name: str = "clean") -> list[str]:
    """Put so many harmless pictures, each of bytes of its own."""
    picture = batching.desk.pictures.clean()
    return [
        batching.picture(f"{name}-{at:04d}.jpg", picture + at.to_bytes(4, "big"))
        for at in range(count)
    ]


def test_every_line_is_analyzed_or_accounted_for(desk: Desk, batching: Batching) -> None:
    clean = some(batching, 3)
    high = batching.picture("high.jpg", desk.pictures.high())
    medium = batching.picture("medium.jpg", desk.pictures.medium())
    broken = batching.picture("broken.jpg", b"no picture at all")
    manifest = batching.manifest(
        b"\xef\xbb\xbf" + json.dumps({"source-ref": clean[0]}).encode(),
        clean[1],
        high,
        b"{broken",
        b"",
        high,
        batching.ref("missing.jpg"),
        b'{"other": 1}',
        "s3://somebody-elses/a.jpg",
        "https://example.org/a.jpg",
        broken,
        medium,
        clean[2],
        end=b"\r\n",
    )
    row = batching.ended(batch_id := batching.start(manifest, name="every line"))
    assert (row["status"], row.get("failure")) == (batches.DONE, None)
    refs = [line["source-ref"] for line in batching.results(batch_id)]
    assert refs == [clean[0], clean[1], high, high, medium, clean[2]]
    for line in batching.results(batch_id):
        assert set(line) == {"source-ref", "detect-moderation-labels"}
        answer = line["detect-moderation-labels"]
        assert {"ModerationLabels", "ModerationModelVersion", "ContentTypes"} <= set(answer)
    told = batching.summary(batch_id)
    assert told["statistics"] == {
        "total-json-lines": 12,
        "valid-json-lines": 6,
        "invalid-json-lines": 6,
        "duplicate-json-lines": 1,
    }
    assert {error["line-number"]: error["code"] for error in told["errors"]} == {
        4: "INVALID_JSON_LINE",
        6: "DUPLICATE_SOURCE_REF",
        7: "INVALID_S3_OBJECT",
        8: "MISSING_SOURCE_REF",
        9: "BUCKET_NOT_ALLOWED",
        10: "INVALID_SOURCE_REF",
        11: "INVALID_IMAGE_FORMAT",
    }
    asked = batching.asked()
    assert max(asked.values()) == 1, "an image is paid for once"
    assert row["analyzed"] == 5
    assert set(batching.rules(batch_id)) == {"explicit-high", "explicit-medium"}


def test_a_rules_images_are_one_review_and_end_with_its_decision(
    desk: Desk, batching: Batching
) -> None:
    high = [
        batching.picture(f"high-{at}.jpg", desk.pictures.high() + bytes([at])) for at in range(3)
    ]
    batch_id = batching.start(batching.manifest(*some(batching, 2), *high))
    assert batching.ended(batch_id)["status"] == batches.DONE
    [listed] = batching.rules(batch_id).values()
    assert (listed["rule"], listed["images"]) == ("explicit-high", 3)
    review = desk.asked(listed["frame_id"])
    assert review["batch"]["batch_id"] == batch_id
    assert review["severity"] == "high"
    frame = desk.frame(listed["frame_id"])
    assert (frame["source"], frame["status"]) == ("batch", "started")
    from local.review_link import answer

    assert answer(desk.link(review), "block", "Ada", "all of them")["accepted"]
    row = desk.ended(listed["frame_id"])
    assert (row["outcome"], row["reason"]) == ("reviewed", "block")
    story = desk.story(row)
    assert story["copied"] is True
    assert story["batch"]["rule"] == "explicit-high"


def test_an_object_below_batches_starts_one_batch(desk: Desk, batching: Batching) -> None:
    lines = b"".join(json.dumps({"source-ref": ref}).encode() + b"\n" for ref in some(batching, 2))
    bucket = desk.target.output("FramesBucket")
    key = f"batches/{batching.folder}/by an object+é.jsonl"
    version = batching.s3.put_object(Bucket=bucket, Key=key, Body=lines)["VersionId"]
    batch_id = batches.batch_id_of(bucket, key, version)
    row = batching.ended(batch_id)
    assert (row["status"], row["via"], row["analyzed"]) == (batches.DONE, "event", 2)
    assert not batching.rules(batch_id)


def test_a_folder_of_a_bucket_is_listed(desk: Desk, batching: Batching) -> None:
    some(batching, 5, "in the folder")
    batching.picture("notes.txt", b"not an image")
    batch_id = f"{time.time_ns():020x}"
    prefix = batching.ref("")
    told = batching.ask(batch={"batch_id": batch_id, "prefix": prefix, "by": "test", "via": "cli"})
    assert told["started"], told
    row = batching.ended(batch_id)
    assert (row["status"], row["analyzed"]) == (batches.DONE, 5)
    assert len(batching.results(batch_id)) == 5


def test_a_cancelled_batch_goes_on_where_it_stopped(desk: Desk, batching: Batching) -> None:
    images = some(batching, 150)
    manifest = batching.manifest(*images)
    whole = batching.start(manifest)
    assert batching.ended(whole)["status"] == batches.DONE
    desk.control("calls", method="DELETE")
    batch_id = batching.start(manifest)
    desk.wait(lambda: batching.row(batch_id).get("analyzed", 0) >= 50, "a third is done")
    assert batching.ask(cancel={"batch_id": batch_id, "by": "test"})["status"] == "cancelling"
    row = batching.ended(batch_id)
    assert row["status"] == batches.CANCELLED
    assert row["analyzed"] < len(images)
    assert batching.ask(resume={"batch_id": batch_id, "by": "test"})["started"]
    row = batching.ended(batch_id)
    assert (row["status"], row["attempt"], row["analyzed"]) == (batches.DONE, 2, len(images))
    asked = batching.asked()
    assert (len(asked), max(asked.values())) == (len(images), 1)
    for name in (batches.RESULTS, batches.MANIFEST_SUMMARY):
        assert batching.file(batch_id, name) == batching.file(whole, name)


def test_a_stopped_execution_is_a_failed_batch_that_can_go_on(
    desk: Desk, batching: Batching
) -> None:
    images = some(batching, 150)
    batch_id = batching.start(batching.manifest(*images))
    desk.wait(lambda: batching.row(batch_id).get("analyzed", 0) >= 40, "some are done")
    machine = desk.target.output("BatchMachineArn")
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{batch_id}"
    desk.client("stepfunctions").stop_execution(executionArn=arn)
    row = batching.ended(batch_id)
    assert row["status"] == batches.FAILED
    assert row["failure"]["words"]
    assert batching.ask(resume={"batch_id": batch_id, "by": "test"})["started"]
    assert batching.ended(batch_id)["status"] == batches.DONE
    asked = batching.asked()
    assert (len(asked), max(asked.values())) == (len(images), 1)
    assert len(batching.results(batch_id)) == len(images)


def test_a_killed_worker_repeats_no_more_than_was_in_its_hands(
    desk: Desk, batching: Batching
) -> None:
    images = some(batching, 150)
    batch_id = batching.start(batching.manifest(*images))
    desk.wait(lambda: batching.row(batch_id).get("analyzed", 0) >= 60, "40 % are done")
    killed = desk.kill_workers("AnalyzeShard")
    assert killed
    row = batching.ended(batch_id)
    assert row["status"] == batches.DONE
    asked = batching.asked()
    assert len(asked) == len(images)
    assert max(asked.values()) <= 2
    assert sum(asked.values()) - len(images) <= 4 * killed, "four threads of each worker"
    assert [line["source-ref"] for line in batching.results(batch_id)] == images


def test_a_ceiling_pauses_before_it_is_passed(desk: Desk, batching: Batching) -> None:
    images = some(batching, 60)
    batch_id = batching.start(batching.manifest(*images), ceiling=25)
    row = batching.ended(batch_id)
    assert row["status"] == batches.PAUSED
    assert sum(batching.asked().values()) == row["reserved"] == 25
    assert batching.ask(resume={"batch_id": batch_id, "by": "test", "ceiling": 100})["started"]
    row = batching.ended(batch_id)
    assert (row["status"], row["analyzed"]) == (batches.DONE, 60)
    assert max(batching.asked().values()) == 1


def test_a_throttle_slows_the_batch_and_loses_nothing(desk: Desk, batching: Batching) -> None:
    desk.fault("rekognition", "DetectModerationLabels", error="ThrottlingException", times=5)
    images = some(batching, 20)
    batch_id = batching.start(batching.manifest(*images))
    assert batching.ended(batch_id)["status"] == batches.DONE
    assert len(batching.results(batch_id)) == 20
    assert batching.row("pace", "pace")["halved_at"]


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b"\n\n\r\n"])
def test_a_manifest_without_lines_fails_and_says_so(
    desk: Desk, batching: Batching, body: bytes
) -> None:
    batching.s3.put_object(Bucket="workflow-photos", Key=f"{batching.folder}/m.jsonl", Body=body)
    batch_id = batching.start(batching.ref("m.jsonl"))
    row = batching.ended(batch_id)
    assert (row["status"], row["failure"]["code"]) == (batches.FAILED, "INVALID_MANIFEST")
    assert batching.summary(batch_id)["statistics"]["total-json-lines"] == 0


def test_a_manifest_that_is_not_there_fails_and_says_so(desk: Desk, batching: Batching) -> None:
    row = batching.ended(batching.start(batching.ref("nothing.jsonl")))
    assert row["status"] == batches.FAILED
    assert "nothing.jsonl" in row["failure"]["words"]


@pytest.mark.parametrize("output", ["EvidenceBucket", "FramesBucket", "BatchesBucket"])
def test_what_must_not_be_a_source_is_refused(desk: Desk, batching: Batching, output: str) -> None:
    told = batching.ask(
        batch={
            "batch_id": f"{time.time_ns():020x}",
            "prefix": f"s3://{desk.target.output(output)}/uploads/",
            "by": "test",
            "via": "cli",
        }
    )
    assert told["errorType"] == "BatchRefusedError"
    assert desk.target.output(output) in told["errorMessage"]
