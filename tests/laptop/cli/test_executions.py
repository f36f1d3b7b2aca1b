"""`framewarden executions list` and `show`: what happened, why, and nothing that is secret."""

import io
import json
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from framewarden.domain.frames import frame_id
from framewarden.searching import find
from framewarden.wanted import Wanted
from local.cli.execution_lines import write_list
from local.executions import line, running_names
from local.inspection import looking_at
from local.target import Target
from tests.laptop.cli.machines import (
    ADAPTERS,
    BATCHES,
    MACHINE,
    ORDERS,
    TOKEN,
    Machines,
    at,
    choice,
    entered,
    waiting,
)

Run = Callable[..., Result]
CHANNEL = "arn:aws:ivs:us-east-1:123456789012:channel/AbCd12345678"
IDS = [frame_id("frames", f"uploads/{name}.jpg", "v1") for name in "abcdefgh"]
FRAME = IDS[0]
STATE = {
    "frame": {"frame_id": FRAME, "key": "uploads/a.jpg", "etag": "secret-ish", "bucket": "frames"},
    "attempt": 1,
    "task_token": TOKEN,
}


@pytest.fixture
def machines(furnished: Target) -> Machines:
    made = Machines()
    furnished.clients["stepfunctions"] = made
    return made


@pytest.fixture
def put(ledger: Any) -> Callable[..., None]:
    def row(identity: str, key: str = "uploads/a.jpg", **more: Any) -> None:
        standard = {
            "key": key, "bucket": "frames", "version_id": "v1", "source": "upload",
            "channel": None, "put_at": "2026-11-22T08:05:30.000Z", "day": "2026-11-22",
            "attempt": 1, "admitted_at": "2026-11-22T08:05:30.500Z", "status": "started",
            "execution": identity,
        }  # fmt: skip
        ledger.row(identity, **standard | more)

    return row


def settled(outcome: str, reason: str, severity: str) -> dict[str, Any]:
    return {
        "status": "settled", "outcome": outcome, "reason": reason, "severity": severity,
        "settled_at": "2026-11-22T08:05:32.000Z", "judged_at": "2026-11-22T08:05:31.000Z",
        "policy_hash": "ab" * 32,
    }  # fmt: skip


