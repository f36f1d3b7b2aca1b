"""Channels are found by ARN, name or id, and an encoder knows its own connection."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from local.encoder import (
    Channel,
    Encoder,
    KeyRevokedError,
    find_channel,
    live_stream,
    made_channel,
    moderated_channel,
)
from local.errors import OperatorError

ARN = "arn:aws:ivs:us-east-1:000000000000:channel/"
TAGS = {"framewarden": "moderated"}


class FakeIvs:
    """Channels of one account, and whether the first of them is live."""

    def __init__(self, *channels: dict[str, Any]) -> None:
        self.channels = list(channels)
        self.streams: list[str | None] = []
        self.asked = 0

    def get_channel(self, arn: str) -> dict[str, Any]:
        for channel in self.channels:
            if channel["arn"] == arn:
                return {"channel": channel}
        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetChannel")

    def list_channels(self, filterByName: str) -> dict[str, Any]:  # noqa: N803 botocore's name
        return {"channels": [one for one in self.channels if one["name"] == filterByName]}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_channels"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"channels": self.channels[:1]}, {"channels": self.channels[1:]}]

    def create_channel(
        self,
        name: str,
        type: str,  # noqa: A002 botocore's name
        tags: dict[str, str],
        **_: str,
    ) -> dict[str, Any]:
        made = channel("Made12345678", name, tags)
        self.channels.append(made)
        return {"channel": made, "streamKey": {}}

    def get_stream(self, channelArn: str) -> dict[str, Any]:  # noqa: N803 botocore's name
        self.asked += 1
        stream = self.streams.pop(0) if self.streams else None
        if stream is None:
            raise ClientError({"Error": {"Code": "ChannelNotBroadcasting"}}, "GetStream")
        return {"stream": {"streamId": stream, "state": "LIVE"}}


def channel(identity: str, name: str, tags: dict[str, str] | None = None) -> dict[str, Any]:
    return {"arn": ARN + identity, "name": name, "tags": TAGS if tags is None else tags}


@pytest.mark.parametrize("wanted", [ARN + "B", "second", "B"])
def test_a_channel_is_found_by_arn_name_or_id(wanted: str) -> None:
    found = find_channel(FakeIvs(channel("A", "first"), channel("B", "second")), wanted)

    assert found
    assert found.arn == ARN + "B"


def test_an_ambiguous_name_is_refused() -> None:
    with pytest.raises(OperatorError, match="2 channels are called twin"):
        find_channel(FakeIvs(channel("A", "twin"), channel("B", "twin")), "twin")


def test_a_new_name_makes_a_channel_that_may_be_stopped_and_the_next_run_reuses_it() -> None:
    ivs = FakeIvs()

    made = made_channel(ivs, "stage")

    assert made.is_moderated
    assert made_channel(ivs, "stage") == made
    assert len(ivs.channels) == 1


def test_a_channel_that_nobody_put_under_moderation_is_refused_with_the_remedy() -> None:
    ivs = FakeIvs(channel("A", "private", tags={}))

    for take in (made_channel, moderated_channel):
        with pytest.raises(OperatorError, match="tag-resource") as refused:
            take(ivs, "private")
        assert "framewarden=moderated" in str(refused.value)


@pytest.mark.parametrize("wanted", ["nobody", ARN + "nobody"])
def test_a_channel_that_does_not_exist_is_a_sentence(wanted: str) -> None:
    with pytest.raises(OperatorError, match="no channel"):
        moderated_channel(FakeIvs(), wanted)


def test_an_arn_is_never_taken_for_a_new_name() -> None:
    ivs = FakeIvs()

    with pytest.raises(OperatorError, match="no channel"):
        made_channel(ivs, ARN + "nobody")
    assert not ivs.channels


def test_the_stream_of_a_channel_that_is_off_air_is_none() -> None:
    ivs = FakeIvs()
    ivs.streams = ["st-1"]

    assert live_stream(ivs, ARN + "A") == "st-1"
    assert live_stream(ivs, ARN + "A") is None


def test_another_failure_of_getstream_is_no_answer() -> None:
    class Denied(FakeIvs):
        def get_stream(self, channelArn: str) -> dict[str, Any]:  # noqa: N803 botocore's name
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetStream")

    with pytest.raises(ClientError):
        live_stream(Denied(), ARN + "A")


class Control:
    """The laptop's IVS, as far as an encoder sees it: answers in turn, and what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        control = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                control.answer(self)

            def do_POST(self) -> None:
                control.answer(self)

            def log_message(self, *_: Any) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        size = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(size)) if size else None
        self.asked.append((request.command, request.path, body))
        status, document = self.answers.pop(0)
        request.send_response(status)
        request.end_headers()
        request.wfile.write(json.dumps(document).encode())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def control() -> Iterator[Control]:
    made = Control()
    yield made
    made.close()


def went_live(stream: str, key: str = "sk_1") -> tuple[int, dict[str, Any]]:
    return 200, {"stream_id": stream, "stream_key": key, "recording_prefix": f"ivs/{stream}"}


@pytest.mark.enable_socket
def test_an_encoder_comes_back_with_the_key_that_it_had(control: Control) -> None:
    encoder = Encoder(control.url, Channel(ARN + "A", "stage", TAGS))
    control.answers = [went_live("st-1"), (200, {"stream_id": "st-1"}), went_live("st-2")]

    assert encoder.start() == "st-1"
    assert encoder.recording_prefix == "ivs/st-1"
    encoder.stop()
    assert encoder.start() == "st-2"

    named = {"channel_arn": ARN + "A"}
    assert [body for _, _, body in control.asked] == [
        {**named, "action": "start"},
        {**named, "action": "stop"},
        {**named, "action": "start", "stream_key": "sk_1"},
    ]


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("live", "stopped", "connected"),
    [(True, False, True), (True, True, False), (False, True, False), (False, False, False)],
)
def test_an_encoder_knows_by_itself_whether_it_is_connected(
    control: Control, live: bool, stopped: bool, connected: bool
) -> None:
    encoder = Encoder(control.url, Channel(ARN + "A", "stage", TAGS))
    control.answers = [(200, {"live": live, "stream_id": None, "stopped": stopped})]

    assert encoder.is_connected() is connected
    [(method, path, _)] = control.asked
    assert (method, parse_qs(urlsplit(path).query)) == ("GET", {"channel_arn": [ARN + "A"]})
    assert urlsplit(path).path == "/_framewarden/encoder"


@pytest.mark.enable_socket
def test_a_revoked_key_is_a_fault_of_its_own_with_the_remedy(control: Control) -> None:
    encoder = Encoder(control.url, Channel(ARN + "A", "stage", TAGS))
    control.answers = [(409, {"error": "AccessDeniedException", "message": "no"})]

    with pytest.raises(KeyRevokedError, match="channels reinstate stage") as refused:
        encoder.start()
    assert refused.value.message == "Locked out: the stream key was revoked."


@pytest.mark.enable_socket
def test_another_refusal_is_a_sentence(control: Control) -> None:
    encoder = Encoder(control.url, Channel(ARN + "A", "stage", TAGS))
    control.answers = [(404, {"error": "ResourceNotFoundException"})] * 2

    with pytest.raises(OperatorError, match="refuses to start stage"):
        encoder.start()
    with pytest.raises(OperatorError, match="refuses to see stage"):
        encoder.is_connected()


@pytest.mark.enable_socket
def test_a_cloud_that_was_taken_down_is_a_sentence(control: Control) -> None:
    url = control.url
    control.close()

    with pytest.raises(OperatorError, match="does not answer"):
        Encoder(url, Channel(ARN + "A", "stage", TAGS)).is_connected()
