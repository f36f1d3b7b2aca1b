"""Run the real machine on a laptop cloud of the tests' own, beside any other on this computer."""

import io
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from PIL import Image

from framewarden.aws.dynamo import typed, untyped
from framewarden.domain.frames import frame_id
from framewarden.domain.times import iso
from local import publish
from local.encoder import made_channel, recording_into
from local.laptop import cloud as laptop_cloud
from local.laptop.connection import Cloud
from local.laptop.deploy import build_and_deploy
from local.links import Links
from local.recording import Recorder, Recording, recorder_credentials
from local.target import Target, on_cloud
from tests.workflow.browser import browser, people, windows

__all__ = ["browser", "people", "windows"]  # fixtures

# Retries and Wait states take a tenth of their seconds; time-outs and deadlines do not.
WAIT_SCALE = 0.1
PATIENCE = 60.0
PHOTOS = "workflow-photos"  # the bucket whose images batches may analyze
SAMPLES = Path(__file__).parents[2] / "samples"
DEADLINE = 6  # seconds; long enough to be read before it passes, on a slow machine too
LABEL_RULES = ((97, "critical"), (80, "high"), (60, "medium"), (0, "low"))

Row = dict[str, Any]

SHORT = {"deadline": DEADLINE, "default": "allow"}
LADDER = {"deadline": DEADLINE, "remind": 1}
SPECIAL: dict[str, Row] = {
    "expire-allow": {"reviews": {"high": SHORT}},
    "expire-stop": {"reviews": {"high": {**SHORT, "default": "stop"}}},
    "expire-ladder": {"reviews": {"high": {**SHORT, "escalate": 60}}},
    "observe": {"mode": "observe"},
    "raised": {"mode": "observe", "reviews": {"critical": SHORT}},
    "on-error-review": {"on_error": "review"},
    "on-error-stop": {"on_error": "stop"},
    "confirm": {"confirm_stop": True},
    "burst": {"confirm_stop": True},
    "short-ban": {"stops": {"ban_for": "2s"}},
    "revoked": {"stops": {"revoke_keys": True}},
    "keys-denied": {"stops": {"revoke_keys": True}},
    "killed-keys": {"stops": {"revoke_keys": True}},
    "desk-critical": {"mode": "observe"},
    "desk-confirm": {"confirm_stop": True},
    "desk-remind": {"reviews": {"high": {**LADDER, "escalate": 60, "default": "allow"}}},
    "desk-default": {"reviews": {"high": {**LADDER, "escalate": 3, "default": "stop"}}},
}
SLATED = {"stops": {"medialive": "slate", "slate_input": "slate"}}
# Their ids are MediaLive's: they are made before the policy is published.
BROADCASTS: dict[str, Row] = {
    "slated": SLATED,
    "slate-missing": SLATED,
    "off-and-on": {},
    "two-pipelines": {},
}


def policy(channels: Row | None = None, **changes: Any) -> Row:
    """Return a policy with room to decide in, for every channel but those named."""
    reviews = {name: {"deadline": "2m", "default": "allow"} for name in ("critical", "high")}
    return {
        "name": "workflow tests",
        "max_age": "5m",
        "on_error": "hold",
        "incident_window": "10m",
        # More than all tests of a session stop: one of them sets it low.
        "breaker": {"stops": 1000, "within": "10m"},
        "reviews": {**reviews, "medium": {"deadline": "2m", "default": "allow"}},
        "rules": [
            {"name": f"explicit-{word}", "label": "Explicit", "min_confidence": least,
             "severity": word}
            for least, word in LABEL_RULES
        ],
        "channels": channels or {},
        **changes,
    }  # fmt: skip


class Pictures:
    """Pictures whose severity is known, each of different bytes."""

    def __init__(self) -> None:
        self._abstract = Image.open(SAMPLES / "positive-abstract.png").convert("RGB")
        self._made = 0

    def clean(self) -> bytes:
        """Return a picture of noise."""
        return self._jpeg(Image.effect_noise((320, 180), 40).convert("RGB"), 90)

    def critical(self) -> bytes:
        """Return the abstract positive as it is: 98 %."""
        self._made += 1
        return (SAMPLES / "positive-abstract.png").read_bytes() + bytes(self._made)

    def high(self) -> bytes:
        """Return the abstract positive, compressed to 95 %."""
        return self._jpeg(self._abstract, 60)

    def medium(self) -> bytes:
        """Return the abstract positive, greyed to 75 %."""
        grey = Image.new("RGB", self._abstract.size, (128, 128, 128))
        return self._jpeg(Image.blend(self._abstract, grey, 0.4), 90)

    def _jpeg(self, picture: Image.Image, quality: int) -> bytes:
        body = io.BytesIO()
        picture.save(body, "JPEG", quality=quality)
        return body.getvalue()


