"""MediaLive: channel states by the clock, conflicts, AWS's ids."""

from typing import Any

import pytest

from local.moto_ext import delays


@pytest.fixture
def channel_id(medialive: Any) -> str:
    made = medialive.create_channel(Name="main", Tags={"framewarden": "moderated"})["Channel"]
    assert made["Arn"] == f"arn:aws:medialive:us-east-1:123456789012:channel:{made['Id']}"
    assert made["Id"].isdigit()
    return str(made["Id"])


def state(medialive: Any, channel_id: str) -> tuple[str, int]:
    described = medialive.describe_channel(ChannelId=channel_id)
    return described["State"], described["PipelinesRunningCount"]


def test_a_channel_starts_and_stops(medialive: Any, channel_id: str) -> None:
    assert state(medialive, channel_id) == ("IDLE", 0)
    medialive.start_channel(ChannelId=channel_id)
    assert state(medialive, channel_id) == ("RUNNING", 2)
    medialive.stop_channel(ChannelId=channel_id)
    assert state(medialive, channel_id) == ("IDLE", 0)
    medialive.update_channel(ChannelId=channel_id, Name="renamed")
    assert [one["Name"] for one in medialive.list_channels()["Channels"]] == ["renamed"]
    assert medialive.list_channels()["Channels"][0]["Tags"] == {"framewarden": "moderated"}
    medialive.delete_channel(ChannelId=channel_id)
    assert state(medialive, channel_id) == ("DELETED", 0)


def test_looking_does_not_move_a_channel(medialive: Any, channel_id: str) -> None:
    delays.change(medialive_seconds=60)
    assert medialive.start_channel(ChannelId=channel_id)["State"] == "STARTING"
    assert [state(medialive, channel_id) for _ in range(3)] == [("STARTING", 0)] * 3


def test_only_a_running_channel_can_be_stopped(medialive: Any, channel_id: str) -> None:
    with pytest.raises(medialive.exceptions.ConflictException, match="IDLE") as raised:
        medialive.stop_channel(ChannelId=channel_id)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    delays.change(medialive_seconds=60)
    medialive.start_channel(ChannelId=channel_id)
    for call in (medialive.stop_channel, medialive.start_channel, medialive.delete_channel):
        with pytest.raises(medialive.exceptions.ConflictException, match="STARTING"):
            call(ChannelId=channel_id)


def test_a_stopping_channel_cannot_be_stopped_again(medialive: Any, channel_id: str) -> None:
    medialive.start_channel(ChannelId=channel_id)
    delays.change(medialive_seconds=60)
    assert medialive.stop_channel(ChannelId=channel_id)["State"] == "STOPPING"
    with pytest.raises(medialive.exceptions.ConflictException, match="STOPPING"):
        medialive.stop_channel(ChannelId=channel_id)


CAPTURE = {
    "VideoDescriptions": [
        {
            "Name": "stills",
            "CodecSettings": {
                "FrameCaptureSettings": {"CaptureInterval": 2, "CaptureIntervalUnits": "SECONDS"}
            },
        }
    ],
    "AudioDescriptions": [],
    "OutputGroups": [
        {
            "Outputs": [
                {"OutputSettings": {"FrameCaptureOutputSettings": {"NameModifier": "-$dt$"}}}
            ],
            "OutputGroupSettings": {
                "FrameCaptureGroupSettings": {"Destination": {"DestinationRefId": "frames"}}
            },
        }
    ],
    "TimecodeConfig": {"Source": "EMBEDDED"},
}
WHOLE = {
    "InputAttachments": [
        {"InputAttachmentName": "studio", "InputId": "7"},
        {"InputAttachmentName": "slate", "InputId": "8"},
    ],
    "Destinations": [
        {"Id": "frames", "Settings": [{"Url": "s3ssl://frames/medialive/studio/frame"}]}
    ],
    "EncoderSettings": CAPTURE,
}


def test_a_channel_keeps_what_it_was_made_with(medialive: Any) -> None:
    made = medialive.create_channel(Name="main", Tags={"a": "b"}, **WHOLE)["Channel"]
    medialive.update_channel(ChannelId=made["Id"], Name="renamed")
    found = medialive.describe_channel(ChannelId=made["Id"])
    assert {name: found[name] for name in WHOLE} == WHOLE
    assert (found["Name"], found["Tags"]) == ("renamed", {"a": "b"})
    (listed,) = medialive.list_channels()["Channels"]
    assert (listed["State"], listed["Tags"]) == ("IDLE", {"a": "b"})
    assert listed["InputAttachments"] == WHOLE["InputAttachments"]


def test_a_request_is_checked_by_its_model(medialive: Any) -> None:
    with pytest.raises(medialive.exceptions.BadRequestException, match="logLevel"):
        medialive.create_channel(Name="main", LogLevel="LOUD")


def test_tags(medialive: Any, channel_id: str) -> None:
    arn = medialive.describe_channel(ChannelId=channel_id)["Arn"]
    medialive.create_tags(ResourceArn=arn, Tags={"team": "live"})
    expected = {"framewarden": "moderated", "team": "live"}
    assert medialive.list_tags_for_resource(ResourceArn=arn)["Tags"] == expected
    medialive.delete_tags(ResourceArn=arn, TagKeys=["team", "absent"])
    assert medialive.describe_channel(ChannelId=channel_id)["Tags"] == {"framewarden": "moderated"}
    for call, more in (
        (medialive.list_tags_for_resource, {}),
        (medialive.create_tags, {"Tags": {"a": "b"}}),
        (medialive.delete_tags, {"TagKeys": ["a"]}),
    ):
        with pytest.raises(medialive.exceptions.NotFoundException):
            call(ResourceArn=f"{arn}0", **more)


def test_an_untagged_channel_can_be_tagged(medialive: Any) -> None:
    arn = medialive.create_channel(Name="main")["Channel"]["Arn"]
    assert medialive.list_tags_for_resource(ResourceArn=arn)["Tags"] == {}
    medialive.create_tags(ResourceArn=arn, Tags={"a": "b"})
    assert medialive.list_channels()["Channels"][0]["Tags"] == {"a": "b"}


def test_an_unknown_channel_is_not_found(medialive: Any) -> None:
    for call in (medialive.describe_channel, medialive.stop_channel, medialive.start_channel):
        with pytest.raises(medialive.exceptions.NotFoundException):
            call(ChannelId="0000000")
