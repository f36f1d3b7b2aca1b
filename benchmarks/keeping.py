"""Measure stops that stay stopped: reconnects, fifty channels at once, a flood of one session."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks.calls import CallLog, control
from benchmarks.figures import Figure, Section, p, spread
from benchmarks.ground import Ground, patiently, policy
from benchmarks.pictures import critical
from framewarden.aws.dynamo import untyped
from framewarden.domain.frames import frame_id
from framewarden.domain.times import parse
from local.broadcast import Broadcast, go_live
from local.demo_watch import Mailbox
from local.tables import fetch

CHANNELS, QUOTA = 50, 5
AGAIN, PERIOD, ALL_STOPPED = 5.0, 60.0, 20.0
PATIENCE = 120.0
PUTTING = 8
NOTES = [
    "again: seconds from the start of an encoder's new stream on a banned channel until it is cut "
    "off; by the event, and with no event sent, by the reconciler alone (it runs once a minute).",
    f"fifty: {CHANNELS} channels flagged within a second, {QUOTA} calls a second for each IVS "
    "operation: seconds from the first put until the last session is verified offline.",
    "flood: critical frames of one session, put as fast as 8 threads can; a person confirms.",
]

Row = dict[str, Any]


def run(ground: Ground, turns: int, flood: int) -> Section:
    """Measure all four."""
    with policy(ground, breaker={"stops": 1000, "within": "10m"}):
        figures = [
            *_again(ground, turns),
            *_without_event(ground),
            *_fifty(ground),
        ]
    with policy(ground, confirm_stop=True, breaker={"stops": 1000, "within": "10m"}):
        figures += _flood(ground, flood)
    return Section("keep", "Stops that stay stopped", figures, NOTES)


def _again(ground: Ground, turns: int) -> list[Figure]:
    ground.say(f"keep: {turns} reconnects")
    broadcast = _stopped(ground, "benchmark-again")
    seconds = [_cut_off(broadcast, AGAIN * 4) for _ in range(turns)]
    return [
        Figure("again.event.p50", p(seconds, 0.5), "s", spread(seconds)),
        Figure("again.event.max", max(seconds), "s", "", AGAIN),
    ]


def _without_event(ground: Ground) -> list[Figure]:
    ground.say("keep: a reconnect that no event tells of (up to a minute)")
    broadcast = _stopped(ground, "benchmark-unheard")
    control(ground.cloud.moto_endpoint, "events", mode="never")
    try:
        seconds = _cut_off(broadcast, PERIOD * 2)
    finally:
        control(ground.cloud.moto_endpoint, "events", mode="on")
    detail = "the reconciler runs once a minute, and a stop takes a moment"
    return [Figure("again.reconciler", seconds, "s", detail, PERIOD + AGAIN)]


def _stopped(ground: Ground, name: str) -> Broadcast:
    """Bring a channel on air, let it be stopped by a frame, and return its broadcast."""
    broadcast = go_live(ground.cloud, ground.target, name)
    broadcast.recorder.put(broadcast.recording.key(0), critical())
    assert broadcast.encoder is not None
    if not patiently(lambda: not _connected(broadcast), PATIENCE):
        raise TimeoutError(f"{name} was not stopped")
    _verified(ground, [broadcast])
    return broadcast


def _connected(broadcast: Broadcast) -> bool:
    return broadcast.encoder is not None and broadcast.encoder.is_connected()


def _cut_off(broadcast: Broadcast, patience: float) -> float:
    """Reconnect, and return the seconds until the encoder is cut off."""
    time.sleep(1)
    started = time.monotonic()
    again = broadcast.reconnect()
    if not patiently(lambda: not _connected(again), patience, 0.02):
        raise TimeoutError(f"{broadcast.channel.name} was not stopped again")
    return time.monotonic() - started


def _fifty(ground: Ground) -> list[Figure]:
    ground.say(f"keep: {CHANNELS} channels at once")
    live = [go_live(ground.cloud, ground.target, f"benchmark-{n}") for n in range(CHANNELS)]
    log = CallLog(ground.cloud.moto_endpoint)
    log.clear()
    started = time.time()
    with ThreadPoolExecutor(PUTTING) as pool:
        list(pool.map(lambda one: one.recorder.put(one.recording.key(0), critical()), live))
    put = time.time() - started
    stops = _verified(ground, live)
    ends = [parse(row["stopped_at"]).timestamp() - started for row in stops]
    calls = [call for call in log.read() if call.operation == "StopStream" and not call.error]
    refused = sum(call.error == "ThrottlingException" for call in log.read())
    accepted = [call.accepted - started for call in calls]
    return [
        Figure("fifty.put", put, "s", "for all pictures", 1.0),
        Figure("fifty.accepted.last", max(accepted), "s", f"{refused} calls were throttled"),
        Figure("fifty.stopped.last", max(ends), "s", spread(ends), ALL_STOPPED),
        Figure("fifty.not_stopped", CHANNELS - len(stops), "", "", 0),
        Figure("fifty.stopped_twice", len(calls) - len(stops), "", "accepted StopStream", 0),
    ]


def _verified(ground: Ground, live: list[Broadcast]) -> list[Row]:
    """Wait until every session is verified offline, and return the stop rows."""
    rows: dict[str, Row] = {}

    def all_stopped() -> bool:
        for one in live:
            if one.channel.arn not in rows and (row := _stop_row(ground, one)):
                rows[one.channel.arn] = row
        return len(rows) == len(live)

    patiently(all_stopped, PATIENCE, 0.2)
    return list(rows.values())


def _stop_row(ground: Ground, broadcast: Broadcast) -> Row | None:
    answer = ground.target.client("dynamodb").get_item(
        TableName=ground.target.output("ChannelsTable"),
        Key={
            "channel": {"S": broadcast.channel.arn},
            "item": {"S": f"stop#{broadcast.stream_id}"},
        },
    )
    row = untyped(answer["Item"]) if "Item" in answer else {}
    return row if row.get("status") == "stopped" else None


@dataclass(frozen=True)
class Ends:
    """How the frames of the flood ended, by outcome; and the reviews that they made."""

    outcomes: dict[str, int]
    reviews: set[str]


def _flood(ground: Ground, frames: int) -> list[Figure]:
    ground.say(f"keep: {frames} critical frames of one session")
    mailbox = Mailbox(ground.target, "benchmark-flood")
    mailbox.open()
    broadcast = go_live(ground.cloud, ground.target, "benchmark-flood")
    log = CallLog(ground.cloud.moto_endpoint)
    log.clear()
    started = time.time()
    ids = _put_all(broadcast, frames)
    ends = _ends(ground, ids)
    took = time.time() - started
    stops = [call for call in log.read() if call.operation == "StopStream" and not call.error]
    subjects = _mail(mailbox)
    mailbox.close()
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(ends.outcomes.items()))
    unaccounted = frames - sum(ends.outcomes.values())
    return [
        Figure("flood.frames", frames, "", f"{told}; in {took:.0f} s"),
        Figure("flood.stops", len(stops), "", "accepted StopStream", 1),
        Figure(
            "flood.notices",
            sum(subject.startswith("stopped") for subject in subjects),
            "",
            f"of a stop; {len(subjects)} in all with the call to confirm it",
            1,
        ),
        Figure("flood.cases", len(ends.reviews), "", "", 1),
        Figure("flood.unaccounted", unaccounted, "", "", 0),
    ]


def _put_all(broadcast: Broadcast, frames: int) -> list[str]:
    def put(number: int) -> str:
        key = broadcast.recording.key(number)
        version = broadcast.recorder.put(key, critical())
        return frame_id(broadcast.recording.bucket, key, version)

    with ThreadPoolExecutor(PUTTING) as pool:
        return list(pool.map(put, range(frames)))


def _ends(ground: Ground, ids: list[str]) -> Ends:
    """Wait until every frame has its end, or has joined the review that waits."""
    dynamodb, table = ground.target.client("dynamodb"), ground.target.output("FramesTable")
    rows: dict[str, Row] = {}

    def ended(row: Row) -> bool:
        return "outcome" in row or bool(row.get("review_id"))

    def all_ended() -> bool:
        waiting = [one for one in ids if not ended(rows.get(one, {}))]
        for start in range(0, len(waiting), 100):
            rows.update(fetch(dynamodb, table, "frame_id", waiting[start : start + 100]))
        return all(ended(rows.get(one, {})) for one in ids)

    patiently(all_ended, PATIENCE + len(ids) / 20, 1.0)
    outcomes: dict[str, int] = {}
    for row in rows.values():
        if ended(row):
            name = row.get("outcome") or "joined"
            outcomes[name] = outcomes.get(name, 0) + 1
    return Ends(outcomes, {row["review_id"] for row in rows.values() if row.get("review_id")})


def _mail(mailbox: Mailbox) -> list[str]:
    subjects: list[str] = []
    for _ in range(10):
        subjects += mailbox.read()
        time.sleep(0.2)
    return subjects