class Channel:
    """An IVS channel with an encoder and a recorder."""

    def __init__(self, desk: "Desk", name: str) -> None:
        self.desk = desk
        ivs = desk.client("ivs")
        recording = recording_into(ivs, desk.target.output("FramesBucket"))
        self.arn = made_channel(ivs, name, recording).arn
        self.id = self.arn.rpartition("/")[2]
        self.stream_id = self.stream_key = ""
        self._number = 0
        self._recording = Recording.begin(desk.target.output("FramesBucket"), self.arn)

    def go_live(self) -> str:
        """Connect the encoder; a new stream is recorded under a prefix of its own."""
        told = self.desk.control("encoder", channel_arn=self.arn, action="start")
        if told["stream_id"] != self.stream_id:
            self._recording = Recording.begin(self._recording.bucket, self.arn)
            self._number = 0
        self.stream_id, self.stream_key = told["stream_id"], told["stream_key"]
        return str(self.stream_id)

    def go_off(self) -> None:
        """Disconnect the encoder, as its owner would."""
        self.desk.control("encoder", channel_arn=self.arn, action="stop")

    def may_enter(self, key: str) -> bool:
        """Try to go live with a stream key."""
        try:
            self.desk.control("encoder", channel_arn=self.arn, action="start", stream_key=key)
        except urllib.error.HTTPError as refused:
            assert refused.code == 409
            return False
        return True

    def connected(self) -> bool:
        """Ask the encoder, which needs no call of IVS, whether its stream is taken."""
        told = self._encoder()
        return bool(told["live"] and not told["stopped"])

    def live(self) -> bool:
        """Tell whether IVS would say that the channel broadcasts; its quota is left alone."""
        return bool(self._encoder()["live"])

    def _encoder(self) -> Row:
        return dict(self.desk.control(f"encoder?channel_arn={self.arn}", method="GET"))

    def show(self, picture: bytes) -> str:
        """Put a frame as the recorder does, and return its frame_id."""
        return str(self.put(picture)["frame_id"])

    def put(self, picture: bytes) -> Row:
        """Put a frame as the recorder does, and return what names it."""
        key = self._recording.key(self._number)
        self._number += 1
        bucket = self._recording.bucket
        version = Recorder(self.desk.recorder, self._recording).put(key, picture)
        identity = frame_id(bucket, key, version)
        return {"frame_id": identity, "bucket": bucket, "key": key, "version_id": version}

    def forge_account(self, account: str) -> None:
        """Go on under a key that names another account."""
        forged = self.arn.replace(f":{self.desk.cloud.account}:", f":{account}:")
        self._recording = replace(self._recording, channel_arn=forged)

    def stops(self) -> list[Row]:
        return [row for row in self.rows() if row["item"].startswith("stop#")]

    def stop_row(self) -> Row:
        """Return the stop of the session that began last."""
        return self.row(f"stop#{self.stream_id}")

    def ban(self) -> Row:
        return self.row("ban")

    def row(self, item: str) -> Row:
        return next((row for row in self.rows() if row["item"] == item), {})

    def denied_stops(self) -> int:
        return sum(
            call["operation"] == "StopStream" and self.arn in str(call["params"])
            for call in self.desk.calls()
        )

    def rows(self) -> list[Row]:
        answer = self.desk.client("dynamodb").query(
            TableName=self.desk.target.output("ChannelsTable"),
            KeyConditionExpression="channel = :channel",
            ExpressionAttributeValues=typed({":channel": self.arn}),
        )
        return [untyped(item) for item in answer["Items"]]

    def stop_calls(self) -> int:
        """Count the calls of StopStream for this channel that IVS accepted."""
        return sum(
            call["operation"] == "StopStream"
            and self.arn in str(call["params"])
            and not call["error"]
            for call in self.desk.calls()
        )


