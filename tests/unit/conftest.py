"""Fence the unit tests off from network and account, and give them a whole AWS on moto."""

import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

# Powertools reads them when `framewarden.observability` is imported.
os.environ["POWERTOOLS_SERVICE_NAME"] = "framewarden"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "framewarden"

import boto3
import pytest
import yaml
from moto import mock_aws
from moto.core.serialize import ResponseSerializer
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.parsing.validators import ActionCountValidator
from moto.ivs.models import ivs_backends
from moto.medialive.models import medialive_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.models import stepfunctions_backends

from framewarden import comparing, detecting, watching
from framewarden.aws import adapter_switch, batch_policies, clients, link_keys, parameters, policies
from framewarden.aws.dynamo import typed, untyped
from local.moto_ext import delays, encoder, install
from local.moto_ext.control import control
from tests.isolation import no_account, no_network, pytest_configure
from tests.unit import scenes
from tests.unit.scenes import (
    ACCOUNT,
    BATCHES_BUCKET,
    CHANNEL,
    EVIDENCE_BUCKET,
    FRAMES_BUCKET,
    MEDIALIVE,
    REGION,
    SOURCE_BUCKET,
)
from tests.unit.template_reading import Template
from tests.unit.waits import open_or_join, waits
from tests.unit.wire import Hub, Wire, refused

__all__ = ["no_account", "no_network", "pytest_configure"]

Document = dict[str, Any]

