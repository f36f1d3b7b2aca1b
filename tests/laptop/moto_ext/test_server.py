"""The extension over HTTP: one process, started and ended here."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.moto_ext.server import main

from .answers import assert_modelled
from .pictures_made import encoded, plain

REPOSITORY = Path(__file__).parents[3]
pytestmark = pytest.mark.enable_socket


@dataclass(frozen=True)
class Server:
    """The running server."""

    process: "subprocess.Popen[str]"
    url: str
    session: boto3.Session

    def client(self, service: str) -> Any:
        """Make a client as the laptop cloud's functions do."""
        made = self.session.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}),
        )
        if service != "s3":
            made.meta.events.register("after-call", self._watch)
        return made

    def _watch(self, http_response: Any, parsed: Any, model: Any, **_: Any) -> None:
        if http_response.status_code < 300:
            assert_modelled(model, http_response.status_code, http_response.content, parsed)

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request to the control endpoint."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_framewarden/{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "local.moto_ext.server", "--port", str(port)],
        env={
            "PYTHONPATH": str(REPOSITORY),
            "FRAMEWARDEN_S3_ENDPOINT": url,
            "FRAMEWARDEN_MEDIALIVE_SECONDS": "0",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == f"moto extension ready on {url}\n"
    yield Server(process, url, boto3.Session("AKIATESTTESTTESTTEST", "secret", "token"))
    process.send_signal(signal.SIGTERM)
    _, complaints = process.communicate(timeout=10)
    assert (process.returncode, complaints) == (0, "")


def test_it_is_healthy(server: Server) -> None:
    status, health = server.control("GET", "health")
    assert (status, health["status"], health["account"]) == (200, "ok", "000000000000")


def test_a_stream_over_http(server: Server) -> None:
    ivs = server.client("ivs")
    arn = ivs.create_channel(tags={"framewarden": "moderated"})["channel"]["arn"]
    assert arn.startswith("arn:aws:ivs:us-east-1:000000000000:channel/")
    assert ivs.list_tags_for_resource(resourceArn=arn)["tags"] == {"framewarden": "moderated"}
    start = {"channel_arn": arn, "action": "start"}
    status, started = server.control("POST", "encoder", start)
    assert status == 200
    assert ivs.get_stream(channelArn=arn)["stream"]["streamId"] == started["stream_id"]
    assert server.control("POST", "delays", {"stream_stop_seconds": 0})[0] == 200
    fault = {"service": "ivs", "operation": "StopStream", "error": "StreamUnavailable"}
    assert server.control("POST", "faults", {**fault, "channel_arn": arn})[0] == 200
    with pytest.raises(ivs.exceptions.StreamUnavailable):
        ivs.stop_stream(channelArn=arn)
    ivs.stop_stream(channelArn=arn)
    with pytest.raises(ivs.exceptions.ChannelNotBroadcasting):
        ivs.get_stream(channelArn=arn)
    stop = {"channel_arn": arn, "action": "stop"}
    assert server.control("POST", "encoder", stop)[0] == 404
    for key in ivs.list_stream_keys(channelArn=arn)["streamKeys"]:
        ivs.delete_stream_key(arn=key["arn"])
    assert server.control("POST", "encoder", start)[0] == 409


def test_chat_and_medialive_are_routed_by_their_signing_names(server: Server) -> None:
    chat, medialive = server.client("ivschat"), server.client("medialive")
    room = chat.create_room()["arn"]
    assert chat.send_event(roomIdentifier=room, eventName="stream_stopped")["id"]
    channel = medialive.create_channel(Name="main")["Channel"]["Id"]
    assert medialive.describe_channel(ChannelId=channel)["State"] == "IDLE"
    with pytest.raises(medialive.exceptions.ConflictException):
        medialive.stop_channel(ChannelId=channel)


def test_images_are_read_from_the_s3_endpoint(server: Server) -> None:
    s3, rekognition = server.client("s3"), server.client("rekognition")
    s3.create_bucket(Bucket="frames")
    key = "uploads/a folder/50%+é.jpg"
    s3.put_object(Bucket="frames", Key=key, Body=encoded(plain()))
    s3.put_object(Bucket="frames", Key="large.jpg", Body=bytes(16 * 1024 * 1024))
    server.control("DELETE", "calls")
    seen = []
    for bucket, name in (
        ("frames", key),
        ("frames", "absent"),
        ("x12", "y"),
        ("frames", "large.jpg"),
    ):
        try:
            where = {"Bucket": bucket, "Name": name}
            rekognition.detect_moderation_labels(Image={"S3Object": where})
            seen.append(None)
        except ClientError as error:
            seen.append(error.response["Error"]["Code"])
    lost = "InvalidS3ObjectException"
    assert seen == [None, lost, lost, "ImageTooLargeException"]
    _, logged = server.control("GET", "calls")
    assert [call["error"] for call in logged] == seen
    assert logged[0]["params"] == {"Bucket": "frames", "Name": key}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("POST", "health", {}, 405),
        ("POST", "encoder", {"action": "pause"}, 400),
        ("POST", "encoder", {"action": "start", "channel_arn": "x"}, 404),
        ("POST", "faults", {"service": "ivs"}, 400),
        ("POST", "faults", {"service": "ivs", "operation": "Stop", "error": "x"}, 400),
        ("POST", "faults", ["ivs"], 400),
        ("POST", "delays", {"stream_stop_seconds": "soon"}, 400),
        ("DELETE", "faults", None, 200),
        ("GET", "faults", None, 200),
    ],
)
def test_the_control_endpoint_says_what_is_wrong(
    server: Server, method: str, path: str, body: Any, status: int
) -> None:
    assert server.control(method, path, body)[0] == status


def test_an_operation_that_nobody_wrote(server: Server) -> None:
    with pytest.raises(ClientError) as raised:
        server.client("ivs").list_playback_key_pairs()
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "list_playback_key_pairs" in raised.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("host", "s3_endpoint"),
    [
        ("0.0.0.0", ""),
        ("example.com", ""),
        ("127.0.0.1", "https://s3.amazonaws.com"),
        ("127.0.0.1", "not a url"),
    ],
)
def test_it_refuses_to_leave_this_machine(
    host: str,
    s3_endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FRAMEWARDEN_S3_ENDPOINT", s3_endpoint)
    with pytest.raises(SystemExit) as ended:
        main(["--port", "0", "--host", host])
    assert ended.value.code == 2
    assert "must be on this machine" in capsys.readouterr().err
