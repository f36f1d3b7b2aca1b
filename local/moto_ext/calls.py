"""Keep a bounded log of the calls that reached the services: names and ids only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.moto_ext.control import Call, control

# Parameters that name a thing. Everything else (pictures, attributes, tags) stays out of the log.
_IDS = (
    "channelArn",
    "arn",
    "resourceArn",
    "ResourceArn",
    "ChannelId",
    "roomIdentifier",
    "identifier",
    "eventName",
    "name",
    "Name",
    "ProjectName",
    "ProjectArn",
    "VersionName",
    "ProjectVersion",
    "ProjectVersionArn",
    "JobId",
    "JobName",
)


def record(
    service: str,
    operation: str,
    *,
    at: datetime,
    ids: Mapping[str, str],
    error: str | None,
    seconds: float,
) -> None:
    """Append one call that arrived ``at`` (UTC); beyond 10,000 the oldest goes."""
    arrived = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    control().calls.append(Call(service, operation, arrived, dict(ids), error, round(seconds, 4)))


def made(service: str = "", operation: str = "") -> list[Call]:
    """List the calls, oldest first, of one service or operation if given."""
    return [
        call
        for call in list(control().calls)
        if service in ("", call.service) and operation in ("", call.operation)
    ]


def clear() -> None:
    """Forget every call."""
    control().calls.clear()


def ids_of(params: Mapping[str, Any]) -> dict[str, str]:
    """Pick the ids out of a request's parameters."""
    found = {name: str(params[name]) for name in _IDS if isinstance(params.get(name), str)}
    for holder in (params.get("Image"), params.get("Input")):
        stored = holder.get("S3Object") if isinstance(holder, dict) else None
        if isinstance(stored, dict):
            found |= {name: str(value) for name, value in stored.items() if value is not None}
    return found | _schedule_actions(params)


def _schedule_actions(params: Mapping[str, Any]) -> dict[str, str]:
    """Name the actions that BatchUpdateSchedule makes and deletes."""
    made, deleted = params.get("Creates"), params.get("Deletes")
    actions = made.get("ScheduleActions") if isinstance(made, dict) else None
    names = {
        "ActionName": [action.get("ActionName") for action in actions or []],
        "ActionNames": deleted.get("ActionNames") if isinstance(deleted, dict) else None,
    }
    return {which: ",".join(map(str, found)) for which, found in names.items() if found}