LINK_KEY = "k" * 64
CONSOLE_URL = "https://abc123.execute-api.us-east-1.amazonaws.com/live"
TABLES = {"frames": "FramesTable", "reviews": "ReviewsTable", "channels": "ChannelsTable"}
TABLES |= {"outbox": "OutboxTable", "batches": "BatchesTable", "adapters": "AdaptersTable"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what kills a worker at each of its calls: hundreds of cases, left out by `make unit`."""
    for item in items:
        if "call" in getattr(getattr(item, "callspec", None), "params", ()):
            item.add_marker("kills")


@dataclass
class Clients:
    """Clients that live as long as the worker: loading a model takes longer than most tests."""

    session: boto3.Session
    hub: Hub
    made: dict[Any, Any] = field(default_factory=dict)

    def __call__(self, service: str, config: Any = None) -> Any:
        key = service, id(config)
        if key not in self.made:
            self.made[key] = self.session.client(service, config=config)
        return self.made[key]


@pytest.fixture(scope="session")
def lasting() -> Clients:
    """Make each client once."""
    session = boto3.Session("testing", "testing", "testing", region_name=REGION)
    return Clients(session, Hub(session))


@pytest.fixture
def wire(lasting: Clients, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Record, answer or fail the calls of every client that our gateways make."""
    monkeypatch.setattr(boto3, "client", lasting)
    _forget()
    lasting.hub.wire = Wire()
    yield lasting.hub.wire
    lasting.hub.wire = None
    _forget()


def _forget() -> None:
    """Forget what a worker keeps between two events."""
    kept = (clients.client, link_keys.link_keys, parameters._provider, policies._provider)
    kept = (*kept, batch_policies.policy_of, adapter_switch._hasty)
    for cached in (*kept, policies._parsed, watching._thumbnail_seconds):
        cached.cache_clear()
    for worker in (detecting.worker, comparing.worker):
        worker.__init__()


@dataclass
class Aws:
    """The stack on moto: what the template makes, and ways to look at it."""

    wire: Wire
    topic: str
    queue: str
    machine: str
    orders: str
    batches: str
    adapters: str
    secret: str
    published: list[bytes] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """Return the gateways' own client."""
        return clients.client(service)

    def rows(self, table: str) -> list[Document]:
        """Return every row of a table."""
        items = dynamodb_backends[ACCOUNT][REGION].tables[table].all_items()
        return [untyped(item.to_json()["Attributes"]) for item in items]

    def row(self, table: str, **key: str) -> Document | None:
        """Return one row."""
        answer = _get_item({"TableName": table, "Key": typed(key)})
        return untyped(answer["Item"]) if answer else None

    def frame(self, frame_id: str) -> Document:
        """Return a frame's row."""
        return self.row("frames", frame_id=frame_id) or {}

    def review(self, review_id: str) -> Document:
        """Return a review's row."""
        return self.row("reviews", review_id=review_id) or {}

    def reviews(self) -> list[Document]:
        """Return every review, without the pointers of incidents."""
        return [row for row in self.rows("reviews") if "status" in row]

    def stop(self, session: str, channel: str = CHANNEL) -> Document:
        """Return a session's stop row."""
        return self.row("channels", channel=channel, item=f"stop#{session}") or {}

    def ban(self, channel: str = CHANNEL) -> Document:
        """Return a channel's ban."""
        return self.row("channels", channel=channel, item="ban") or {}

    def unseen(self, channel: str = CHANNEL) -> Document:
        """Return what is remembered of a channel that nobody sees."""
        return self.row("channels", channel=channel, item="unseen") or {}

    def acts(self) -> list[Document]:
        """Return the records of orders."""
        return [row for row in self.rows("channels") if row["item"].startswith("act#")]

    def ordered(self) -> list[Document]:
        """Return the orders that were placed, each once, the earliest first."""
        machines = stepfunctions_backends[ACCOUNT][REGION].state_machines
        [machine] = [machine for machine in machines if machine.arn == self.orders]
        return [json.loads(execution.execution_input)["order"] for execution in machine.executions]

    def put(self, table: str, row: Document) -> None:
        """Write a row as it is."""
        self.client("dynamodb").put_item(TableName=table, Item=typed(row))

    def wipe(self) -> None:
        """Forget every row, object, notice, execution and stream; what the template made stays."""
        for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
            table.items.clear()
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            bucket.keys.clear()
        for machine in stepfunctions_backends[ACCOUNT][REGION].state_machines:
            machine.executions.clear()
        for queue in sqs_backends[ACCOUNT][REGION].queues.values():
            queue._messages.clear()
            queue._pending_messages.clear()
        for backends in (ivs_backends, medialive_backends):
            backends[ACCOUNT][REGION].reset()
        control().reset()
        delays.change(stream_stop_seconds=0, medialive_seconds=0)
        self.wire.forget()

    def notices(self) -> list[Document]:
        """Take the notices that owners received since the last look."""
        answer = self.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        return [{"subject": body["Subject"], "text": body["Message"]} for body in bodies]

    def answers(self) -> list[Document]:
        """Return what waiting executions were answered."""
        calls = self.wire.made("SendTaskSuccess")
        return [{"token": call["taskToken"], **json.loads(call["output"])} for call in calls]

    def started(self) -> list[str]:
        """Return the names of the executions that run."""
        answer = self.client("stepfunctions").list_executions(stateMachineArn=self.machine)
        return sorted(execution["name"] for execution in answer["executions"])

    def publish(self, policy: Document | bytes) -> None:
        """Publish a policy to AppConfig, as it is."""
        self.published.append(policy if isinstance(policy, bytes) else json.dumps(policy).encode())

    def upload(self, frame: Document, body: bytes = b"a picture") -> Document:
        """Put a frame's object, and return the frame with the version that S3 gave it."""
        answer = self.client("s3").put_object(Bucket=FRAMES_BUCKET, Key=frame["key"], Body=body)
        return frame | {"bucket": FRAMES_BUCKET, "version_id": answer["VersionId"]}

    def evidence(self, key: str) -> bytes:
        """Return an object of the evidence bucket."""
        body: bytes = self.client("s3").get_object(Bucket=EVIDENCE_BUCKET, Key=key)["Body"].read()
        return body

    def ivs_channel(self, channel: str = CHANNEL, **about: Any) -> Document:
        """Make an IVS channel of that ARN, with its stream key, and return it."""
        backend = ivs_backends[ACCOUNT][REGION]
        arn = self.client("ivs").create_channel(name="demo", **about)["channel"]["arn"]
        for kept in (*backend.channels, *backend.stream_keys.values()):
            kept |= {name: channel for name in ("arn", "channelArn") if kept.get(name) == arn}
        return next(kept for kept in backend.channels if kept["arn"] == channel)

    def recording(self, seconds: int | None = None) -> str:
        """Make a recording configuration, and return its ARN."""
        thumbnails = {"targetIntervalSeconds": seconds} if seconds else {}
        made = self.client("ivs").create_recording_configuration(
            destinationConfiguration={"s3": {"bucketName": FRAMES_BUCKET}},
            thumbnailConfiguration=thumbnails,
        )
        return str(made["recordingConfiguration"]["arn"])

    def go_live(self, started_at: Any = None, channel: str = CHANNEL) -> str:
        """Let a channel's encoder go live, and return the session's id."""
        backend = ivs_backends[ACCOUNT][REGION]
        if not any(known["arn"] == channel for known in backend.channels):
            self.ivs_channel(channel)
        session = encoder.start(channel)
        if started_at:
            backend.streams[channel].start_time = started_at
        return session

    def go_off(self, channel: str = CHANNEL) -> None:
        """Let a channel's stream end at once, by itself or after StopStream."""
        encoder.stop(channel)
        ivs_backends[ACCOUNT][REGION].streams.pop(channel, None)

    def stream_keys(self, channel: str = CHANNEL) -> list[str]:
        """Return the channel's stream keys."""
        keys = ivs_backends[ACCOUNT][REGION].stream_keys_of(channel)
        return [key["value"] for key in keys]

    def medialive(self, state: str, **about: Any) -> Any:
        """Put the MediaLive channel into a state, and return it."""
        backend = medialive_backends[ACCOUNT][REGION]
        if "1234567" not in backend._channels:
            named = [{"InputAttachmentName": name} for name in ("camera", "slate")]
            about = {"Name": "demo", "InputAttachments": named} | about
            made = self.client("medialive").create_channel(**about)["Channel"]
            channel = backend._channels.pop(made["Id"])
            channel.id, channel.arn = "1234567", MEDIALIVE
            backend._channels["1234567"] = channel
        delays.change(medialive_seconds=3600)  # it stays in a passing state
        backend._channels["1234567"].state = state
        delays.change(medialive_seconds=0)
        return backend._channels["1234567"]

    def shows(self) -> set[str]:
        """Return the inputs that the MediaLive channel has on air."""
        channel = medialive_backends[ACCOUNT][REGION]._channels["1234567"]
        return {one["ActiveInputAttachmentName"] for one in channel.pipeline_details}


TEMPLATE = Template()


@cache
def _schema(table: str) -> Document:
    """Read a table's keys and indexes from the template, so that they cannot drift apart."""
    properties = TEMPLATE.source["Resources"][TABLES[table]]["Properties"]
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {name: properties[name] for name in kept if name in properties}


@pytest.fixture(scope="module")
def stack(lasting: Clients) -> Iterator[Document]:
    """Make everything that the template makes, once for the tests of a module."""
    # moto counts an update's clauses anew at each of its fields, and again for each alternative of
    # the response: both take longer than the work itself.
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
        patch.setattr(ResponseSerializer, "_serialize_structure_member", _member)
        patch.setattr(ActionCountValidator, "_processing_map", lambda validator: {})
        install()
        for name in TABLES:
            lasting("dynamodb").create_table(TableName=name, **_schema(name))
        for bucket in (FRAMES_BUCKET, EVIDENCE_BUCKET, BATCHES_BUCKET, SOURCE_BUCKET):
            lasting("s3").create_bucket(Bucket=bucket)
            lasting("s3").put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            )
        topic = lasting("sns").create_topic(Name="notices")["TopicArn"]
        queue = lasting("sqs").create_queue(QueueName="owners")["QueueUrl"]
        owners = f"arn:aws:sqs:{REGION}:{ACCOUNT}:owners"
        lasting("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=owners)
        machine, orders, batches, adapters = (
            lasting("stepfunctions").create_state_machine(
                name=name,
                definition='{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}',
                roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine",
            )["stateMachineArn"]
            for name in ("moderate", "order", "batch", "adapter")
        )
        secret = lasting("secretsmanager").create_secret(Name="links", SecretString=LINK_KEY)
        made = {"topic": topic, "queue": queue, "machine": machine, "orders": orders}
        yield made | {"batches": batches, "adapters": adapters, "secret": secret["ARN"]}


_every_member = ResponseSerializer._serialize_structure_member


def _member(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Write a member that is there; moto looks for all ten types of each DynamoDB attribute."""
    if shape.parent.name != "AttributeValue" or key in value:
        _every_member(serializer, serialized, value, shape, key)


@pytest.fixture
def aws(stack: Document, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Return the stack, empty, with every function's environment set and a policy published."""
    aws = Aws(wire, **stack)
    aws.wipe()
    wire.serves("GetItem", _get_item)
    wire.serves("GetParameter", lambda asked: {"Parameter": {"Value": CONSOLE_URL}})
    _serve_policies(aws)
    aws.publish(_default_policy())
    for name, value in _environment(aws).items():
        monkeypatch.setenv(name, value)
    return aws


def _get_item(asked: Document) -> Document:
    """Read a row from moto's table without the way through HTTP, which takes ten times as long."""
    found = dynamodb_backends[ACCOUNT][REGION].get_item(asked["TableName"], asked["Key"])
    return {"Item": found.to_json()["Attributes"]} if found else {}


@cache
def _default_policy() -> bytes:
    document = yaml.safe_load((scenes.ROOT / "policies" / "default.yaml").read_text())
    return json.dumps(document).encode()


def _serve_policies(aws: Aws) -> None:
    """Answer for AppConfig Data, which moto lacks: each token is good for one call."""
    live: set[str] = set()
    seen: dict[str, int] = {}

    def give(token: str) -> str:
        live.add(token)
        return token

    def start(asked: Document) -> Document:
        return {"InitialConfigurationToken": give(f"session-{len(seen)}")}

    def latest(asked: Document) -> Any:
        token = asked["ConfigurationToken"]
        if token not in live:
            return refused("BadRequestException")
        live.discard(token)
        news = seen.get(token, 0) < len(aws.published)
        body = aws.published[-1] if news and aws.published else b""
        following = give(f"{token}+")
        seen[following] = len(aws.published)
        return {"Configuration": io.BytesIO(body), "NextPollConfigurationToken": following}

    aws.wire.serves("StartConfigurationSession", start)
    aws.wire.serves("GetLatestConfiguration", latest)


def _environment(aws: Aws) -> dict[str, str]:
    return {
        "FRAMES_TABLE": "frames",
        "REVIEWS_TABLE": "reviews",
        "CHANNELS_TABLE": "channels",
        "OUTBOX_TABLE": "outbox",
        "FRAMES_BUCKET": FRAMES_BUCKET,
        "EVIDENCE_BUCKET": EVIDENCE_BUCKET,
        "STATE_MACHINE_ARN": aws.machine,
        "ORDER_MACHINE_ARN": aws.orders,
        "BATCH_MACHINE_ARN": aws.batches,
        "BATCHES_TABLE": "batches",
        "ADAPTERS_TABLE": "adapters",
        "ADAPTER_MACHINE_ARN": aws.adapters,
        "ADAPTER_PROJECT": "framewarden",
        "BATCHES_BUCKET": BATCHES_BUCKET,
        "BATCH_SOURCES": SOURCE_BUCKET,
        "BATCH_CEILING": "1000",
        "BATCH_SHARE": "60",
        "REKOGNITION_TPS": "0",
        "MEDIALIVE_FOLDERS": "studio-a=1234567/0,studio-a-backup=1234567/1",
        "POLICY_APPLICATION": "app1234",
        "POLICY_ENVIRONMENT": "env1234",
        "POLICY_PROFILE": "prof123",
        "MODE": "enforce",
        "NOTICE_TOPIC_ARN": aws.topic,
        "LINK_SECRET_ARN": aws.secret,
        "LINK_MAY": "stop",
        "DESK_CLIENT_ID": "client1234",
        "CONSOLE_URL_PARAMETER": "/stack/console-url",
    }


@pytest.fixture
def context() -> Any:
    """What Lambda tells a function about itself."""
    return SimpleNamespace(
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:any",
        aws_request_id="2f3c1a52-6f0e-4a5e-9a3e-2d5c7d0b8a11",
        function_name="any",
        function_version="$LATEST",
        memory_limit_in_mb=512,
    )


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Collect what our logger writes."""
    from framewarden.observability import logger

    handler = logger.registered_handler
    before, written = handler.stream, io.StringIO()
    handler.setStream(written)  # type: ignore[attr-defined]
    yield written
    handler.setStream(before)  # type: ignore[attr-defined]
    logger.clear_state()


@pytest.fixture(autouse=True)
def no_metrics_left() -> Iterator[None]:
    """Forget what a test counted and nobody flushed."""
    from framewarden.observability import metrics

    yield
    metrics.provider.clear_metrics()


@pytest.fixture
def counted(capsys: pytest.CaptureFixture[str]) -> Callable[[], dict[str, float]]:
    """Return the metrics that were emitted, or wait to be, since the last look, summed by name."""
    from framewarden.observability import metrics

    def take() -> dict[str, float]:
        if metrics.provider.metric_set:
            metrics.flush_metrics()
        sums: dict[str, float] = {}
        for line in capsys.readouterr().out.splitlines():
            emitted = json.loads(line) if line.startswith("{") else {}
            for directive in emitted.get("_aws", {}).get("CloudWatchMetrics", []):
                assert directive["Namespace"] == "framewarden"
                for metric in directive["Metrics"]:
                    values = emitted[metric["Name"]]
                    sums[metric["Name"]] = sums.get(metric["Name"], 0) + sum(values)
        return sums

    return take


@pytest.fixture
def opened(aws):
    """Return the slot of a pending review whose execution waits."""
    slot = open_or_join()
    waits(slot["review_id"])
    aws.wire.forget()
    return slot
