import json

import pytest
from botocore.exceptions import ClientError

from framewarden.aws import evidence
from tests.unit.scenes import EVIDENCE_BUCKET, FRAMES_BUCKET, frame_of


@pytest.mark.parametrize("key", ["uploads/a b+%2B é.jpg", "uploads/" + "花" * 330 + ".jpg"])
def test_the_version_that_was_judged_is_copied_whatever_its_key(aws, key):
    frame = aws.upload(frame_of("archive/cleared") | {"key": key}, b"judged")
    aws.upload(frame, b"written over it later")
    assert evidence.copy(frame, EVIDENCE_BUCKET, "none/x.jpg") is True
    assert aws.evidence("none/x.jpg") == b"judged"


def test_a_frame_without_a_version_is_copied_as_it_is(aws):
    frame = aws.upload(frame_of("archive/cleared")) | {"version_id": None}
    assert evidence.copy(frame, EVIDENCE_BUCKET, "none/x.jpg") is True


def test_a_frame_that_is_gone_is_told_from_a_failure(aws):
    frame = frame_of("archive/cleared") | {"bucket": FRAMES_BUCKET}
    assert evidence.copy(frame, EVIDENCE_BUCKET, "none/x.jpg") is False
    aws.wire.fails("CopyObject", "AccessDenied", status=403)
    with pytest.raises(ClientError, match="AccessDenied"):
        evidence.copy(frame, EVIDENCE_BUCKET, "none/x.jpg")


def test_a_story_is_written_once_and_says_so(aws):
    aws.wire.serves("PutObject", lambda asked: {})
    assert evidence.commit(EVIDENCE_BUCKET, "none/x.json", {"é": 1.5}) is True
    [asked] = aws.wire.made("PutObject")
    assert asked["IfNoneMatch"] == "*"
    assert asked["ContentType"] == "application/json"
    assert json.loads(asked["Body"].getvalue()) == {"é": 1.5}
    aws.wire.fails("PutObject", "PreconditionFailed", status=412)
    assert evidence.commit(EVIDENCE_BUCKET, "none/x.json", {}) is False


def test_a_story_that_may_not_be_written_is_an_error(aws):
    aws.wire.fails("PutObject", "AccessDenied", status=403)
    with pytest.raises(ClientError):
        evidence.commit(EVIDENCE_BUCKET, "none/x.json", {})


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_a_story_that_is_gone_is_none(aws, code):
    """Who may not list the bucket is told that what is gone is forbidden."""
    aws.wire.fails("GetObject", code, status=404 if code == "NoSuchKey" else 403)
    assert evidence.read(EVIDENCE_BUCKET, "none/x.json") is None


def test_a_story_that_cannot_be_read_is_an_error(aws):
    aws.wire.fails("GetObject", "InvalidRequest", status=400)
    with pytest.raises(ClientError, match="InvalidRequest"):
        evidence.read(EVIDENCE_BUCKET, "none/x.json")
