"""Keep the Channels table: stops, bans, acts, and what nobody sees of a channel's picture."""

from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, refused, typed, untyped

STOP, BAN, UNSEEN, ACT = "stop#", "ban", "unseen", "act#"
# Which rows somebody must still do something about: the sparse index `open`.
OPEN = "open"


class Channels:
    """The Channels table: one partition for each channel, by its ARN."""

    def __init__(self, table: str, outbox_table: str = "") -> None:
        self.table = table
        self.outbox_table = outbox_table

    def rows(self, channel: str) -> list[Row]:
        """Return every row of a channel."""
        return self._query(
            KeyConditionExpression="channel = :channel",
            ExpressionAttributeValues=typed({":channel": channel}),
            ConsistentRead=True,
        )

    def some(self, channel: str, limit: int) -> tuple[list[Row], bool]:
        """Return up to so many rows of a channel, and whether there are more.

        Stops come first, whose keys are in no order of time; then the ban; then the latest acts.
        """
        with store():
            answer = client("dynamodb").query(
                TableName=self.table,
                KeyConditionExpression="channel = :channel",
                ExpressionAttributeValues=typed({":channel": channel}),
                ScanIndexForward=False,
                Limit=limit,
            )
        return [untyped(item) for item in answer["Items"]], "LastEvaluatedKey" in answer

    def open(self, kind: str) -> list[Row]:
        """Return the rows of one kind (`ban`, `stop`, `unseen`) that are open, the oldest first."""
        return self._query(
            IndexName=OPEN,
            KeyConditionExpression="#open = :kind",
            ExpressionAttributeNames={"#open": "open"},
            ExpressionAttributeValues=typed({":kind": kind}),
        )

    def ban(self, channel: str, *, consistent: bool = False) -> Row | None:
        """Return a channel's ban, whatever became of it."""
        return self._get(channel, BAN, consistent=consistent)

    def stop(self, channel: str, session: str) -> Row | None:
        """Return the stop row of a session."""
        return self._get(channel, STOP + session, consistent=True)

    def take(self, channel: str, session: str, details: Row, now: int, until: int) -> Row | None:
        """Own a session's stop: a new one, one that ended otherwise, my own, or a lapsed one.

        Returns the row as it stands, or None where another owner's lease still runs or the
        session is stopped. What names the stop (`incident`, `begun_at`, `since`) is kept from the
        first owner.
        """
        first = {"incident", "begun_at", "since", "started_at", "input"}
        sets = ", ".join(
            f"#{name} = if_not_exists(#{name}, :{name})" if name in first else f"#{name} = :{name}"
            for name in details
        )
        ended = ("failed", "refused", "ended", "reinstated")
        return self._update(
            channel,
            STOP + session,
            f"SET {sets}, #status = :stopping, lease_until = :lease, #open = :stop",
            f"attribute_not_exists(#status) OR #status IN (:{', :'.join(ended)}) OR "
            "(#status = :stopping AND (#owner = :owner OR lease_until < :now))",
            {f":{name}": value for name, value in details.items()}
            | {f":{status}": status for status in ended}
            | {":stopping": "stopping", ":stop": "stop", ":now": now, ":lease": until},
            [*details, "status", "open", "owner"],
        )

    def accepted(self, channel: str, session: str, at: str) -> Row | None:
        """Remember that the video service accepted the stop, first and last; return the row."""
        return self._update(
            channel,
            STOP + session,
            "SET accepted_at = if_not_exists(accepted_at, :at), called_at = :at",
            "attribute_exists(#status)",
            {":at": at},
            ["status"],
        )

    def keys(self, channel: str, session: str, keys: str) -> None:
        """Remember what became of the stream keys: `revoked`, or `denied` to us.

        The stop says it last: what it says is not done again.
        """
        for item in (BAN, STOP + session):
            self._update(
                channel,
                item,
                "SET #keys = :keys",
                "attribute_exists(#status)",
                {":keys": keys},
                ["keys", "status"],
            )

    def stopped(
        self, channel: str, session: str, at: str, news: list[Row], act: Row | None, restop: int
    ) -> bool:
        """Mark a session as stopped, and keep the word of it and the act: all or nothing.

        False where it is stopped already, and the word of it was kept by whoever did that.
        """
        stop = self._change(
            channel,
            STOP + session,
            "SET #status = :stopped, stopped_at = :at REMOVE #open, failed_at, failures, #error",
            "#status IN (:stopping, :failed)",
            {":stopped": "stopped", ":stopping": "stopping", ":failed": "failed", ":at": at},
            ["status", "open", "error"],
        )
        ban = self._change(
            channel,
            BAN,
            "SET stopped_at = :at REMOVE failed_at ADD restops :one",
            "attribute_exists(#status)",
            {":at": at, ":one": restop},
            ["status"],
        )
        puts = [self._put(row) for row in ([act] if act else [])]
        return self._transact({"Update": stop}, {"Update": ban}, *puts, *self._kept(news))

    def fail(self, channel: str, session: str, at: str, error: str) -> bool:
        """Mark a stop as failed, so that the next try may take it over."""
        row = self._update(
            channel,
            STOP + session,
            "SET #status = :failed, failed_at = :at, #error = :error ADD failures :one",
            "#status = :stopping",
            {":failed": "failed", ":stopping": "stopping", ":at": at, ":error": error, ":one": 1},
            ["status", "error"],
        )
        return row is not None

    def close(
        self, channel: str, session: str, status: str, at: str, was: tuple[str, ...], keep: bool
    ) -> bool:
        """End a stop otherwise: `refused`, `ended` or `reinstated`; False where it is not `was`.

        What the video service said about it, and what names it, is no news of the next stop of
        that session; `keep` it where there can be none.
        """
        values = {":status": status, ":at": at} | {f":was_{name}": name for name in was}
        names = ["status", "open"] if keep else ["status", "open", "since", "input", "keys"]
        named = ", accepted_at, called_at, incident, begun_at, failures, #since, #input, #keys"
        of_this = "" if keep else named
        row = self._update(
            channel,
            STOP + session,
            f"SET #status = :status, ended_at = :at REMOVE #open{of_this}",
            f"#status IN ({', '.join(f':was_{name}' for name in was)})",
            values,
            names,
        )
        return row is not None

    def forget(self, channel: str, session: str) -> None:
        """Forget a stop of a session."""
        with store():
            client("dynamodb").delete_item(
                TableName=self.table, Key=typed({"channel": channel, "item": STOP + session})
            )

    def act(self, row: Row) -> None:
        """Record what became of an order; what stands already was kept with what it tells of."""
        self._put_where(row, "attribute_not_exists(#item)", {}, ["item"])

    def unseen(self, row: Row) -> None:
        """Remember that nobody sees what a live channel shows; the first word stands."""
        self._put_where(
            row | {"item": UNSEEN},
            "attribute_not_exists(#item) OR #session <> :session OR #open <> :open",
            {":session": row["session"], ":open": row["open"]},
            ["item", "session", "open"],
        )

    def seen(self, channel: str) -> None:
        """Forget that: frames come, or the stream has ended."""
        with store():
            client("dynamodb").delete_item(
                TableName=self.table, Key=typed({"channel": channel, "item": UNSEEN})
            )

    def _get(self, channel: str, item: str, *, consistent: bool) -> Row | None:
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table,
                Key=typed({"channel": channel, "item": item}),
                ConsistentRead=consistent,
            )
        return untyped(answer["Item"]) if "Item" in answer else None

    def _query(self, **asked: Any) -> list[Row]:
        pages = client("dynamodb").get_paginator("query").paginate(TableName=self.table, **asked)
        with store():
            return [untyped(item) for page in pages for item in page["Items"]]

    def _change(
        self, channel: str, item: str, change: str, condition: str, values: Row, names: list[str]
    ) -> Row:
        return {
            "TableName": self.table,
            "Key": typed({"channel": channel, "item": item}),
            "UpdateExpression": change,
            "ExpressionAttributeValues": typed(values),
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            **({"ConditionExpression": condition} if condition else {}),
        }

    def _put(self, row: Row) -> Row:
        return {"Put": {"TableName": self.table, "Item": typed(row)}}

    def _kept(self, news: list[Row]) -> list[Row]:
        return [{"Put": {"TableName": self.outbox_table, "Item": typed(row)}} for row in news]

    def _put_where(self, row: Row, condition: str, values: Row, names: list[str]) -> bool:
        """Write a row; False where what stands there is not as it should be."""
        try:
            with store():
                client("dynamodb").put_item(
                    TableName=self.table,
                    Item=typed(row),
                    ConditionExpression=condition,
                    ExpressionAttributeNames={f"#{name}": name for name in names},
                    **({"ExpressionAttributeValues": typed(values)} if values else {}),
                )
        except ClientError as failure:
            if condition_failed(failure):
                return False
            raise
        return True

    def _update(
        self, channel: str, item: str, change: str, condition: str, values: Row, names: list[str]
    ) -> Row | None:
        """Change a row and return it as it stands; None where it is not as it should be."""
        asked = self._change(channel, item, change, condition, values, names)
        try:
            with store():
                answer = client("dynamodb").update_item(**asked, ReturnValues="ALL_NEW")
        except ClientError as failure:
            if condition_failed(failure):
                return None
            raise
        return untyped(answer["Attributes"])

    def _transact(self, *writes: Row) -> bool:
        """Write all or nothing; False where a condition refused."""
        try:
            with store():
                client("dynamodb").transact_write_items(TransactItems=list(writes))
        except ClientError as failure:
            if refused(failure):
                return False
            raise
        return True
