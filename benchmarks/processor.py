"""Sum the processor's time of a laptop cloud, and keep the most memory that each part of it had."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local.laptop.connection import Cloud
from local.laptop.processes import members

MB = 1_000_000
EVERY_SECONDS = 0.5
# A worker's script lies in a folder that is named after its function.
FUNCTION = re.compile(r"ministack-lambda-.+?-(\w+)Function-[^/]*/")
OTHER = "others"

Key = tuple[int, float]


@dataclass
class Used:
    """What the processes of a cloud used while they were watched, by server or function.

    A worker that ended meanwhile counts with what it had used when it was last seen, half a second
    before at most. `peaks` are MB since each process began, not since the watching did.
    """

    before: dict[Key, float] = field(default_factory=dict)
    last: dict[Key, tuple[str, float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> dict[str, float]:
        """Return the processor's seconds by part, the most first."""
        sums: dict[str, float] = {}
        for key, (name, spent) in self.last.items():
            sums[name] = sums.get(name, 0.0) + spent - self.before.get(key, 0.0)
        return dict(sorted(sums.items(), key=lambda part: -part[1]))

    @property
    def total(self) -> float:
        """Return the processor's seconds of all of them."""
        return sum(self.seconds.values())


@contextmanager
def watched(cloud: Cloud) -> Iterator[Used]:
    """Watch a cloud's processes until the end of the block."""
    used, halted = Used(), threading.Event()
    look(cloud, used)
    used.before = {key: spent for key, (_, spent) in used.last.items()}

    def watch() -> None:
        while not halted.wait(EVERY_SECONDS):
            look(cloud, used)

    thread = threading.Thread(target=watch, name="processor", daemon=True)
    thread.start()
    try:
        yield used
    finally:
        halted.set()
        thread.join()
        look(cloud, used)


def look(cloud: Cloud, used: Used) -> None:
    """Take down what each process has used so far."""
    servers = {server.pid: server.name for server in cloud.servers}
    for process in members(cloud.servers, cloud.home.scratch):
        try:
            name = servers.get(process.pid) or function_of(process.cmdline())
            times = process.cpu_times()
            key = process.pid, process.create_time()
        except psutil.Error:
            continue  # it has just ended
        used.last[key] = name, times.user + times.system
        used.peaks[name] = max(used.peaks.get(name, 0.0), peak(process.pid))


def function_of(command: list[str]) -> str:
    """Return the function that a worker runs, `AnalyzeShard` for example."""
    found = FUNCTION.search(" ".join(command))
    return found[1] if found else OTHER


def peak(pid: int, proc: Path = Path("/proc")) -> float:
    """Return the most memory that a process ever had resident, in MB.

    What it has now, where the system does not tell.
    """
    try:
        lines = (proc / str(pid) / "status").read_text().splitlines()
        return next(int(one.split()[1]) for one in lines if one.startswith("VmHWM:")) * 1024 / MB
    except (OSError, StopIteration):
        pass
    try:
        return float(psutil.Process(pid).memory_info().rss / MB)
    except psutil.Error:
        return 0.0
