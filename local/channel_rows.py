"""Read what a stack remembers of its channels: stops, bans, acts, pictures that do not come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from local.channels import code_of
from local.errors import OperatorError
from local.tables import Row, query
from local.target import Target

STOP, BAN, UNSEEN, ACT = "stop#", "ban", "unseen", "act#"

# DynamoDB calls the query invalid; without the table, or in moto, something is not found.
WITHOUT_INDEX = frozenset({"ValidationException", "ResourceNotFoundException"})


@dataclass(frozen=True)
class Memory:
    """The rows of one channel, the newest of each kind first."""

    ban: Row | None = None
    unseen: Row | None = None
    stops: list[Row] = field(default_factory=list)
    acts: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ban or self.unseen or self.stops or self.acts)

    def act(self, order: str) -> Row | None:
        """Find the record of an order by its execution's name."""
        named = (act for act in self.acts if act["execution"].rpartition(":")[2] == order)
        return next(named, None)


def memory_of(target: Target, channel_arn: str) -> Memory:
    """Read every row of a channel, consistently."""
    rows = list(_rows(target, channel_arn))
    by_item = {row["item"]: row for row in rows}
    unseen = by_item.get(UNSEEN)
    return Memory(
        ban=by_item.get(BAN),
        # The row is made with the first look; only `open` says that frames are missing.
        unseen=unseen if unseen and unseen.get("open") == UNSEEN else None,
        stops=sorted((row for row in rows if row["item"].startswith(STOP)), key=_begun)[::-1],
        acts=[row for row in reversed(rows) if row["item"].startswith(ACT)],
    )


def _rows(target: Target, channel_arn: str) -> Iterator[Row]:
    from framewarden.aws.dynamo import typed, untyped

    pages: Any = target.client("dynamodb").get_paginator("query")
    for page in pages.paginate(
        TableName=target.output("ChannelsTable"),
        KeyConditionExpression="channel = :channel",
        ExpressionAttributeValues=typed({":channel": channel_arn}),
        ConsistentRead=True,
    ):
        yield from map(untyped, page["Items"])


def _begun(stop: Row) -> str:
    moments = (stop.get(name) for name in ("begun_at", "called_at", "stopped_at", "ended_at"))
    return next((str(moment) for moment in moments if moment), "")


def open_rows(target: Target, kind: str) -> list[Row]:
    """Read the rows of a kind (`ban`, `stop`, `unseen`) that are open, the oldest first.

    Raises
    ------
    OperatorError
        The stack is of a version without that index.
    """
    table = target.output("ChannelsTable")
    with _index(target, "open"):
        return list(query(target.client("dynamodb"), table, "open", "open", kind))


def last_frame_at(target: Target, channel_arn: str) -> str | None:
    """Read when the newest frame of a channel was put; None where none is in the ledger.

    Raises
    ------
    OperatorError
        The stack is of a version without that index.
    """
    with _index(target, "by_channel"):
        answer = target.client("dynamodb").query(
            TableName=target.output("FramesTable"),
            IndexName="by_channel",
            KeyConditionExpression="channel_arn = :channel",
            ExpressionAttributeValues={":channel": {"S": channel_arn}},
            ProjectionExpression="put_at",
            ScanIndexForward=False,
            Limit=1,
        )
    return next((str(item["put_at"]["S"]) for item in answer["Items"]), None)


@contextmanager
def _index(target: Target, name: str) -> Iterator[None]:
    """Say what it means that a query finds no index; its text is right, so nothing else is."""
    try:
        yield
    except ClientError as failure:
        if code_of(failure) not in WITHOUT_INDEX:
            raise
        deploy = "framewarden up" if target.is_laptop else "make build, then sam deploy"
        raise OperatorError(
            f"The tables of {target.name} have no index {name}: the stack is older than this "
            "command.",
            f"Deploy this version of the template: {deploy}",
        ) from None
