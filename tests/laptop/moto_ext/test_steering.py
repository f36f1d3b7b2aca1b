"""Faults, the log of calls, delays: what tests and the demo steer by."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local.moto_ext import calls, delays, encoder, faults, install


def codes(call: Any, times: int, **params: Any) -> list[str | None]:
    seen: list[str | None] = []
    for _ in range(times):
        try:
            call(**params)
            seen.append(None)
        except ClientError as error:
            seen.append(error.response["Error"]["Code"])
    return seen


def test_a_fault_strikes_so_often(ivs: Any, channel_arn: str) -> None:
    encoder.start(channel_arn)
    faults.add("ivs", "StopStream", "StreamUnavailable", times=2)
    struck = codes(ivs.stop_stream, 3, channelArn=channel_arn)
    assert struck == ["StreamUnavailable", "StreamUnavailable", None]
    assert faults.active() == []


def test_a_fault_for_good_ends_when_cleared(ivs: Any) -> None:
    faults.add("ivs", "*", "AccessDeniedException", times=-1)
    assert codes(ivs.list_streams, 3) == ["AccessDeniedException"] * 3
    assert codes(ivs.list_channels, 1) == ["AccessDeniedException"]
    faults.clear()
    assert codes(ivs.list_streams, 1) == [None]


@pytest.mark.parametrize(
    ("service", "operation", "error", "status"),
    [
        ("rekognition", "DetectModerationLabels", "ThrottlingException", 400),
        ("rekognition", "DetectModerationLabels", "ProvisionedThroughputExceededException", 400),
        ("rekognition", "DetectModerationLabels", "AccessDeniedException", 400),
        ("rekognition", "DetectModerationLabels", "InternalServerError", 500),
        ("rekognition", "DetectModerationLabels", "ServiceUnavailable", 503),
        ("ivs", "StopStream", "StreamUnavailable", 503),
        ("ivs", "StopStream", "ThrottlingException", 429),
        ("ivs", "StopStream", "TooManyRequestsException", 429),
        ("ivschat", "SendEvent", "ThrottlingException", 429),
        ("medialive", "StopChannel", "TooManyRequestsException", 429),
        ("medialive", "StopChannel", "ConflictException", 409),
        ("medialive", "StopChannel", "GatewayTimeoutException", 504),
    ],
)
def test_faults_look_like_aws(
    client: Any, service: str, operation: str, error: str, status: int
) -> None:
    params = {
        "rekognition": {"Image": {"Bytes": b"x"}},
        "ivs": {"channelArn": "arn:aws:ivs:us-east-1:123456789012:channel/x"},
        "ivschat": {
            "roomIdentifier": "arn:aws:ivschat:us-east-1:123456789012:room/x",
            "eventName": "e",
        },
        "medialive": {"ChannelId": "1"},
    }[service]
    faults.add(service, operation, error)
    with pytest.raises(ClientError) as raised:
        client(service)._make_api_call(operation, params)
    response = raised.value.response
    assert response["Error"]["Code"] == error
    assert response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert type(raised.value).__name__ in (error, "ClientError")


def test_a_fault_can_be_narrowed(ivs: Any, rekognition: Any, channel_arn: str) -> None:
    faults.add("ivs", "GetStream", "AccessDeniedException", times=-1, channel_arn="absent")
    assert codes(ivs.get_stream, 1, channelArn=channel_arn) == ["ChannelNotBroadcasting"]
    faults.add("rekognition", "DetectModerationLabels", "ThrottlingException", key="thumb7.jpg")
    image = {"S3Object": {"Bucket": "frames", "Name": "ivs/thumb{}.jpg"}}
    for number, error in ((6, "InvalidS3ObjectException"), (7, "ThrottlingException")):
        image["S3Object"]["Name"] = f"ivs/thumb{number}.jpg"
        assert codes(rekognition.detect_moderation_labels, 1, Image=image) == [error]


def test_a_delay_slows_a_call_and_lets_it_through(ivs: Any) -> None:
    faults.add("ivs", "ListStreams", delay_seconds=0.05)
    started = time.monotonic()
    assert codes(ivs.list_streams, 1) == [None]
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize(
    ("args", "more", "message"),
    [
        (("s3", "GetObject", "NoSuchKey"), {}, "unknown service"),
        (("ivs", "StopStreams", "StreamUnavailable"), {}, "no operation"),
        (("ivs", "StopStream", "StreamUnavailble"), {}, "no error"),
        (("ivs", "StopStream"), {}, "needs an error or a positive"),
        (("ivs", "StopStream", "StreamUnavailable"), {"times": 0}, "times"),
        (("ivs", "StopStream", "StreamUnavailable"), {"delay_seconds": -1}, "not negative"),
    ],
)
def test_a_fault_that_could_not_strike_is_refused(
    aws: None, args: tuple[str, ...], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        faults.add(*args, **more)


def test_calls_are_logged_by_ids_only(ivs: Any, rekognition: Any, channel_arn: str) -> None:
    calls.clear()
    codes(ivs.get_stream, 1, channelArn=channel_arn)
    codes(rekognition.detect_moderation_labels, 1, Image={"Bytes": b"secret"})
    where = {"Bucket": "frames", "Name": "a.jpg", "Version": "1"}
    codes(rekognition.detect_moderation_labels, 1, Image={"S3Object": where})
    assert [(one.operation, one.params, one.error) for one in calls.made()] == [
        ("GetStream", {"channelArn": channel_arn}, "ChannelNotBroadcasting"),
        ("DetectModerationLabels", {}, "InvalidImageFormatException"),
        ("DetectModerationLabels", where, "InvalidS3ObjectException"),
    ]
    assert [one.service for one in calls.made("ivs")] == ["ivs"]
    assert len(calls.made("rekognition", "DetectModerationLabels")) == 2
    assert calls.made()[0].at.endswith("Z")


def test_schedule_actions_are_logged_by_their_names(medialive: Any) -> None:
    channel_id = medialive.create_channel(Name="main")["Channel"]["Id"]
    overlay = {"StaticImageDeactivateSettings": {"Layer": 7}}
    start = {"ImmediateModeScheduleActionStartSettings": {}}
    actions = [
        {
            "ActionName": name,
            "ScheduleActionSettings": overlay,
            "ScheduleActionStartSettings": start,
        }
        for name in ("one", "two")
    ]
    codes(
        medialive.batch_update_schedule,
        1,
        ChannelId=channel_id,
        Creates={"ScheduleActions": actions},
    )
    codes(
        medialive.batch_update_schedule,
        1,
        ChannelId=channel_id,
        Deletes={"ActionNames": ["one", "gone"]},
    )
    logged = calls.made("medialive", "BatchUpdateSchedule")
    assert [(one.params, one.error) for one in logged] == [
        ({"ChannelId": channel_id, "ActionName": "one,two"}, None),
        (
            {"ChannelId": channel_id, "ActionNames": "one,gone"},
            "UnprocessableEntityException",
        ),
    ]


def test_delays_are_not_negative(aws: None) -> None:
    with pytest.raises(ValueError, match="not negative"):
        delays.change(medialive_seconds=-1)
    assert delays.change(stream_stop_seconds=2).stream_stop_seconds == 2


def test_each_mock_begins_afresh() -> None:
    install()
    with mock_aws():
        faults.add("ivs", "StopStream", "StreamUnavailable", times=-1)
        delays.change(stream_stop_seconds=9)
    with mock_aws():
        assert faults.active() == []
        assert calls.made() == []
        assert delays.current().stream_stop_seconds != 9
