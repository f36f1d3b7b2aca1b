"""What IVS and MediaLive tell EventBridge, as a sink sees it."""

import re
from typing import Any

import pytest

from local.moto_ext import delays, encoder, events
from local.moto_ext.control import Event

STATE, RECORDING = "IVS Stream State Change", "IVS Recording State Change"


@pytest.fixture
def told(aws: None) -> list[Event]:
    seen: list[Event] = []
    events.deliver_to(seen.append)
    return seen


@pytest.fixture
def recorded_arn(ivs: Any) -> str:
    made = ivs.create_recording_configuration(
        destinationConfiguration={"s3": {"bucketName": "frames"}}
    )
    arn = made["recordingConfiguration"]["arn"]
    channel = ivs.create_channel(name="demo", recordingConfigurationArn=arn)["channel"]
    return str(channel["arn"])


def words(told: list[Event]) -> list[tuple[str, str, float]]:
    return [
        (
            event.detail_type,
            event.detail.get("event_name") or event.detail["recording_status"],
            event.after_seconds,
        )
        for event in told
    ]


def test_nothing_is_sent_in_mock_aws(channel_arn: str) -> None:
    encoder.start(channel_arn)  # no sink: no thread, no call, no error


def test_an_encoder_that_connects_is_told(told: list[Event], recorded_arn: str) -> None:
    connected = encoder.connect(recorded_arn)
    encoder.start(recorded_arn)  # on already: nothing new
    assert words(told) == [
        (STATE, "Session Created", 0),
        (STATE, "Stream Start", 0),
        (RECORDING, "Recording Start", 0),
    ]
    assert {(event.source, event.resource) for event in told} == {("aws.ivs", recorded_arn)}
    assert told[1].detail == {
        "event_name": "Stream Start",
        "channel_name": "demo",
        "stream_id": connected.stream_id,
    }
    detail = told[2].detail
    prefix, session = detail.pop("recording_s3_key_prefix"), detail.pop("recording_session_id")
    assert prefix == connected.recording_prefix
    channel_id = recorded_arn.rpartition("/")[2]
    pattern = r"/\d{4}/\d{1,2}/\d{1,2}/\d{1,2}/\d{1,2}/[A-Za-z0-9]{12}"
    assert re.fullmatch(f"ivs/v1/123456789012/{channel_id}{pattern}", prefix)
    assert re.fullmatch("[A-Za-z0-9]{16}", session)
    assert detail == {
        "channel_name": "demo",
        "stream_id": connected.stream_id,
        "recording_status": "Recording Start",
        "recording_status_reason": "",
        "recording_s3_bucket_name": "frames",
        "recording_duration_ms": 0,
    }


def test_a_stopped_stream_is_told_once_and_when_it_ends(
    ivs: Any, told: list[Event], recorded_arn: str
) -> None:
    delays.change(stream_stop_seconds=60)
    stream_id = encoder.start(recorded_arn)
    prefix = told[2].detail["recording_s3_key_prefix"]
    told.clear()
    ivs.stop_stream(channelArn=recorded_arn)
    ivs.stop_stream(channelArn=recorded_arn)
    encoder.stop(recorded_arn)  # disconnected already
    assert words(told) == [
        (STATE, "Stream End", 60),
        (STATE, "Session Ended", 60),
        (RECORDING, "Recording End", 60),
    ]
    detail = told[2].detail
    assert detail["recording_s3_key_prefix"] == prefix
    assert detail["recording_session_stream_ids"] == [stream_id]
    assert 60_000 <= detail["recording_duration_ms"] < 65_000


def test_an_encoder_that_leaves_is_told_at_once(told: list[Event], channel_arn: str) -> None:
    delays.change(stream_stop_seconds=60)
    encoder.start(channel_arn)
    encoder.stop(channel_arn)
    assert words(told)[2:] == [(STATE, "Stream End", 0), (STATE, "Session Ended", 0)]


def test_a_recording_that_fails_to_start_never_ends(told: list[Event], recorded_arn: str) -> None:
    connected = encoder.connect(recorded_arn, recording_fails=True)
    assert connected.recording_prefix is None
    encoder.stop(recorded_arn)
    assert [name for _, name, _ in words(told)] == [
        "Session Created",
        "Stream Start",
        "Recording Start Failure",
        "Stream End",
        "Session Ended",
    ]
    failure = told[2].detail
    assert failure["recording_status_reason"] == "ValidationException"
    assert failure["recording_s3_key_prefix"] == ""


def test_a_channel_without_recording_has_none_to_fail(channel_arn: str) -> None:
    with pytest.raises(ValueError, match="no recording"):
        encoder.connect(channel_arn, recording_fails=True)
    assert not encoder.look(channel_arn).live


@pytest.mark.parametrize(("channel_class", "pipelines"), [("STANDARD", 2), ("SINGLE_PIPELINE", 1)])
def test_a_medialive_channel_tells_where_it_arrives(
    medialive: Any, told: list[Event], channel_class: str, pipelines: int
) -> None:
    made = medialive.create_channel(Name="main", ChannelClass=channel_class)["Channel"]
    medialive.start_channel(ChannelId=made["Id"])
    delays.change(medialive_seconds=7)
    medialive.stop_channel(ChannelId=made["Id"])
    assert [(one.source, one.detail_type, one.resource) for one in told] == [
        ("aws.medialive", "MediaLive Channel State Change", made["Arn"])
    ] * 2
    assert [one.after_seconds for one in told] == [0, 7]
    assert [one.detail["state"] for one in told] == ["RUNNING", "STOPPED"]
    assert [one.detail["pipelines_running_count"] for one in told] == [pipelines, 0]
    assert {one.detail["channel_arn"] for one in told} == {made["Arn"]}


def test_events_come_late_twice_or_never(told: list[Event], channel_arn: str) -> None:
    assert events.change(delay_seconds=4, copies=2).mode == "on"
    encoder.start(channel_arn)
    assert [name for _, name, _ in words(told)] == ["Session Created"] * 2 + ["Stream Start"] * 2
    assert {(one.after_seconds, one.late_seconds) for one in told} == {(0, 4)}
    told.clear()
    events.change(mode="never")
    encoder.stop(channel_arn)
    assert told == []
    events.change()
    encoder.start(channel_arn)
    assert [one.late_seconds for one in told] == [0, 0]


@pytest.mark.parametrize(
    "how", [{"mode": "off"}, {"delay_seconds": -1}, {"copies": 0}, {"copies": 1.5}]
)
def test_a_delivery_that_cannot_be_is_refused(aws: None, how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mode|delay_seconds|copies"):
        events.change(**how)


def test_a_lasting_sink_is_there_where_no_other_is(
    channel_arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_lasting", [])
    lasting: list[Event] = []
    events.always_deliver_to(lasting.append)
    encoder.start(channel_arn)
    assert len(lasting) == 2
    told: list[Event] = []
    events.deliver_to(told.append)
    encoder.stop(channel_arn)
    assert (len(told), len(lasting)) == (2, 2)
