"""What the screening watches and tells, as far as it touches them."""

from dataclasses import dataclass, field
from typing import Any

from demo_rows import BEGAN

from local.demo_snapshot import Snapshot
from local.demo_story import Event
from local.player import Clock, Put


class FakeClock(Clock):
    """Time passes by sleeping only."""

    now = 0.0

    def time(self) -> float:
        return BEGAN + self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class FakeBroadcast:
    """A stream that is off air from the second question on."""

    stream_id: str = "st-1"
    asked: int = 0

    @property
    def is_offline(self) -> bool:
        self.asked += 1
        return self.asked > 1


@dataclass
class FakePerformance:
    """A player that puts one frame at each look."""

    puts: list[Put]
    broadcast: FakeBroadcast = field(default_factory=FakeBroadcast)
    started: bool = False
    went_offline: bool = False

    def start(self) -> None:
        self.started = True

    @property
    def has_ended(self) -> bool:
        return not self.puts

    def fresh(self) -> list[Put]:
        return [self.puts.pop(0)] if self.puts else []


@dataclass
class FakeWatcher:
    """Snapshots in turn; the last one stays."""

    snapshots: list[Snapshot]

    def look(self, frame_ids: list[str]) -> Snapshot:
        return self.snapshots.pop(0) if len(self.snapshots) > 1 else self.snapshots[0]


@dataclass
class FakeMailbox:
    """One notice, whose link is the real one."""

    links: dict[str, str] = field(default_factory=lambda: {"r1": "http://127.0.0.1/notice/r1"})
    subjects: list[str] = field(default_factory=lambda: ["medium: Explicit"])

    def read(self) -> list[str]:
        told, self.subjects = self.subjects, []
        return told


@dataclass
class FakeAudience:
    """Remember what was told."""

    events: list[Event] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)

    def event(self, event: Event) -> None:
        self.events.append(event)

    def advance(self, put: int, judged: int) -> None:
        self.progress.append((put, judged))


class FakeLinks:
    """Sign nothing."""

    def __init__(self, target: object) -> None: ...

    def url(self, review: dict[str, Any]) -> str:
        return f"http://127.0.0.1/signed/{review['review_id']}"
