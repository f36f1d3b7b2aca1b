"""Measure the memory of all processes together: idle after deploy, and through the demo."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.figures import Figure, Section
from local.laptop.connection import Cloud
from local.laptop.processes import members

MB = 1_000_000
# Of RSS; in MB.
IDLE, PLAYED = 1_000, 2_000
EVERY_SECONDS = 1.0
NOTES = [
    "The bars are on RSS, which counts a page once for each process that has it; PSS shares it "
    "out. All processes: both servers, every worker, and this command, which plays the film.",
]


@dataclass(frozen=True)
class Memory:
    """What all processes hold at one moment, in MB; `pss` is 0 where the system has none."""

    rss: float
    pss: float
    parts: dict[str, float]
    processes: int

    @property
    def detail(self) -> str:
        """Say who holds how much."""
        held = ", ".join(f"{name} {size:.0f}" for name, size in self.parts.items())
        return f"{self.processes} processes: {held}"


@dataclass
class Watched:
    """The most that was seen."""

    peak: Memory | None = None
    halted: threading.Event = field(default_factory=threading.Event)


def take(cloud: Cloud) -> Memory:
    """Measure every process of a cloud, and this one."""
    names = {server.pid: server.name for server in cloud.servers} | {os.getpid(): "this command"}
    parts: dict[str, float] = {}
    found = [*members(cloud.servers, cloud.home.scratch), psutil.Process()]
    shared = 0.0
    for process in found:
        try:
            size = process.memory_info().rss / MB
        except psutil.Error:
            continue
        name = names.get(process.pid, "workers")
        parts[name] = parts.get(name, 0.0) + size
        shared += pss(process.pid)
    return Memory(sum(parts.values()), shared, parts, len(found))


def pss(pid: int, proc: Path = Path("/proc")) -> float:
    """Return a process's proportional share, in MB; 0 where it cannot be read."""
    try:
        lines = (proc / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    sizes = (int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return next(sizes, 0) * 1024 / MB


@contextmanager
def watched(cloud: Cloud) -> Iterator[Watched]:
    """Look once a second, and keep the most."""
    seen = Watched()

    def watch() -> None:
        while not seen.halted.wait(EVERY_SECONDS):
            now = take(cloud)
            if seen.peak is None or now.rss > seen.peak.rss:
                seen.peak = now

    thread = threading.Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        seen.halted.set()
        thread.join()


def section(idle: Memory, peak: Memory, end: Memory) -> Section:
    """Report what was seen before, during and after the demo."""
    figures = [
        Figure("memory.idle.rss", idle.rss, "MB", idle.detail, IDLE),
        Figure("memory.idle.pss", idle.pss, "MB"),
        Figure("memory.demo_peak.rss", peak.rss, "MB", peak.detail, PLAYED),
        Figure("memory.demo_end.rss", end.rss, "MB", end.detail, PLAYED),
        Figure("memory.demo_end.pss", end.pss, "MB"),
    ]
    return Section("memory", "Memory of all processes together", figures, NOTES)
