"""`framewarden status`: what is on air, what waits, and how it is written."""

import json
import os
import pty
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import Result

from framewarden.aws import adapter_health
from framewarden.aws.clients import brought
from framewarden.domain.times import iso
from local.cli.status_view import show, show_problems
from local.status import health, unreachable
from local.target import Target

Run = Callable[..., Result]
KEYS = {
    *("healthy", "problems", "stack", "processes", "policy", "frames", "open_reviews"),
    *("unscreened", "dead_letters", "bans", "failed_stops", "unseen", "undelivered", "given_up"),
    *("live", "oldest", "place", "unknown", "adapter"),
}


@pytest.fixture
def stack(target: Target, video: Any, publish: Any) -> Any:
    """A stack that has a policy and nothing in its queues."""
    publish({"name": "p"})
    queue = {"Attributes": {"ApproximateNumberOfMessages": "0"}}
    target.clients["sqs"] = SimpleNamespace(get_queue_attributes=lambda **_: queue)
    return video


def ago(seconds: float) -> str:
    return iso(datetime.now(UTC) - timedelta(seconds=seconds))


def test_json_has_every_key_and_what_is_new(stack: Any, run: Run, ledger: Any) -> None:
    arn = stack.ivs("studio")
    session = stack.live(arn)
    stack.frame(arn, ago(3))
    ledger.review("r1", severity="low", channel="studio")
    done = run("status", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told.keys() == KEYS
    assert (told["adapter"]["name"], told["adapter"]["state"]) == (None, "base")
    assert (told["place"], told["unknown"], told["frames"]) == ("guard in us-east-1", [], None)
    [live] = told["live"]
    assert (live["channel_arn"], live["session"], live["trouble"]) == (arn, session, "")
    assert live["last_frame_at"] < iso(datetime.now(UTC))
    assert (told["oldest"]["review_id"], told["open_reviews"]) == ("r1", 1)
    assert 3500 < told["oldest"]["seconds_left"] <= 3600
    assert told["policy"].keys() == {"name", "version", "hash"}
    assert "secret" not in done.stdout


def test_unscreened_frames_are_counted_on_aws_too(stack: Any, target: Target, ledger: Any) -> None:
    for name in ("a", "b"):
        ledger.row(name, unscreened="frame", put_at=ago(9))
    assert health(target)["unscreened"] == 2


def test_the_screen_groups_what_is_on_air_and_what_waits(stack: Any, run: Run, ledger: Any) -> None:
    arn, silent, banned = stack.ivs("studio"), stack.ivs("silent"), stack.ivs("banned")
    for one in (arn, silent, banned):
        stack.live(one)
    stack.frame(arn, ago(3))
    stack.unseen(silent)
    stack.ban(banned)
    ledger.review("r1", severity="critical", channel="studio")
    done = run("status")
    assert done.exit_code == 1
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0].split() == ["healthy", "no"]
    assert "on air under moderation" in lines
    short = arn.rpartition("/")[2]
    [line] = [line for line in lines if line.startswith(short)]
    assert re.search(r"\b\d s ago +live for|just now", line)
    assert "banned" in next(line for line in lines if banned.rpartition("/")[2] in line)
    late = next(line for line in lines if silent.rpartition("/")[2] in line)
    assert "no frame yet, late" in late
    assert "nobody looks at it" in late
    left = r"nearest deadline +in (59 min|1 h).*: review r1, critical, studio"
    assert re.search(left, done.stdout)
    assert re.search(r"unseen +1", done.stdout)
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr.splitlines()[-1].startswith("Not healthy: ")


def test_what_cannot_be_read_is_said_and_the_rest_is_shown(
    stack: Any, target: Target, run: Run
) -> None:
    target.clients["sqs"] = SimpleNamespace()
    target.clients["ivs"] = SimpleNamespace()
    done = run("status")
    assert done.exit_code == 1
    assert re.search(r"dead letters +not known", done.stdout)
    assert "on air under moderation\nnot known" in done.stdout
    assert re.search(r"bans +0", done.stdout)
    assert "what is on air cannot be read (AttributeError). Look again" in done.stderr
    found = health(target)
    assert found["unknown"] == ["live", "dead_letters"]
    assert (found["live"], found["dead_letters"]) == (None, None)


