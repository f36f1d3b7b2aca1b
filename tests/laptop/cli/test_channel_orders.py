"""`framewarden channels stop`, `ban`, `reinstate`: said before, asked, ordered, and told after."""

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from typer.testing import Result

from framewarden.domain.times import parse
from local.channel_orders import await_record
from local.channels import Channel
from local.cli.app import application
from local.moto_ext import delays, faults
from local.target import Target

Run = Callable[..., Result]


class Machine:
    """The machine of orders: remembers what was started, and does what a test says."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.name = ""
        self.status: str | None = "RUNNING"
        self.do: Callable[[dict[str, Any], str], None] = lambda *_: None

    def start_execution(self, **asked: str) -> None:
        assert asked["stateMachineArn"].endswith(":stateMachine:order")
        document = json.loads(asked["input"])
        self.orders.append(document["order"])
        self.name = asked["name"]
        assert (set(document), document["attempt"]) == ({"order", "attempt"}, 1)
        assert re.fullmatch(r"order-[0-9a-f]{40}", self.name)
        self.do(document["order"], self.name)

    def describe_execution(self, executionArn: str) -> dict[str, Any]:  # noqa: N803
        start = "arn:aws:states:us-east-1:123456789012:execution:order:"
        assert executionArn == start + self.name
        if self.status is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeExecution")
        return {"status": self.status}


@pytest.fixture
def machine(video: Any, target: Target) -> Machine:
    target.clients["stepfunctions"] = made = Machine()
    return made


@pytest.fixture(autouse=True)
def policy(publish: Any) -> None:
    """No policy is published, so the defaults hold, unless a test says otherwise."""
    publish(None)


def policy_of(**stops: Any) -> dict[str, Any]:
    return {
        "name": "p",
        "stops": stops,
        "rules": [{"name": "r", "label": "Explicit", "severity": "medium", "min_confidence": 50}],
        "reviews": {"medium": {"deadline": "5m", "default": "allow"}},
    }


def stops_it(video: Any, arn: str, **row: Any) -> Callable[[dict[str, Any], str], None]:
    """Do what the machine does: stop what is live, ban, and write the record."""

    def do(order: dict[str, Any], name: str) -> None:
        video.target.client("ivs").stop_stream(channelArn=arn)
        at = "2026-11-22T08:00:03.000Z"
        video.stop(arn, "st-1", stopped_at=at)
        video.ban(arn, by=order["by"], keys=row.get("keys", "kept"))
        video.act(arn, f"arn:aws:states:us-east-1:1:execution:order:{name}", by=order["by"])

    return do


def acted(video: Any, arn: str, **row: Any) -> Callable[[dict[str, Any], str], None]:
    def do(order: dict[str, Any], name: str) -> None:
        video.act(arn, name, action=order["action"], by=order["by"], **row)

    return do


def test_a_stop_is_said_ordered_and_told(run: Run, video: Any, machine: Machine) -> None:
    arn = video.ivs("studio")
    session = video.live(arn)
    machine.do = stops_it(video, arn, keys="revoked")
    done = run("channels", "stop", "studio", "--by", "Ada", "--note", "nudity", "--yes")
    assert done.exit_code == 0, done.stderr
    [order] = machine.orders
    assert parse(order.pop("at")) <= datetime.now(UTC)
    assert order == {
        "action": "stop", "channel_arn": arn, "channel": arn[-12:], "session": None,
        "by": "Ada", "via": "terminal", "note": "nudity",
    }  # fmt: skip
    for words in (
        f"Stop studio ({arn[-12:]}), on guard in us-east-1:",
        f"End session {session}, live since ",
        "Ban it: until somebody reinstates it.",
        "Keep its stream key.",
        f"Ordered: {machine.name}.",
        "Done: session st-1 is off the air since 2026-11-22T08:00:03.000Z.",
        "Banned: until reinstated.",
        "Its stream key is deleted",
        "Now nothing is on air.",
    ):
        assert words in done.stderr
    assert done.stdout == ""


def test_json_carries_what_was_said_and_what_is_so(run: Run, video: Any, machine: Machine) -> None:
    arn = video.ivs("studio")
    video.live(arn)
    machine.do = stops_it(video, arn)
    done = run("channels", "ban", arn, "--by", "Ada", "--yes", "--json")
    told = json.loads(done.stdout)
    expected = {
        "channel_arn": arn, "id": arn[-12:], "name": "studio", "action": "ban",
        "order": machine.name, "status": "done", "result": "stopped", "error": None,
        "session": "st-1", "live": None,
        "dry_run": False, "ended_at": "2026-11-22T08:00:02.000Z",
    }  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    assert told["says"][0].startswith("Done: session st-1")
    assert "Keep it off until somebody reinstates it." in done.stderr


def test_a_dry_run_sends_nothing(run: Run, video: Any, machine: Machine) -> None:
    arn = video.ivs("studio")
    video.live(arn)
    for action in ("stop", "ban", "reinstate"):
        done = run("channels", action, "studio", "--by", "Ada", "--dry-run", "--json")
        assert done.exit_code == 0
        told = json.loads(done.stdout)
        assert told["dry_run"] is True
        assert all(line in done.stderr for line in told["would"])
    assert told["would"] == ["Change nothing: no ban and no stop stands."]
    assert machine.orders == []


def test_without_a_terminal_nobody_agrees_by_silence(
    run: Run, video: Any, machine: Machine
) -> None:
    video.ivs("studio")
    done = run("channels", "stop", "studio", "--by", "Ada")
    assert done.exit_code == 1
    assert "nobody sits at this terminal" in done.stderr
    assert "--yes" in done.stderr
    assert machine.orders == []


class Terminal(io.StringIO):
    """A person at the keyboard."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "orders"), [("n\n", 0), ("y\n", 1)])
