"""A channel's schedule of actions, and what its input switches make of the channel."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from local.moto_ext.errors import AwsError

Action = dict[str, Any]

# What MediaLive shows as the switch that led to the input with which a channel starts.
FIRST_SWITCH = "Initial Channel Input"


@dataclass(frozen=True)
class Switch:
    """An input switch that shows from a moment of the monotonic clock on."""

    action: str
    attachment: str
    shows_at: float


class Schedule:
    """Keep actions by their names, and the switches since the channel was started."""

    def __init__(self) -> None:
        self.actions: dict[str, Action] = {}
        self._switches: list[Switch] = []

    def start_over(self) -> None:
        """Forget the switches: a channel starts with its first input. The actions stay."""
        self._switches.clear()

    def clear(self) -> None:
        """Delete every action; what is on air stays on air."""
        self.actions.clear()

    def showing(self) -> Switch | None:
        """Return the switch that led to the input on air, None for the channel's first."""
        now = time.monotonic()
        return next((one for one in reversed(self._switches) if one.shows_at <= now), None)

    def update(
        self,
        creates: list[Action],
        deletes: list[str],
        attachments: Iterable[str],
        switch_seconds: float | None,
    ) -> tuple[list[Action], list[Action]]:
        """Delete, then create, all or nothing; return what was created and what was deleted.

        An immediate switch shows ``switch_seconds`` from now, None where the channel is off.

        Raises
        ------
        AwsError: UnprocessableEntityException.
        """
        running = switch_seconds is not None
        faults = {**self._undeletable(deletes, running), **self._uncreatable(creates, deletes)}
        faults |= _unattached(creates, set(attachments))
        if faults:
            raise AwsError("UnprocessableEntityException", " ".join(faults.values()), faults)
        deleted = [self.actions.pop(name) for name in deletes]
        for action in creates:
            self.actions[action["ActionName"]] = action
            switch = action["ScheduleActionSettings"].get("InputSwitchSettings")
            if switch_seconds is not None and switch and _is_immediate(action):
                attachment = switch["InputAttachmentNameReference"]
                shows_at = time.monotonic() + switch_seconds
                self._switches.append(Switch(action["ActionName"], attachment, shows_at))
        return creates, deleted

    def _undeletable(self, deletes: list[str], running: bool) -> dict[str, str]:
        latest = self._switches[-1].action if running and self._switches else None
        faults = {}
        for index, name in enumerate(deletes):
            path = f"deletes.actionNames[{index}]"
            if name not in self.actions or name in deletes[:index]:
                faults[path] = f"The schedule has no action named {name}."
            elif name == latest:
                faults[path] = f"{name} is the latest input switch of a running channel."
        return faults

    def _uncreatable(self, creates: list[Action], deletes: list[str]) -> dict[str, str]:
        taken = set(self.actions) - set(deletes)
        faults = {}
        for index, action in enumerate(creates):
            path, name = f"creates.scheduleActions[{index}]", action["ActionName"]
            if name in taken:
                faults[f"{path}.actionName"] = f"An action named {name} exists already."
            for part in ("ScheduleActionSettings", "ScheduleActionStartSettings"):
                if len(action[part]) != 1:
                    lower = part[:1].lower() + part[1:]
                    faults[f"{path}.{lower}"] = f"{name} needs exactly one of its {part}."
            taken.add(name)
        return faults


def _unattached(creates: list[Action], attachments: set[str]) -> dict[str, str]:
    faults = {}
    for index, action in enumerate(creates):
        for kind, settings in action["ScheduleActionSettings"].items():
            name = settings.get("InputAttachmentNameReference")
            if name is not None and name not in attachments:
                path = f"creates.scheduleActions[{index}].scheduleActionSettings.{kind}"
                faults[path] = f"The channel has no input attachment named {name}."
    return faults


def _is_immediate(action: Action) -> bool:
    return "ImmediateModeScheduleActionStartSettings" in action["ScheduleActionStartSettings"]
