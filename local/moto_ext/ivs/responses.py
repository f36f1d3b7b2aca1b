"""Answer IVS's calls."""

import json
from typing import cast

from moto.core.responses import ActionResult, EmptyResult
from moto.ivs.responses import IVSResponse

from local.moto_ext.checked import CheckedResponse
from local.moto_ext.ivs.models import LiveIVSBackend
from local.moto_ext.paging import page


class LiveIVSResponse(CheckedResponse, IVSResponse):
    """Add live streams, keys, recording configurations and tags to moto's IVS."""

    @property
    def _ivs(self) -> LiveIVSBackend:
        return cast(LiveIVSBackend, self.ivs_backend)

    def create_channel(self) -> ActionResult:  # type: ignore[override]
        """Create a channel."""
        return ActionResult(json.loads(super().create_channel()))

    def get_channel(self) -> ActionResult:  # type: ignore[override]
        """Describe a channel."""
        return ActionResult({"channel": self._ivs.channel(self.params["arn"])})

    def batch_get_channel(self) -> ActionResult:  # type: ignore[override]
        """Describe several channels."""
        return ActionResult(json.loads(super().batch_get_channel()))

    def update_channel(self) -> ActionResult:  # type: ignore[override]
        """Change a channel."""
        self._ivs.channel(self.params["arn"])
        return ActionResult(json.loads(super().update_channel()))

    def delete_channel(self) -> ActionResult:  # type: ignore[override]
        """Delete a channel."""
        self._ivs.delete_channel(self.params["arn"])
        return EmptyResult()

    def list_channels(self) -> ActionResult:  # type: ignore[override]
        """List the channels."""
        name = self.params.get("filterByName")
        recording = self.params.get("filterByRecordingConfigurationArn")
        channels = [
            channel
            for channel in self._ivs.channels
            if name in (None, channel["name"])
            and recording in (None, channel["recordingConfigurationArn"])
        ]
        return self._page("channels", channels)

    def get_stream(self) -> ActionResult:
        """Describe what is live on a channel."""
        stream = self._ivs.live_stream(self.params["channelArn"])
        return ActionResult({"stream": stream.described()})

    def list_streams(self) -> ActionResult:
        """List what is live."""
        health = self.params.get("filterBy", {}).get("health")
        streams = [stream.described() for stream in self._ivs.live_streams()]
        return self._page("streams", [one for one in streams if health in (None, one["health"])])

    def stop_stream(self) -> ActionResult:
        """Disconnect the encoder of a channel."""
        self._ivs.stop_stream(self.params["channelArn"])
        return ActionResult({})

    def create_stream_key(self) -> ActionResult:
        """Create a stream key."""
        tags = self.params.get("tags", {})
        key = self._ivs.create_stream_key(self.params["channelArn"], tags)
        return ActionResult({"streamKey": key})

    def get_stream_key(self) -> ActionResult:
        """Show a stream key with its value."""
        return ActionResult({"streamKey": self._ivs.stream_key(self.params["arn"])})

    def list_stream_keys(self) -> ActionResult:
        """List a channel's stream keys, without their values."""
        return self._page("streamKeys", self._ivs.stream_keys_of(self.params["channelArn"]))

    def delete_stream_key(self) -> ActionResult:
        """Revoke a stream key."""
        self._ivs.delete_stream_key(self.params["arn"])
        return EmptyResult()

    def create_recording_configuration(self) -> ActionResult:
        """Create a recording configuration."""
        recording = self._ivs.create_recording_configuration(self.params)
        return ActionResult({"recordingConfiguration": recording})

    def get_recording_configuration(self) -> ActionResult:
        """Describe a recording configuration."""
        return ActionResult({"recordingConfiguration": self._ivs.recording(self.params["arn"])})

    def list_recording_configurations(self) -> ActionResult:
        """List the recording configurations."""
        return self._page("recordingConfigurations", list(self._ivs.recordings.values()))

    def tag_resource(self) -> ActionResult:
        """Tag a channel, stream key or recording configuration."""
        self._ivs.tags_of(self.params["resourceArn"]).update(self.params["tags"])
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """Take tags off."""
        tags = self._ivs.tags_of(self.params["resourceArn"])
        for key in self.params["tagKeys"]:
            tags.pop(key, None)
        return ActionResult({})

    def list_tags_for_resource(self) -> ActionResult:
        """List the tags of a resource."""
        return ActionResult({"tags": self._ivs.tags_of(self.params["resourceArn"])})

    def _page(self, name: str, items: list[dict[str, object]]) -> ActionResult:
        size, token = self.params.get("maxResults"), self.params.get("nextToken")
        return ActionResult(page(name, items, size, token, default=50))