def test_at_a_terminal_it_asks(
    target: Target, video: Any, machine: Machine, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], answer: str, orders: int,
) -> None:  # fmt: skip
    machine.do = acted(video, video.ivs("studio"), result="already_offline", session=None)
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    with pytest.raises(SystemExit) as ended:
        application(lambda *_: target)(["channels", "stop", "studio", "--by", "Ada"])
    assert ended.value.code == (0 if orders else 1)
    assert "Stop it? [y/N]" in capsys.readouterr().err
    assert len(machine.orders) == orders


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nope",), "There is no channel nope"),
        (("arn:aws:ivs:us-east-1:999999999999:channel/x",), "belongs to account 999999999999"),
        (("arn:aws:ivs:eu-west-1:123456789012:channel/x",), "is in eu-west-1"),
        (("arn:aws:ivs:us-east-1:123456789012:channel/x",), "does not exist (any more)"),
        (("loose",), "aws ivs tag-resource --resource-arn arn:"),
    ],
)
def test_what_the_stack_may_not_act_on_is_said_before_anything_is_sent(
    run: Run, video: Any, machine: Machine, arguments: tuple[str, ...], words: str
) -> None:
    video.ivs("loose", tags={})
    for action in ("stop", "ban", "reinstate"):
        done = run("channels", action, *arguments, "--by", "Ada", "--yes")
        assert done.exit_code == 1
        assert words in done.stderr
    assert machine.orders == []


def test_an_order_needs_a_name(run: Run, video: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER", raising=False)
    done = run("channels", "stop", "studio", "--yes")
    assert done.exit_code == 2
    assert "--by" in done.stderr


def test_each_order_is_an_order_of_its_own(run: Run, video: Any, machine: Machine) -> None:
    machine.do = acted(video, video.ivs("studio"))
    names = set()
    for _ in range(2):
        assert run("channels", "ban", "studio", "--by", "Ada", "--yes").exit_code == 0
        names.add(machine.name)
    assert len(names) == 2


def test_whoever_may_not_start_an_order_is_told_so(run: Run, video: Any, machine: Machine) -> None:
    video.ivs("studio")

    def denied(*_: Any) -> None:
        refusal = {"Code": "AccessDeniedException", "Message": "not authorized"}
        raise ClientError({"Error": refusal}, "StartExecution")

    machine.do = denied
    done = run("channels", "stop", "studio", "--by", "Ada", "--yes")
    assert done.exit_code == 1
    assert "AWS does not allow StartExecution with these credentials" in done.stderr


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--by", 81 * "a"), "The name has 81 characters. Nothing was ordered. Shorten it to 80."),
        (("--by", "Ada", "--note", 2001 * "n"), "The note has 2001 characters."),
    ],
)
def test_what_no_page_would_take_is_not_ordered(
    run: Run, video: Any, machine: Machine, typed: tuple[str, ...], words: str
) -> None:
    video.ivs("studio")
    done = run("channels", "stop", "studio", *typed, "--yes")
    assert (done.exit_code, words in done.stderr) == (1, True), done.stderr
    assert machine.orders == []


