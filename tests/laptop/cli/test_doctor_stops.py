"""`framewarden doctor`: chat rooms that are not there, and slates that a channel does not have."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.doctor_stops import check_rooms, check_slates
from local.target import Target

ROOM = "arn:aws:ivschat:us-east-1:123456789012:room/"
POLICY = {
    "name": "p",
    "rules": [{"name": "r", "label": "Explicit", "severity": "medium", "min_confidence": 50}],
    "reviews": {"medium": {"deadline": "5m", "default": "allow"}},
}


class Chat:
    """Knows one room, and one that it may not show."""

    def get_room(self, identifier: str) -> dict[str, Any]:
        if identifier.endswith("/there"):
            return {"arn": identifier}
        code = "AccessDenied" if identifier.endswith("/shut") else "ResourceNotFoundException"
        raise ClientError({"Error": {"Code": code}}, "GetRoom")


def rooms(target: Target) -> list[tuple[str, str]]:
    target.clients["ivschat"] = Chat()
    return [(status, says) for status, says, _ in check_rooms(target)]


def tagged(**tags: str) -> dict[str, str]:
    named = {f"framewarden-{audience}-room": room for audience, room in tags.items()}
    return {"framewarden": "moderated", **named}


def test_no_room_is_fine(target: Target, video: Any, publish: Any) -> None:
    publish(None)
    video.ivs("studio")
    video.ivs("loose", tags={"framewarden-viewers-room": f"{ROOM}gone"})
    assert [status for status, _ in rooms(target)] == ["ok"]


def test_rooms_of_tags_and_of_the_policy_are_looked_for(
    target: Target, video: Any, publish: Any
) -> None:
    arn = video.ivs("studio", tags=tagged(viewers=f"{ROOM}overruled", moderators=f"{ROOM}gone"))
    video.ivs("other", tags=tagged(viewers=f"{ROOM}there"))
    own = {"rooms": {"viewers": f"{ROOM}there"}}
    publish({**POLICY, "channels": {arn: own}})
    assert rooms(target) == [
        ("fail", f"The chat room {ROOM}gone of studio ({arn[-12:]}) does not exist."),
        ("ok", f"{ROOM}there of studio ({arn[-12:]}) exists."),
    ]


@pytest.mark.parametrize(
    "room", ["nonsense", "arn:aws:ivschat:eu-west-1:123456789012:room/there", "arn:aws:ivs:x:1:y"]
)
def test_what_is_no_room_of_the_region_is_said(
    target: Target, video: Any, publish: Any, room: str
) -> None:
    publish({"name": "not valid"})
    video.medialive("stage")
    video.ivs("studio", tags=tagged(viewers=room))
    [(status, says)] = rooms(target)
    assert (status, "is no IVS Chat room of us-east-1" in says) == ("fail", True)


def test_a_room_that_may_not_be_seen_is_for_doctor_to_say(
    target: Target, video: Any, publish: Any
) -> None:
    publish(None)
    video.ivs("studio", tags=tagged(viewers=f"{ROOM}shut"))
    with pytest.raises(ClientError, match="AccessDenied"):
        rooms(target)


class MediaLive:
    """One channel that captures frames into the bucket, with two inputs."""

    def __init__(self) -> None:
        self.channel = {
            "Id": "77",
            "Arn": "arn:aws:medialive:us-east-1:123456789012:channel:77",
            "InputAttachments": [{"InputAttachmentName": name} for name in ("main", "tea")],
            "Destinations": [{"Id": "d", "Settings": [{"Url": "s3ssl://frames/medialive/77/f"}]}],
            "EncoderSettings": {
                "OutputGroups": [
                    {
                        "OutputGroupSettings": {
                            "FrameCaptureGroupSettings": {"Destination": {"DestinationRefId": "d"}}
                        },
                        "Outputs": [],
                    }
                ]
            },
        }

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_channels"
        return SimpleNamespace(paginate=lambda: [{"Channels": [self.channel]}])

    def describe_channel(self, ChannelId: str) -> dict[str, Any]:  # noqa: N803
        assert ChannelId == "77"
        return self.channel


@pytest.mark.parametrize(
    ("stops", "status", "words"),
    [
        (None, "ok", "No MediaLive channel shows a slate"),
        ({"medialive": "slate", "slate_input": "tea"}, "ok", "has the input tea"),
        ({"medialive": "slate", "slate_input": "cake"}, "fail", "one of main, tea in the policy"),
    ],
)
def test_a_slate_is_an_input_of_the_channel(
    target: Target, publish: Any, stops: dict[str, str] | None, status: str, words: str
) -> None:
    publish({**POLICY, "stops": stops} if stops else None)
    target.clients["medialive"] = MediaLive()
    [(found, says, remedy)] = list(check_slates(target))
    assert (found, words in f"{says} {remedy}") == (status, True)
