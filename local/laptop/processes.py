"""Start a server in a process group of its own, recognise it later, and end all of the group."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from local.laptop.home import REPOSITORY

# The servers that this interpreter started: an ended child stays a zombie until it is waited for.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Server:
    """One server process; `command` tells it from a stranger that was given its id later.

    (A start time would not do: it moves with the clock, for example after a sleep.)
    """

    name: str
    pid: int
    command: tuple[str, ...]
    port: int
    log: str

    def find(self) -> psutil.Process | None:
        """Find the process if it still runs, and is still the same one."""
        try:
            process = psutil.Process(self.pid)
            if child := _children.get(self.pid):
                return process if child.poll() is None else None
            # The interpreter is left out: macOS may show another path of the same one.
            return process if tuple(process.cmdline()[1:]) == tuple(self.command) else None
        except psutil.Error:
            return None

    def listens(self) -> bool:
        """Say whether its port is its own: a server that came later than a stranger's is not."""
        if (process := self.find()) is None:
            return False
        try:
            held = process.net_connections("tcp")
        except psutil.Error:
            return False
        return any(
            one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == self.port
            for one in held
        )

    def last_words(self, lines: int = 15) -> str:
        """Quote the end of its log."""
        try:
            text = Path(self.log).read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def launch(
    name: str, program: Sequence[str], port: int, log: Path, env: Mapping[str, str]
) -> Server:
    """Start `python program --port N` as the leader of a new process group, its output in `log`."""
    command = (*program, "--port", str(port))
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own modules, on our own interpreter
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[child.pid] = child
    return Server(name, child.pid, command, port, str(log))


def members(servers: Iterable[Server], scratch: Path) -> list[psutil.Process]:
    """List the servers, their descendants, and the workers that outlived them.

    A worker is recognised by its script below `scratch`, so a stranger that has been given an
    old process id is never taken for ours.
    """
    found: set[psutil.Process] = set()
    for server in servers:
        if leader := server.find():
            found.add(leader)
            with contextlib.suppress(psutil.Error):
                found.update(leader.children(recursive=True))
    for process in psutil.process_iter(["cmdline"]):
        if any(part.startswith(f"{scratch}{os.sep}") for part in process.info["cmdline"] or []):
            found.add(process)
    return sorted(found, key=lambda process: int(process.pid))


def end(servers: Iterable[Server], scratch: Path, patience: float = 4.0) -> None:
    """Ask the servers to end, wait up to `patience` seconds, then end whatever is left of them."""
    servers = list(servers)
    family = members(servers, scratch)
    leaders = [leader for server in servers if (leader := server.find())]
    for leader in leaders:
        with contextlib.suppress(psutil.Error):
            leader.terminate()
    _wait(leaders, patience)
    left = [*family, *members(servers, scratch)]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    _wait(left, patience)
    for server in servers:
        server.find()  # reaps our own child


def _wait(processes: Iterable[psutil.Process], patience: float) -> None:
    """Wait until these have ended; one that only waits to be reaped by its parent has."""
    deadline = time.monotonic() + patience
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
