"""Fill the Reviews table with a year's reviews, made after one that the machine has opened."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.ground import Ground, patiently
from benchmarks.pictures import likely
from framewarden.aws.dynamo import typed
from framewarden.domain.frames import frame_id
from framewarden.domain.incidents import place
from framewarden.domain.times import iso
from local.broadcast import Broadcast, go_live
from local.tables import fetch

Row = dict[str, Any]
CHANNELS = 200
BATCH, WRITING = 25, 4
PATIENCE = 30.0
# Of a hundred open ones so many are critical, high, medium.
SHARES = (("critical", 10), ("high", 40), ("medium", 50))
# What only a review has for which somebody waits.
OPEN_ONLY = ("open", "place", "task_token", "remind_at", "waiting_rung")


def opened(ground: Ground, broadcast: Broadcast) -> Row:
    """Show a frame that people are asked about, and return the review once people wait."""
    key = broadcast.recording.key(int(time.time()))
    version = broadcast.recorder.put(key, likely())
    frame = frame_id(broadcast.recording.bucket, key, version)
    dynamodb = ground.target.client("dynamodb")
    found: list[Row] = []

    def asked() -> bool:
        row = fetch(dynamodb, ground.target.output("FramesTable"), "frame_id", [frame])
        review_id = row.get(frame, {}).get("review_id", "none")
        reviews = fetch(dynamodb, ground.target.output("ReviewsTable"), "review_id", [review_id])
        found.extend(one for one in reviews.values() if one.get("task_token"))
        return bool(found)

    if not patiently(asked, PATIENCE):
        raise TimeoutError("no review was opened")
    return found[0]


def fill(ground: Ground, stored: int, waiting: int) -> list[str]:
    """Store so many reviews, of which some are open; return the ids of those."""
    broadcast = go_live(ground.cloud, ground.target, "benchmark-desk")
    try:
        model = opened(ground, broadcast)
    finally:
        broadcast.end()
    rows = list(made(model, stored, waiting, datetime.now(UTC)))
    table = ground.target.output("ReviewsTable")
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    dynamodb = ground.target.client("dynamodb")

    def write(batch: list[Row]) -> None:
        puts = [{"PutRequest": {"Item": typed(row)}} for row in batch]
        dynamodb.batch_write_item(RequestItems={table: puts})

    with ThreadPoolExecutor(WRITING) as pool:
        list(pool.map(write, batches))
    ground.target.client("lambda").invoke(
        FunctionName=ground.target.output("SweepFunction"), Payload=b"{}"
    )
    return [row["review_id"] for row in rows[:waiting]]


def made(model: Row, stored: int, waiting: int, now: datetime) -> Iterator[Row]:
    """Return copies of a review: the open ones first, each with hours left; then the decided."""
    shares = [name for name, share in SHARES for _ in range(share)]
    for number in range(stored):
        is_open = number < waiting
        severity = shares[number % len(shares)]
        opened_at = now - timedelta(minutes=number)
        # Behind what opens while somebody looks: a new card is to be seen on the first page.
        deadline = int(now.timestamp()) + 4 * 3600 + number if is_open else number
        channel = f"channel{number % CHANNELS:03d}"
        row = {name: value for name, value in model.items() if name not in OPEN_ONLY}
        row |= {
            "review_id": f"benchmark{number:06d}",
            "incident": f"{channel}#{number}",
            "channel": channel,
            "channel_arn": model["channel_arn"].rpartition("/")[0] + f"/{channel}",
            "severity": severity,
            "deadline": deadline,
            "opened_at": iso(opened_at),
            "last_seen_at": iso(opened_at),
        }
        yield row | (_open(model, row) if is_open else _decided(number, opened_at))


def _open(model: Row, row: Row) -> Row:
    waits = {name: model[name] for name in ("open", "task_token") if name in model}
    return {**waits, "place": place(row["severity"], row["deadline"])}


def _decided(number: int, opened_at: datetime) -> Row:
    decision = ("allow", "allow", "allow", "stop")[number % 4]
    return {
        "status": "decided",
        "decision": decision,
        "by": f"Moderator {number % 7}",
        "via": "desk",
        "decided_at": iso(opened_at + timedelta(minutes=2)),
        "outcome": "stopped" if decision == "stop" else "reviewed",
        "outcome_reason": decision,
    }
