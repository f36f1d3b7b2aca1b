"""Let happen on a laptop cloud what the README's pictures show."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice

from framewarden.aws.batch_store import Batches
from framewarden.aws.clients import brought
from framewarden.domain.batches import batch_id_of
from framewarden.domain.frames import frame_id
from local.broadcast import go_live
from local.demo_stage import CLIP, POSITIVE, programme
from local.errors import OperatorError
from local.footage import frames
from local.laptop.connection import Cloud
from local.tables import Row, fetch
from local.target import Target

# Seconds until everything that was shown is judged, or waits for somebody.
WAIT = 60.0

# What is on air, and which of the clip's seconds it sends (samples/README.md has their scores).
ON_AIR = {"garden": range(26, 33), "meadow": range(45, 52)}
UPLOADS = ("uploads/holiday/red-flower.png", "uploads/avatars/0412.png")
# The last pictures of the demo's film end with the positive, which stops the stream.
SENT = 3
# A batch of the clip's pictures from its 20th second on, four of each second, and what goes wrong.
BATCH_SECONDS, BATCH_FIRST, BATCH_LAST = 0.25, 80, 212
BATCH_MANIFEST = "batches/film.jsonl"
BATCH_FAULTS = ("s3://somebody-elses/a.jpg", "not an address")
UNREADABLE = "uploads/avatars/0413.jpg"


def show_samples(running: Cloud, target: Target) -> dict[str, Row]:
    """Show the samples on two channels and as two uploads; return the reviews by what was shown."""
    bucket = target.output("FramesBucket")
    shown: dict[str, list[str]] = {}
    with ExitStack() as after:
        on_air = {name: go_live(running, target, name) for name in ON_AIR}
        for name, broadcast in on_air.items():
            after.callback(broadcast.end)
            shown[name] = []
        for number, jpegs in enumerate(zip(*map(_clip, ON_AIR.values()), strict=True)):
            for (name, broadcast), jpeg in zip(on_air.items(), jpegs, strict=True):
                key = broadcast.recording.key(number)
                version = broadcast.recorder.put(key, jpeg)
                shown[name].append(frame_id(bucket, key, version))
            time.sleep(1)  # as a channel sends them
        for key in UPLOADS:
            put = target.client("s3").put_object(Bucket=bucket, Key=key, Body=POSITIVE.read_bytes())
            shown[key] = [frame_id(bucket, key, put["VersionId"])]
        return {name: _review(target, ids) for name, ids in shown.items()}


def show_a_batch(target: Target) -> tuple[str, str]:
    """Moderate pictures of the film as a batch; return its id and the rule that flagged most."""
    s3, bucket = target.client("s3"), target.output("FramesBucket")
    refs = []
    for number, one in enumerate(islice(frames(CLIP, BATCH_SECONDS), BATCH_FIRST, BATCH_LAST)):
        key = f"batches/film/{number:04d}.jpg"
        s3.put_object(Bucket=bucket, Key=key, Body=one.jpeg)
        refs.append(f"s3://{bucket}/{key}")
    lines = "".join(json.dumps({"source-ref": ref}) + "\n" for ref in (*refs, *BATCH_FAULTS))
    put = s3.put_object(Bucket=bucket, Key=BATCH_MANIFEST, Body=lines.encode())
    batch_id = batch_id_of(bucket, BATCH_MANIFEST, put["VersionId"])
    with brought(target.client):
        store = Batches(target.output("BatchesTable"))
        await_batch(store, batch_id)
        return batch_id, max(store.rules(batch_id), key=lambda row: row["images"])["rule"]


@contextmanager
def on_air(running: Cloud, target: Target) -> Iterator[None]:
    """Keep a channel on air, of which a frame has just come."""
    broadcast = go_live(running, target, "plaza")
    try:
        broadcast.recorder.put(broadcast.recording.key(0), next(iter(programme())).jpeg)
        yield
    finally:
        broadcast.end()


def _clip(seconds: range) -> Iterable[bytes]:
    return (one.jpeg for one in islice(frames(CLIP, 1.0), seconds.start, seconds.stop))


def _review(target: Target, ids: list[str]) -> Row:
    """Wait until people are asked about some of these frames, and all of them were judged."""
    dynamodb = target.client("dynamodb")
    table, reviews = target.output("FramesTable"), target.output("ReviewsTable")

    def asked() -> Row | None:
        rows = fetch(dynamodb, table, "frame_id", ids)
        known = {row["review_id"] for row in rows.values() if row.get("review_id")}
        done = [row for row in rows.values() if row.get("outcome") or row.get("review_id")]
        waiting = fetch(dynamodb, reviews, "review_id", sorted(known)) if known else {}
        found = [row for row in waiting.values() if row.get("task_token")]
        return found[0] if found and len(done) == len(ids) else None

    return patiently(asked)


def await_batch(store: Batches, batch_id: str, seconds: float = WAIT) -> None:
    """Wait until a batch is ended.

    Raises
    ------
    OperatorError: it was not, after so many seconds.
    """

    def ended() -> Row | None:
        row = store.get(batch_id) or {}
        return row if row.get("ended_at") else None

    patiently(ended, "The batch was not ended", seconds)


def patiently(
    found: Callable[[], Row | None],
    otherwise: str = "Nobody was asked",
    seconds: float = WAIT,
) -> Row:
    """Ask until there is a row, and return it.

    Raises
    ------
    OperatorError: `otherwise`, after so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        row = found()
        if row:
            return row
        time.sleep(0.2)
    raise OperatorError(f"{otherwise} within {seconds:.0f} s.", "Try again on a quieter machine.")


def show_a_stop(running: Cloud, target: Target) -> str:
    """Send what stops a stream, and a picture that nobody can read; return the stop's frame."""
    bucket, shown = target.output("FramesBucket"), list(programme())[-SENT:]
    broadcast, ids = go_live(running, target, "rooftop"), []
    for number, picture in enumerate(shown):
        key = broadcast.recording.key(number)
        ids.append(frame_id(bucket, key, broadcast.recorder.put(key, picture.jpeg)))
        time.sleep(1)
    put = target.client("s3").put_object(Bucket=bucket, Key=UNREADABLE, Body=b"no picture at all")
    ids.append(frame_id(bucket, UNREADABLE, put["VersionId"]))

    def ended() -> Row | None:
        rows = fetch(target.client("dynamodb"), target.output("FramesTable"), "frame_id", ids)
        done = [row for row in rows.values() if row.get("outcome") or row.get("review_id")]
        return rows[ids[SENT - 1]] if len(done) == len(ids) else None

    return str(patiently(ended)["frame_id"])
