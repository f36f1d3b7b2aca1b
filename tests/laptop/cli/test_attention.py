"""`framewarden status`: bans, stops that failed or hang, channels nobody sees, messages."""

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import Result

from framewarden.domain.troubles import NAMED
from local.status import health, unreachable
from local.target import Target

IVS = "arn:aws:ivs:us-east-1:123456789012:channel/"
LIVE, OTHER = f"{IVS}live", f"{IVS}other"
Run = Callable[..., Result]


@pytest.fixture
def told(target: Target, video: Any, publish: Any) -> Callable[[], dict[str, Any]]:
    """The health of a stack that has a policy and nothing in its queue."""
    publish({"name": "p"})
    queue = {"Attributes": {"ApproximateNumberOfMessages": "0"}}
    target.clients["sqs"] = SimpleNamespace(get_queue_attributes=lambda **_: queue)
    return lambda: health(target)


def test_a_quiet_stack_is_healthy(told: Callable[[], dict[str, Any]], run: Run) -> None:
    found = told()
    assert (found["healthy"], found["problems"]) == (True, [])
    kinds = ("bans", "failed_stops", "unseen", "given_up", "undelivered")
    assert [found[kind] for kind in kinds] == [[]] * 5
    done = run("status")
    assert done.exit_code == 0
    assert "failed stops" in done.stdout
    assert done.stderr == ""


def test_a_ban_is_in_order_and_named_with_its_remedy(
    told: Callable[[], dict[str, Any]], video: Any, run: Run
) -> None:
    video.ban(LIVE)
    video.ban(OTHER, until=1)  # over; the reconciler lifts it
    lifting = f"{IVS}lifting"
    later = "2026-11-22T09:00:00.000Z"
    video.ban(lifting, status="lifting", since=later, until=2, lifted_at="t", lifted_by="Bob")
    video.ban(f"{IVS}lifted", status="lifted", open="no")
    found = told()
    assert found["healthy"] is True
    assert [ban["channel_arn"] for ban in found["bans"]] == [LIVE, lifting]
    assert [ban["until"] for ban in found["bans"]] == [
        "until_reinstated",
        "1970-01-01T00:00:02.000Z",
    ]
    done = run("status")
    assert done.exit_code == 0
    remedy = "framewarden channels reinstate live --stack guard --region us-east-1"
    assert f"live is banned until reinstated, by Ada. Lift it with: {remedy}\n" in done.stderr
    assert "the ban of lifting is being lifted since t by Bob. Lift it" in done.stderr


def test_a_stop_that_failed_or_hangs_is_a_problem_and_one_under_way_is_not(
    told: Callable[[], dict[str, Any]], video: Any, run: Run
) -> None:
    video.stop(LIVE, "st-1", "failed", error="StreamStillLiveError")
    video.stop(LIVE, "st-2", "stopping", lease_until=int(time.time()) - 1)
    video.stop(OTHER, "st-3", "stopping", lease_until=int(time.time()) + 60)
    video.stop(OTHER, "st-4")
    found = told()
    assert found["healthy"] is False
    assert [stop["session"] for stop in found["failed_stops"]] == ["st-1", "st-2"]
    failed, hanging = found["problems"]
    assert "it is still on air. Stop it again with: framewarden channels stop live" in failed
    assert "the stop of session st-2 hangs" in hanging
    done = run("status")
    assert done.exit_code == 1
    assert f"Not healthy: {failed}\n" in done.stderr


def test_a_live_channel_that_nobody_sees_is_a_problem(
    told: Callable[[], dict[str, Any]], video: Any
) -> None:
    video.unseen(LIVE, last_frame_at="2026-11-22T07:59:00.000Z")
    video.unseen(OTHER, reason="recording_start_failure", since="2026-11-22T08:00:01.000Z")
    video.unseen(f"{IVS}new", open="watched")
    found = told()
    assert found["healthy"] is False
    frames, recording = found["problems"]
    assert "the last came at 2026-11-22T07:59:00.000Z" in frames
    assert "framewarden doctor --stack guard --region us-east-1; or stop it" in frames
    assert "live without a recording" in recording
    assert "Let its encoder connect anew" in recording


def test_a_message_is_told_by_what_it_is_and_never_by_what_it_says(
    told: Callable[[], dict[str, Any]], video: Any, run: Run
) -> None:
    video.message("notice#new")
    video.message("callback#r1#0", "callback", attempts=3, last_error="StoreThrottledError")
    assert told()["healthy"] is True
    gone = {"given_up_at": "2026-11-22T08:00:00.000Z", "expires_at": 4102444800, "attempts": 1}
    video.message("chat#viewers#x", "chat", last_error="RoomNotFoundError", **gone)
    video.message("notice#old", last_error="MessageRefusedError", **gone)
    found = told()
    assert found["healthy"] is False
    assert {entry["id"] for entry in found["undelivered"]} == {"notice#new", "callback#r1#0"}
    words = {problem.partition(".")[0] for problem in found["problems"]}
    assert words == {
        "chat chat#viewers#x was given up: RoomNotFoundError",
        "notice notice#old was given up: MessageRefusedError",
    }
    room = next(one for one in found["given_up"] if one["kind"] == "chat")
    assert "Correct the room" in room["remedy"]
    assert """--key '{"id": {"S": "chat#viewers#x"}}'""" in room["remedy"]
    assert room["expires_at"] == "2100-01-01T00:00:00.000Z"
    done = run("status")
    told_all = json.dumps(found) + done.stdout + done.stderr
    assert "tried 3 times (StoreThrottledError)" in told_all
    assert "secret" not in told_all


def test_many_of_a_kind_are_counted_not_listed(
    told: Callable[[], dict[str, Any]], video: Any
) -> None:
    for number in range(NAMED + 5):
        video.stop(LIVE, f"st-{number}", "failed", error=None)
    found = told()
    assert len(found["failed_stops"]) == NAMED + 5
    assert len(found["problems"]) == NAMED + 1
    assert found["problems"][-1] == "5 more failed stops; see all with --json"


def test_a_stack_that_is_too_old_says_so_and_the_rest_is_told(
    told: Callable[[], dict[str, Any]], target: Target, run: Run
) -> None:
    target.outputs["ChannelsTable"] = "Frames"  # which has another index
    found = told()
    assert (found["healthy"], found["bans"], found["undelivered"]) == (False, None, [])
    assert found["unknown"] == ["bans", "failed_stops", "unseen"]
    assert "The stack is older than this command. Deploy this version" in found["problems"][0]
    assert found["open_reviews"] == 0
    done = run("status")
    assert done.exit_code == 1
    assert "Deploy this version" in done.stderr


def test_a_stack_that_cannot_be_found_has_the_same_keys(
    told: Callable[[], dict[str, Any]],
) -> None:
    assert unreachable("no stack").keys() == told().keys()