def test_without_waiting_it_says_where_to_look(run: Run, video: Any, machine: Machine) -> None:
    arn = video.ivs("studio")
    done = run("channels", "stop", "studio", "--by", "Ada", "--yes", "--no-wait", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["status"], told["order"]) == ("sent", machine.name)
    assert f"framewarden channels show {arn[-12:]} --stack guard" in done.stderr


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("RUNNING", 4, "Still under way"),
        (None, 4, "Still under way"),
        ("TIMED_OUT", 1, "ended as TIMED_OUT"),
    ],
)
def test_an_order_without_a_record_is_under_way_or_dead(
    run: Run, video: Any, machine: Machine, status: str | None, code: int, words: str
) -> None:
    arn = video.ivs("studio")
    session = video.live(arn)
    video.act(arn, "order-" + "b" * 40)  # somebody else's
    machine.status = status
    done = run("channels", "stop", "studio", "--by", "Ada", "--yes", "--timeout", "0")
    assert done.exit_code == code
    assert words in done.stderr
    assert f"Now session {session} is on air since" in done.stderr
    assert ("framewarden channels show" in done.stderr) == (code == 4)


def test_a_failed_stop_says_what_happened_and_what_is_still_true(
    run: Run, video: Any, machine: Machine
) -> None:
    arn = video.ivs("studio")
    session = video.live(arn)
    video.stop(arn, session, "failed", error="StreamStillLiveError")
    machine.do = acted(
        video, arn, status="failed", result=None, session=None, error="StreamStillLiveError"
    )
    done = run("channels", "stop", "studio", "--by", "Ada", "--yes")
    assert done.exit_code == 1
    assert "Failed: the stop was accepted but the stream is still there; it is still" in done.stderr
    assert "Not banned: it may go live." in done.stderr
    assert f"Now session {session} is on air since" in done.stderr
    assert f"To look at: the stop of session {session} failed at" in done.stderr


@pytest.mark.parametrize(
    ("action", "options", "row", "live", "code", "words"),
    [
        ("stop", (), {"result": "already_offline", "session": None}, False, 0, "nothing of it was"),
        ("stop", (), {"result": "already_offline"}, True, 1, "something else began"),
        ("stop", ("--session", "st-0"), {"result": "already_offline"}, True, 0,
         "session st-0 was not on air"),
        ("ban", (), {"result": "already_offline", "session": None}, False, 0, "nothing of it was"),
        ("stop", (), {"result": "not_current_session"}, True, 1, "Not done: not current session."),
        ("reinstate", (), {"result": "reinstated"}, False, 0, "it is reinstated and may go live"),
        ("reinstate", (), {"result": "not_banned"}, False, 0, "no ban and no stop stood"),
        ("reinstate", (), {"status": "failed", "error": "StopDeniedError"}, True, 1,
         "framewarden=moderated?.\n"),
    ],
)  # fmt: skip
def test_each_result_has_its_words_and_its_exit_code(
    run: Run, video: Any, machine: Machine, action: str, options: tuple[str, ...],
    row: dict[str, Any], live: bool, code: int, words: str,
) -> None:  # fmt: skip
    arn = video.ivs("studio")
    if live:
        video.live(arn)
    machine.do = acted(video, arn, **row)
    done = run("channels", action, "studio", "--by", "Ada", "--yes", *options)
    assert (done.exit_code, words in done.stderr) == (code, True), done.stderr


