"""Channels whose states take time and refuse what MediaLive refuses."""

import time
from typing import Any

from moto.medialive.models import Channel, MediaLiveBackend
from moto.moto_api._internal import mock_random

from local.moto_ext import delays
from local.moto_ext.errors import AwsError

# Where each passing state ends by itself.
_NEXT_STATE = {
    "CREATING": "IDLE",
    "STARTING": "RUNNING",
    "STOPPING": "IDLE",
    "UPDATING": "IDLE",
    "DELETING": "DELETED",
}


class TimedChannel(Channel):
    """A channel that passes through its states by the clock, not by being looked at."""

    @property
    def state(self) -> str:
        """The state now."""
        if self._state in _NEXT_STATE and time.monotonic() >= self._due:
            return _NEXT_STATE[self._state]
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        self._state = state
        self._due = time.monotonic() + delays.current().medialive_seconds

    @property
    def pipelines_running_count(self) -> int:
        """How many pipelines run now."""
        if self.state not in ("RUNNING", "RECOVERING", "STOPPING"):
            return 0
        return super().pipelines_running_count

    def _resolve_transient_states(self) -> None:
        """Change nothing: moto's channel moves on when it is described, ours by the clock."""


class TimedMediaLiveBackend(MediaLiveBackend):
    """Add states, conflicts and AWS's ids to moto's channels."""

    def create_channel(self, *args: Any, **details: Any) -> Channel:
        """Make a channel with a numeric id and a full ARN."""
        channel_id = str(mock_random.randint(1_000_000, 9_999_999))
        place = f"arn:{self.partition}:medialive:{self.region_name}:{self.account_id}"
        details["channel_class"] = details.get("channel_class") or "STANDARD"
        channel = TimedChannel(
            arn=f"{place}:channel:{channel_id}", channel_id=channel_id, state="CREATING", **details
        )
        self._channels[channel_id] = channel
        return channel

    def channel(self, channel_id: str) -> Channel:
        """Return a channel, or raise NotFoundException."""
        if channel_id not in self._channels:
            raise AwsError("NotFoundException", f"Channel not found: {channel_id}")
        return self._channels[channel_id]

    def _move(self, channel_id: str, allowed: tuple[str, ...], state: str) -> Channel:
        channel = self.channel(channel_id)
        if channel.state not in allowed:
            raise AwsError(
                "ConflictException",
                f"Channel {channel_id} is {channel.state}; it must be {' or '.join(allowed)}.",
            )
        channel.state = state
        return channel

    def describe_channel(self, channel_id: str) -> Channel:
        """Describe a channel."""
        return self.channel(channel_id)

    def start_channel(self, channel_id: str) -> Channel:
        """Start an idle channel."""
        return self._move(channel_id, ("IDLE",), "STARTING")

    def stop_channel(self, channel_id: str) -> Channel:
        """Stop a running channel."""
        return self._move(channel_id, ("RUNNING", "RECOVERING"), "STOPPING")

    def delete_channel(self, channel_id: str) -> Channel:
        """Delete an idle channel."""
        return self._move(channel_id, ("IDLE",), "DELETING")

    def update_channel(self, channel_id: str, *args: Any, **details: Any) -> Channel:
        """Change an idle channel."""
        self._move(channel_id, ("IDLE",), "UPDATING")
        return super().update_channel(channel_id, *args, **details)
