"""Collecting an adapter's examples: what is there is copied once, what is gone is left out."""

import json

import pytest

from framewarden import archiving, collecting, settings
from framewarden.aws.training_files import IMAGES
from framewarden.domain import adapters
from framewarden.domain.errors import StoreThrottledError
from tests.unit import training_world as world
from tests.unit.adapter_rows import arn_of
from tests.unit.judged_pictures import SMOKING, live_row
from tests.unit.scenes import (
    BATCHES_BUCKET,
    EVIDENCE_BUCKET,
    FRAMES_BUCKET,
    SOURCE_BUCKET,
    frame_of,
    state,
)
from tests.unit.training_world import NAME, NOW
from tests.unit.wire import KilledError

TRAIN, END = {"next": "train"}, {"next": "end"}


def collect(**changes):
    started = state("collect_examples/started") | changes
    return collecting.collect(started, world.own().collect, NOW)


def lines(aws, name):
    key = world.adapter(aws)["manifests"][name]["key"]
    body = aws.client("s3").get_object(Bucket=BATCHES_BUCKET, Key=key)["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def copies(aws):
    answer = aws.client("s3").list_objects_v2(Bucket=BATCHES_BUCKET, Prefix=IMAGES)
    return sorted(found["Key"] for found in answer.get("Contents", ()))


def left_out(aws):
    return world.adapter(aws)["readiness"]["left_out"]["counts"]


def live_example(aws, number, version_id=None, **changes):
    """Keep a still that a live review denied smoking of."""
    key = f"uploads/live/{number}.jpg"
    about = {"bucket": FRAMES_BUCKET, "key": key, "ref": f"s3://{FRAMES_BUCKET}/{key}"}
    about |= {"version_id": version_id, "frame_id": f"{number:064x}", "channel_arn": None}
    kept = live_row(f"rev-{number}", (), (SMOKING,), **about) | changes
    aws.put("batches", kept)
    return kept


@pytest.fixture
def ready(aws):
    """Keep enough examples, and an adapter that collects them."""
    world.examples(aws)
    world.known(aws, adapters.COLLECTING)
    aws.wire.forget()


class TestReady:
    def test_manifests_of_two_sides_and_one_bucket(self, aws, ready):
        assert collect() == TRAIN
        row = world.adapter(aws)
        assert (row["status"], row["readiness"]["ready"]) == ("training", True)
        train, test = lines(aws, "train"), lines(aws, "test")
        assert len(train) == row["manifests"]["train"]["images"] == row["readiness"]["train"]
        assert len(test) == row["manifests"]["test"]["images"] >= 20
        assert len(train) + len(test) == 80
        refs = [line["source-ref"] for line in (*train, *test)]
        assert len(set(refs)) == 80
        assert sorted(refs) == [f"s3://{BATCHES_BUCKET}/{key}" for key in copies(aws)]
        shown = [line["content-moderation-groundtruth"]["ModerationLabels"] for line in train]
        named = [{one["Name"] for one in labels} for labels in shown]
        assert any(SMOKING in names for names in named)
        assert any(not names for names in named)

    def test_what_is_there_is_not_copied_again(self, aws, ready):
        collect()
        assert len(aws.wire.made("CopyObject")) == 80
        world.known(aws, adapters.COLLECTING, attempt=2)
        aws.wire.forget()
        assert collect(attempt=2) == TRAIN
        assert aws.wire.made("CopyObject") == []
        assert len(aws.wire.made("ListObjectsV2")) == 1

    def test_a_try_after_the_end_of_another_changes_nothing(self, aws, ready):
        collect()
        before = world.adapter(aws)
        aws.wire.forget()
        assert collect() == TRAIN
        assert world.adapter(aws) == before
        assert aws.wire.made("PutObject") == []

    def test_the_try_of_two_at_once_that_ends_first_is_the_one(self, aws, ready):
        def faster():
            assert collect() == TRAIN
            # Somebody has judged on meanwhile: the slower try splits otherwise.
            world.example(aws, 9_999, 9, right=True)

        aws.wire.before("ListObjectsV2", faster)
        assert collect() == TRAIN
        row = world.adapter(aws)
        written = {call["Key"] for call in aws.wire.made("PutObject")}
        assert {row["manifests"][name]["key"] for name in ("train", "test", "live")} <= written

    def test_labels_and_threshold_are_those_of_the_row(self, aws):
        world.examples(aws)
        world.known(aws, adapters.COLLECTING, labels=["Alcohol"], threshold=70)
        assert collect() == END
        readiness = world.adapter(aws)["readiness"]
        assert (readiness["ready"], readiness["threshold"]) == (False, 70)

    def test_a_throttle_is_tried_again_and_what_is_copied_stays(self, aws, ready):
        aws.wire.before("CopyObject", lambda: None)
        aws.wire.fails("CopyObject", "SlowDown", status=503, times=2)
        with pytest.raises(StoreThrottledError):
            collect()
        assert world.adapter(aws)["status"] == "collecting"
        assert collect() == TRAIN
        assert len(copies(aws)) == 80

    @pytest.mark.parametrize("operation", ["UpdateItem", "PutObject"])
    def test_whoever_is_killed_is_followed_by_one_who_ends_it(self, aws, ready, operation):
        aws.wire.raises(operation, KilledError())
        with pytest.raises(KilledError):
            collect()
        assert collect() == TRAIN
        assert world.adapter(aws)["status"] == "training"

    def test_whose_answer_was_lost_goes_on(self, aws, ready):
        aws.wire.loses("UpdateItem")
        with pytest.raises(StoreThrottledError):
            collect()
        assert collect() == TRAIN


class TestLive:
    def test_live_decisions_are_listed_with_what_people_saw(self, aws, ready):
        for number in range(10):
            aws.client("s3").put_object(
                Bucket=FRAMES_BUCKET, Key=f"uploads/live/{number}.jpg", Body=b"a still"
            )
            live_example(aws, number)
        assert collect() == TRAIN
        listed = lines(aws, "live")
        assert len(listed) == world.adapter(aws)["manifests"]["live"]["images"] > 0
        for line in listed:
            assert set(line) == {"source-ref", "present", "at", "where"}
            assert line["present"] == []
            assert line["where"].startswith("reviews/rev-")
        trained = {line["source-ref"] for line in lines(aws, "train")}
        assert not trained & {line["source-ref"] for line in listed}

    def test_a_frame_that_has_left_its_bucket_comes_from_the_evidence(self, aws, ready):
        frame = frame_of("archive/cleared")
        archived = state("archive/cleared")
        frame = aws.upload(frame, b"as it was judged")
        from tests.unit.stage import _admitted

        _admitted(aws, {"state": archived | {"frame": frame}})
        own = settings.Archive.read()
        archiving.archive(archived | {"frame": frame}, own, NOW)
        aws.client("s3").delete_object(
            Bucket=FRAMES_BUCKET, Key=frame["key"], VersionId=frame["version_id"]
        )
        about = {name: frame[name] for name in ("bucket", "key", "version_id", "frame_id")}
        aws.put("batches", live_row("rev-1", (), (SMOKING,), **about))
        assert collect() == TRAIN
        bodies = [
            aws.client("s3").get_object(Bucket=BATCHES_BUCKET, Key=key)["Body"].read()
            for key in copies(aws)
        ]
        assert len(bodies) == 81
        assert b"as it was judged" in bodies
        assert "gone" not in left_out(aws)

    def test_a_frame_of_another_kind_is_named_as_the_archive_does(self, aws, ready):
        key = "none/c/2026/11/22/story"
        kept = live_example(aws, 1)
        aws.put("frames", {"frame_id": kept["frame_id"], "evidence": f"{key}.json"})
        aws.client("s3").put_object(Bucket=EVIDENCE_BUCKET, Key=f"{key}.jpg", Body=b"evidence")
        odd = live_example(aws, 2, key="uploads/live/2.webp")
        aws.put("frames", {"frame_id": odd["frame_id"], "evidence": f"{key}.json"})
        aws.client("s3").put_object(Bucket=EVIDENCE_BUCKET, Key=f"{key}.bin", Body=b"evidence")
        # One that nobody archived, and one whose evidence is gone as well.
        live_example(aws, 3)
        lost = live_example(aws, 4)
        aws.put("frames", {"frame_id": lost["frame_id"], "evidence": "none/c/gone.json"})
        assert collect() == TRAIN
        assert left_out(aws)["gone"] == 2
        assert len(copies(aws)) == 82


class TestGone:
    def test_a_picture_that_is_gone_is_left_out_and_the_rest_is_split_again(self, aws, ready):
        for number in (1, 12):
            aws.client("s3").delete_object(
                Bucket=SOURCE_BUCKET, Key=f"shop-{number // 10}/{number:04d}.png"
            )
        assert collect() == TRAIN
        assert left_out(aws)["gone"] == 2
        [first, _] = [
            one
            for one in world.adapter(aws)["readiness"]["left_out"]["first"]
            if one["code"] == "gone"
        ]
        assert "BatchSourceBuckets" in first["said"]
        assert first["where"].startswith("batches/")
        assert len(lines(aws, "train")) + len(lines(aws, "test")) == 78

    def test_where_too_few_are_left_there_is_nothing_to_train(self, aws, ready):
        for number in range(0, 60):
            aws.client("s3").delete_object(
                Bucket=SOURCE_BUCKET, Key=f"shop-{number // 10}/{number:04d}.png"
            )
        assert collect() == END
        row = world.adapter(aws)
        assert (row["status"], row["readiness"]["ready"]) == ("collecting", False)
        assert left_out(aws)["gone"] == 60
        assert "manifests" not in row


class TestHolds:
    def test_a_picture_on_hold_is_left_out_and_its_copy_deleted(self, aws, ready):
        collect()
        ref = f"s3://{SOURCE_BUCKET}/shop-0/0001.png"
        aws.put("adapters", {"kind": "hold", "item": ref, "reason": "asked for by law"})
        world.known(aws, adapters.COLLECTING, attempt=2)
        assert collect(attempt=2) == TRAIN
        assert len(copies(aws)) == 79
        assert left_out(aws) == {"hold": 1}


class TestNotReady:
    def test_what_is_lacking_is_kept(self, aws):
        world.known(aws, adapters.COLLECTING)
        assert collect() == END
        row = world.adapter(aws)
        assert (row["status"], row["readiness"]["ready"]) == ("collecting", False)
        assert row["readiness"]["lacks"]
        assert collect() == END
        assert aws.wire.made("CopyObject") == []


class TestEnded:
    @pytest.mark.parametrize("status", adapters.ENDED)
    def test_one_that_somebody_ended_is_collected_no_more(self, aws, status):
        world.known(aws, status)
        assert collect() == END
        assert aws.wire.made("Query") == []

    def test_neither_is_one_that_another_attempt_has(self, aws):
        world.known(aws, adapters.COLLECTING, attempt=2)
        assert collect() == END

    def test_neither_is_one_that_is_gone(self, aws):
        assert collect() == END

    @pytest.mark.parametrize("gone", [False, True])
    def test_one_that_is_ended_meanwhile_is_not_trained(self, aws, ready, gone):
        def end():
            world.known(aws, adapters.FAILED)
            if gone:
                aws.client("dynamodb").delete_item(
                    TableName="adapters", Key={"kind": {"S": "adapter"}, "item": {"S": NAME}}
                )

        aws.wire.before("PutObject", end)
        assert collect() == END

    def test_one_that_goes_on_with_a_training_keeps_its_manifests(self, aws):
        more = world.trained(rekognition_status="TRAINING_IN_PROGRESS")
        world.known(aws, adapters.COLLECTING, attempt=2, **more)
        assert collect(attempt=2) == TRAIN
        row = world.adapter(aws)
        assert (row["status"], row["arn"]) == ("training", arn_of(NAME))
        assert row["manifests"] == more["manifests"]
        assert aws.wire.made("ListObjectsV2") == []
