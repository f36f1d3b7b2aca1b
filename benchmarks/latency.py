"""Measure put to verdict: clean frames of one live channel, at one and at ten a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.calls import CallLog
from benchmarks.figures import Figure, Section, p, spread
from benchmarks.ground import Ground, patiently
from benchmarks.pictures import clean, stream
from benchmarks.stages import Stages, of_frames
from framewarden.domain.times import parse
from local.audit import Audit
from local.broadcast import Broadcast, go_live
from local.player import Played, Put, play
from local.tables import BATCH, Row, fetch

RATES = (1, 10)
WARM_SECONDS = 4
# An idle worker is ended after 20 s, so the second warming is for the rate, not for the functions.
PATIENCE = 60.0
P50, P95 = 0.5, 1.0
# What one frame may need from its verdict to its row's end; more would be a queue.
BACKLOG = 3.0
NOTES = [
    "Seconds from the start of a frame's put to `judged_at` of its ledger row, warm, by the same "
    "clock.",
    "Where the time goes: medians of about 20 of the frames, each stage from the one before.",
]


def run(ground: Ground, seconds: int) -> Section:
    """Play at each rate for so many seconds."""
    figures = [one for rate in RATES for one in _at(ground, rate, seconds)]
    return Section("latency", f"Put to verdict, {seconds} s at each rate", figures, NOTES)


@dataclass(frozen=True)
class Measured:
    """What became of the frames of one rate; `lost` by name of the audit's count."""

    puts: list[Put]
    rows: dict[str, Row]
    played: Played
    lost: dict[str, int]
    stages: Stages

    @property
    def verdicts(self) -> list[float]:
        """Return the seconds to each verdict."""
        judged = ((put, self.rows[put.frame_id].get("judged_at")) for put in self.puts)
        return [parse(moment).timestamp() - put.started for put, moment in judged if moment]

    @property
    def settled_after(self) -> float:
        """Return the seconds from the end of the last put to the end of the last frame."""
        ends = [row["settled_at"] for row in self.rows.values() if row.get("settled_at")]
        last = max(parse(moment).timestamp() for moment in ends)
        return last - max(put.ended for put in self.puts)


def _at(ground: Ground, rate: int, seconds: int) -> list[Figure]:
    ground.say(f"latency: {rate} a second for {seconds} s")
    found, name = _measure(ground, rate, seconds), f"latency.{rate}fps"
    verdicts, lag = found.verdicts, found.played.lag_seconds
    return [
        Figure(f"{name}.put_to_verdict.p50", p(verdicts, 0.50), "s", spread(verdicts), P50),
        Figure(f"{name}.put_to_verdict.p95", p(verdicts, 0.95), "s", "", P95),
        Figure(f"{name}.put_to_verdict.max", max(verdicts), "s", found.stages.slowest),
        *found.stages.figures(name),
        Figure(
            f"{name}.settled_after_last_put",
            found.settled_after,
            "s",
            f"no backlog; the player was at most {lag:.3f} s late",
            BACKLOG,
        ),
        Figure(
            f"{name}.put", len(found.puts), "", f"{found.lost['cleared']} cleared, with warming"
        ),
        *(
            Figure(f"{name}.{lost}", found.lost[lost], "", "of the audit", 0)
            for lost in ("unaccounted", "unscreened", "in_flight")
        ),
    ]


def _measure(ground: Ground, rate: int, seconds: int) -> Measured:
    clean()  # decoding the clip is no part of a put
    calls = CallLog(ground.cloud.moto_endpoint)
    with on_air(ground, f"benchmark-{rate}fps") as broadcast:
        warmed = WARM_SECONDS * rate
        before = _play(broadcast, rate, 0, warmed)
        _rows(ground, before.puts)
        calls.clear()
        played = _play(broadcast, rate, warmed, seconds * rate)
        rows = _rows(ground, played.puts)
        audit = Audit(ground.target, broadcast.recording.prefix)
        for _ in audit:
            pass
        if not any(row.get("evidence") for row in rows.values()):
            raise TimeoutError("no frame was judged and archived")
        stages = of_frames(ground.target, played.puts, rows, calls.read())
    return Measured(played.puts, rows, played, audit.totals(), stages)


@contextmanager
def on_air(ground: Ground, channel: str) -> Iterator[Broadcast]:
    """Let a channel be live for a while."""
    broadcast = go_live(ground.cloud, ground.target, channel)
    try:
        yield broadcast
    finally:
        broadcast.end()


def _play(broadcast: Broadcast, rate: int, first: int, count: int) -> Played:
    return play(
        broadcast.recording,
        stream(first, count),
        interval=1.0,
        speed=rate,
        put=broadcast.recorder.put,
    )


def _rows(ground: Ground, puts: list[Put]) -> dict[str, Row]:
    """Wait until every frame has its end, as long as is patient, and return the rows."""
    dynamodb, table = ground.target.client("dynamodb"), ground.target.output("FramesTable")
    rows: dict[str, Row] = {}

    def all_ended() -> bool:
        waiting = [put.frame_id for put in puts if "outcome" not in rows.get(put.frame_id, {})]
        for start in range(0, len(waiting), BATCH):
            rows.update(fetch(dynamodb, table, "frame_id", waiting[start : start + BATCH]))
        return all("outcome" in rows.get(put.frame_id, {}) for put in puts)

    patiently(all_ended, PATIENCE, 0.25)
    return {put.frame_id: rows.get(put.frame_id, {}) for put in puts}
