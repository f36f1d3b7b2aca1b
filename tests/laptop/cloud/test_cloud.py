"""Up, down and found again, with two small servers in place of the emulators."""

import contextlib
import http.server
import json
import os
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.errors import OperatorError
from local.laptop import cloud
from local.laptop.connection import Cloud
from local.laptop.home import find_home
from local.laptop.loopback import any_free_port, choose_port, is_free
from local.laptop.processes import _runs, members

pytestmark = pytest.mark.enable_socket

SERVES = """
import http.server, sys
at = ("127.0.0.1", int(sys.argv[2]))
http.server.HTTPServer(at, http.server.SimpleHTTPRequestHandler).serve_forever()
"""
# As ministack's workers: a script below the temporary folder, and deaf to the signal to end.
HAS_A_WORKER = """
import os, pathlib, signal, subprocess, sys
script = pathlib.Path(os.environ["TMPDIR"]) / "ministack-lambda-x" / "_worker.py"
script.parent.mkdir(exist_ok=True)
script.write_text("import signal, time\\nsignal.signal(15, signal.SIG_IGN)\\ntime.sleep(60)")
subprocess.Popen([sys.executable, str(script)])
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FRAMEWARDEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(cloud, "LAUNCHER", ("-c", HAS_A_WORKER + SERVES))
    monkeypatch.setattr(cloud, "MOTO", ("-c", SERVES))
    # Suites run side by side, and each looks at the usual ports before it takes its own.
    monkeypatch.setattr(cloud, "PORT", any_free_port())
    monkeypatch.setattr(cloud, "MOTO_PORT", any_free_port())
    yield tmp_path / "home"
    cloud.down()
    assert not left_behind(tmp_path)


def left_behind(folder: Path) -> list[str]:
    """Name the processes whose cloud lived below a folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("TMPDIR", "").startswith(str(folder)):
                found.append(" ".join(process.cmdline()))
    return found


def running(made: Cloud) -> list[psutil.Process]:
    return members(made.servers, made.home.scratch)


def test_up_and_down_leave_nothing(home: Path) -> None:
    made = cloud.up()
    assert cloud.current() == made
    assert stat.S_IMODE(made.home.state.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    found = running(made)
    assert len(found) == 3  # the two servers and the worker
    assert {os.getpgid(process.pid) for process in found} == set(made.pids.values())
    assert set(made.memory()) == {"ministack", "moto", "workers"}
    assert min(made.memory().values()) > 0
    assert cloud.down() is True
    assert not any(_runs(process) for process in found)
    assert all(is_free(server.port) for server in made.servers)
    assert sorted(path.name for path in home.iterdir()) == ["lock", "logs"]
    assert cloud.current() is None
    assert cloud.down() is False


def test_a_second_up_starts_nothing() -> None:
    said: list[str] = []
    made = cloud.up()
    assert cloud.up(progress=said.append) == made
    assert said == [f"The laptop cloud runs already, on {made.endpoint}"]
    cloud.up(port=1, progress=said.append)
    assert "framewarden up --port 1" in said[-1]
    assert len(running(made)) == 3


def test_the_port_can_be_chosen() -> None:
    port = any_free_port()
    assert cloud.up(port=port).endpoint == f"http://127.0.0.1:{port}"


def test_a_taken_usual_port_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(cloud, "PORT", cloud.up().servers[1].port)
    first = str(find_home().root)
    monkeypatch.setenv("FRAMEWARDEN_HOME", f"{first}-second")
    try:
        second = cloud.up(progress=said.append)
        assert f"Port {cloud.PORT} is in use" in said[0]
        assert second.endpoint.rpartition(":")[2] in said[0]
    finally:
        cloud.down()
        monkeypatch.setenv("FRAMEWARDEN_HOME", first)  # the fixture ends the first


def test_a_state_file_that_names_strangers_is_cleaned(home: Path) -> None:
    made = cloud.up()
    cloud.down()
    record = {
        "endpoint": made.endpoint,
        "moto_endpoint": made.moto_endpoint,
        "runtime": made.runtime,
        "servers": [
            {"name": "ministack", "pid": os.getpid(), "command": ["-m", "x"], "port": 1, "log": ""},
            {"name": "moto", "pid": 2**22 + 1, "command": ["-m", "y"], "port": 2, "log": ""},
        ],
    }
    made.home.state.write_text(json.dumps(record))
    assert cloud.current() is None
    said: list[str] = []
    assert cloud.up(progress=said.append).pids["ministack"] != os.getpid()
    assert "did not end properly" in said[0]


@pytest.mark.parametrize("content", ["", "[]", "{}", "no JSON", '{"servers": 3}'])
def test_a_broken_state_file_is_replaced(home: Path, content: str) -> None:
    home.mkdir()
    (home / "cloud.json").write_text(content)
    assert cloud.current() is None
    assert cloud.down() is False
    assert not (home / "cloud.json").exists()


def test_a_dead_server_is_noticed_and_replaced() -> None:
    made = cloud.up()
    os.kill(made.pids["moto"], signal.SIGKILL)
    psutil.Process(made.pids["moto"]).wait(timeout=5)
    assert cloud.current() is None
    assert [server.name for server in cloud.missing(made)] == ["moto"]
    again = cloud.up()
    assert made.servers[0].find() is None
    assert again.pids["ministack"] != made.pids["ministack"]


def test_a_server_that_cannot_start_is_explained(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "MOTO", ("-c", "raise SystemExit('no such model')"))
    with pytest.raises(OperatorError, match="no such model") as told:
        cloud.up()
    assert "moto server" in str(told.value)
    assert "--port" in str(told.value)
    assert cloud.last_known() is None
    assert not (home / "tmp").exists()


@pytest.fixture
def taken() -> Iterator[int]:
    """Let a stranger answer on a port that looked free."""
    served = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served.server_port
    served.shutdown()
    served.server_close()
    thread.join()


def looks_free(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Choose these ports before any other, as if nobody had them."""
    left = list(ports)
    monkeypatch.setattr(
        cloud, "choose_port", lambda *asked: left.pop(0) if left else choose_port(*asked)
    )


def test_a_port_that_is_lost_in_the_race_is_given_up(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_free(monkeypatch, any_free_port(), taken)
    said: list[str] = []
    made = cloud.up(progress=said.append)
    assert f":{taken}" not in made.moto_endpoint
    assert all(server.listens() for server in made.servers)
    assert any(f"port {taken} ended at once" in line for line in said)
    assert len(running(made)) == 3


def test_a_lost_port_that_was_asked_for_is_explained(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_free(monkeypatch, taken)
    with pytest.raises(OperatorError, match=f"port {taken} ended at once") as told:
        cloud.up(port=taken)
    assert "--port" in told.value.remedy
    assert cloud.last_known() is None


def test_an_interrupt_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Cloud] = []

    def interrupt(*_: object) -> None:
        started.append(cloud.last_known() or pytest.fail("no state file to find it by"))
        raise KeyboardInterrupt

    monkeypatch.setattr(cloud, "_wait", interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        cloud.up()
    assert cloud.missing(started[0]) == list(started[0].servers)
    assert not (home / "cloud.json").exists()


def test_two_at_once_are_refused(home: Path) -> None:
    find_home().create()
    with (
        cloud._held(find_home()),
        pytest.raises(OperatorError, match="Another framewarden"),
    ):
        cloud.up()
