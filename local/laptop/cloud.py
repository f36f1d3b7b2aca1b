"""Bring the laptop cloud up, find it again, and take it down without a trace."""

import fcntl
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.errors import OperatorError
from local.laptop import environments
from local.laptop.connection import Cloud
from local.laptop.home import Home, find_home
from local.laptop.loopback import HOST, choose_port, is_free, require_loopback
from local.laptop.processes import Server, end, launch
from local.laptop.record import read_record, write_record

PORT = 4566  # ministack's own default, which its users know
MOTO_PORT = 4580
_STARTS = 3  # a port that another program takes before our server does is given up this often
_PATIENCE = 60.0  # seconds until both servers must answer; a cold start takes 3 on 2 cores

# Each gets `--port N` behind it.
LAUNCHER = ("-m", "local.laptop.launcher")
MOTO = ("-m", "local.moto_ext.server")

Progress = Callable[[str], None]


class _PortLostError(OperatorError):
    """Another program took the port between our look at it and our server's."""


def up(
    *, port: int | None = None, wait_scale: float = 1.0, progress: Progress = lambda _: None
) -> Cloud:
    """Start the laptop cloud, or return the one that runs already.

    Parameters
    ----------
    port
        Where ministack shall answer. None takes 4566, or any free port when that is taken;
        0 takes any.
    wait_scale
        By what to multiply the seconds of Wait states and of retries (not of time-outs).
    progress
        Called with one sentence per event.

    Raises
    ------
    OperatorError
        The port is taken, a server did not start, or another `up` or `down` is at work.
    """
    home = find_home()
    home.create()
    with _held(home):
        running = current()
        if running is not None:
            _explain(running, port, progress)
            return running
        if read_record(home) is not None:
            progress("The last laptop cloud did not end properly: tidying up after it.")
        _clear(home)
        for _ in range(_STARTS - 1):
            try:
                return _start(home, port, wait_scale, progress)
            except _PortLostError as lost:
                if port:
                    raise
                progress(f"{lost.message.splitlines()[0]} Another port is taken.")
        return _start(home, port, wait_scale, progress)


def down(progress: Progress = lambda _: None) -> bool:
    """End the laptop cloud: no process, no port and no temporary file stays. False: none ran."""
    home = find_home()
    if not home.root.is_dir():
        return False
    with _held(home):
        known = read_record(home) is not None
        if known:
            progress("Ending the laptop cloud.")
        _clear(home)
    return known


def current() -> Cloud | None:
    """Find the laptop cloud that runs; None when there is none or a part of it has died."""
    known = read_record(find_home())
    return known if known is not None and not missing(known) else None


def last_known() -> Cloud | None:
    """Read the laptop cloud of the state file, whether it still runs or not."""
    return read_record(find_home())


def missing(cloud: Cloud) -> list[Server]:
    """List the servers that should run and do not."""
    return [server for server in cloud.servers if server.find() is None]


def _start(home: Home, port: int | None, wait_scale: float, progress: Progress) -> Cloud:
    home.create()
    chosen = choose_port(port, PORT)
    if port is None and chosen != PORT:
        progress(f"Port {PORT} is in use by another program, so port {chosen} is taken instead.")
    moto_port = choose_port(None, MOTO_PORT)
    endpoint, moto = f"http://{HOST}:{chosen}", f"http://{HOST}:{moto_port}"
    progress(f"Starting the laptop cloud on {endpoint}")
    servers: tuple[Server, ...] = ()
    try:
        # Recorded one by one and before they answer: a killed `up` must leave something to find.
        for name, module, own_port, env in (
            (
                "ministack",
                LAUNCHER,
                chosen,
                environments.for_ministack(home, chosen, moto, wait_scale),
            ),
            ("moto", MOTO, moto_port, environments.for_moto(home, endpoint)),
        ):
            log = home.logs / f"{name}.log"
            servers = (*servers, launch(name, module, own_port, log, env))
            cloud = Cloud(endpoint, moto, servers, home, environments.RUNTIME, wait_scale)
            write_record(cloud)
        _wait(servers[0], f"{endpoint}/_ministack/health")
        _wait(servers[1], f"{moto}/_framewarden/calls")
    except BaseException:
        _clear(home)
        raise
    return cloud


def _wait(server: Server, url: str) -> None:
    """Wait until a server answers, and not a stranger on its port.

    Raises
    ------
    _PortLostError
        It ended, and another program has its port.
    OperatorError
        It ended, or does not answer in time.
    """
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _PATIENCE
    while server.find() is not None and time.monotonic() < deadline:
        try:
            if server.listens():
                direct.open(require_loopback(url), timeout=5).close()
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            pass
        time.sleep(0.05)
    state = "does not answer" if server.find() else "ended at once"
    fault = OperatorError if server.find() or is_free(server.port) else _PortLostError
    raise fault(
        f"The {server.name} server on port {server.port} {state}. Its log ({server.log}) "
        f"ends:\n{server.last_words()}\n",
        "If another program took the port, choose one with: framewarden up --port PORT",
    )


def _explain(running: Cloud, port: int | None, progress: Progress) -> None:
    """Say that a second `up` starts nothing, and what to do if it should have."""
    progress(f"The laptop cloud runs already, on {running.endpoint}")
    if port not in (None, 0) and not running.endpoint.endswith(f":{port}"):
        progress(f"To move it to port {port}: framewarden down, then framewarden up --port {port}")


def _clear(home: Home) -> None:
    """End what the state file names and remove what it left; other people's processes stay."""
    known = read_record(home)
    end(known.servers if known else (), home.scratch)
    shutil.rmtree(home.scratch, ignore_errors=True)
    home.state.unlink(missing_ok=True)


@contextmanager
def _held(home: Home) -> Iterator[None]:
    """Hold the folder against a second `up` or `down`.

    Raises
    ------
    OperatorError
        Another one holds it.
    """
    with home.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OperatorError(
                "Another framewarden is bringing the laptop cloud up or down.",
                "Wait until it has finished, then try again.",
            ) from None
        yield
