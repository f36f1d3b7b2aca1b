"""Channels that refuse what MediaLive refuses, with schedules and tags."""

from typing import Any, cast

from moto.medialive.models import MediaLiveBackend
from moto.moto_api._internal import mock_random

from local.moto_ext import delays, events
from local.moto_ext.control import Event
from local.moto_ext.errors import AwsError
from local.moto_ext.medialive.channels import TimedChannel
from local.moto_ext.medialive.schedule import Action


class TimedMediaLiveBackend(MediaLiveBackend):
    """Add states, conflicts, schedules and AWS's ids to moto's channels."""

    def create_channel(self, *args: Any, **details: Any) -> TimedChannel:
        """Make a channel with a numeric id and a full ARN."""
        channel_id = str(mock_random.randint(1_000_000, 9_999_999))
        place = f"arn:{self.partition}:medialive:{self.region_name}:{self.account_id}"
        details["channel_class"] = details.get("channel_class") or "STANDARD"
        details["tags"] = dict(details.get("tags") or {})
        channel = TimedChannel(
            arn=f"{place}:channel:{channel_id}", channel_id=channel_id, state="CREATING", **details
        )
        self._channels[channel_id] = channel
        return channel

    def channel(self, channel_id: str) -> TimedChannel:
        """Return a channel, or raise NotFoundException."""
        if channel_id not in self._channels:
            raise AwsError("NotFoundException", f"Channel not found: {channel_id}")
        return cast(TimedChannel, self._channels[channel_id])

    def _move(self, channel_id: str, allowed: tuple[str, ...], state: str) -> TimedChannel:
        channel = self.channel(channel_id)
        if channel.state not in allowed:
            raise AwsError(
                "ConflictException",
                f"Channel {channel_id} is {channel.state}; it must be {' or '.join(allowed)}.",
            )
        channel.state = state
        return channel

    def describe_channel(self, channel_id: str) -> TimedChannel:
        """Describe a channel."""
        return self.channel(channel_id)

    def start_channel(self, channel_id: str) -> TimedChannel:
        """Start an idle channel, with its first input."""
        channel = self._move(channel_id, ("IDLE",), "STARTING")
        channel.schedule.start_over()
        _tell(channel, "RUNNING", "Started channel", channel.pipelines)
        return channel

    def stop_channel(self, channel_id: str) -> TimedChannel:
        """Stop a running channel."""
        channel = self._move(channel_id, ("RUNNING", "RECOVERING"), "STOPPING")
        _tell(channel, "STOPPED", "Stopped channel", 0)
        return channel

    def delete_channel(self, channel_id: str) -> TimedChannel:
        """Delete an idle channel."""
        return self._move(channel_id, ("IDLE",), "DELETING")

    def update_channel(self, channel_id: str, *args: Any, **details: Any) -> TimedChannel:
        """Change what is given of an idle channel."""
        channel = self._move(channel_id, ("IDLE",), "UPDATING")
        for name, value in details.items():
            if value is not None:
                setattr(channel, name, value)
        return channel

    def update_schedule(
        self, channel_id: str, creates: list[Action], deletes: list[str]
    ) -> tuple[list[Action], list[Action]]:
        """Delete and create actions of a channel's schedule, all or nothing."""
        channel = self.channel(channel_id)
        running = channel.state in ("STARTING", "RUNNING", "RECOVERING")
        seconds = delays.current().medialive_seconds if running else None
        return channel.schedule.update(creates, deletes, channel.attachments, seconds)

    def tags_of(self, arn: str) -> dict[str, str]:
        """Return the tags of a channel, to read or to change."""
        for channel in self._channels.values():
            if channel.arn == arn:
                return cast("dict[str, str]", channel.tags)
        raise AwsError("NotFoundException", f"Resource not found: {arn}")


def _tell(channel: TimedChannel, state: str, message: str, pipelines: int) -> None:
    """Tell EventBridge that the channel reaches a state, when it does."""
    detail = {
        "channel_arn": channel.arn,
        "state": state,
        "message": message,
        "pipelines_running_count": pipelines,
    }
    seconds = delays.current().medialive_seconds
    events.publish(
        Event("aws.medialive", "MediaLive Channel State Change", str(channel.arn), detail, seconds)
    )
