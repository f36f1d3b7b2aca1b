"""Fill Step Functions and the ledger with executions, made after one that the machine has run."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from benchmarks.ground import Ground, patiently
from benchmarks.pictures import clean
from framewarden.aws.dynamo import typed
from framewarden.domain.frames import frame_id
from framewarden.domain.times import iso
from local.broadcast import go_live
from local.tables import fetch

Row = dict[str, Any]
Definition = dict[str, Any]
# A frame a minute, a week of them.
CHANNELS, APART = 200, timedelta(minutes=1)
FEW = 5  # of benchmark000, and of the executions that failed
BATCH, WRITING, STARTING = 25, 4, 8
PATIENCE = 60.0
PASS: Definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
FAIL: Definition = {
    "StartAt": "Broken",
    "States": {"Broken": {"Type": "Fail", "Error": "Benchmark", "Cause": "this was wanted"}},
}


@dataclass(frozen=True)
class Model:
    """A frame that the machine has looked at: its row, and its execution's input."""

    row: Row
    input: Row


def model(ground: Ground) -> Model:
    """Show a clear frame, and return what the ledger and Step Functions know of it.

    Raises
    ------
    TimeoutError
        Its execution did not end.
    """
    broadcast = go_live(ground.cloud, ground.target, "benchmark-inspect")
    key = broadcast.recording.key(0)
    version = broadcast.recorder.put(key, clean()[0])
    frame = frame_id(broadcast.recording.bucket, key, version)
    row: Row = {}

    def settled() -> bool:
        table = ground.target.output("FramesTable")
        found = fetch(ground.target.client("dynamodb"), table, "frame_id", [frame])
        row.update(found.get(frame, {}))
        return row.get("status") == "settled"

    if not patiently(settled, PATIENCE):
        raise TimeoutError("the model of the executions did not end")
    broadcast.end()
    told = ground.target.client("stepfunctions").describe_execution(
        executionArn=machine_arn(ground).replace(":stateMachine:", ":execution:") + f":{frame}"
    )
    return Model(row, json.loads(told["input"]))


def machine_arn(ground: Ground) -> str:
    """Return the machine that frames are moderated by."""
    return str(ground.target.output("StateMachineArn"))


@contextmanager
def defined(ground: Ground, document: Definition) -> Iterator[None]:
    """Let the machine be defined otherwise for a while."""
    states, arn = ground.target.client("stepfunctions"), machine_arn(ground)
    before = states.describe_state_machine(stateMachineArn=arn)["definition"]
    states.update_state_machine(stateMachineArn=arn, definition=json.dumps(document))
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=arn, definition=before)


def current(ground: Ground) -> Definition:
    """Return the machine's definition."""
    answer = ground.target.client("stepfunctions").describe_state_machine(
        stateMachineArn=machine_arn(ground)
    )
    found: Definition = json.loads(answer["definition"])
    return found


def fill(ground: Ground, made_after: Model, stored: int) -> list[Row]:
    """Start so many executions and store their frames' rows; return the rows, the newest first."""
    rows = list(made(made_after.row, stored, datetime.now(UTC)))
    with defined(ground, FAIL):
        _start(ground, made_after, rows[-FEW:], "FAILED")
    with defined(ground, PASS):
        # The oldest first, as they would have been.
        _start(ground, made_after, rows[-FEW - 1 :: -1], "SUCCEEDED")
    _write(ground, "FramesTable", rows)
    joined = [row["review_id"] for row in rows if row["status"] == "joined"]
    _write(ground, "ReviewsTable", [_DECIDED | {"review_id": one} for one in joined])
    return rows


def _write(ground: Ground, table: str, rows: list[Row]) -> None:
    name, dynamodb = ground.target.output(table), ground.target.client("dynamodb")

    def write(batch: list[Row]) -> None:
        puts = [{"PutRequest": {"Item": typed(row)}} for row in batch]
        dynamodb.batch_write_item(RequestItems={name: puts})

    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    with ThreadPoolExecutor(WRITING) as pool:
        list(pool.map(write, batches))


def made(model: Row, stored: int, now: datetime) -> Iterator[Row]:
    """Return copies of a frame's row, the newest first; benchmark000 has a few, the others equally.

    The last few died: nobody has looked at their frames. Each tenth joined a review.
    """
    for number in range(stored):
        at = now - (number + 1) * APART
        channel = "benchmark000" if number < FEW else f"benchmark{1 + number % (CHANNELS - 1):03d}"
        identity = sha256(f"benchmark {number}".encode()).hexdigest()
        row = {
            **model,
            "frame_id": identity,
            "key": f"{model['key'].rpartition('/')[0]}/benchmark{number:06d}.jpg",
            "channel": channel,
            "channel_arn": model["channel_arn"].rpartition("/")[0] + f"/{channel}",
            "put_at": iso(at),
            "day": iso(at)[:10],
            "admitted_at": iso(at),
            "judged_at": iso(at),
            "settled_at": iso(at),
            "execution": identity,
        }
        if number >= stored - FEW:
            row |= _DEAD
        elif number % 10 == 0:
            row |= {**_JOINED, "review_id": identity[:20]}
            del row["outcome"]  # it is its review's
        yield row


_JOINED: Row = {"status": "joined", "reason": "joined", "severity": "high"}
_DECIDED: Row = {"status": "decided", "outcome": "reviewed", "outcome_reason": "allow"}
_DEAD: Row = {"outcome": "unscreened", "reason": "execution_failed", "unscreened": "frame"}


def _start(ground: Ground, made_after: Model, rows: list[Row], status: str) -> None:
    """Start an execution for each row, and wait for the last of them to end as it should."""
    states, arn = ground.target.client("stepfunctions"), machine_arn(ground)

    def start(row: Row) -> None:
        frame = made_after.input["frame"] | {name: row[name] for name in ("frame_id", "key")}
        states.start_execution(
            stateMachineArn=arn,
            name=row["execution"],
            input=json.dumps({"frame": frame, "attempt": 1}),
        )

    def ended() -> bool:
        running = states.list_executions(
            stateMachineArn=arn, statusFilter="RUNNING", maxResults=1
        )["executions"]  # fmt: skip
        return not running

    with ThreadPoolExecutor(STARTING) as pool:
        list(pool.map(start, rows))
    time.sleep(0.2)  # the emulator reads the definition a moment after the start
    if not patiently(ended, PATIENCE):
        raise TimeoutError(f"the executions did not end as {status}")
