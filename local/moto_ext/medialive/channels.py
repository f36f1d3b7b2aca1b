"""Channels that pass through their states by the clock, and show one of their inputs."""

import time
from typing import Any

from moto.medialive.models import Channel

from local.moto_ext import delays
from local.moto_ext.medialive.schedule import FIRST_SWITCH, Schedule

# Where each passing state ends by itself.
_NEXT_STATE = {
    "CREATING": "IDLE",
    "STARTING": "RUNNING",
    "STOPPING": "IDLE",
    "UPDATING": "IDLE",
    "DELETING": "DELETED",
}
_ON_AIR = ("RUNNING", "RECOVERING", "STOPPING")


class TimedChannel(Channel):
    """A channel that passes through its states by the clock, not by being looked at."""

    def __init__(self, **details: Any) -> None:
        self.schedule = Schedule()
        super().__init__(**details)

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
    def pipelines(self) -> int:
        """How many pipelines run while the channel does."""
        return super().pipelines_running_count

    @property
    def pipelines_running_count(self) -> int:
        """How many pipelines run now."""
        return self.pipelines if self.state in _ON_AIR else 0

    @property
    def attachments(self) -> list[str]:
        """The names of the input attachments, the one with which the channel starts first."""
        named = (one.get("InputAttachmentName") for one in self.input_attachments or [])
        return [str(name) for name in named if name is not None]

    @property
    def pipeline_details(self) -> list[dict[str, str]]:
        """What each running pipeline has on air."""
        switch = self.schedule.showing()
        on_air = {"ActiveInputSwitchActionName": switch.action if switch else FIRST_SWITCH}
        attachment = switch.attachment if switch else next(iter(self.attachments), None)
        if attachment is not None:
            on_air["ActiveInputAttachmentName"] = attachment
        return [
            {"PipelineId": str(number), **on_air} for number in range(self.pipelines_running_count)
        ]

    @pipeline_details.setter
    def pipeline_details(self, details: list[dict[str, str]]) -> None:
        """Keep nothing: moto sets an empty list."""

    def _resolve_transient_states(self) -> None:
        """Change nothing: moto's channel moves on when it is described, ours by the clock."""
