"""Channels are found by ARN, name or id, and only a moderated one is played on."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.encoder import (
    LOOK_EVERY_SECONDS,
    find_channel,
    live_stream,
    made_channel,
    moderated_channel,
    on_air,
)
from local.errors import OperatorError
from local.player import Clock

ARN = "arn:aws:ivs:us-east-1:000000000000:channel/"
TAGS = {"framewarden": "moderated"}


class FakeIvs:
    """Channels of one account, and whether the first of them is live."""

    def __init__(self, *channels: dict[str, Any]) -> None:
        self.channels = list(channels)
        self.streams: list[str | None] = []
        self.asked = 0

    def get_channel(self, arn: str) -> dict[str, Any]:
        for channel in self.channels:
            if channel["arn"] == arn:
                return {"channel": channel}
        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetChannel")

    def list_channels(self, filterByName: str) -> dict[str, Any]:  # noqa: N803 botocore's name
        return {"channels": [one for one in self.channels if one["name"] == filterByName]}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_channels"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"channels": self.channels[:1]}, {"channels": self.channels[1:]}]

    def create_channel(
        self,
        name: str,
        type: str,  # noqa: A002 botocore's name
        tags: dict[str, str],
        **_: str,
    ) -> dict[str, Any]:
        made = channel("Made12345678", name, tags)
        self.channels.append(made)
        return {"channel": made, "streamKey": {}}

    def get_stream(self, channelArn: str) -> dict[str, Any]:  # noqa: N803 botocore's name
        self.asked += 1
        stream = self.streams.pop(0) if self.streams else None
        if stream is None:
            raise ClientError({"Error": {"Code": "ChannelNotBroadcasting"}}, "GetStream")
        return {"stream": {"streamId": stream, "state": "LIVE"}}


def channel(identity: str, name: str, tags: dict[str, str] | None = None) -> dict[str, Any]:
    return {"arn": ARN + identity, "name": name, "tags": TAGS if tags is None else tags}


@pytest.mark.parametrize("wanted", [ARN + "B", "second", "B"])
def test_a_channel_is_found_by_arn_name_or_id(wanted: str) -> None:
    found = find_channel(FakeIvs(channel("A", "first"), channel("B", "second")), wanted)

    assert found
    assert found.arn == ARN + "B"


def test_an_ambiguous_name_is_refused() -> None:
    with pytest.raises(OperatorError, match="2 channels are called twin"):
        find_channel(FakeIvs(channel("A", "twin"), channel("B", "twin")), "twin")


def test_a_new_name_makes_a_channel_that_may_be_stopped_and_the_next_run_reuses_it() -> None:
    ivs = FakeIvs()

    made = made_channel(ivs, "stage")

    assert made.is_moderated
    assert made_channel(ivs, "stage") == made
    assert len(ivs.channels) == 1


def test_a_channel_that_nobody_put_under_moderation_is_refused_with_the_remedy() -> None:
    ivs = FakeIvs(channel("A", "private", tags={}))

    for take in (made_channel, moderated_channel):
        with pytest.raises(OperatorError, match="tag-resource") as refused:
            take(ivs, "private")
        assert "framewarden=moderated" in str(refused.value)


@pytest.mark.parametrize("wanted", ["nobody", ARN + "nobody"])
def test_a_channel_that_does_not_exist_is_a_sentence(wanted: str) -> None:
    with pytest.raises(OperatorError, match="no channel"):
        moderated_channel(FakeIvs(), wanted)


def test_an_arn_is_never_taken_for_a_new_name() -> None:
    ivs = FakeIvs()

    with pytest.raises(OperatorError, match="no channel"):
        made_channel(ivs, ARN + "nobody")
    assert not ivs.channels


def test_the_stream_of_a_channel_that_is_off_air_is_none() -> None:
    ivs = FakeIvs()
    ivs.streams = ["st-1"]

    assert live_stream(ivs, ARN + "A") == "st-1"
    assert live_stream(ivs, ARN + "A") is None


def test_another_failure_of_getstream_is_no_answer() -> None:
    class Denied(FakeIvs):
        def get_stream(self, channelArn: str) -> dict[str, Any]:  # noqa: N803 botocore's name
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetStream")

    with pytest.raises(ClientError):
        live_stream(Denied(), ARN + "A")


def test_getstream_is_asked_twice_a_second_and_never_again_after_the_stop() -> None:
    class FakeClock(Clock):
        now = 0.0

        def monotonic(self) -> float:
            return self.now

    ivs, clock = FakeIvs(), FakeClock()
    ivs.streams = ["st-1"]
    ask = on_air(ivs, ARN + "A", clock)

    assert [ask() for _ in range(5)] == [True] * 5
    assert ivs.asked == 1
    clock.now += LOOK_EVERY_SECONDS
    assert [ask() for _ in range(3)] == [False] * 3
    clock.now += LOOK_EVERY_SECONDS
    assert not ask()
    assert ivs.asked == 2
