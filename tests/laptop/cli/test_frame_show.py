"""`framewarden frames show`: the story of one frame, however it is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from framewarden.domain.frames import frame_id
from local.target import Target
from tests.laptop.cli.machines import MACHINE, ORDERS, TOKEN, Machines

Run = Callable[..., Result]
KEY = "uploads/a.jpg"
IDS = [frame_id("frames", KEY, version) for version in ("v1", "v2")]


@pytest.fixture
def machines(furnished: Target) -> Machines:
    made = Machines()
    furnished.clients["stepfunctions"] = made
    return made


@pytest.fixture
def frame(ledger: Any, furnished: Target) -> Callable[..., None]:
    def put(number: int, **more: Any) -> None:
        standard = {
            "key": KEY, "bucket": "frames", "version_id": f"v{number + 1}", "source": "upload",
            "put_at": f"2026-11-22T08:05:3{number}.000Z", "day": "2026-11-22", "attempt": 1,
            "admitted_at": f"2026-11-22T08:05:3{number}.500Z", "status": "settled",
            "execution": IDS[number], "outcome": "reviewed", "reason": "block",
            "severity": "high", "judged_at": f"2026-11-22T08:05:3{number}.900Z",
            "settled_at": "2026-11-22T08:06:00.000Z", "evidence": f"high/{number}.json",
            "policy_hash": "ab" * 32, "review_id": "0" * 20,
        }  # fmt: skip
        ledger.row(IDS[number], **standard | more)

    story = {"frame": {"key": KEY}, "attempt": 1, "decision": {"decision": "block", "by": "Ada"}}
    furnished.client("s3").put_object(
        Bucket="evidence", Key="high/0.json", Body=json.dumps(story | {"task_token": TOKEN})
    )
    ledger.review("0" * 20, status="decided", decision="block", by="Ada", task_token=TOKEN)
    return put


def test_a_story_has_the_facts_and_what_happened_when(
    run: Run, machines: Machines, frame: Callable[..., None]
) -> None:
    machines.add(IDS[0], "SUCCEEDED", lasted=1.25)
    frame(0)
    done = run("frames", "show", IDS[0], "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["frame_id"], told["key"], told["version_id"]) == (IDS[0], KEY, "v1")
    assert (told["outcome"], told["reason"], told["severity"]) == ("reviewed", "block", "high")
    assert told["evidence"] == "s3://evidence/high/0.json"
    assert told["story"]["decision"] == {"decision": "block", "by": "Ada"}
    assert told["happenings"][0] == {
        "at": "2026-11-22T08:05:30.000Z",
        "offset": 0.0,
        "kind": "put",
        "says": told["happenings"][0]["says"],
    }
    assert told["attempts"] == [
        {
            "attempt": 1,
            "name": IDS[0],
            "status": "SUCCEEDED",
            "started_at": "2026-11-22T08:05:31.000Z",
            "stopped_at": "2026-11-22T08:05:32.250Z",
            "seconds": 1.25,
            "forgotten": False,
        }
    ]
    assert TOKEN not in done.stdout


def test_a_story_as_text(run: Run, machines: Machines, frame: Callable[..., None]) -> None:
    frame(0, key="\x1b[31m[bold]a.jpg")
    done = run("frames", "show", IDS[0])
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == json.loads(run("frames", "show", IDS[0], "--json").stdout)["why"]
    facts = dict(line.split(maxsplit=1) for line in lines[2:11])
    assert facts["key"].rstrip() == "\\x1b[31m[bold]a.jpg"
    assert facts["outcome"].rstrip() == "reviewed (block)"
    assert facts["evidence"].rstrip() == "s3://evidence/high/0.json"
    assert any(line.split()[:3] == ["+0.000", "s", "put"] for line in lines)
    assert lines[-1].split() == ["attempt", "1", "forgotten", "-", IDS[0]]
    assert TOKEN not in done.stdout


def test_the_adapter_that_answered_is_told(
    run: Run, machines: Machines, frame: Callable[..., None], furnished: Target
) -> None:
    arn = "arn:aws:rekognition:us-east-1:123456789012:project/fw/version/v2/1700000000000"
    frame(0)
    story = {"attempt": 1, "analysis": {"adapter": None, "adapter_asked": arn}}
    furnished.client("s3").put_object(Bucket="evidence", Key="high/0.json", Body=json.dumps(story))
    told = json.loads(run("frames", "show", IDS[0], "--json").stdout)
    assert (told["adapter"], told["adapter_asked"]) == (None, arn)
    done = run("frames", "show", IDS[0])
    assert "adapter   v2 did not answer, the base model did" in done.stdout


def test_of_several_versions_the_newest_is_told(
    run: Run, machines: Machines, frame: Callable[..., None]
) -> None:
    frame(0)
    frame(1)
    for named in (KEY, f"s3://frames/{KEY}"):
        done = run("frames", "show", named, "--json")
        assert done.exit_code == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["frame_id"] == IDS[1]
        assert [one["frame_id"] for one in told["frames"]] == [IDS[1], IDS[0]]
        first, *others = done.stderr.splitlines()
        assert first.startswith("2 frames, the newest first")
        assert [line.split()[0] for line in others] == [IDS[1], IDS[0]]


def test_a_frame_is_found_by_its_execution(
    run: Run, machines: Machines, frame: Callable[..., None]
) -> None:
    frame(0)
    execution = MACHINE.replace(":stateMachine:", ":execution:")
    for named in (f"{IDS[0]}-3", f"{execution}:{IDS[0]}"):
        assert json.loads(run("frames", "show", named, "--json").stdout)["frame_id"] == IDS[0]


def test_what_is_no_frame_names_its_remedy(run: Run, machines: Machines) -> None:
    order = f"order-{'0' * 40}"
    orders = ORDERS.replace(":stateMachine:", ":execution:")
    foreign = f"{orders}:{order}".replace("us-east-1", "eu-west-1")
    for named, words, remedy in (
        ("no.jpg", "has no frame no.jpg", "framewarden audit --stack guard"),
        (IDS[0], f"has no frame {IDS[0]}", "framewarden audit --stack guard"),
        ("nonsense words", "has no frame nonsense words", "framewarden audit"),
        (order, f"The execution {order} is of no frame", f"executions show {order}"),
        (foreign, "not of guard in us-east-1", "--stack NAME"),
    ):
        done = run("frames", "show", named)
        assert done.exit_code == 1
        assert done.stdout == ""
        assert words in done.stderr
        assert remedy in done.stderr
