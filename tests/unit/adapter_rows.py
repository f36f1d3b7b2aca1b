"""Adapters as a training leaves them, the switch, and what Rekognition says of them."""

from typing import Any

from framewarden.domain import adapters
from tests.unit.scenes import ACCOUNT, REGION
from tests.unit.wire import refused

PROJECT = f"arn:aws:rekognition:{REGION}:{ACCOUNT}:project/framewarden/1795000000000"
SINCE = "2026-11-20T10:00:00.000Z"

Document = dict[str, Any]


def arn_of(name: str, region: str = REGION, account: str = ACCOUNT) -> str:
    """Write the ARN of an adapter."""
    return (
        f"arn:aws:rekognition:{region}:{account}:project/framewarden/version/{name}/1795000001000"
    )


def adapter(aws: Any, name: str, status: str = adapters.PASSED, **more: Any) -> Document:
    """Keep the row of an adapter, and return what the switch has of it."""
    row = {"kind": "adapter", "item": name, "status": status, "started_at": SINCE}
    row |= {"arn": arn_of(name), "project": PROJECT, "attempt": 1}
    aws.put("adapters", row | more)
    return {"name": name, "arn": (row | more)["arn"]}


def turned(aws: Any, **changes: Any) -> Document:
    """Keep the switch as somebody has turned it."""
    row = {"kind": "switch", "item": "live", "live": None, "stack": [], "shadow": None, "rev": 1}
    aws.put("adapters", row | changes)
    return row | changes


def told(aws: Any, **statuses: str | None) -> None:
    """Let Rekognition say how adapters stand, by their names; one of None it does not know."""

    def answer(asked: Document) -> Any:
        [name] = asked["VersionNames"]
        status = statuses.get(name, adapters.COMPLETED)
        if status is None:
            return refused("ResourceNotFoundException")
        one = {"ProjectVersionArn": arn_of(name), "Status": status}
        return {"ProjectVersionDescriptions": [one]}

    aws.wire.serves("DescribeProjectVersions", answer)


def switch(aws: Any) -> Document:
    """Return the switch as it is kept."""
    return aws.row("adapters", kind="switch", item="live") or {}


def events(aws: Any) -> list[Document]:
    """Return who changed what, the earliest first."""
    rows = [row for row in aws.rows("adapters") if row["kind"] == "event"]
    return sorted(rows, key=lambda row: row["item"])
