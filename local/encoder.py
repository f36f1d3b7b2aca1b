"""Find IVS channels, and on a laptop make them go live as a broadcaster's encoder would."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.exceptions import ClientError

from local.errors import OperatorError

# The tag that the stop role is bound to.
MODERATED = {"framewarden": "moderated"}
CONTROL = "/_framewarden/encoder"


class KeyRevokedError(OperatorError):
    """The channel takes no stream with the key that its encoder has."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            "Locked out: the stream key was revoked.",
            f"A fresh one comes with: framewarden channels reinstate {channel}",
        )


@dataclass(frozen=True)
class Channel:
    """An IVS channel."""

    arn: str
    name: str
    tags: dict[str, str]

    @property
    def is_moderated(self) -> bool:
        """Tell whether the stop role may act on it."""
        return MODERATED.items() <= self.tags.items()

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Channel":
        """Read it from an answer of IVS."""
        return cls(found["arn"], found.get("name", ""), found.get("tags") or {})


def find_channel(ivs: Any, wanted: str) -> Channel | None:
    """Find a channel by its ARN, its name or its id; None where there is none."""
    if wanted.startswith("arn:"):
        try:
            found = ivs.get_channel(arn=wanted)["channel"]
        except ClientError as failure:
            if _code(failure) != "ResourceNotFoundException":
                raise
            return None
        return Channel.of(found)
    named = ivs.list_channels(filterByName=wanted)["channels"]
    if len(named) > 1:
        raise OperatorError(
            f"{len(named)} channels are called {wanted}.", "Give the ARN of the one that is meant."
        )
    pages = ivs.get_paginator("list_channels").paginate()
    by_id = (
        channel
        for page in pages
        for channel in page["channels"]
        if channel["arn"].endswith(f":channel/{wanted}")
    )
    found = named[0] if named else next(by_id, None)
    return Channel.of(found) if found else None


def moderated_channel(ivs: Any, wanted: str) -> Channel:
    """Find a channel that this project may stop.

    Raises
    ------
    OperatorError
        There is none, or its owner has not put it under moderation.
    """
    found = find_channel(ivs, wanted)
    if found is None:
        raise OperatorError(f"There is no channel {wanted}.", "List them: aws ivs list-channels")
    if not found.is_moderated:
        raise OperatorError(
            f"Channel {found.name or found.arn} is not tagged framewarden=moderated.",
            f"Tag it: aws ivs tag-resource --resource-arn {found.arn} --tags framewarden=moderated",
        )
    return found


def recording_into(ivs: Any, bucket: str) -> str:
    """Find or make the recording configuration that writes a thumbnail a second into a bucket."""
    pages = ivs.get_paginator("list_recording_configurations").paginate()
    for page in pages:
        for found in page["recordingConfigurations"]:
            if found["destinationConfiguration"].get("s3", {}).get("bucketName") == bucket:
                return str(found["arn"])
    made = ivs.create_recording_configuration(
        name="framewarden",
        destinationConfiguration={"s3": {"bucketName": bucket}},
        thumbnailConfiguration={"recordingMode": "INTERVAL", "targetIntervalSeconds": 1},
    )
    return str(made["recordingConfiguration"]["arn"])


def made_channel(ivs: Any, name: str, recording: str = "") -> Channel:
    """Find a channel of the laptop cloud, or create it under moderation where the name is new."""
    if name.startswith("arn:") or find_channel(ivs, name):
        return moderated_channel(ivs, name)
    created = ivs.create_channel(
        name=name, type="STANDARD", tags=MODERATED, recordingConfigurationArn=recording
    )["channel"]
    return Channel.of(created)


def live_stream(ivs: Any, channel_arn: str) -> str | None:
    """Return the id of the stream that the channel sends now; None while it is offline."""
    try:
        stream = ivs.get_stream(channelArn=channel_arn)["stream"]
    except ClientError as failure:
        if _code(failure) != "ChannelNotBroadcasting":
            raise
        return None
    return str(stream["streamId"]) if stream.get("state") != "OFFLINE" else None


class Encoder:
    """The broadcaster's software: it makes a channel of the laptop's IVS go live, or end."""

    def __init__(self, moto_endpoint: str, channel: Channel) -> None:
        self._endpoint = urlsplit(moto_endpoint)
        self._channel = channel
        self._stream_key: str | None = None
        # Where IVS records the stream that was started last; None where it does not.
        self.recording_prefix: str | None = None

    def start(self) -> str:
        """Go live, and return the stream's id; the first time it is given the channel's key.

        Raises
        ------
        KeyRevokedError
            Its key is good for nothing any more.
        """
        key = {"stream_key": self._stream_key} if self._stream_key else {}
        answer = self._control("POST", "start", **key)
        self._stream_key = answer["stream_key"]
        self.recording_prefix = answer["recording_prefix"]
        return str(answer["stream_id"])

    def stop(self) -> None:
        """End the stream, if it still runs."""
        self._control("POST", "stop")

    def is_connected(self) -> bool:
        """Tell whether its stream is taken: it knows that by itself, without asking GetStream."""
        answer = self._control("GET", "see")
        return bool(answer["live"]) and not answer["stopped"]

    def _control(self, method: str, action: str, **more: str) -> dict[str, Any]:
        named = {"channel_arn": self._channel.arn}
        asks = method == "GET"
        path = f"{CONTROL}?{urlencode(named)}" if asks else CONTROL
        body = None if asks else json.dumps({**named, "action": action, **more})
        # Not urllib: it would send a call to this machine through the proxy of the environment.
        connection = HTTPConnection(self._endpoint.hostname or "", self._endpoint.port, timeout=10)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, HTTPException) as failure:
            raise OperatorError(
                f"The laptop's IVS does not answer ({failure}).", "Start over: framewarden down"
            ) from failure
        finally:
            connection.close()
        if answer.status == 409:
            raise KeyRevokedError(self._channel.name)
        if answer.status >= 300:
            raise OperatorError(
                f"The laptop's IVS refuses to {action} {self._channel.name}: {text}"
            )
        document: dict[str, Any] = json.loads(text)
        return document


def _code(failure: ClientError) -> str:
    return str(failure.response.get("Error", {}).get("Code", ""))
