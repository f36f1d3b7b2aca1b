"""Measure put to StopStream, framewarden and a single Lambda in turn on the same cloud."""

import time
from dataclasses import dataclass
from statistics import median

from benchmarks.calls import CallLog, ServiceCall
from benchmarks.comparator.stack import CHANNEL as COMPARED
from benchmarks.figures import Figure, Section, p, spread
from benchmarks.ground import Ground, patiently, policy
from benchmarks.pauses import Pauses, measure
from benchmarks.pictures import critical
from framewarden.domain.frames import frame_id
from framewarden.domain.times import parse
from local.broadcast import Broadcast, go_live
from local.encoder import Channel, Encoder, live_stream
from local.tables import fetch

OURS = "benchmark-stop"
WARMING = 2
PATIENCE = 30.0
P95, SLOWER, VERIFIED = 1.0, 0.45, 3.0
NOTES = [
    f"Seconds from the start of a critical picture's put to the moment when IVS has accepted "
    f"StopStream, by the same clock. `{OURS}` and `{COMPARED}` take turns; each goes live anew "
    "before its turn, and the next begins when all work of the last has ended.",
    "The comparator is the MediaLive post's single Lambda (benchmarks/comparator). Both pay "
    "engine.event_to_lambda. Only framewarden pays engine.first_task, in which the emulator sleeps "
    "0.15 s at each execution's start; the end of Analyze, which logs nothing; and the end of "
    "Classify, which logs its metrics. AWS has none of these pauses, and others of its own.",
]


@dataclass(frozen=True)
class Contender:
    """Who stops a channel, and how it is brought on air."""

    ground: Ground
    calls: CallLog

    def ours(self) -> tuple[float, float]:
        """Return framewarden's seconds until the stop was accepted, and verified."""
        broadcast = go_live(self.ground.cloud, self.ground.target, OURS)
        key = broadcast.recording.key(0)
        self.calls.clear()
        started = time.time()
        version = broadcast.recorder.put(key, critical())
        stop = self._stopped(broadcast.channel)
        self._rest(frame_id(broadcast.recording.bucket, key, version))
        verified = self._verified(broadcast)
        broadcast.end()
        return stop.accepted - started, verified - started

    def compared(self) -> float:
        """Return the comparator's seconds."""
        target, channel = self.ground.comparator
        s3, bucket = target.client("s3"), target.output("InputBucket")
        Encoder(self.ground.cloud.moto_endpoint, channel).start()
        self.calls.clear()
        started = time.time()
        s3.put_object(
            Bucket=bucket, Key="input/frame.jpg", Body=critical(), ContentType="image/jpeg"
        )
        stop = self._stopped(channel)
        ivs = target.client("ivs")
        patiently(lambda: live_stream(ivs, channel.arn) is None, PATIENCE)
        time.sleep(0.3)  # its notice and its copy
        return stop.accepted - started

    def _stopped(self, channel: Channel) -> ServiceCall:
        found: list[ServiceCall] = []

        def accepted() -> bool:
            stop = self.calls.accepted_stop(channel.arn)
            found.extend([stop] if stop else [])
            return bool(found)

        if not patiently(accepted, PATIENCE):
            raise TimeoutError(f"{channel.name} was not stopped within {PATIENCE:.0f} s")
        return found[0]

    def _verified(self, broadcast: Broadcast) -> float:
        """Return when the session was seen to be offline."""
        row = self.ground.target.client("dynamodb").get_item(
            TableName=self.ground.target.output("ChannelsTable"),
            Key={
                "channel": {"S": broadcast.channel.arn},
                "item": {"S": f"stop#{broadcast.stream_id}"},
            },
            ConsistentRead=True,
        )["Item"]
        return parse(row["stopped_at"]["S"]).timestamp()

    def _rest(self, frame: str) -> None:
        """Wait until the frame's execution has nothing left to do."""
        target = self.ground.target
        dynamodb, table = target.client("dynamodb"), target.output("FramesTable")

        def settled() -> bool:
            row = fetch(dynamodb, table, "frame_id", [frame]).get(frame, {})
            return bool(row.get("outcome") == "stopped")

        if not patiently(settled, PATIENCE, 0.2):
            raise TimeoutError(f"the frame did not end as stopped within {PATIENCE:.0f} s")


def run(ground: Ground, times: int) -> Section:
    """Let both take turns, after two turns each that do not count."""
    contender = Contender(ground, CallLog(ground.cloud.moto_endpoint))
    ours, verified, compared = [], [], []
    ground.comparator  # noqa: B018 - deployed before the first turn
    ground.say(f"stop: {times} turns of each")
    # Each turn goes live on the same channel, which a ban would not let it.
    with policy(ground, stops={"ban_for": "none"}, breaker={"stops": 1000, "within": "10m"}):
        for turn in range(WARMING + times):
            seconds = contender.ours(), contender.compared()
            if turn >= WARMING:
                ours.append(seconds[0][0])
                verified.append(seconds[0][1])
                compared.append(seconds[1])
    ground.say("stop: the emulator's own pauses")
    pauses = measure(ground.comparator[0])
    found = figures(ours, verified, compared, pauses)
    return Section("stop", "Put to StopStream accepted", found, NOTES)


def figures(
    ours: list[float], verified: list[float], compared: list[float], pauses: Pauses
) -> list[Figure]:
    """Return the figures of both, and the emulator's share."""
    slower = median(ours) - median(compared)
    # The start, the end of Analyze, which logs nothing, and of Classify, which does.
    engine = pauses.task + pauses.quiet + pauses.talking
    return [
        Figure("stop.framewarden.p50", median(ours), "s", spread(ours)),
        Figure("stop.framewarden.p95", p(ours, 0.95), "s", "", P95),
        Figure("stop.verified.p95", p(verified, 0.95), "s", spread(verified), VERIFIED),
        Figure("stop.comparator.p50", median(compared), "s", spread(compared)),
        Figure("stop.comparator.p95", p(compared, 0.95), "s"),
        Figure(
            "stop.slower_at_median",
            slower,
            "s",
            f"{engine:.3f} s of it the emulator's pauses",
            SLOWER,
        ),
        Figure("engine.event_to_lambda", pauses.event * 1000, "ms", "put to a Lambda's entry"),
        Figure(
            "engine.execution_start",
            pauses.start * 1000,
            "ms",
            "StartExecution to a Pass done",
        ),
        Figure("engine.first_task", pauses.task * 1000, "ms", "StartExecution to a Lambda's entry"),
        Figure(
            "engine.task_end.quiet",
            pauses.quiet * 1000,
            "ms",
            "a Lambda's return to the machine's end, nothing logged",
        ),
        Figure("engine.task_end.talking", pauses.talking * 1000, "ms", "the same, a line logged"),
    ]
