"""Break each part of the running machine on purpose, and see the frame end where it should."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from framewarden.aws.dynamo import typed
from framewarden.domain.times import iso
from local.laptop.deploy import build_and_deploy
from local.review_link import answer
from tests.workflow.conftest import Channel, Desk

pytestmark = pytest.mark.workflow


def live(desk: Desk, name: str) -> Channel:
    channel = desk.channel(name)
    channel.go_live()
    return channel


def test_a_throttle_is_retried_by_name(desk: Desk) -> None:
    channel = live(desk, "throttled")
    desk.fault("rekognition", "DetectModerationLabels", error="ThrottlingException", times=2)
    assert desk.ended(channel.show(desk.pictures.clean()))["outcome"] == "cleared"


def test_a_throttle_that_never_ends_is_unscreened_and_a_rescan_judges(desk: Desk) -> None:
    channel = live(desk, "throttled-for-good")
    desk.fault(
        "rekognition",
        "DetectModerationLabels",
        error="ProvisionedThroughputExceededException",
        times=-1,
        key=channel.id,
    )
    frame = channel.show(desk.pictures.clean())
    row = desk.ended(frame)
    assert (row["outcome"], row["reason"]) == ("unscreened", "analyzer_throttled")
    desk.control("faults", method="DELETE")
    rescan(desk, row)
    desk.wait(lambda: desk.frame(frame).get("outcome") == "cleared", "the rescan judges it")
    assert desk.frame(frame)["attempt"] == 2


def rescan(desk: Desk, row: dict[str, Any]) -> Any:
    wanted = {name: row[name] for name in ("bucket", "key", "version_id")}
    return desk.invoke("IntakeFunction", {"rescan": wanted})


@pytest.mark.parametrize(
    ("error", "reason"),
    [("AccessDeniedException", "analyzer_denied"), ("InvalidS3ObjectException", "image_missing")],
)
def test_what_no_retry_can_mend_is_unscreened_at_once(desk: Desk, error: str, reason: str) -> None:
    channel = live(desk, f"denied-{reason}")
    desk.fault("rekognition", "DetectModerationLabels", error=error, times=-1, key=channel.id)
    row = desk.ended(channel.show(desk.pictures.clean()))
    assert (row["outcome"], row["reason"]) == ("unscreened", reason)


def test_bytes_that_are_no_picture_are_unscreened(desk: Desk) -> None:
    channel = live(desk, "unanalysable")
    row = desk.ended(channel.show(b"<html>not a picture</html>"))
    assert (row["outcome"], row["reason"]) == ("unscreened", "image_invalid")


def test_what_cannot_be_judged_goes_where_the_policy_says(desk: Desk) -> None:
    asked, stopped = live(desk, "on-error-review"), live(desk, "on-error-stop")
    frame, other = asked.show(b"no picture"), stopped.show(b"no picture either")
    review = desk.asked(frame)
    assert review["category"] == "unscreened"
    answer(desk.link(review), "allow", "Ada", "")
    assert desk.ended(frame)["outcome"] == "reviewed"
    assert asked.live()
    assert desk.ended(other)["outcome"] == "stopped"
    assert not stopped.live()


def test_a_stop_that_cannot_be_made_now_is_made_a_little_later(desk: Desk) -> None:
    channel = live(desk, "unavailable")
    desk.fault("ivs", "StopStream", error="StreamUnavailable", times=2, channel_arn=channel.arn)
    assert desk.ended(channel.show(desk.pictures.critical()))["outcome"] == "stopped"
    assert not channel.live()


def test_a_stop_that_is_refused_goes_to_a_person_who_may_try_again(desk: Desk) -> None:
    channel = live(desk, "refused")
    desk.fault("ivs", "StopStream", error="AccessDeniedException", times=1, channel_arn=channel.arn)
    frame = channel.show(desk.pictures.critical())
    review = desk.asked(frame)
    assert review["stop_failed"] is True
    assert channel.live()
    assert [stop["status"] for stop in channel.stops()] == ["failed"]
    answer(desk.link(review), "stop", "Ada", "")
    assert desk.ended(frame)["outcome"] == "stopped"
    assert not channel.live()


def test_a_worker_killed_between_stop_row_and_call_stops_the_stream_all_the_same(
    desk: Desk,
) -> None:
    channel = live(desk, "killed-stop")
    desk.fault("ivs", "StopStream", delay_seconds=6, times=1, channel_arn=channel.arn)
    frame = channel.show(desk.pictures.critical())
    desk.wait(channel.stops, "the stop row is written")
    time.sleep(0.3)
    assert desk.kill_workers("StopStreamFunction") > 0
    assert desk.ended(frame)["outcome"] == "stopped"
    assert not channel.live()


def test_a_lapsed_lease_of_an_owner_that_is_gone_is_taken_over(desk: Desk) -> None:
    channel = live(desk, "lapsed")
    row = {
        "channel": channel.arn,
        "item": f"stop#{channel.stream_id}",
        "status": "stopping",
        "owner": "an execution that was aborted",
        "stream_id": channel.stream_id,
        "lease_until": int(time.time()) + 2,
    }
    desk.client("dynamodb").put_item(TableName=desk.target.output("ChannelsTable"), Item=typed(row))
    frame = channel.show(desk.pictures.critical())
    row = desk.ended(frame)
    assert row["outcome"] == "stopped"
    [stop] = channel.stops()
    assert stop["owner"] == row["execution"]


def test_a_redelivered_event_starts_what_was_admitted_and_never_started(desk: Desk) -> None:
    """The kill between ledger row and start: EventBridge delivers the event again."""
    channel, now = live(desk, "killed-intake"), datetime.now(UTC)
    put = desk.unseen(channel, desk.pictures.clean())
    admitted = {**put, "status": "admitted", "attempt": 1, "put_at": iso(now)}
    desk.client("dynamodb").put_item(
        TableName=desk.target.output("FramesTable"), Item=typed(admitted)
    )
    [first], [again] = desk.deliver(put, now), desk.deliver(put, now)
    assert (first["started"], again["started"]) == (True, False)
    assert desk.ended(put["frame_id"])["outcome"] == "cleared"


def test_an_aborted_execution_is_unscreened_and_its_review_ends(desk: Desk) -> None:
    channel = live(desk, "aborted")
    frame = channel.show(desk.pictures.high())
    review = desk.asked(frame)
    arn = desk.target.output("StateMachineArn").replace(":stateMachine:", ":execution:")
    desk.client("stepfunctions").stop_execution(executionArn=f"{arn}:{review['execution']}")
    row = desk.ended(frame)
    assert (row["outcome"], row["reason"]) == ("unscreened", "execution_aborted")
    assert desk.review(review["review_id"])["status"] == "expired"


def test_a_redeploy_while_a_review_waits_loses_nothing(desk: Desk) -> None:
    channel = live(desk, "redeploy")
    frame = channel.show(desk.pictures.high())
    review = desk.asked(frame)
    build_and_deploy(desk.cloud, parameters={"LogRetentionDays": "14"})
    answer(desk.link(review), "allow", "Ada", "")
    assert desk.ended(frame)["outcome"] == "reviewed"


def test_an_event_that_intake_cannot_read_waits_among_the_dead_letters(desk: Desk) -> None:
    desk.client("lambda").invoke(
        FunctionName=desk.target.output("IntakeFunction"),
        InvocationType="Event",
        Payload=b'{"detail": {}}',
    )
    queue = desk.target.output("IntakeDeadLetterQueueUrl")
    desk.wait(
        lambda: (
            desk.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages")
        ),
        "the event is among the dead letters",
    )
