"""A plan names every byte of a manifest once, and its lines nowhere."""

import json
from itertools import pairwise

import pytest

from framewarden import planning, settings
from framewarden.domain import batches, ranges
from framewarden.domain.errors import BatchRefusedError, ManifestInvalidError, StoreThrottledError
from framewarden.domain.times import iso, parse
from tests.unit.batch_rows import BATCH, LINE, OF_PREFIX, row, stored
from tests.unit.scenes import BATCHES_BUCKET, SOURCE_BUCKET
from tests.unit.wire import KilledError

NOW = parse("2026-11-22T09:00:05Z")
FINISH = {"next": "finish", "shards": []}
FOLLOW = {"next": "follow", "shards": []}
PHOTOS = {"kind": "prefix", "bucket": SOURCE_BUCKET, "key": "2026/", "version_id": None}


def plan(attempt=1, batch_id=BATCH):
    state = {"batch_id": batch_id, "attempt": attempt}
    return planning.plan(state, settings.PlanBatch.read(), NOW)


def kept(aws, batch_id=BATCH):
    return aws.row("batches", batch=batch_id, item="batch")


def put(aws, **changes):
    aws.put("batches", row(**changes))


def manifest_of(aws):
    place = {"Bucket": BATCHES_BUCKET, "Key": f"batches/{BATCH}/manifest.jsonl"}
    lines = aws.client("s3").get_object(**place)["Body"].read().splitlines()
    return [json.loads(line) for line in lines]


def covered(items):
    """Return the bytes of the ranges, splits cut, in order and each once."""
    found = []
    for item in items:
        split = item.get("split")
        found += ranges.within(**split) if split else item["shards"]
    assert all(one["end"] == other["start"] for one, other in pairwise(found))
    return found[0]["start"], found[-1]["end"], len(found)


class TestManifest:
    def test_its_version_is_held_fast_and_its_bytes_are_cut(self, aws):
        manifest = stored(aws, LINE * 5000)
        put(aws, status=batches.STARTING)
        answer = plan()
        assert answer["next"] == "analyze"
        found = kept(aws)
        assert covered(answer["shards"]) == (0, manifest["size"], found["shards"])
        assert (found["manifest"], found["status"]) == (manifest, batches.RUNNING)
        assert (found["planned_at"], found["lines"]) == (iso(NOW), None)
        assert "failure" not in found

    def test_the_version_that_was_asked_for_is_planned(self, aws):
        older = stored(aws, LINE)
        stored(aws, LINE * 9)
        put(aws, source=row()["source"] | {"version_id": older["version_id"]})
        plan()
        assert kept(aws)["manifest"] == older

    def test_in_a_bucket_without_versions_its_etag_is_kept(self, aws):
        stored(aws, LINE)
        aws.wire.serves("HeadObject", lambda asked: {"ContentLength": 56, "ETag": '"abc"'})
        put(aws)
        plan()
        found = kept(aws)["manifest"]
        assert (found["version_id"], found["etag"], found["size"]) == (None, "abc", 56)

    def test_planning_takes_as_long_for_a_terabyte(self, aws):
        size = 2**40
        aws.wire.serves("HeadObject", lambda asked: {"ContentLength": size, "ETag": '"abc"'})
        put(aws)
        answer = plan()
        assert len(answer["shards"]) <= ranges.MOST
        assert len(json.dumps(answer)) < 200_000
        assert covered(answer["shards"]) == (0, size, kept(aws)["shards"])
        assert len(aws.wire.made("HeadObject")) == 1
        assert aws.wire.made("GetObject") == []

    @pytest.mark.parametrize("code", ["404", "403"])
    def test_one_that_is_gone_or_withheld_is_named(self, aws, code):
        put(aws)
        aws.wire.fails("HeadObject", code, status=int(code))
        with pytest.raises(ManifestInvalidError, match=r"s3://example-photos/manifest\.jsonl is"):
            plan()

    def test_an_empty_one_ends_the_batch(self, aws):
        empty = stored(aws, b"")
        put(aws)
        assert plan() == FINISH
        found = kept(aws)
        assert found["failure"]["code"] == "INVALID_MANIFEST"
        assert "s3://example-photos/manifest.jsonl is empty" in found["failure"]["words"]
        assert found["manifest"] == empty
        assert found["status"] == batches.RUNNING, "its execution's last step ends it"

    def test_a_throttle_is_tried_again(self, aws):
        stored(aws, LINE)
        put(aws)
        aws.wire.fails("HeadObject", "503", status=503)
        with pytest.raises(StoreThrottledError):
            plan()
        assert plan()["next"] == "analyze"