def test_a_throttled_look_keeps_nobody_from_stopping(
    run: Run, video: Any, machine: Machine
) -> None:
    arn = video.ivs("studio")
    faults.add("ivs", "GetStream", "ThrottlingException", times=-1)
    once = Config(retries={"total_max_attempts": 1})  # botocore tries for 16 s
    video.target.clients["ivs"] = boto3.client("ivs", region_name="us-east-1", config=once)
    machine.do = acted(video, arn)
    done = run("channels", "stop", arn, "--by", "Ada", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "Stop whatever is on air, which cannot be seen just now (GetStream: Throt" in done.stderr
    assert "Now nobody can see what is on air (GetStream: ThrottlingException)." in done.stderr


def test_what_a_reinstatement_will_undo_and_the_new_key(
    run: Run, video: Any, machine: Machine
) -> None:
    arn = video.ivs("studio")
    video.ban(arn, keys="revoked")
    video.stop(arn, "st-1")

    def lift(order: dict[str, Any], name: str) -> None:
        assert (order["action"], order["session"]) == ("reinstate", None)
        video.ban(arn, status="lifted", open="x", keys="fresh", lifted_at="t", lifted_by="Ada")
        acted(video, arn, result="reinstated")(order, name)

    machine.do = lift
    done = run("channels", "reinstate", "studio", "--by", "Ada", "--yes")
    assert done.exit_code == 0
    for words in (
        "Lift its ban (until reinstated, by Ada).",
        "Take back the stop of session st-1.",
        "Make a new stream key, if the old one was deleted.",
        "Not banned: it may go live.",
        f"aws ivs list-stream-keys --channel-arn {arn}",
    ):
        assert words in done.stderr


def plan_of(run: Run, *arguments: str) -> list[str]:
    done = run("channels", *arguments, "--by", "Ada", "--dry-run", "--json")
    assert done.exit_code == 0, done.stderr
    would: list[str] = json.loads(done.stdout)["would"]
    return would


def test_the_policy_says_what_comes_with_a_stop(
    run: Run, video: Any, target: Target, publish: Any
) -> None:
    video.live(video.ivs("studio"))
    publish(policy_of(ban_for="2h", revoke_keys=True))
    assert plan_of(run, "stop", "studio")[1:] == [
        "Ban it: 2h.",
        "Delete its stream key: its encoder then needs the new one that reinstate makes.",
    ]
    publish(policy_of(ban_for="none"))
    assert "Not ban it: its encoder may come back" in plan_of(run, "stop", "studio")[1]
    publish({"name": "not valid"})
    assert plan_of(run, "stop", "studio")[1] == "Ban it: until somebody reinstates it."

    def denied(_: str) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListDeployments")

    target.clients["appconfig"] = SimpleNamespace(get_paginator=denied)
    assert "as the policy says" in plan_of(run, "stop", "studio")[1]


def test_a_medialive_channel_is_stopped_or_shows_its_slate(
    run: Run, video: Any, publish: Any
) -> None:
    arn = video.medialive("stage")
    assert plan_of(run, "stop", "stage") == [
        "Stop the channel: all its outputs end, and starting it again takes minutes.",
        "Ban it: until somebody reinstates it.",
    ]
    publish(policy_of(medialive="slate", slate_input="tea"))
    assert "Show the input tea instead of what it shows" in plan_of(run, "stop", "stage")[0]
    video.ban(arn, action="slate", input="main", terms={"slate_input": "tea"})
    assert plan_of(run, "reinstate", "stage")[1] == "Show its input main again."
    assert plan_of(run, "stop", "stage")[1] == "It is banned already: until reinstated."
    video.ban(arn, action="stop_channel", status="lifting", lifted_at="t", lifted_by="Bob")
    assert plan_of(run, "reinstate", "stage") == [
        "Lift its ban (being lifted since t by Bob, by Ada).",
        "Start the channel again.",
    ]


def test_a_medialive_channel_between_two_states_is_stopped_once_it_runs(
    run: Run, video: Any
) -> None:
    delays.change(medialive_seconds=60)
    video.medialive("stage", running=False)
    assert plan_of(run, "stop", "stage") == ["Stop it once it runs: it is CREATING now."]


def test_it_looks_until_the_record_is_written(video: Any, target: Target) -> None:
    channel, slept = Channel(video.ivs("studio"), "studio", {}), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            video.act(channel.arn, "order-1")

    act = await_record(target, channel, "order-1", 60, sleep)
    assert act is not None
    assert act["execution"] == "order-1"
    assert slept == [0.5] * 3


def test_a_key_that_could_not_be_deleted_is_said(run: Run, video: Any, machine: Machine) -> None:
    arn = video.ivs("studio")
    machine.do = stops_it(video, arn, keys="denied")
    video.live(arn)
    done = run("channels", "stop", "studio", "--by", "Ada", "--yes")
    assert "Its stream key could not be deleted: the stack has no permission to." in done.stderr


def test_a_stop_of_nothing_says_so(run: Run, video: Any) -> None:
    video.ivs("studio")
    assert plan_of(run, "stop", "studio") == [
        "Stop nothing: nothing of it is on air. To keep it off, use ban."
    ]
    assert plan_of(run, "ban", "studio")[1] == "Stop nothing: nothing of it is on air."
    session = video.live(video.ivs("other"))
    assert plan_of(run, "stop", "other", "--session", "st-0") == [
        "Stop nothing: session st-0 is not on air. "
        f"Session {session}, which is on air, is left alone."
    ]
