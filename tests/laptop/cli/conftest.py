"""A stack of ours in moto: what the template makes, as far as the command line touches it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.ivs.models import ivs_backends
from moto.medialive.models import medialive_backends
from moto.s3.models import s3_backends
from typer.testing import CliRunner, Result

from framewarden.aws.dynamo import typed
from framewarden.domain.frames import frame_id
from framewarden.domain.incidents import place
from framewarden.domain.times import iso
from local.cli.app import application
from local.moto_ext import delays, encoder, faults, install
from local.target import Target
from tests.unit.template_reading import Template

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"  # moto's own
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:moderate"
OUTPUTS = {
    "FramesBucket": "frames",
    "EvidenceBucket": "evidence",
    "FramesTable": "Frames",
    "ReviewsTable": "Reviews",
    "ChannelsTable": "Channels",
    "OutboxTable": "Outbox",
    "AdaptersTable": "Adapters",
    "ConsoleUrl": "https://abc.execute-api.us-east-1.amazonaws.com/live",
    "ApiUrl": "https://abc.execute-api.us-east-1.amazonaws.com/live",
    "ConsoleUrlParameter": "/guard/console",
    "StateMachineArn": MACHINE,
    "OrderMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:order",
    "BatchMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:batch",
    "AdapterMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:adapter",
    "IntakeFunction": "intake",
    "SweepFunction": "sweep",
    "IntakeDeadLetterQueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/dead",
    "SettleDeadLetterQueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/unsettled",
    "NoticeTopicArn": "arn:aws:sns:us-east-1:123456789012:notices",
    "UserPoolId": "us-east-1_desk",
    "UserPoolClientId": "client",
    "PolicyApplication": "app1234",
    "PolicyEnvironment": "env1234",
    "PolicyProfile": "prof123",
}
# As the template has them: what an index leaves out, a list must not look for there.
FRAMES, REVIEWS = (
    {
        name: Template().source["Resources"][table]["Properties"][name]
        for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    }
    for table in ("FramesTable", "ReviewsTable")
)


class CloudFormation:
    """Knows the resources of the stack; loading moto's own takes two seconds."""

    def __init__(self) -> None:
        self.resources = {"LinkSecret": "links", "PolicyDeploymentStrategy": "strat12"}
        self.kinds: dict[str, list[str]] = {}
        self.status = "UPDATE_COMPLETE"
        self.parameters = {"Mode": "observe", "LinkMay": "stop"}

    def describe_stack_resource(self, **asked: str) -> dict[str, Any]:
        assert asked["StackName"] == "guard"
        physical = self.resources[asked["LogicalResourceId"]]
        return {"StackResourceDetail": {"PhysicalResourceId": physical}}

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        given = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in self.parameters.items()
        ]
        return {"Stacks": [{"StackStatus": self.status, "Parameters": given}]}

    def get_paginator(self, operation: str) -> "CloudFormation":
        assert operation == "list_stack_resources"
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        for kind, names in self.kinds.items():
            for name in names:
                entry = {"ResourceType": kind, "PhysicalResourceId": name}
                yield {"StackResourceSummaries": [entry]}


@cache
def client(service: str) -> Any:
    """Make a client once for all tests: loading the services' descriptions is what takes time."""
    session: Any = boto3.Session("testing", "testing", region_name=REGION)
    return session.client(service)


@pytest.fixture
def target() -> Target:
    """A stack that nothing stands behind but what a test puts into `clients`."""
    made = Target("guard", REGION, dict(OUTPUTS), client)
    made.clients["cloudformation"] = CloudFormation()
    return made


@pytest.fixture(scope="module")
def account() -> Iterator[None]:
    """An account in moto, with what the template makes, once for the tests of a module."""
    install()
    with mock_aws():
        furnish(Target("guard", REGION, dict(OUTPUTS), client))
        yield


@pytest.fixture
def furnished(account: None, target: Target) -> Target:
    """The stack with its buckets and tables, all of them empty."""
    for table in dynamodb_backends[ACCOUNT_ID][REGION].tables.values():
        table.items.clear()
    for bucket in s3_backends[ACCOUNT_ID]["aws"].buckets.values():
        bucket.keys.clear()
    return target