def test_a_list_has_what_the_ledger_knows_in_a_few_calls(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    for number, identity in enumerate(IDS):
        machines.add(identity, "SUCCEEDED", began=number, lasted=1.4107)
        put(identity, f"uploads/{number}.jpg", channel="studio", **settled("cleared", "ok", "low"))
    machines.add("by-hand", began=60)
    done = run("executions", "list", "--limit", "3", "--json")
    assert done.exit_code == 0, done.stderr
    by_hand, newest, _ = json.loads(done.stdout)
    assert newest == {
        "name": IDS[-1],
        "status": "SUCCEEDED",
        "started_at": "2026-11-22T08:05:38.000Z",
        "stopped_at": "2026-11-22T08:05:39.410Z",
        "seconds": 1.411,
        "arn": f"{MACHINE.replace('stateMachine', 'execution')}:{IDS[-1]}",
        "machine": "moderate",
        "outcome": "cleared",
        "reason": "ok",
        "severity": "low",
        "channel": "studio",
        "frame_id": IDS[-1],
        "key": "uploads/7.jpg",
        "attempt": 1,
        "review_id": None,
        "batch": None,
        "trains": None,
    }
    assert (by_hand["name"], by_hand["outcome"], by_hand["attempt"]) == ("by-hand", None, None)
    assert [name for name, _ in machines.asked] == ["ListExecutions"]


def test_a_list_pages_by_itself_up_to_its_limit(run: Run, machines: Machines) -> None:
    for number in range(250):
        machines.add(f"e{number}", "FAILED", began=number, lasted=1)
    done = run("executions", "list", "--status", "failed", "--limit", "230", "--json")
    names = [one["name"] for one in json.loads(done.stdout)]
    assert names == [f"e{number}" for number in range(249, 19, -1)]
    asked = machines.calls("ListExecutions")
    assert [one["maxResults"] for one in asked] == [100, 100, 100]
    assert {one["statusFilter"] for one in asked} == {"FAILED"}


def test_a_list_as_a_table_is_never_cut(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    machines.add(FRAME, "SUCCEEDED", lasted=2)
    put(FRAME, channel="\x1b[31mred", **settled("stopped", "by_policy", "critical"))
    head, line = run("executions", "list").stdout.splitlines()
    assert head.split() == [
        "started", "status", "outcome", "severity", "channel", "seconds", "attempt", "name",
    ]  # fmt: skip
    assert line.split() == [
        "2026-11-22T08:05:31.000Z", "succeeded", "stopped", "critical", "\\x1b[31mred",
        "2.000", "1", FRAME,
    ]  # fmt: skip
    assert head.index("outcome") == line.index("stopped")


def test_nothing_found_is_said_beside_the_result(run: Run, machines: Machines) -> None:
    done = run("executions", "list")
    assert (done.stdout, done.stderr) == ("", "No executions.\n")
    assert json.loads(run("executions", "list", "--json").stdout) == []


def test_a_list_is_narrowed_by_key_review_channel_time_and_what_nobody_saw(
    run: Run, machines: Machines, put: Callable[..., None], ledger: Any
) -> None:
    put(IDS[0], "live/a.jpg", channel_arn=CHANNEL, put_at="2026-11-22T08:05:30.000Z")
    put(IDS[1], "live/a.jpg", put_at="2026-11-21T08:00:00.000Z", day="2026-11-21")
    put(
        IDS[2], "live/c.jpg", put_at="2026-11-20T08:00:00.000Z", day="2026-11-20",
        review_id="0" * 20, unscreened="frame", **settled("unscreened", "held", "none"),
    )  # fmt: skip
    ledger.review("0" * 20, frame={"frame_id": IDS[2], "key": "live/c.jpg"})

    def found(*options: str) -> list[str]:
        done = run("executions", "list", "--json", *options)
        assert done.exit_code == 0, done.stderr
        return [one["name"] for one in json.loads(done.stdout)]

    assert found("--key", "live/a.jpg") == IDS[:2]
    assert found("--key", "s3://frames/live/a.jpg") == IDS[:2]
    assert found("--review", "0" * 20) == [IDS[2]]
    assert found("--channel", CHANNEL) == [IDS[0]]
    assert found("--channel", "AbCd12345678") == [IDS[0]]
    assert found("--channel", CHANNEL, "--until", "2026-11-22") == []
    assert found("--since", "2026-11-21", "--until", "2026-11-22") == [IDS[1]]
    assert found("--unscreened") == [IDS[2]]
    assert found("--key", "live/a.jpg", "--status", "failed") == []
    assert machines.asked == []


def test_orders_are_listed_by_time_too(run: Run, machines: Machines) -> None:
    for number in range(4):
        machines.add(f"order-{number}", "SUCCEEDED", machine=ORDERS, began=number, lasted=1)
    between = ("--since", "2026-11-22T08:05:32Z", "--until", "2026-11-22T08:05:33Z")
    done = run("executions", "list", "--machine", "order", "--json", *between)
    assert [one["name"] for one in json.loads(done.stdout)] == ["order-2", "order-1"]
    assert {one["machine"] for one in json.loads(done.stdout)} == {"order"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--key", "a.jpg", "--review", "r"), "--key, --review"),
        (("--key", "a.jpg", "--since", "2h"), "--since, --until"),
        (("--machine", "order", "--unscreened"), "--machine order"),
        (("--machine", "batch", "--key", "a.jpg"), "batches are of no frame"),
        (("--machine", "adapter", "--channel", "x"), "adapters are of no frame"),
        (("--since", "yesterday"), "ISO 8601"),
        (("--until", "999999999d"), "--until"),
        (("--status", "odd"), "--status"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    run: Run, machines: Machines, options: tuple[str, ...], words: str
) -> None:
    done = run("executions", "list", *options)
    assert done.exit_code == 2
    assert words in done.stderr.replace("\n", " ")


def test_what_cannot_be_looked_for_names_its_remedy(run: Run, machines: Machines) -> None:
    foreign = CHANNEL.replace("us-east-1", "eu-west-1")
    for options, words in (
        (("--channel", foreign), "not of the account and region of guard in us-east-1"),
        (("--channel", "a/b"), "neither the id nor the ARN of a channel"),
        (("--review", "f" * 20), f"There is no review {'f' * 20}"),
    ):
        done = run("executions", "list", *options)
        assert done.exit_code == 1
        assert words in done.stderr
        assert "framewarden" in done.stderr


def test_running_executions_are_named_for_the_demo(target: Target) -> None:
    class Pages:
        def get_paginator(self, operation: str) -> "Pages":
            assert operation == "list_executions"
            return self

        def paginate(self, **asked: Any) -> list[dict[str, Any]]:
            assert asked["statusFilter"] == "RUNNING"
            assert asked["PaginationConfig"] == {"MaxItems": 2000, "PageSize": 1000}
            return [{"executions": [{"name": "a"}]}, {"executions": [{"name": "b"}]}]

    target.clients["stepfunctions"] = Pages()
    assert running_names(target, 2000) == ["a", "b"]


def test_the_adapter_that_answered_is_shown(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    arn = "arn:aws:rekognition:us-east-1:123456789012:project/fw/version/v2/1700000000000"
    state = STATE | {"analysis": {"adapter": arn, "adapter_asked": arn}}
    machines.add(FRAME, "SUCCEEDED", input=json.dumps(state), output=json.dumps(state))
    put(FRAME)
    done = run("executions", "show", FRAME)
    assert done.exit_code == 0, done.stderr
    assert re.search(r"^adapter +v2 *$", done.stdout, re.MULTILINE)


def test_show_keeps_its_keys_and_says_why(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    arn = machines.add(FRAME, events=waiting(STATE), input=json.dumps(STATE))
    put(FRAME)
    done = run("executions", "show", FRAME, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["name"], told["arn"], told["status"]) == (FRAME, arn, "RUNNING")
    assert (told["seconds"], told["stopped_at"], told["outcome"]) == (None, None, None)
    assert told["frame"]["key"] == "uploads/a.jpg"
    assert set(told["frame"]) == {
        "frame_id", "bucket", "key", "version_id", "source", "channel", "put_at",
    }  # fmt: skip
    assert (told["machine"], told["changed"], told["attempt"]) == ("moderate", "", 1)
    assert told["why"]
    seen = [(one["state"], one["seconds"], one["retries"], one["error"]) for one in told["states"]]
    assert seen == [
        ("IsAnalyzed?", 0.0, 0, None),
        ("Analyze", 2.3, 1, "AnalyzerThrottledError"),
        ("RouteBySeverity", 0.0, 0, None),
        ("RequestReview", None, 0, None),
    ]
    analyze = told["states"][1]
    assert analyze["cause"] == "busy"
    assert (analyze["kind"], analyze["ended"], analyze["waited_seconds"]) == ("Task", "done", 1.0)
    assert "input" not in analyze
    for secret in (TOKEN, "secret-ish"):
        assert secret not in done.stdout


def test_data_is_shown_when_asked_for_and_redacted(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    machines.add(FRAME, events=waiting(STATE), input=json.dumps(STATE))
    put(FRAME)
    done = run("executions", "show", FRAME, "--data", "--json")
    request = json.loads(done.stdout)["states"][-1]
    assert request["input"]["frame"]["etag"] == "secret-ish"
    assert request["output"] is None
    [tried] = request["tries"]
    assert tried["parameters"] == {"task_token": "[redacted]"}
    written = run("executions", "show", FRAME, "--data").stdout
    assert '"etag": "secret-ish"' in written
    assert json.loads(done.stdout)["input"]["task_token"] == "[redacted]"
    assert TOKEN not in done.stdout + written


def test_show_draws_the_way(run: Run, machines: Machines, put: Callable[..., None]) -> None:
    machines.add(FRAME, events=waiting(STATE), input=json.dumps(STATE))
    put(FRAME)
    done = run("executions", "show", FRAME)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].strip()
    [rail] = [line for line in lines if "Analyze  retried" in line]
    assert rail.startswith("↻ Analyze  retried once, waited 1.000 s")
    assert rail.split()[-4:] == ["+0.200", "s", "2.300", "s"]
    assert "│   AnalyzerThrottledError, Rekognition refused the call as one too many: busy" in lines
    assert "├─○ Classify  analysis" in lines
    assert any(line.startswith("◐ RequestReview  waits for a person") for line in lines)
    assert "\x1b" not in done.stdout


def test_a_failure_is_told_with_its_remedy(run: Run, machines: Machines) -> None:
    events = [
        *choice(0.1, "IsAnalyzed?"),
        entered(0.2, "HoldUnscreened"),
        at(1, "ExecutionFailed", executionFailedEventDetails={"error": "PolicyInvalidError"}),
    ]
    machines.add(
        "broken", "FAILED", lasted=1, events=events, error="PolicyInvalidError",
        cause='{"errorMessage": "no \\u001b[2J rules", "stackTrace": ["x"]}',
    )  # fmt: skip
    done = run("executions", "show", "broken")
    assert done.exit_code == 0, done.stderr
    assert "PolicyInvalidError: the published policy breaks the rules" in done.stdout
    assert "(no \\x1b[2J rules)" in done.stdout
    assert "framewarden policy check" in done.stdout
    assert "✗ HoldUnscreened  failed" in done.stdout


def test_an_execution_is_found_by_whatever_names_it(
    run: Run, machines: Machines, put: Callable[..., None], ledger: Any
) -> None:
    arn = machines.add(f"{FRAME}-2", "SUCCEEDED", lasted=1, events=[*choice(0, "IsAnalyzed?")])
    put(FRAME, attempt=2, execution=f"{FRAME}-2", review_id="0" * 20)
    ledger.review("0" * 20, frame={"frame_id": FRAME, "key": "uploads/a.jpg"})
    ways = (
        f"{FRAME}-2", arn, FRAME, "uploads/a.jpg", "s3://frames/uploads/a.jpg", "0" * 20,
    )  # fmt: skip
    for named in ways:
        done = run("executions", "show", named, "--json")
        assert done.exit_code == 0, done.stderr
        assert json.loads(done.stdout)["name"] == f"{FRAME}-2"


def test_several_matches_are_for_the_person_to_choose(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    for number, identity in enumerate(IDS[:3]):
        put(identity, put_at=f"2026-11-22T08:05:3{number}.000Z")
    done = run("executions", "show", "uploads/a.jpg")
    assert done.exit_code == 1
    assert "uploads/a.jpg has 3 executions, the newest first" in done.stderr
    assert done.stderr.index(IDS[2]) < done.stderr.index(IDS[0])
    assert "framewarden executions show NAME --stack guard" in done.stderr


def test_a_refused_frame_never_had_one(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    put(FRAME, **settled("skipped", "foreign_account", "none"))
    for named in (FRAME, "uploads/a.jpg"):
        done = run("executions", "show", named)
        assert done.exit_code == 1
        assert "refused before any execution began (foreign_account)" in done.stderr
        assert f"framewarden frames show {FRAME}" in done.stderr


def test_an_execution_of_another_machine_or_place_is_refused(run: Run, machines: Machines) -> None:
    execution = MACHINE.replace(":stateMachine:", ":execution:")
    for foreign in (
        f"{execution}2:one",
        f"{execution}:one".replace("123456789012", "999999999999"),
        f"{execution}:one".replace("us-east-1", "eu-west-1"),
    ):
        done = run("executions", "show", foreign)
        assert done.exit_code == 1
        assert "not of guard in us-east-1" in done.stderr
        assert "--stack NAME --region REGION" in done.stderr
    assert machines.asked == []


def test_an_execution_that_never_existed_is_said(run: Run, machines: Machines) -> None:
    for named in ("two", FRAME, f"{MACHINE.replace('stateMachine', 'execution')}:two", "a b.jpg"):
        done = run("executions", "show", named)
        assert done.exit_code == 1
        assert "There is no execution" in done.stderr
        assert "framewarden executions list --stack guard --region us-east-1" in done.stderr


def test_a_review_that_never_existed_is_said(run: Run, machines: Machines) -> None:
    for command in ("executions", "frames"):
        done = run(command, "show", "f" * 20)
        assert done.exit_code == 1
        assert "There is no review" in done.stderr
        assert "framewarden reviews list" in done.stderr


def test_of_a_forgotten_execution_the_ledgers_story_is_shown(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    put(FRAME, **settled("cleared", "severity_none", "none"))
    done = run("executions", "show", FRAME)
    assert done.exit_code == 0, done.stderr
    assert "Step Functions has no history of it (any more)" in done.stderr
    assert "uploads/a.jpg" in done.stdout
    told = json.loads(run("executions", "show", FRAME, "--json").stdout)
    assert (told["forgotten"], told["frame"]["outcome"]) == (True, "cleared")
    never = run("executions", "show", f"{FRAME}-2")
    assert never.exit_code == 1
    assert "There is no execution" in never.stderr


def test_an_order_is_shown_with_what_was_ordered(run: Run, machines: Machines) -> None:
    name = f"order-{'0' * 40}"
    order = {"order": {"action": "stop", "channel_arn": CHANNEL, "by": "Ada"}, "attempt": 1}
    events = [*choice(0.1, "RouteByAction"), entered(0.1, "StopStream", document=order)]
    machines.add(name, machine=ORDERS, events=events, input=json.dumps(order))
    done = run("executions", "show", name)
    assert done.exit_code == 0, done.stderr
    assert f"stop {CHANNEL}, by Ada" in done.stdout
    told = json.loads(run("executions", "show", name, "--json").stdout)
    assert (told["machine"], told["order"]["by"], told["frame"]["key"]) == ("order", "Ada", None)


def test_an_attempt_of_a_batch_is_listed_and_shown(run: Run, machines: Machines) -> None:
    batch = "ab" * 10
    document = {"batch_id": batch, "attempt": 1, "plan": {"next": "analyze", "shards": [{}]}}
    events = [entered(0.1, "PlanBatch"), entered(1, "AnalyzeBatch", "Map", document)]
    machines.add(batch, machine=BATCHES, events=events, input=json.dumps(document))
    machines.add(f"{batch}-2", "SUCCEEDED", machine=BATCHES, began=60, lasted=2)
    machines.add("by-hand", "SUCCEEDED", machine=BATCHES, began=70, lasted=2)
    listed = json.loads(run("executions", "list", "--machine", "batch", "--json").stdout)
    assert [(one["name"], one["batch"], one["attempt"]) for one in listed] == [
        ("by-hand", None, None),
        (f"{batch}-2", batch, 2),
        (batch, batch, 1),
    ]
    done = run("executions", "show", batch)
    assert done.exit_code == 0, done.stderr
    assert "Being analysed, in 1 part" in done.stdout
    assert batch in done.stdout
    told = json.loads(run("executions", "show", f"{batch}-2", "--json").stdout)
    assert (told["machine"], told["batch"], told["frame"]["key"]) == ("batch", batch, None)


def test_an_attempt_to_train_an_adapter_is_listed_and_shown(run: Run, machines: Machines) -> None:
    document = {"adapter": "v2", "attempt": 1, "collected": {"next": "train"}}
    events = [entered(0.1, "CollectExamples"), entered(3, "FollowTraining", "Task", document)]
    machines.add("adapter-v2-1", machine=ADAPTERS, events=events, input=json.dumps(document))
    refused = '{"finished": {"status": "refused"}}'
    for began, name in ((60, "adapter-v2-2"), (70, "by-hand")):
        machines.add(name, "SUCCEEDED", machine=ADAPTERS, began=began, lasted=2, output=refused)
    listed = json.loads(run("executions", "list", "--machine", "adapter", "--json").stdout)
    assert [(one["name"], one["trains"], one["attempt"]) for one in listed] == [
        ("by-hand", None, None),
        ("adapter-v2-2", "v2", 2),
        ("adapter-v2-1", "v2", 1),
    ]
    done = run("executions", "show", "adapter-v2-1")
    assert done.exit_code == 0, done.stderr
    assert "Waiting for Rekognition to train it since 2026-11-22 08:05:34 UTC" in done.stdout
    assert re.search(r"^trains +v2 *$", done.stdout, re.MULTILINE)
    told = json.loads(run("executions", "show", "adapter-v2-2", "--json").stdout)
    assert (told["machine"], told["trains"], told["batch"]) == ("adapter", "v2", None)
    assert "the gate refused it" in told["why"]
    assert run("executions", "watch", "adapter-v2-2").exit_code == 0
    by_hand = json.loads(run("executions", "show", "by-hand", "--json").stdout)
    assert (by_hand["machine"], by_hand["trains"]) == ("adapter", None)


def test_the_execution_of_a_list_names_its_batch(
    run: Run, machines: Machines, put: Callable[..., None]
) -> None:
    key = f"batches/{'ab' * 10}/rules/explicit.jsonl"
    machines.add(FRAME, "SUCCEEDED", lasted=2)
    put(FRAME, key, source="batch", channel="batches", **settled("reviewed", "block", "high"))
    [line] = json.loads(run("executions", "list", "--json").stdout)
    assert (line["batch"], line["outcome"]) == ("ab" * 10, "reviewed")
    assert json.loads(run("executions", "show", FRAME, "--json").stdout)["batch"] == "ab" * 10


def test_in_a_narrow_terminal_names_stand_below(
    machines: Machines, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    machines.add(FRAME, "SUCCEEDED", lasted=2)
    with looking_at(target) as sources:
        write_list([line(sources, entry) for entry in find(sources, Wanted()).entries])
    lines = [re.sub(r"\x1b\[\d*m", "", one) for one in terminal.getvalue().splitlines()]
    assert [one.split()[0] for one in lines] == [
        "started",
        "name",
        "2026-11-22T08:05:31.000Z",
        FRAME,
    ]
    assert lines[-1] == f"    {FRAME}"
