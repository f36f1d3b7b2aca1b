"""`framewarden executions watch`: one until it ends, or all of them as they come and go."""

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from rich.console import Console, Group
from rich.text import Text
from typer.testing import Result

from framewarden.domain.frames import frame_id
from framewarden.inspecting import inspect
from framewarden.looking import MODERATE, ORDER
from framewarden.searching import find
from framewarden.wanted import Wanted
from local.cli.execution_lines import write_change
from local.cli.execution_view import Foot
from local.cli.execution_watch import _redraw
from local.errors import OperatorError
from local.execution_watch import ENDED, STARTED, Change, Tail, until_it_ends, utc_now
from local.executions import line
from local.inspection import looking_at
from local.target import Target
from tests.laptop.cli.machines import MACHINE, ORDERS, Machines, at, choice, entered, waiting

Run = Callable[..., Result]
FRAME = frame_id("frames", "uploads/a.jpg", "v1")


@pytest.fixture
def machines(furnished: Target) -> Machines:
    made = Machines()
    furnished.clients["stepfunctions"] = made
    return made


@pytest.fixture
def tail(furnished: Target, machines: Machines) -> Iterator[Callable[..., Tail]]:
    with looking_at(furnished) as sources:
        yield lambda machine=MODERATE: Tail(sources, machine)


