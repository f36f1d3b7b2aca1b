"""A stack of ours in moto: what the template makes, as far as the command line touches it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from typer.testing import CliRunner, Result

from framewarden.aws.dynamo import typed
from framewarden.domain.frames import frame_id
from framewarden.domain.times import iso
from local.cli.app import application
from local.target import Target

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
    "ConsoleUrl": "https://abc.execute-api.us-east-1.amazonaws.com/live",
    "ApiUrl": "https://abc.execute-api.us-east-1.amazonaws.com/live",
    "ConsoleUrlParameter": "/guard/console",
    "StateMachineArn": MACHINE,
    "IntakeFunction": "intake",
    "SweepFunction": "sweep",
    "IntakeDeadLetterQueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/dead",
    "NoticeTopicArn": "arn:aws:sns:us-east-1:123456789012:notices",
    "PolicyApplication": "app1234",
    "PolicyEnvironment": "env1234",
    "PolicyProfile": "prof123",
}


class CloudFormation:
    """Knows the resources of the stack; loading moto's own takes two seconds."""

    def __init__(self) -> None:
        self.resources = {"LinkSecret": "links", "PolicyDeploymentStrategy": "strat12"}
        self.kinds: dict[str, list[str]] = {}
        self.status = "UPDATE_COMPLETE"

    def describe_stack_resource(self, **asked: str) -> dict[str, Any]:
        assert asked["StackName"] == "guard"
        physical = self.resources[asked["LogicalResourceId"]]
        return {"StackResourceDetail": {"PhysicalResourceId": physical}}

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        mode = {"ParameterKey": "Mode", "ParameterValue": "observe"}
        return {"Stacks": [{"StackStatus": self.status, "Parameters": [mode]}]}

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
    dynamodb.create_table(**keyed("Frames", "frame_id"))
    dynamodb.create_table(**reviews_table())
    target.client("ssm").put_parameter(
        Name=OUTPUTS["ConsoleUrlParameter"], Value="https://desk.example/live", Type="String"
    )
    target.client("secretsmanager").create_secret(
        Name="links", SecretString="a key of more than sixteen bytes"
    )


def keyed(name: str, key: str) -> dict[str, Any]:
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
    }


def reviews_table() -> dict[str, Any]:
    made = keyed("Reviews", "review_id")
    made["AttributeDefinitions"] += [
        {"AttributeName": "open_severity", "AttributeType": "S"},
        {"AttributeName": "deadline", "AttributeType": "N"},
    ]
    made["GlobalSecondaryIndexes"] = [
        {
            "IndexName": "open",
            "KeySchema": [
                {"AttributeName": "open_severity", "KeyType": "HASH"},
                {"AttributeName": "deadline", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    return made


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
        if full["status"] == "pending":
            full["open_severity"] = full["severity"]
        self.target.client("dynamodb").put_item(
            TableName=self.target.output("ReviewsTable"), Item=typed(full)
        )


@pytest.fixture
def ledger(furnished: Target) -> Ledger:
    return Ledger(furnished)
