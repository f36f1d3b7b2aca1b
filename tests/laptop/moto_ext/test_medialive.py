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


def test_an_unknown_channel_is_not_found(medialive: Any) -> None:
    for call in (medialive.describe_channel, medialive.stop_channel, medialive.start_channel):
        with pytest.raises(medialive.exceptions.NotFoundException):
            call(ChannelId="0000000")
