"""Play the demo without its show, for its memory and for the time to its first verdict."""

from dataclasses import dataclass

from benchmarks import memory
from benchmarks.figures import Figure, Section
from benchmarks.ground import Ground
from benchmarks.memory import Memory
from local.broadcast import go_live
from local.demo_screening import Screening
from local.demo_stage import Performance, channel_name
from local.demo_story import Event
from local.demo_watch import Mailbox, Watcher

SPEED = 10.0
FIRST_VERDICT = 45.0


class Silent:
    """An audience that says nothing."""

    def event(self, event: Event) -> None:
        """Hear of one event."""

    def advance(self, put: int, judged: int) -> None:
        """Hear how far it is."""


@dataclass(frozen=True)
class Demo:
    """What was seen; `first_verdict` in seconds from the beginning, what was built left out."""

    idle: Memory
    peak: Memory
    end: Memory
    first_verdict: float
    frames: int

    @property
    def memory(self) -> Section:
        """Report the memory."""
        return memory.section(self.idle, self.peak, self.end)


def play(ground: Ground) -> Demo:
    """Play the film at ten times its speed on the fresh cloud, and answer its review."""
    ground.say("memory: the demo's film, 56 frames at speed 10")
    idle = memory.take(ground.cloud)
    name = channel_name()
    mailbox = Mailbox(ground.target, f"{name}-notices")
    mailbox.open()
    broadcast = go_live(ground.cloud, ground.target, name)
    performance = Performance(broadcast, SPEED)
    watcher = Watcher(ground.target, broadcast.channel.arn)
    screening = Screening(ground.target, performance, watcher, mailbox, Silent())
    with memory.watched(ground.cloud) as seen:
        try:
            screening.watch_the_play()
            screening.watch_the_rest(answering=True)
            end = memory.take(ground.cloud)
        finally:
            performance.halt()
            broadcast.end()
            mailbox.close()
    first = screening.first_verdict_at()
    if first is None:
        raise TimeoutError("no frame of the demo was judged")
    taken = first - ground.timing.began - ground.timing.seconds["build"]
    peak = max(seen.peak or end, end, key=lambda seen: seen.rss)
    return Demo(idle, peak, end, taken, len(screening.puts))


def setup(ground: Ground, demo: Demo, builds: dict[str, float]) -> Section:
    """Report how long it takes until frames are judged; `builds` in seconds by name."""
    seconds = ground.timing.seconds
    figures = [
        Figure("setup.cloud_up", seconds["cloud_up"], "s"),
        Figure("setup.deploy", seconds["deploy"], "s", "sam deploy of a built template, policy"),
        Figure(
            "setup.second_run.first_verdict",
            demo.first_verdict,
            "s",
            "from nothing running, on functions that have to start; nothing to install or build",
            FIRST_VERDICT,
        ),
        *(Figure(f"setup.build.{name}", value, "s", "sam build") for name, value in builds.items()),
    ]
    return Section("setup", "From nothing to the first verdict", figures)