class Sleeper:
    """Lets something happen each time somebody waits."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self.slept: list[float] = []
        self._happenings = iter(happenings)

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        next(self._happenings, lambda: None)()


def told(changes: Iterator[Change]) -> list[tuple[str, str | None, str | None]]:
    return [(change.what, change.entry.name, change.entry.status) for change in changes]


def test_it_is_looked_at_once_a_second_until_it_ends(furnished: Target, machines: Machines) -> None:
    machines.add("one", events=waiting())
    sleeper = Sleeper(
        lambda: None,
        lambda: setattr(machines, "refusals", 2),
        lambda: None,
        lambda: None,
        lambda: machines.add("one", "SUCCEEDED", lasted=9, events=waiting()),
    )
    with looking_at(furnished) as sources:
        seen = list(until_it_ends(furnished, sources, MODERATE, "one", sleeper))
    assert [one.execution.status for one in seen] == [*["RUNNING"] * 3, "SUCCEEDED"]
    # Refused twice, it waits longer; then it is as before.
    assert sleeper.slept == [1.0, 1.0, 2.0, 4.0, 1.0]


def test_one_that_is_gone_is_said(furnished: Target, machines: Machines) -> None:
    with (
        looking_at(furnished) as sources,
        pytest.raises(OperatorError, match="There is no execution one"),
    ):
        next(until_it_ends(furnished, sources, MODERATE, "one", Sleeper()))


@pytest.mark.parametrize(("status", "code"), [("SUCCEEDED", 0), ("FAILED", 1)])
def test_a_pipe_gets_a_line_for_each_change(
    run: Run, machines: Machines, monkeypatch: pytest.MonkeyPatch, status: str, code: int
) -> None:
    first = [*choice(0.1, "IsAnalyzed?"), entered(0.2, "Analyze")]
    machines.add("one", events=first)
    end = at(1, f"Execution{status.title()}", **{f"execution{status.title()}EventDetails": {}})
    sleeper = Sleeper(
        lambda: None,
        lambda: machines.add("one", status, lasted=1, events=[*first, end]),
    )
    monkeypatch.setattr(time, "sleep", sleeper)
    done = run("executions", "watch", "one", "--json")
    assert done.exit_code == code, done.stderr
    *changes, ended = map(json.loads, done.stdout.splitlines())
    assert [(one["state"], one["is"]) for one in changes] == [
        ("IsAnalyzed?", "done"),
        ("Analyze", "waiting"),
        ("Analyze", "done" if status == "SUCCEEDED" else "failed"),
    ]
    assert {one["event"] for one in changes} == {"state"}
    assert (ended["event"], ended["status"], ended["seconds"]) == ("ended", status, 1.0)
    lines = run("executions", "watch", "one").stdout.splitlines()
    assert lines[0] == "+0.100 s  IsAnalyzed?  done; otherwise  0.000 s"
    assert lines[-1] == f"{status.lower()}  {ended['why']}"


def test_what_is_unknown_is_not_watched(run: Run, machines: Machines) -> None:
    done = run("executions", "watch", "one")
    assert done.exit_code == 1
    assert "There is no execution one" in done.stderr


@pytest.mark.parametrize("named", [("one",), ()])
def test_ctrl_c_ends_it_quietly(
    run: Run, machines: Machines, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    machines.add("one", events=waiting())
    monkeypatch.setattr(time, "sleep", interrupted)
    done = run("executions", "watch", *named)
    assert (done.exit_code, done.stderr) == (130, "")


def test_new_executions_come_and_go(
    machines: Machines, tail: Callable[..., Tail], ledger: Any
) -> None:
    machines.add("old", "SUCCEEDED", lasted=1)
    machines.add("waits", began=1)
    followed = tail()
    assert told(followed.look()) == []
    machines.add("new", began=2)
    machines.add("quick", "FAILED", began=3, lasted=0.2)
    assert told(followed.look()) == [
        (STARTED, "new", "RUNNING"),
        (STARTED, "quick", "FAILED"),
        (ENDED, "quick", "FAILED"),
    ]
    machines.add("waits", "SUCCEEDED", began=1, lasted=5)
    machines.add("new", "TIMED_OUT", began=2, lasted=4)
    assert told(followed.look()) == [
        (ENDED, "waits", "SUCCEEDED"),
        (ENDED, "new", "TIMED_OUT"),
    ]
    assert told(followed.look()) == []


def test_a_burst_is_told_whole(machines: Machines, tail: Callable[..., Tail]) -> None:
    machines.add("old", "SUCCEEDED", lasted=1)
    followed = tail()
    for number in range(250):
        machines.add(f"e{number}", began=2 + number)
    machines.asked.clear()
    assert [change.entry.name for change in followed.look()] == [f"e{n}" for n in range(250)]
    assert len(machines.asked) == 3
    assert told(followed.look()) == []


def test_one_that_waited_for_days_is_told_by_the_ledger(
    machines: Machines, tail: Callable[..., Tail], ledger: Any
) -> None:
    machines.add(FRAME)
    for number in range(120):
        machines.add(f"e{number}", "SUCCEEDED", began=2 + number, lasted=1)
    standard = {"attempt": 1, "execution": FRAME, "key": "uploads/a.jpg", "put_at": "2026-11-22"}
    ledger.row(FRAME, status="started", **standard)
    followed = tail()
    assert told(followed.look()) == []
    machines.add(FRAME, "SUCCEEDED", lasted=100)
    machines.asked.clear()
    ledger.row(FRAME, status="settled", outcome="reviewed", reason="allow", **standard)
    [change] = followed.look()
    assert (change.what, change.entry.name, change.entry.status) == (ENDED, FRAME, "SUCCEEDED")
    assert (change.entry.outcome, change.entry.reason) == ("reviewed", "allow")
    assert told(followed.look()) == []
    # Never a call for an execution: two looks, two pages.
    assert [name for name, _ in machines.asked] == ["ListExecutions", "ListExecutions"]


def test_of_orders_the_ledger_knows_nothing(machines: Machines, tail: Callable[..., Tail]) -> None:
    machines.add("order-1", machine=ORDERS)
    for number in range(120):
        machines.add(f"e{number}", "SUCCEEDED", machine=ORDERS, began=2 + number, lasted=1)
    assert told(tail(ORDER).look()) == []


def test_where_nothing_happens_it_is_looked_less_often(
    machines: Machines, tail: Callable[..., Tail]
) -> None:
    sleeper = Sleeper(
        *[lambda: None] * 9,
        lambda: setattr(machines, "refusals", 1),
        lambda: machines.add("new", "ABORTED", lasted=1),
        lambda: machines.add("newer", began=1),
    )
    changes = tail().follow(sleeper)
    assert told(islice(changes, 3)) == [
        (STARTED, "new", "ABORTED"), (ENDED, "new", "ABORTED"), (STARTED, "newer", "RUNNING"),
    ]  # fmt: skip
    assert [round(one, 2) for one in sleeper.slept] == [
        1.0, 1.25, 1.56, 1.95, 2.44, 3.05, 3.81, 4.77, 5.0, 5.0, 10.0, 1.0,
    ]  # fmt: skip


def test_following_writes_a_line_for_each_start_and_end(
    run: Run, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    def followed(*options: str) -> list[str]:
        machines.executions.clear()
        quick = Sleeper(lambda: machines.add("quick", "FAILED", lasted=0.2), stop)
        monkeypatch.setattr(time, "sleep", quick)
        return run("executions", "watch", *options).stdout.splitlines()

    began, ended = map(json.loads, followed("--json"))
    assert (began["event"], began["name"]) == ("started", "quick")
    assert (ended["event"], ended["status"], ended["seconds"]) == ("ended", "FAILED", 0.2)
    assert ended["arn"].startswith(MACHINE.replace("stateMachine", "execution"))
    assert [one.split() for one in followed()] == [
        ["2026-11-22T08:05:31.000Z", "started", "quick"],
        ["2026-11-22T08:05:31.200Z", "failed", "-", "quick"],
    ]


def test_a_line_is_as_harmless_as_a_key(furnished: Target, machines: Machines) -> None:
    stream = io.StringIO()
    machines.add("one", "SUCCEEDED", lasted=1)
    with looking_at(furnished) as sources:
        [entry] = find(sources, Wanted()).entries
        document = line(sources, entry)
    document |= {"channel": "\x1b[31m[b]", "severity": "high", "outcome": "stopped"}
    write_change(Console(file=stream, width=40, markup=False), ENDED, document)
    assert "\\x1b[31m[b]" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_a_picture_taller_than_the_terminal_shows_its_foot() -> None:
    stream = io.StringIO()
    out = Console(file=stream, width=40, height=5, force_terminal=False)
    out.print(Foot(Group(*(Text(f"line {number}") for number in range(20)))))
    assert stream.getvalue().split() == ["line", "16", "line", "17", "line", "18", "line", "19"]


class Terminal(io.StringIO):
    """A terminal that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_is_redrawn_in_place_and_keeps_the_last_picture(
    furnished: Target, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def looks() -> Iterator[Any]:
        for status in ("RUNNING", "RUNNING", "SUCCEEDED"):
            machines.add("one", status, events=waiting(), lasted=3)
            yield inspect(sources, MODERATE, "one", utc_now())

    with looking_at(furnished) as sources:
        assert _redraw(looks()).execution.status == "SUCCEEDED"
    written = terminal.getvalue()
    up_and_clear = "\x1b[1A\x1b[2K"
    assert up_and_clear in written
    last = written.rpartition(up_and_clear)[2]
    assert "succeeded" in last
    assert "Analyze" in last
    assert "running" not in last
    assert "\x1b[?25h" in written  # the cursor is back
