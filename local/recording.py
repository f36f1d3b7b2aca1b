"""Write the recording of a channel into the frames bucket, as the recorder of Amazon IVS does."""

import json
import secrets
import string
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from framewarden.domain.times import iso
from local.errors import OperatorError

# IVS writes recordings as its service-linked role (user guide, "Using service-linked roles").
RECORDER_PATH = "/aws-service-role/ivs.amazonaws.com/"
RECORDER_ROLE = "AWSServiceRoleForIVSRecordToS3"


@dataclass(frozen=True)
class Recording:
    """One recording of a channel (Amazon IVS user guide, "Auto-record to Amazon S3").

    `place` is where its events say that it is; without events it is what IVS would choose.
    """

    bucket: str
    channel_arn: str
    started: datetime
    recording_id: str
    place: str | None = None

    @classmethod
    def begin(cls, bucket: str, channel_arn: str, started: datetime | None = None) -> "Recording":
        """Name a recording that starts now."""
        letters = string.ascii_letters + string.digits
        identity = "".join(secrets.choice(letters) for _ in range(12))
        return cls(bucket, channel_arn, started or datetime.now(UTC), identity)

    @property
    def prefix(self) -> str:
        """Return the prefix of all it writes: UTC, not zero padded, no slash before."""
        if self.place:
            return self.place
        account, channel = self.channel_arn.split(":")[4:6]
        at = self.started.astimezone(UTC)
        when = f"{at.year}/{at.month}/{at.day}/{at.hour}/{at.minute}"
        return f"ivs/v1/{account}/{channel.removeprefix('channel/')}/{when}/{self.recording_id}"

    def key(self, number: int) -> str:
        """Return the key of a thumbnail, numbered from 0."""
        return f"{self.prefix}/media/thumbnails/thumb{number}.jpg"


class Recorder:
    """Write a recording into the frames bucket, as the IVS recorder does."""

    def __init__(self, s3: Any, recording: Recording) -> None:
        self._s3, self.recording = s3, recording
        self._has_ended = False

    def anew(self, place: str | None) -> "Recorder":
        """Turn to the channel's next recording: each stream has one of its own."""
        begun = Recording.begin(self.recording.bucket, self.recording.channel_arn)
        return Recorder(self._s3, replace(begun, place=place))

    def put(self, key: str, jpeg: bytes) -> str | None:
        """Put a thumbnail; return its version."""
        answer = self._s3.put_object(
            Bucket=self.recording.bucket, Key=key, Body=jpeg, ContentType="image/jpeg"
        )
        version = answer.get("VersionId")
        return str(version) if version else None

    def started(self) -> None:
        """Write the document with which a recording begins; no frame, so nothing may judge it.

        Raises
        ------
        OperatorError
            The bucket lets somebody else write recordings, not us.
        """
        self._event("recording-started", {"recording_started_at": iso(self.recording.started)})

    def ended(self) -> None:
        """Write the document with which a recording ends, once."""
        if self._has_ended:
            return
        self._has_ended = True
        self._event("recording-ended", {"recording_ended_at": iso(datetime.now(UTC))})

    def _event(self, name: str, times: dict[str, str]) -> None:
        document = {
            "version": "v1",
            "channel_arn": self.recording.channel_arn,
            "recording_status": name.upper().replace("-", "_"),
            **times,
        }
        try:
            self._s3.put_object(
                Bucket=self.recording.bucket,
                Key=f"{self.recording.prefix}/events/{name}.json",
                Body=json.dumps(document).encode(),
                ContentType="application/json",
            )
        except ClientError as failure:
            if failure.response["Error"]["Code"] != "AccessDenied":
                raise
            raise OperatorError(
                "These credentials may not write recordings (ivs/) into the frames bucket.",
                "Its policy names who may: the IVS recorder.",
            ) from failure


@dataclass(frozen=True)
class Credentials:
    """What a role's session signs with."""

    access_key: str
    secret_key: str
    token: str


def recorder_credentials(iam: Any, sts: Any, bucket: str, account: str) -> Credentials:
    """Become the IVS recorder of the laptop cloud."""
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    trust = [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=RECORDER_ROLE, Path=RECORDER_PATH, AssumeRolePolicyDocument=_policy(trust)
        )
    write = {
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/ivs/*",
    }
    iam.put_role_policy(
        RoleName=RECORDER_ROLE, PolicyName="record", PolicyDocument=_policy([write])
    )
    role = f"arn:aws:iam::{account}:role{RECORDER_PATH}{RECORDER_ROLE}"
    made = sts.assume_role(RoleArn=role, RoleSessionName="recorder")["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def _policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