class Desk:
    """Everything that a test needs of the running cloud."""

    def __init__(self, cloud: Cloud, target: Target) -> None:
        self.cloud, self.target, self.pictures = cloud, target, Pictures()
        self._clients: dict[str, Any] = {}
        self._channels: dict[str, Channel] = {}
        self._broadcasts: dict[str, str] = {}
        bucket = target.output("FramesBucket")
        role = recorder_credentials(self.client("iam"), self.client("sts"), bucket, cloud.account)
        self.recorder = boto3.client(
            "s3",
            endpoint_url=cloud.endpoint,
            region_name=cloud.region,
            aws_access_key_id=role.access_key,
            aws_secret_access_key=role.secret_key,
            aws_session_token=role.token,
        )

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.cloud.client(service)
        return self._clients[service]

    def control(self, what: str, method: str = "POST", **body: Any) -> Any:
        """Tell the moto extension something."""
        request = urllib.request.Request(
            f"{self.cloud.moto_endpoint}/_framewarden/{what}",
            data=json.dumps(body).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"{}")

    def fault(self, service: str, operation: str, **what: Any) -> None:
        self.control("faults", service=service, operation=operation, **what)

    def calls(self) -> list[Row]:
        answer = self.control("calls", method="GET")
        return list(answer["calls"] if isinstance(answer, dict) else answer)

    def frame(self, identity: str) -> Row:
        answer = self.client("dynamodb").get_item(
            TableName=self.target.output("FramesTable"), Key=typed({"frame_id": identity})
        )
        return untyped(answer.get("Item", {}))

    def review(self, review_id: str) -> Row:
        answer = self.client("dynamodb").get_item(
            TableName=self.target.output("ReviewsTable"), Key=typed({"review_id": review_id})
        )
        return untyped(answer.get("Item", {}))

    def wait(self, what: Callable[[], Any], because: str, patience: float = PATIENCE) -> Any:
        """Wait until something is true, and return it."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = what()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"waited {patience:.0f} s in vain: {because}")

    def ended(self, identity: str, patience: float = PATIENCE) -> Row:
        """Wait for a frame's end and return its row."""
        self.wait(
            lambda: self.frame(identity).get("status") in ("settled", "joined"),
            f"frame {identity[:12]} ends",
            patience,
        )
        return self.frame(identity)

    def asked(self, identity: str) -> Row:
        """Wait until the machine waits for a person about a frame, and return the review."""
        review_id = self.wait(lambda: self.frame(identity).get("review_id"), "a review is opened")
        return self.wait(
            lambda: (row := self.review(review_id)).get("task_token") and row,
            "the machine waits with a token",
        )

    def link(self, review: Row) -> str:
        return Links(self.target).url(review)

    def story(self, row: Row) -> Row:
        body = self.client("s3").get_object(
            Bucket=self.target.output("EvidenceBucket"), Key=row["evidence"]
        )["Body"]
        return dict(json.loads(body.read()))

    def unseen(self, channel: "Channel", picture: bytes) -> Row:
        """Put a frame whose event is lost, and return what names it."""
        function = self.client("lambda").get_function(
            FunctionName=self.target.output("IntakeFunction")
        )["Configuration"]["FunctionArn"]
        events = self.client("events")
        [rule] = events.list_rule_names_by_target(TargetArn=function)["RuleNames"]
        events.disable_rule(Name=rule)
        try:
            put = channel.put(picture)
            time.sleep(0.5)
        finally:
            events.enable_rule(Name=rule)
        assert self.frame(put["frame_id"]) == {}
        return put

    def deliver(self, put: Row, moment: datetime) -> list[Row]:
        """Deliver the event of a frame, as of a moment."""
        stored = {"key": put["key"], "version-id": put["version_id"], "etag": "e", "size": 1}
        event = {
            "detail-type": "Object Created",
            "time": iso(moment),
            "detail": {"bucket": {"name": put["bucket"]}, "object": stored},
        }
        return list(self.invoke("IntakeFunction", event))

    def invoke(self, output: str, event: Row) -> Any:
        """Invoke one of the stack's functions and return its answer."""
        reply = self.client("lambda").invoke(
            FunctionName=self.target.output(output), Payload=json.dumps(event).encode()
        )
        return json.loads(reply["Payload"].read())

    def status(self, execution: str) -> str:
        arn = self.target.output("StateMachineArn").replace(":stateMachine:", ":execution:")
        described = self.client("stepfunctions").describe_execution(
            executionArn=f"{arn}:{execution}"
        )
        return str(described["status"])

    def channel(self, name: str) -> Channel:
        """Return a channel of its own for a test; those of SPECIAL have rules of their own."""
        return self._channels.setdefault(name, Channel(self, name))

    def publish(self, **changes: Any) -> None:
        special = {self.channel(name).id: rules for name, rules in SPECIAL.items()}
        special |= {self.medialive(name): rules for name, rules in BROADCASTS.items() if rules}
        publish.publish(self.target, policy(special, **changes))

    def medialive(self, name: str, inputs: tuple[str, ...] = ("camera", "slate")) -> str:
        """Return the id of a MediaLive channel that runs; each has policy rules of its own."""
        if name not in self._broadcasts:
            attached = inputs if name != "slate-missing" else ("camera",)
            medialive = self.client("medialive")
            made = medialive.create_channel(
                Name=name,
                ChannelClass="SINGLE_PIPELINE",
                InputAttachments=[
                    {"InputAttachmentName": one, "InputId": f"id-{one}"} for one in attached
                ],
                Tags={"framewarden": "moderated"},
            )["Channel"]["Id"]
            state = partial(medialive.describe_channel, ChannelId=made)
            self.wait(lambda: state()["State"] == "IDLE", "the channel is made")
            medialive.start_channel(ChannelId=made)
            self.wait(lambda: state()["State"] == "RUNNING", "the channel runs")
            self._broadcasts[name] = made
        return self._broadcasts[name]

    def room(self, name: str) -> str:
        """Make a chat room."""
        return str(self.client("ivschat").create_room(name=name)["arn"])

    def said(self, room: str) -> list[Row]:
        """Return what a room was told."""
        told = self.control("chat", method="GET")
        events = told["events"] if isinstance(told, dict) else told
        return [event for event in events if event["room_arn"] == room]

    def outbox(self) -> list[Row]:
        answer = self.client("dynamodb").scan(TableName=self.target.output("OutboxTable"))
        return [untyped(item) for item in answer["Items"]]

    def breaker_stamps(self) -> set[str]:
        answer = self.client("dynamodb").get_item(
            TableName=self.target.output("ChannelsTable"),
            Key=typed({"channel": "breaker", "item": "stamps"}),
        )
        return set(untyped(answer.get("Item", {})).get("stamps", ()))

    def held_up(self, operation: str, channel: "Channel", step: str) -> bool:
        """Tell whether the worker of a stop has come as far as a step."""
        if step == "look":
            time.sleep(1)
            return True
        if step == "keys":
            return bool(channel.ban())
        if step == "stop":
            return bool(channel.ban()) and time.sleep(0.5) is None
        if step == "verify":
            return bool(channel.stop_row().get("accepted_at")) and time.sleep(0.3) is None
        return channel.stop_row().get("status") == "stopped" and time.sleep(0.3) is None

    def kill_workers(self, function: str) -> int:
        """Kill the processes that run a function, as a crash would."""
        killed = 0
        for process in psutil.process_iter():
            try:
                name = process.environ().get("AWS_LAMBDA_FUNCTION_NAME", "")
                mine = (
                    process.environ().get("TMPDIR", "").startswith(os.environ["FRAMEWARDEN_HOME"])
                )
            except psutil.Error:
                continue
            if function in name and mine:
                process.send_signal(signal.SIGKILL)
                killed += 1
        return killed

    def upload(self, name: str, body: bytes) -> str:
        """Upload an image as somebody of the account, and return its frame_id."""
        return self.put(f"uploads/{name}", body)

    def put(self, key: str, body: bytes) -> str:
        """Put an object as the account's root, whom the emulator lets write anywhere."""
        bucket = self.target.output("FramesBucket")
        version = self.client("s3").put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]
        return frame_id(bucket, key, version)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Bring a laptop cloud up for the session, deploy the template, and leave nothing behind."""
    before = os.environ.get("FRAMEWARDEN_HOME")
    os.environ["FRAMEWARDEN_HOME"] = str(tmp_path_factory.mktemp("cloud"))
    try:
        cloud = laptop_cloud.up(port=0, wait_scale=WAIT_SCALE)
        build_and_deploy(cloud, parameters={"BatchSourceBuckets": PHOTOS})
        running = laptop_cloud.current()
        assert running is not None
        target = on_cloud(running)
        desk = Desk(running, target)
        desk.publish()
        yield desk
    finally:
        laptop_cloud.down()
        if before is None:
            os.environ.pop("FRAMEWARDEN_HOME")
        else:
            os.environ["FRAMEWARDEN_HOME"] = before


@pytest.fixture(autouse=True)
def no_faults_left(desk: Desk) -> Iterator[None]:
    yield
    desk.control("faults", method="DELETE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the README's reader find a fresh cloud: what other tests break is to be seen there."""
    items.sort(key=lambda item: item.path.name != "test_readme.py")