def furnish(target: Target) -> None:
    """Make what the template makes, as far as a command touches it."""
    s3, dynamodb = target.client("s3"), target.client("dynamodb")
    for bucket in ("frames", "evidence"):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    dynamodb.create_table(TableName="Frames", **FRAMES)
    dynamodb.create_table(TableName="Reviews", **REVIEWS)
    channels = keyed("Channels", "channel", "item")
    dynamodb.create_table(**indexed(channels, "open", open="S", since="S"))
    dynamodb.create_table(**keyed("Outbox", "id"))
    dynamodb.create_table(**keyed("Adapters", "kind", "item"))
    target.client("ssm").put_parameter(
        Name=OUTPUTS["ConsoleUrlParameter"], Value="https://desk.example/live", Type="String"
    )
    target.client("secretsmanager").create_secret(
        Name="links", SecretString="a key of more than sixteen bytes"
    )


def keyed(name: str, *keys: str) -> dict[str, Any]:
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
        "KeySchema": schema(*keys),
    }


def indexed(made: dict[str, Any], index: str, **keys: str) -> dict[str, Any]:
    made["AttributeDefinitions"] += [
        {"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()
    ]
    made["GlobalSecondaryIndexes"] = [
        {
            "IndexName": index,
            "KeySchema": schema(*keys),
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    return made


def schema(*keys: str) -> list[dict[str, str]]:
    kinds = zip(keys, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": key, "KeyType": kind} for key, kind in kinds]


@pytest.fixture
def run(target: Target) -> Callable[..., Result]:
    """Run the command on the stack."""

    def chooser(stack: str | None, region: str | None) -> Target:
        assert (stack, region) == ("guard", REGION)
        return target

    def command(*arguments: str, **settings: Any) -> Result:
        place = ["--stack", "guard", "--region", REGION]
        return CliRunner().invoke(application(chooser), [*arguments, *place], **settings)

    return command


class Ledger:
    """Puts objects into the bucket and rows into the tables."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.bucket = target.output("FramesBucket")

    def put(self, key: str) -> str:
        """Put an object; return its version."""
        answer = self.target.client("s3").put_object(Bucket=self.bucket, Key=key, Body=b"x")
        return str(answer["VersionId"])

    def frame(self, key: str, **row: Any) -> str:
        """Put an object and its row; return the frame's id."""
        version = self.put(key)
        identity = frame_id(self.bucket, key, version)
        self.row(identity, **row)
        return identity

    def row(self, identity: str, **row: Any) -> None:
        self.target.client("dynamodb").put_item(
            TableName=self.target.output("FramesTable"),
            Item=typed({"frame_id": identity, **row}),
        )

    def review(self, identity: str, **row: Any) -> None:
        opened = datetime.now(UTC)
        standard = {
            "review_id": identity,
            "status": "pending",
            "severity": "high",
            "deadline": int((opened + timedelta(hours=1)).timestamp()),
            "frame": {"key": f"uploads/{identity}.jpg"},
            "labels": [{"name": "Explicit", "parent": None, "level": 1, "confidence": 92.1}],
            "frames": 1,
            "opened_at": iso(opened),
            "task_token": "AQCEAAAA-secret",
        }
        full = standard | row
        if full["status"] == "pending" and "#" not in identity:  # no pointer waits for anybody
            full |= {"open": "review", "place": place(full["severity"], full["deadline"])}
        self.target.client("dynamodb").put_item(
            TableName=self.target.output("ReviewsTable"), Item=typed(full)
        )


@pytest.fixture
def ledger(furnished: Target) -> Ledger:
    return Ledger(furnished)


class Video:
    """Makes channels, lets them go live, and remembers what happened to them."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def ivs(self, name: str = "", tags: dict[str, str] | None = None) -> str:
        """Make an IVS channel; return its ARN."""
        tags = {"framewarden": "moderated"} if tags is None else tags
        made = self.target.client("ivs").create_channel(name=name, tags=tags)
        return str(made["channel"]["arn"])

    def medialive(self, name: str, running: bool = True) -> str:
        """Make a MediaLive channel; return its ARN."""
        client = self.target.client("medialive")
        made = client.create_channel(Name=name, Tags={"framewarden": "moderated"})["Channel"]
        if running:
            client.start_channel(ChannelId=made["Id"])
        return str(made["Arn"])

    def live(self, channel_arn: str) -> str:
        """Let an encoder go live; return the session."""
        return encoder.start(channel_arn)

    def row(self, channel_arn: str, item: str, **row: Any) -> None:
        self._put("ChannelsTable", {"channel": channel_arn, "item": item, **row})

    def ban(self, channel_arn: str, **row: Any) -> None:
        standard = {
            "status": "standing", "open": "ban", "since": "2026-11-22T08:00:00.000Z", "until": None,
            "by": "Ada", "via": "link", "note": "", "session": "st-1", "keys": "kept",
            "action": "stop_stream", "restops": 0,
        }  # fmt: skip
        self.row(channel_arn, "ban", **standard | row)

    def stop(self, channel_arn: str, session: str, status: str = "stopped", **row: Any) -> None:
        standard = {
            "status": status, "stream_id": session, "owner": "e-1", "by": "policy: nudity",
            "begun_at": "2026-11-22T08:00:01.000Z", "since": "2026-11-22T08:00:01.000Z",
            "lease_until": 1, "action": "stop_stream",
            "failed_at" if status == "failed" else "stopped_at": "2026-11-22T08:00:03.000Z",
        }  # fmt: skip
        if status in ("failed", "stopping"):
            standard["open"] = "stop"
        self.row(channel_arn, f"stop#{session}", **standard | row)

    def unseen(self, channel_arn: str, **row: Any) -> None:
        standard = {
            "open": "unseen", "reason": "no_frames", "since": "2026-11-22T08:00:00.000Z",
            "session": "st-1", "last_frame_at": None,
        }  # fmt: skip
        self.row(channel_arn, "unseen", **standard | row)

    def act(self, channel_arn: str, execution: str, **row: Any) -> None:
        standard = {
            "action": "stop", "by": "Ada", "via": "link", "note": "", "status": "done",
            "at": "2026-11-22T08:00:00.000Z", "execution": execution, "result": "stopped",
            "error": None, "session": "st-1", "ended_at": "2026-11-22T08:00:02.000Z",
        }  # fmt: skip
        full = standard | row
        self.row(channel_arn, f"act#{full['at']}#{execution}", **full)

    def frame(self, channel_arn: str, put_at: str) -> None:
        self._put("FramesTable", {"frame_id": put_at, "channel_arn": channel_arn, "put_at": put_at})

    def message(self, row_id: str, kind: str = "notice", **row: Any) -> None:
        standard = {"id": row_id, "kind": kind, "due": 1795334400, "attempts": 0}
        self._put("OutboxTable", standard | {"subject": "secret", "text": "secret"} | row)

    def _put(self, output: str, row: dict[str, Any]) -> None:
        table = self.target.output(output)
        self.target.client("dynamodb").put_item(TableName=table, Item=typed(row))


@pytest.fixture
def video(furnished: Target) -> Video:
    """The account without a channel; whatever is started or stopped is so at once."""
    ivs_backends[ACCOUNT_ID][REGION].reset()
    medialive_backends[ACCOUNT_ID][REGION].reset()
    delays.change(stream_stop_seconds=0, medialive_seconds=0)
    faults.clear()
    return Video(furnished)


@pytest.fixture
def publish(target: Target) -> Callable[[dict[str, Any] | None], None]:
    """Put a policy in force, or none, without AppConfig."""

    def put(document: dict[str, Any] | None) -> None:
        items = [{"State": "COMPLETE", "DeploymentNumber": 1}] if document else []
        body = SimpleNamespace(read=lambda: json.dumps(document))
        target.clients["appconfig"] = SimpleNamespace(
            get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"Items": items}]),
            get_deployment=lambda **_: {
                "ConfigurationProfileId": target.output("PolicyProfile"),
                "ConfigurationVersion": "1",
            },
            get_hosted_configuration_version=lambda **_: {"Content": body},
        )

    return put
