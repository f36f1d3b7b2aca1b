"""Copies and manifests of adapters: in one bucket, each once, and none of what is on hold."""

import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from framewarden.aws.training_files import IMAGES, Place, TrainingFiles, copy_of
from framewarden.domain.errors import StoreThrottledError
from tests.unit.judged_pictures import image
from tests.unit.scenes import BATCHES_BUCKET, SOURCE_BUCKET

FILES = TrainingFiles(BATCHES_BUCKET)


def put(aws, key, body=b"a picture"):
    return aws.client("s3").put_object(Bucket=SOURCE_BUCKET, Key=key, Body=body)["VersionId"]


def body(aws, key):
    return aws.client("s3").get_object(Bucket=BATCHES_BUCKET, Key=key)["Body"].read()


def test_a_copy_is_named_by_what_it_is_of():
    one = image("0001")
    assert copy_of(one) == copy_of(image("0001"))
    assert copy_of(one).startswith(IMAGES)
    assert copy_of(one).endswith(".jpg")
    assert copy_of(replace(one, version_id="v1")) != copy_of(one)
    assert copy_of(replace(one, key="a/b.JPEG")).endswith(".jpeg")
    assert "." not in copy_of(replace(one, key="a/b.exe"))
    # A hold is of an object, whatever its version.
    assert (
        copy_of(replace(one, version_id="v1")).partition("-")[0] == copy_of(one).partition("-")[0]
    )


def test_the_very_version_is_copied(aws):
    first = put(aws, "a.jpg", b"first")
    put(aws, "a.jpg", b"second")
    wanted = {
        f"{IMAGES}1.jpg": Place(SOURCE_BUCKET, "a.jpg", first),
        f"{IMAGES}2.jpg": Place(SOURCE_BUCKET, "a.jpg", None),
    }
    assert FILES.copy_each(wanted) == set()
    assert (body(aws, f"{IMAGES}1.jpg"), body(aws, f"{IMAGES}2.jpg")) == (b"first", b"second")
    assert FILES.copies() == set(wanted)


def test_what_is_gone_is_told(aws):
    put(aws, "a.jpg")
    wanted = {
        "there": Place(SOURCE_BUCKET, "a.jpg", None),
        "gone": Place(SOURCE_BUCKET, "b.jpg", None),
        "elsewhere": Place("no-such-bucket", "a.jpg", None),
    }
    assert FILES.copy_each(wanted) == {"gone", "elsewhere"}
    assert FILES.copy_each({}) == set()


def test_what_may_not_be_read_is_gone_as_well(aws):
    aws.wire.fails("CopyObject", "AccessDenied", status=403)
    assert FILES.copy_each({"a": Place(SOURCE_BUCKET, "a.jpg", None)}) == {"a"}


def test_a_throttle_ends_the_work_and_what_is_copied_stays(aws):
    put(aws, "a.jpg")
    aws.wire.fails("CopyObject", "SlowDown", status=503, times=2)
    with pytest.raises(StoreThrottledError):
        FILES.copy_each({f"{IMAGES}{n}": Place(SOURCE_BUCKET, "a.jpg", None) for n in range(200)})
    assert len(FILES.copies()) < 200


def test_what_nobody_foresaw_passes_as_it_is(aws):
    aws.wire.fails("CopyObject", "SomethingNew")
    with pytest.raises(ClientError):
        FILES.copy_each({"a": Place(SOURCE_BUCKET, "a.jpg", None)})


def test_copies_of_what_is_on_hold_are_deleted(aws):
    held, free = image("0001"), image("0002")
    versions = [held, replace(held, version_id="v1"), free]
    for one in versions:
        aws.client("s3").put_object(Bucket=BATCHES_BUCKET, Key=copy_of(one), Body=b"a picture")
    there = FILES.copies()
    assert FILES.forget([held.ref, "s3://other/key.jpg"], there) == {copy_of(free)}
    assert FILES.copies() == {copy_of(free)}
    assert there == {copy_of(one) for one in versions}
    assert FILES.forget([], {copy_of(free)}) == {copy_of(free)}
    assert FILES.copies() == {copy_of(free)}


def test_manifests_are_named_by_what_they_say(aws):
    said = {"train": [{"source-ref": "s3://b/ä.jpg"}, {"source-ref": "s3://b/2.jpg"}], "live": []}
    written = FILES.write("adapters/v1", said)
    assert written["train"]["images"] == 2
    assert written["live"]["images"] == 0
    lines = body(aws, written["train"]["key"]).decode().splitlines()
    assert [json.loads(line) for line in lines] == said["train"]
    assert body(aws, written["live"]["key"]) == b""
    assert FILES.write("adapters/v1", said) == written
    other = FILES.write("adapters/v1", {**said, "live": [{"a": 1}]})
    assert other["train"]["key"] != written["train"]["key"]
    assert written["train"]["key"].startswith("adapters/v1/")
