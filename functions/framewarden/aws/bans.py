"""Keep the ban of each channel, and the breaker that bounds automatic stops."""

from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from framewarden.aws.channels import ACT, BAN, STOP, Channels
from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, typed, untyped
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.times import iso, parse

# A session that could not even be looked at.
UNKNOWN = "unknown"
BREAKER = {"channel": "breaker", "item": "stamps"}


class Bans(Channels):
    """The bans of the Channels table."""

    def put(self, channel: str, row: Row, standing: Row | None) -> Row:
        """Ban a channel, or let the ban that was read cover one more session; return the ban.

        Raises
        ------
        StoreConflictError
            Somebody lifted or set it since it was read; try again.
        """
        if standing and standing["status"] == "standing":
            changes = {"until": _later(standing["until"], row["until"])}
            changes |= {"open": row["open"]} if "open" in row else {}
            if row["session"] is not None:
                named = ("session", "session_started_at", "action", "input")
                changes |= {name: row[name] for name in named}
                changes["recording"] = row["recording"] or standing["recording"]
                changes["stopped_at"] = None  # that was of the session before
            changed = self._update(
                channel,
                BAN,
                "SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                "#status = :standing",
                {f":{name}": value for name, value in changes.items()} | {":standing": "standing"},
                [*changes, "status"],
            )
        else:
            changed = self._first(channel, row)
        if changed is None:
            raise StoreConflictError("the channel's ban is being changed by somebody else")
        return changed

    def _first(self, channel: str, row: Row) -> Row | None:
        item = row | {"channel": channel, "item": BAN, "status": "standing"}
        # What somebody began to lift and could not end stands in no stop's way.
        free = "attribute_not_exists(#status) OR #status IN (:lifting, :lifted)"
        values = {":lifting": "lifting", ":lifted": "lifted"}
        return item if self._put_where(item, free, values, ["status"]) else None

    def failed(self, channel: str, at: str) -> None:
        """Remember that the channel could not be kept off: its frames are looked at again."""
        self._update(
            channel,
            BAN,
            "SET failed_at = :at",
            "#status = :standing",
            {":at": at, ":standing": "standing"},
            ["status"],
        )

    def unlooked(self, channel: str, execution: str, by: str, at: str, error: str) -> None:
        """Remember a stop that failed before its session was known, for people to see."""
        self._update(
            channel,
            STOP + UNKNOWN,
            "SET #status = :failed, stream_id = :unknown, #owner = :owner, #by = :by, "
            "failed_at = :at, lease_until = :past, #error = :error, #open = :stop, "
            "#since = if_not_exists(#since, :at) ADD failures :one",
            "",
            {
                ":failed": "failed",
                ":unknown": UNKNOWN,
                ":owner": execution,
                ":by": by,
                ":at": at,
                ":past": 0,
                ":error": error,
                ":stop": "stop",
                ":one": 1,
            },
            ["status", "owner", "by", "error", "open", "since"],
        )

    def lifting(self, channel: str, at: str, by: str) -> Row | None:
        """Begin to lift a ban: from now on nobody stops the channel for it; None where none is."""
        return self._update(
            channel,
            BAN,
            "SET #status = :lifting, lifted_at = :at, lifted_by = :by",
            "#status IN (:standing, :lifting)",
            {":lifting": "lifting", ":standing": "standing", ":at": at, ":by": by},
            ["status"],
        )

    def lifted(self, channel: str, keys: str | None, news: list[Row], act: Row) -> bool:
        """End lifting a ban, and keep the word of it and the act; False where that is done."""
        lifted = self._change(
            channel,
            BAN,
            "SET #status = :lifted, #keys = :keys REMOVE #open",
            "#status = :lifting",
            {":lifted": "lifted", ":lifting": "lifting", ":keys": keys},
            ["status", "keys", "open"],
        )
        return self._transact({"Update": lifted}, self._put(act), *self._kept(news))

    def admits(self, stamp: str, moment: datetime, stops: int, within: int) -> bool:
        """Count an automatic stop of the stack; False where so many were counted within seconds.

        The set of stamps is changed by one conditional write, so fifty stops of one moment count
        exactly. A stamp counts once, however often its stop is tried.
        """
        own = f"{iso(moment)} {stamp}"
        for _ in range(2):
            stamps = self._stamp(own, stops)
            if stamps is None:
                return True
            since = moment - timedelta(seconds=within)
            past = {one for one in stamps if parse(one.partition(" ")[0]) < since}
            if not past:
                return False
            self._forget(past)
        return False

    def _stamp(self, own: str, stops: int) -> set[str] | None:
        """Add a stamp; where the set is full, return it."""
        try:
            with store():
                client("dynamodb").update_item(
                    TableName=self.table,
                    Key=typed(BREAKER),
                    UpdateExpression="ADD stamps :own",
                    ConditionExpression="attribute_not_exists(stamps) OR size(stamps) < :stops "
                    "OR contains(stamps, :one)",
                    ExpressionAttributeValues=typed({":own": {own}, ":stops": stops, ":one": own}),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ClientError as failure:
            if not condition_failed(failure):
                raise
            refusal: Row = dict(failure.response)
            found = untyped(refusal.get("Item") or {})
            return set(found.get("stamps", ()))
        return None

    def _forget(self, past: set[str]) -> None:
        with store():
            client("dynamodb").update_item(
                TableName=self.table,
                Key=typed(BREAKER),
                UpdateExpression="DELETE stamps :past",
                ExpressionAttributeValues=typed({":past": past}),
            )


def act_row(order: Row, execution: str, slot: Row, at: str, error: str | None = None) -> Row:
    """Word the record of an order: who wanted what of a channel, and what came of it."""
    return {
        "channel": order["channel_arn"],
        "item": f"{ACT}{order['at']}#{execution}",
        "action": order["action"],
        "by": order["by"],
        "via": order["via"],
        "note": order["note"],
        "at": order["at"],
        "execution": execution,
        "status": "failed" if error else "done",
        "result": slot.get("status"),
        "error": error,
        "session": slot.get("stream_id") or order.get("session"),
        "ended_at": at,
    }


def _later(one: int | None, other: int | None) -> int | None:
    """Return the later end of two bans; None never ends."""
    return None if one is None or other is None else max(one, other)
