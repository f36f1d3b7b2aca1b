"""IVS: channels, live streams, keys, recording configurations, tags."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.moto_ext import delays, encoder
from local.moto_ext.errors import AwsError

NOWHERE = "arn:aws:ivs:us-east-1:123456789012:channel/nowhere"


def error_of(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_channel_comes_with_its_key_and_goes_with_it(ivs: Any) -> None:
    made = ivs.create_channel(name="studio", tags={"a": "b"})
    arn, key = made["channel"]["arn"], made["streamKey"]
    assert arn.startswith("arn:aws:ivs:us-east-1:123456789012:channel/")
    assert ivs.get_channel(arn=arn)["channel"] == made["channel"]
    assert ivs.batch_get_channel(arns=[arn])["channels"] == [made["channel"]]
    assert [one["arn"] for one in ivs.list_channels(filterByName="studio")["channels"]] == [arn]
    assert ivs.list_channels(filterByName="other")["channels"] == []
    assert ivs.get_stream_key(arn=key["arn"])["streamKey"] == key
    assert ivs.update_channel(arn=arn, name="stage")["channel"]["name"] == "stage"
    ivs.delete_channel(arn=arn)
    for call in (ivs.get_channel, ivs.delete_channel, ivs.update_channel):
        with pytest.raises(ivs.exceptions.ResourceNotFoundException):
            call(arn=arn)
    with pytest.raises(ivs.exceptions.ResourceNotFoundException):
        ivs.get_stream_key(arn=key["arn"])


def test_a_stream_is_live_until_the_encoder_goes(ivs: Any, channel_arn: str) -> None:
    stream_id = encoder.start(channel_arn)
    assert encoder.start(channel_arn) == stream_id
    stream = ivs.get_stream(channelArn=channel_arn)["stream"]
    assert stream["streamId"] == stream_id
    assert (stream["state"], stream["health"]) == ("LIVE", "HEALTHY")
    assert abs(stream["startTime"].timestamp() - time.time()) < 5
    assert [one["streamId"] for one in ivs.list_streams()["streams"]] == [stream_id]
    assert ivs.list_streams(filterBy={"health": "STARVING"})["streams"] == []
    assert encoder.stop(channel_arn) == stream_id
    assert ivs.list_streams()["streams"] == []
    assert encoder.start(channel_arn) != stream_id


def test_a_stopped_stream_goes_offline_a_moment_later(
    ivs: Any, channel_arn: str, pass_seconds: Callable[[float], None]
) -> None:
    delays.change(stream_stop_seconds=1.5)
    first = encoder.start(channel_arn)
    ivs.stop_stream(channelArn=channel_arn)
    assert ivs.get_stream(channelArn=channel_arn)["stream"]["state"] == "LIVE"
    ivs.stop_stream(channelArn=channel_arn)  # still live: accepted, and no later end
    pass_seconds(1.5)
    with pytest.raises(ivs.exceptions.ChannelNotBroadcasting) as raised:
        ivs.get_stream(channelArn=channel_arn)
    assert error_of(raised) == ("ChannelNotBroadcasting", 404)
    assert encoder.start(channel_arn) != first


def test_the_encoder_is_off_before_getstream_says_so(ivs: Any, channel_arn: str) -> None:
    delays.change(stream_stop_seconds=60)
    assert encoder.look(channel_arn) == encoder.View(live=False, stream_id=None, stopped=False)
    first = encoder.start(channel_arn)
    assert encoder.look(channel_arn) == encoder.View(live=True, stream_id=first, stopped=False)
    ivs.stop_stream(channelArn=channel_arn)
    assert encoder.look(channel_arn) == encoder.View(live=False, stream_id=None, stopped=True)
    assert encoder.stop(channel_arn) == first  # it has been disconnected: nothing changes
    assert ivs.get_stream(channelArn=channel_arn)["stream"]["streamId"] == first
    assert encoder.look(channel_arn).stopped
    second = encoder.start(channel_arn)
    assert encoder.look(channel_arn) == encoder.View(live=True, stream_id=second, stopped=False)
    encoder.stop(channel_arn)
    assert not encoder.look(channel_arn).stopped, "it left by itself"
    with pytest.raises(AwsError, match="not found"):
        encoder.look(NOWHERE)


def test_a_reconnect_while_stopping_is_a_new_stream(ivs: Any, channel_arn: str) -> None:
    delays.change(stream_stop_seconds=60)
    first = encoder.start(channel_arn)
    ivs.stop_stream(channelArn=channel_arn)
    second = encoder.start(channel_arn)
    assert second != first
    assert ivs.get_stream(channelArn=channel_arn)["stream"]["streamId"] == second


def test_offline_and_unknown_are_told_apart(ivs: Any, channel_arn: str) -> None:
    for call in (ivs.get_stream, ivs.stop_stream):
        with pytest.raises(ivs.exceptions.ChannelNotBroadcasting) as offline:
            call(channelArn=channel_arn)
        assert error_of(offline) == ("ChannelNotBroadcasting", 404)
        with pytest.raises(ivs.exceptions.ResourceNotFoundException) as unknown:
            call(channelArn=NOWHERE)
        assert error_of(unknown) == ("ResourceNotFoundException", 404)
    with pytest.raises(ivs.exceptions.ValidationException) as invalid:
        ivs.stop_stream(channelArn="studio")
    assert error_of(invalid) == ("ValidationException", 400)


def test_a_live_channel_cannot_be_deleted(ivs: Any, channel_arn: str) -> None:
    encoder.start(channel_arn)
    with pytest.raises(ivs.exceptions.ConflictException):
        ivs.delete_channel(arn=channel_arn)


def test_a_revoked_key_keeps_the_encoder_out_but_stops_nothing(ivs: Any, channel_arn: str) -> None:
    encoder.start(channel_arn)
    (key,) = ivs.list_stream_keys(channelArn=channel_arn)["streamKeys"]
    assert "value" not in key
    with pytest.raises(ivs.exceptions.ServiceQuotaExceededException) as raised:
        ivs.create_stream_key(channelArn=channel_arn)
    assert error_of(raised) == ("ServiceQuotaExceededException", 402)
    ivs.delete_stream_key(arn=key["arn"])
    assert ivs.get_stream(channelArn=channel_arn)["stream"]["state"] == "LIVE"
    encoder.stop(channel_arn)
    with pytest.raises(AwsError, match="no stream key"):
        encoder.start(channel_arn)
    fresh = ivs.create_stream_key(channelArn=channel_arn)["streamKey"]
    assert fresh["value"].startswith("sk_us-east-1_")
    encoder.start(channel_arn)


def test_an_encoder_presents_a_key(ivs: Any, channel_arn: str) -> None:
    (key,) = ivs.list_stream_keys(channelArn=channel_arn)["streamKeys"]
    value = ivs.get_stream_key(arn=key["arn"])["streamKey"]["value"]
    own = encoder.connect(channel_arn)
    assert own.stream_key == value
    assert encoder.connect(channel_arn, value) == own
    encoder.stop(channel_arn)
    ivs.delete_stream_key(arn=key["arn"])
    fresh = ivs.create_stream_key(channelArn=channel_arn)["streamKey"]["value"]
    for revoked in (value, "", "sk_us-east-1_invented"):
        with pytest.raises(AwsError) as refused:
            encoder.start(channel_arn, revoked)
        assert refused.value.code == "AccessDeniedException"
        assert revoked == "" or revoked not in str(refused.value)
    assert not encoder.look(channel_arn).live
    assert encoder.connect(channel_arn).stream_key == fresh


def test_keys_of_another_channel_open_nothing(ivs: Any, channel_arn: str) -> None:
    foreign = ivs.create_channel(name="other")["streamKey"]["value"]
    with pytest.raises(AwsError, match="no stream key of"):
        encoder.start(channel_arn, foreign)


@pytest.mark.parametrize("arn", ["", "studio", NOWHERE, "arn:aws:ivs:mars-1:1:channel/x"])
def test_an_encoder_needs_a_channel(aws: None, arn: str) -> None:
    with pytest.raises(AwsError) as raised:
        encoder.start(arn)
    assert raised.value.code == "ResourceNotFoundException"


def test_tags(ivs: Any, channel_arn: str) -> None:
    ivs.tag_resource(resourceArn=channel_arn, tags={"team": "live"})
    expected = {"framewarden": "moderated", "team": "live"}
    assert ivs.list_tags_for_resource(resourceArn=channel_arn)["tags"] == expected
    ivs.untag_resource(resourceArn=channel_arn, tagKeys=["team", "absent"])
    assert ivs.get_channel(arn=channel_arn)["channel"]["tags"] == {"framewarden": "moderated"}
    with pytest.raises(ivs.exceptions.ResourceNotFoundException):
        ivs.list_tags_for_resource(resourceArn=NOWHERE)


def test_a_recording_configuration_is_completed_with_defaults(ivs: Any) -> None:
    made = ivs.create_recording_configuration(
        destinationConfiguration={"s3": {"bucketName": "frames"}},
        thumbnailConfiguration={"targetIntervalSeconds": 1},
    )["recordingConfiguration"]
    assert made["thumbnailConfiguration"]["recordingMode"] == "INTERVAL"
    assert made["thumbnailConfiguration"]["targetIntervalSeconds"] == 1
    assert ivs.get_recording_configuration(arn=made["arn"])["recordingConfiguration"] == made
    listed = ivs.list_recording_configurations()["recordingConfigurations"]
    assert [one["arn"] for one in listed] == [made["arn"]]
    ivs.create_channel(recordingConfigurationArn=made["arn"])
    (found,) = ivs.list_channels(filterByRecordingConfigurationArn=made["arn"])["channels"]
    assert found["recordingConfigurationArn"] == made["arn"]
    absent = made["arn"].replace(made["arn"][-4:], "none")
    with pytest.raises(ivs.exceptions.ResourceNotFoundException):
        ivs.get_recording_configuration(arn=absent)
    with pytest.raises(ivs.exceptions.ResourceNotFoundException):
        ivs.create_channel(recordingConfigurationArn=absent)


def test_lists_come_in_pages(ivs: Any) -> None:
    for number in range(3):
        ivs.create_channel(name=f"channel-{number}")
    pages = list(ivs.get_paginator("list_channels").paginate(PaginationConfig={"PageSize": 2}))
    assert [[one["name"] for one in page["channels"]] for page in pages] == [
        ["channel-0", "channel-1"],
        ["channel-2"],
    ]
    for token in ("nonsense", pages[0]["nextToken"][:-4]):
        with pytest.raises(ivs.exceptions.ValidationException):
            ivs.list_streams(nextToken=token)