class TestPrefix:
    def test_its_images_are_listed_into_a_manifest(self, aws):
        names = ["2026/b.JPG", "2026/a b+ü.png", "2026/11/c.jpeg", "2026/notes.txt", "2026/11/"]
        for name in (*names, "2027/d.jpg", "e.jpg"):
            stored(aws, b"a picture", key=name)
        put(aws, source=PHOTOS)
        assert plan()["next"] == "analyze"
        listed = [f"s3://{SOURCE_BUCKET}/{name}" for name in sorted(names[:3])]
        assert manifest_of(aws) == [{"source-ref": place} for place in listed]
        found = kept(aws)
        assert (found["lines"], found["skipped"]) == (3, 1)
        place = f"batches/{BATCH}/manifest.jsonl"
        assert (found["manifest"]["bucket"], found["manifest"]["key"]) == (BATCHES_BUCKET, place)
        assert found["manifest"]["version_id"]

    def test_one_without_images_ends_the_batch(self, aws):
        stored(aws, b"words", key="2026/notes.txt")
        put(aws, source=PHOTOS)
        assert plan() == FINISH
        found = kept(aws)
        assert "no .jpg, .jpeg, .png below s3://example-photos/2026/" in found["failure"]["words"]
        assert (found["lines"], found["skipped"], found["manifest"]["size"]) == (0, 1, 0)

    def test_a_resumed_batch_keeps_its_list(self, aws):
        stored(aws, b"a picture", key="2026/a.jpg")
        put(aws, source=PHOTOS)
        first = plan()
        stored(aws, b"a picture", key="2026/b.jpg")
        aws.put("batches", kept(aws) | {"attempt": 2})
        aws.wire.forget()
        assert plan(attempt=2) == first
        assert aws.wire.made("ListObjectsV2") == aws.wire.made("PutObject") == []
        assert kept(aws)["lines"] == 1

    def test_more_than_can_be_listed_in_one_call_is_refused(self, aws, monkeypatch):
        monkeypatch.setattr(planning, "MOST_LISTED", 2)
        for name in ("a.jpg", "b.txt", "c.jpg"):
            stored(aws, b"a picture", key=f"2026/{name}")
        put(aws, source=PHOTOS)
        with pytest.raises(ManifestInvalidError, match="more than 2 objects: write a manifest"):
            plan()

    def test_a_bucket_that_may_not_be_listed_is_named(self, aws):
        put(aws, source=PHOTOS)
        aws.wire.fails("ListObjectsV2", "AccessDenied", status=403)
        with pytest.raises(ManifestInvalidError, match="s3://example-photos/2026/ is missing"):
            plan()

    @pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_a_worker_killed_at_any_call_leaves_a_batch_that_can_be_planned(self, aws, call, late):
        stored(aws, b"a picture", key="2026/a.jpg")
        put(aws, source=PHOTOS)
        aws.wire.forget()
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            plan()
        answer = plan()
        found = kept(aws)
        assert covered(answer["shards"]) == (0, found["manifest"]["size"], found["shards"])
        assert manifest_of(aws) == [{"source-ref": "s3://example-photos/2026/a.jpg"}]


class TestAgain:
    def test_another_version_is_nobodys_business(self, aws):
        manifest = stored(aws, LINE)
        put(aws, manifest=manifest, attempt=2)
        stored(aws, LINE * 9)
        assert plan(attempt=2)["next"] == "analyze"
        assert kept(aws)["manifest"] == manifest

    def test_one_that_was_changed_where_there_are_no_versions_is_refused(self, aws):
        manifest = stored(aws, LINE) | {"version_id": None}
        put(aws, manifest=manifest)
        stored(aws, LINE * 9)
        with pytest.raises(ManifestInvalidError, match="was changed since the batch began"):
            plan()

    def test_one_that_is_gone_is_named(self, aws):
        put(aws, manifest=stored(aws, LINE))
        aws.wire.fails("HeadObject", "404", status=404)
        with pytest.raises(ManifestInvalidError, match="is missing"):
            plan()


class TestBulk:
    def answered(self, aws, body):
        answers = stored(aws, body, BATCHES_BUCKET, f"batches/{BATCH}/job/1/results.json")
        results = {name: answers[name] for name in ("bucket", "key")}
        put(aws, engine=batches.BULK, manifest=stored(aws, LINE * 3), job={"results": results})

    @pytest.mark.parametrize("job", [{}, {"job": {"n": 1, "id": "abc", "status": "IN_PROGRESS"}}])
    def test_its_job_is_followed_first(self, aws, job):
        manifest = stored(aws, LINE * 3)
        put(aws, engine=batches.BULK, **job)
        assert plan() == FOLLOW
        assert kept(aws)["manifest"] == manifest
        assert "shards" not in kept(aws)

    def test_then_its_answers_are_cut(self, aws):
        self.answered(aws, LINE * 5000)
        answer = plan()
        assert answer["next"] == "analyze"
        assert covered(answer["shards"]) == (0, len(LINE) * 5000, kept(aws)["shards"])

    def test_a_job_without_an_answer_is_finished(self, aws):
        self.answered(aws, b"")
        assert plan() == FINISH
        assert "failure" not in kept(aws)

    def test_answers_that_are_gone_are_named(self, aws):
        self.answered(aws, LINE)
        aws.client("s3").delete_object(
            Bucket=BATCHES_BUCKET, Key=f"batches/{BATCH}/job/1/results.json"
        )
        with pytest.raises(ManifestInvalidError, match=r"job/1/results\.json is missing"):
            plan()


class TestEnded:
    @pytest.mark.parametrize("status", [batches.CANCELLING, batches.PAUSED, batches.FAILED])
    def test_a_batch_that_somebody_ended_is_not_planned(self, aws, status):
        put(aws, status=status)
        assert plan() == FINISH
        assert kept(aws) == row(status=status)

    def test_an_attempt_that_is_over_plans_nothing(self, aws):
        put(aws, attempt=2)
        assert plan(attempt=1) == FINISH
        assert aws.wire.made("HeadObject") == []

    def test_one_that_is_cancelled_meanwhile_is_finished(self, aws):
        stored(aws, LINE)
        put(aws)
        aws.wire.before("UpdateItem", lambda: put(aws, status=batches.CANCELLING))
        assert plan() == FINISH
        assert kept(aws) == row(status=batches.CANCELLING)

    def test_there_is_no_such_batch(self, aws):
        with pytest.raises(BatchRefusedError, match=f"no batch {OF_PREFIX}"):
            plan(batch_id=OF_PREFIX)


def test_what_is_logged_names_no_image(aws, logged):
    stored(aws, b"a picture", key="2026/a.jpg")
    put(aws, source=PHOTOS)
    plan()
    assert BATCH in logged.getvalue()
    assert "2026" not in logged.getvalue().replace("2026-", "")
