"""Channels, stream keys, recording configurations and tags."""

from typing import Any

from moto.ivs.models import IVSBackend
from moto.moto_api._internal import mock_random

from local.moto_ext.errors import AwsError


class ResourcesBackend(IVSBackend):
    """Add to moto's channels what belongs to them."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.stream_keys: dict[str, dict[str, Any]] = {}
        self.recordings: dict[str, dict[str, Any]] = {}

    def _arn(self, kind: str) -> str:
        place = f"arn:{self.partition}:ivs:{self.region_name}:{self.account_id}"
        return f"{place}:{kind}/{mock_random.get_random_string(12)}"

    def channel(self, arn: str) -> dict[str, Any]:
        """Return a channel, or raise ResourceNotFoundException."""
        for channel in self.channels:
            if channel["arn"] == arn:
                return channel
        raise _not_found(arn)

    def create_channel(self, *args: Any, **details: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Make a channel and its stream key, as IVS does in one call."""
        recording = details.get("recording_configuration_arn")
        if recording and recording not in self.recordings:
            raise _not_found(recording)
        details["name"] = details.get("name") or ""
        channel, _ = super().create_channel(*args, **details)
        return channel, self.create_stream_key(channel["arn"], {})

    def delete_channel(self, arn: str) -> None:
        """Delete a channel with its keys."""
        super().delete_channel(arn)
        for key in [key for key in self.stream_keys.values() if key["channelArn"] == arn]:
            del self.stream_keys[key["arn"]]

    def create_stream_key(self, channel_arn: str, tags: dict[str, str]) -> dict[str, Any]:
        """Make the channel's one stream key."""
        if self.stream_keys_of(channel_arn):
            raise AwsError("ServiceQuotaExceededException", "A channel has one stream key.")
        key: dict[str, Any] = {
            "arn": self._arn("stream-key"),
            "channelArn": channel_arn,
            "value": f"sk_{self.region_name}_{mock_random.token_urlsafe(32)}",
            "tags": tags,
        }
        self.stream_keys[key["arn"]] = key
        return key

    def stream_key(self, arn: str) -> dict[str, Any]:
        """Return a stream key with its value."""
        if arn not in self.stream_keys:
            raise _not_found(arn)
        return self.stream_keys[arn]

    def stream_keys_of(self, channel_arn: str) -> list[dict[str, Any]]:
        """List a channel's stream keys."""
        self.channel(channel_arn)
        return [key for key in self.stream_keys.values() if key["channelArn"] == channel_arn]

    def accepted_key(self, channel_arn: str, value: str | None) -> str:
        """Return the value of a key that lets an encoder on; None presents the channel's own.

        Raises
        ------
        AwsError: ResourceNotFoundException; AccessDeniedException.
        """
        values = [str(key["value"]) for key in self.stream_keys_of(channel_arn)]
        if not values:
            raise AwsError("AccessDeniedException", f"Channel {channel_arn} has no stream key.")
        if value is not None and value not in values:
            raise AwsError("AccessDeniedException", f"This is no stream key of {channel_arn}.")
        return value or values[0]

    def delete_stream_key(self, arn: str) -> None:
        """Revoke a stream key; what is live stays live, as on AWS."""
        self.stream_key(arn)
        del self.stream_keys[arn]

    def create_recording_configuration(self, details: dict[str, Any]) -> dict[str, Any]:
        """Keep a recording configuration, completed with IVS's defaults."""
        recording = {
            "name": "",
            "tags": {},
            "recordingReconnectWindowSeconds": 0,
            **details,
            "arn": self._arn("recording-configuration"),
            "state": "ACTIVE",
            "thumbnailConfiguration": {
                "recordingMode": "INTERVAL",
                "targetIntervalSeconds": 60,
                "storage": ["SEQUENTIAL"],
                **details.get("thumbnailConfiguration", {}),
            },
            "renditionConfiguration": {
                "renditionSelection": "ALL",
                **details.get("renditionConfiguration", {}),
            },
        }
        self.recordings[recording["arn"]] = recording
        return recording

    def recording(self, arn: str) -> dict[str, Any]:
        """Return a recording configuration."""
        if arn not in self.recordings:
            raise _not_found(arn)
        return self.recordings[arn]

    def tags_of(self, arn: str) -> dict[str, str]:
        """Return the tags of a resource, to read or to change."""
        named = {channel["arn"]: channel for channel in self.channels}
        resource = {**named, **self.stream_keys, **self.recordings}.get(arn)
        if resource is None:
            raise _not_found(arn)
        tags: dict[str, str] = resource.setdefault("tags", {})
        return tags


def _not_found(arn: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"Resource: {arn} not found")