@pytest.mark.parametrize(
    ("status", "line", "said"),
    [
        ("TRAINING_COMPLETED", r"adapter +v2 *\n", ""),
        (
            "DEPRECATED",
            r"adapter +v2, deprecated *\n",
            "The adapter v2 is deprecated, and may expire from 2027-01-21 on. Train another one, "
            "and promote it: framewarden adapter train --stack guard",
        ),
        (
            "EXPIRED",
            r"adapter +v2, which does not answer *\n",
            "Not healthy: the adapter v2 does not answer (EXPIRED): the base model judges in its "
            "place. Promote another one or roll back: framewarden adapter show --stack guard",
        ),
    ],
)
def test_the_live_adapter_is_named_with_how_it_stands(
    stack: Any, target: Target, run: Run, status: str, line: str, said: str
) -> None:
    live = {"kind": "switch", "item": "live", "rev": 1, "live": {"name": "v2", "arn": "arn-2"}}
    stack._put("AdaptersTable", live)
    seen = {"arn": "arn-2", "status": status, "checked_at": ago(9)}
    with brought(target.client):
        day = {"expires_from": "2027-01-21T08:00:00.000Z"} if status == "DEPRECATED" else {}
        adapter_health.keep(target.output("AdaptersTable"), seen | day)
    done = run("status")
    assert done.exit_code == (1 if status == "EXPIRED" else 0)
    assert re.search(line, done.stdout)
    assert said in done.stderr
    told = health(target)["adapter"]
    assert (told["name"], told["status"]) == ("v2", status)
    assert bool(told["remedy"]) is bool(said)


def test_a_review_that_nobody_decided_is_a_problem(stack: Any, run: Run, ledger: Any) -> None:
    ledger.review("r1", deadline=int(datetime.now(UTC).timestamp()) - 5)
    done = run("status")
    assert done.exit_code == 1
    assert "Decide it with: framewarden reviews decide r1 --stack guard" in done.stderr


def test_dead_letters_are_a_problem(stack: Any, target: Target, run: Run) -> None:
    queue = {"Attributes": {"ApproximateNumberOfMessages": "1"}}
    target.clients["sqs"] = SimpleNamespace(get_queue_attributes=lambda **_: queue)
    done = run("status")
    assert re.search(r"dead letters +2", done.stdout)
    assert "Not healthy: 2 dead letters wait" in done.stderr


def test_nothing_to_read_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = unreachable("no stack")
    assert nothing.keys() == KEYS
    show({**nothing, "stack": {"api_url": "https://a"}})
    told = capsys.readouterr().out
    assert re.search(r"open reviews +not known", told)
    assert re.search(r"nearest deadline +not known", told)
    assert re.search(r"policy +none", told)
    assert re.search(r"adapter +not known", told)


def test_a_laptop_tells_its_frames_and_processes(capsys: pytest.CaptureFixture[str]) -> None:
    processes = [
        {"name": "moto", "pid": 7, "resident_bytes": 3 * 2**20},
        {"name": "workers", "pid": None, "resident_bytes": 2**20},
    ]
    more = {"stack": {}, "frames": {"cleared": 2, "stopped": 1}, "processes": processes}
    show({**unreachable(""), **more, "unscreened": 1000})
    told = capsys.readouterr().out
    assert re.search(r"frames +2 cleared, 1 stopped", told)
    assert re.search(r"process +moto, pid 7, 3 MB", told)
    assert re.search(r"process +workers, 1 MB", told)
    assert "1,000+" in told


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, no_color: str
) -> None:
    """On a terminal of its own; in a pipe there is none, as the other tests see."""
    reader, writer = pty.openpty()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    with os.fdopen(writer, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr("sys.stdout", terminal)
        patch.setattr("sys.stderr", terminal)
        show({**unreachable("no stack"), "stack": {}})
        show_problems(["no \x1b[5mstack", "the end"])
        terminal.flush()
        told = ""
        while "the end" not in told:
            told += os.read(reader, 65536).decode()
    os.close(reader)
    assert ("\x1b[" in told) == (not no_color)
    assert "\\x1b[5mstack" in told
