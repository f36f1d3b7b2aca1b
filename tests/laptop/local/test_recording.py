"""The recorder writes what IVS writes, as the role that IVS uses."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.errors import OperatorError
from local.recording import Recorder, Recording, recorder_credentials

ARN = "arn:aws:ivs:us-east-1:000000000000:channel/AbCdef1G2hij"
RECORDING = Recording("frames", ARN, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), "a1B2c3D4e5F6")


class FakeS3:
    """Remember what was put; deny it where told so."""

    def __init__(self, code: str | None = None) -> None:
        self.puts: list[dict[str, Any]] = []
        self.code = code

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "PutObject")
        self.puts.append(arguments)
        return {"VersionId": "v1"}


def test_a_thumbnail_is_a_jpeg_and_its_version_comes_back() -> None:
    s3 = FakeS3()

    version = Recorder(s3, RECORDING).put(RECORDING.key(0), b"jpeg")

    assert version == "v1"
    assert s3.puts == [
        {
            "Bucket": "frames",
            "Key": RECORDING.key(0),
            "Body": b"jpeg",
            "ContentType": "image/jpeg",
        }
    ]


def test_a_recording_begins_and_ends_with_a_document_that_is_no_frame() -> None:
    s3 = FakeS3()
    recorder = Recorder(s3, RECORDING)

    recorder.started()
    recorder.ended()

    assert [put["Key"].removeprefix(RECORDING.prefix) for put in s3.puts] == [
        "/events/recording-started.json",
        "/events/recording-ended.json",
    ]
    begun = json.loads(s3.puts[0]["Body"])
    assert begun["recording_status"] == "RECORDING_STARTED"
    assert begun["recording_started_at"] == "2026-03-04T05:06:07.000Z"
    assert begun["channel_arn"] == ARN


def test_a_recording_ends_once() -> None:
    s3 = FakeS3()
    recorder = Recorder(s3, RECORDING)

    recorder.ended()
    recorder.ended()

    assert len(s3.puts) == 1


def test_the_next_recording_is_where_ivs_says_or_where_it_would_be() -> None:
    place = "ivs/v1/000000000000/AbCdef1G2hij/2026/3/4/5/7/Zz9Yy8Xx7Ww6"
    recorder = Recorder(FakeS3(), RECORDING)

    told, named = recorder.anew(place).recording, recorder.anew(None).recording

    assert told.key(0) == f"{place}/media/thumbnails/thumb0.jpg"
    assert named.prefix.startswith("ivs/v1/000000000000/AbCdef1G2hij/")
    assert named.recording_id != RECORDING.recording_id
    assert (named.bucket, named.channel_arn) == ("frames", ARN)


def test_who_may_not_write_recordings_is_told_so() -> None:
    with pytest.raises(OperatorError, match="may not write recordings"):
        Recorder(FakeS3("AccessDenied"), RECORDING).started()
    with pytest.raises(ClientError):
        Recorder(FakeS3("NoSuchBucket"), RECORDING).started()


class FakeIam:
    """IAM in which the role may exist already."""

    class exceptions:  # noqa: N801 boto3's name
        class EntityAlreadyExistsException(Exception):  # noqa: N818 boto3's name
            pass

    def __init__(self, exists: bool) -> None:
        self.exists = exists
        self.policy: dict[str, Any] = {}

    def create_role(self, **role: Any) -> None:
        assert role["Path"] == "/aws-service-role/ivs.amazonaws.com/"
        if self.exists:
            raise self.exceptions.EntityAlreadyExistsException

    def put_role_policy(self, **policy: Any) -> None:
        self.policy = json.loads(policy["PolicyDocument"])


class FakeSts:
    """STS that remembers whom somebody became."""

    role = ""

    def assume_role(self, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:  # noqa: N803 boto3's
        self.role = RoleArn
        return {"Credentials": {"AccessKeyId": "k", "SecretAccessKey": "s", "SessionToken": "t"}}


@pytest.mark.parametrize("exists", [False, True])
def test_the_recorder_of_the_laptop_has_the_name_that_the_bucket_policy_lets_in(
    exists: bool,
) -> None:
    iam, sts = FakeIam(exists), FakeSts()

    made = recorder_credentials(iam, sts, "frames", "000000000000")

    assert (made.access_key, made.secret_key, made.token) == ("k", "s", "t")
    assert sts.role == (
        "arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/"
        "AWSServiceRoleForIVSRecordToS3"
    )
    [statement] = iam.policy["Statement"]
    assert statement["Action"] == "s3:PutObject"
    assert statement["Resource"] == "arn:aws:s3:::frames/ivs/*"
