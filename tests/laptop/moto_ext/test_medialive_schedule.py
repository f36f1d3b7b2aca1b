"""MediaLive's schedule: input switches, what they put on air, and what MediaLive refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from local.moto_ext import delays

NOW = {"ImmediateModeScheduleActionStartSettings": {}}
LATER = {"FixedModeScheduleActionStartSettings": {"Time": "2026-11-22T08:05:00.000Z"}}
ATTACHED = [{"InputAttachmentName": name, "InputId": "7"} for name in ("studio", "slate")]
Channel = Callable[..., str]


@pytest.fixture
def channel(medialive: Any) -> Channel:
    def make(running: bool = True, **details: Any) -> str:
        whole = {"Name": "main", "InputAttachments": ATTACHED, **details}
        channel_id = str(medialive.create_channel(**whole)["Channel"]["Id"])
        if running:
            medialive.start_channel(ChannelId=channel_id)
        return channel_id

    return make


def switch(name: str, attachment: str = "slate", start: dict[str, Any] = NOW) -> dict[str, Any]:
    settings = {"InputSwitchSettings": {"InputAttachmentNameReference": attachment}}
    return {
        "ActionName": name,
        "ScheduleActionStartSettings": start,
        "ScheduleActionSettings": settings,
    }


def on_air(medialive: Any, channel_id: str) -> set[tuple[str, str]]:
    """Return the input and the switch that led to it, one pair if all pipelines agree."""
    pipelines = medialive.describe_channel(ChannelId=channel_id)["PipelineDetails"]
    return {
        (one["ActiveInputAttachmentName"], one["ActiveInputSwitchActionName"]) for one in pipelines
    }


def update(medialive: Any, channel_id: str, *creates: Any, deletes: Any = ()) -> Any:
    given: dict[str, Any] = {"Creates": {"ScheduleActions": list(creates)}} if creates else {}
    if deletes:
        given["Deletes"] = {"ActionNames": list(deletes)}
    return medialive.batch_update_schedule(ChannelId=channel_id, **given)


def scheduled(medialive: Any, channel_id: str) -> list[str]:
    answer = medialive.describe_schedule(ChannelId=channel_id)
    return [action["ActionName"] for action in answer["ScheduleActions"]]


FIRST = {("studio", "Initial Channel Input")}


def test_a_channel_shows_its_first_input_while_it_runs(medialive: Any, channel: Channel) -> None:
    channel_id = channel(running=False)
    assert on_air(medialive, channel_id) == set()
    medialive.start_channel(ChannelId=channel_id)
    described = medialive.describe_channel(ChannelId=channel_id)["PipelineDetails"]
    assert [one["PipelineId"] for one in described] == ["0", "1"]
    assert on_air(medialive, channel_id) == FIRST
    medialive.stop_channel(ChannelId=channel_id)
    assert on_air(medialive, channel_id) == set()


def test_a_single_pipeline_is_one(medialive: Any, channel: Channel) -> None:
    described = medialive.describe_channel(ChannelId=channel(ChannelClass="SINGLE_PIPELINE"))
    assert [one["PipelineId"] for one in described["PipelineDetails"]] == ["0"]


def test_a_channel_without_inputs_shows_none(medialive: Any, channel: Channel) -> None:
    described = medialive.describe_channel(ChannelId=channel(InputAttachments=[]))
    assert "ActiveInputAttachmentName" not in described["PipelineDetails"][0]


def test_an_immediate_switch_shows_a_moment_later(
    medialive: Any, channel: Channel, pass_seconds: Callable[[float], None]
) -> None:
    channel_id = channel()
    delays.change(medialive_seconds=2)
    action = switch("c-1")
    assert update(medialive, channel_id, action)["Creates"]["ScheduleActions"] == [action]
    assert on_air(medialive, channel_id) == FIRST
    pass_seconds(2)
    assert on_air(medialive, channel_id) == {("slate", "c-1")}
    delays.change(medialive_seconds=0)
    update(medialive, channel_id, switch("c-1-back", "studio"))
    assert on_air(medialive, channel_id) == {("studio", "c-1-back")}
    assert scheduled(medialive, channel_id) == ["c-1", "c-1-back"]


def test_a_channel_that_starts_again_begins_with_its_first_input(
    medialive: Any, channel: Channel
) -> None:
    channel_id = channel()
    update(medialive, channel_id, switch("c-1"))
    medialive.stop_channel(ChannelId=channel_id)
    update(medialive, channel_id, switch("c-2"))  # an idle channel keeps it and switches nothing
    medialive.start_channel(ChannelId=channel_id)
    assert on_air(medialive, channel_id) == FIRST
    assert scheduled(medialive, channel_id) == ["c-1", "c-2"]


def test_a_switch_of_a_later_time_is_kept_only(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    update(medialive, channel_id, switch("tonight", start=LATER))
    assert on_air(medialive, channel_id) == FIRST
    (kept,) = medialive.describe_schedule(ChannelId=channel_id)["ScheduleActions"]
    assert kept == switch("tonight", start=LATER)


def test_other_actions_are_kept(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    image = {"Image": {"Uri": "s3ssl://assets/slate.png"}, "Layer": 7, "Opacity": 100}
    overlay = {
        "ActionName": "overlay",
        "ScheduleActionStartSettings": NOW,
        "ScheduleActionSettings": {"StaticImageActivateSettings": image},
    }
    update(medialive, channel_id, overlay)
    assert medialive.describe_schedule(ChannelId=channel_id)["ScheduleActions"] == [overlay]
    assert on_air(medialive, channel_id) == FIRST


def refused(medialive: Any, channel_id: str, *creates: Any, deletes: Any = ()) -> dict[str, str]:
    """Return what MediaLive says is wrong with which element."""
    with pytest.raises(medialive.exceptions.UnprocessableEntityException) as raised:
        update(medialive, channel_id, *creates, deletes=deletes)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 422
    faults = raised.value.response["ValidationErrors"]
    return {fault["ElementPath"]: fault["ErrorMessage"] for fault in faults}


def test_a_name_can_be_used_once(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    update(medialive, channel_id, switch("c-1"))
    faults = refused(medialive, channel_id, switch("c-1", "studio"))
    assert faults == {
        "creates.scheduleActions[0].actionName": "An action named c-1 exists already."
    }
    assert on_air(medialive, channel_id) == {("slate", "c-1")}
    assert list(refused(medialive, channel_id, switch("twin"), switch("twin"))) == [
        "creates.scheduleActions[1].actionName"
    ]
    assert scheduled(medialive, channel_id) == ["c-1"]


def test_an_input_must_be_attached(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    faults = refused(medialive, channel_id, switch("good"), switch("c-1", "absent"))
    (path,) = faults
    assert path.startswith("creates.scheduleActions[1].scheduleActionSettings")
    assert "absent" in faults[path]
    assert scheduled(medialive, channel_id) == [], "all or nothing"


def test_an_action_does_one_thing_at_one_time(medialive: Any, channel: Channel) -> None:
    faults = refused(
        medialive,
        channel(),
        {"ActionName": "x", "ScheduleActionSettings": {}, "ScheduleActionStartSettings": {}},
    )
    assert list(faults) == [
        "creates.scheduleActions[0].scheduleActionSettings",
        "creates.scheduleActions[0].scheduleActionStartSettings",
    ]


def test_an_action_is_checked_by_its_model(medialive: Any, channel: Channel) -> None:
    follow = {"ReferenceActionName": "a", "FollowPoint": "SOMETIMES"}
    start = {"FollowModeScheduleActionStartSettings": follow}
    with pytest.raises(medialive.exceptions.BadRequestException, match="followPoint"):
        update(medialive, channel(), switch("x", start=start))


def test_deletes_come_before_creates(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    update(medialive, channel_id, switch("a", start=LATER), switch("b", start=LATER))
    answer = update(medialive, channel_id, switch("a", "studio", LATER), deletes=["a"])
    assert answer["Deletes"]["ScheduleActions"] == [switch("a", start=LATER)]
    assert scheduled(medialive, channel_id) == ["b", "a"]


def test_what_is_on_air_cannot_be_deleted(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    update(medialive, channel_id, switch("c-1"))
    update(medialive, channel_id, switch("c-2", "studio"))
    assert "latest" in refused(medialive, channel_id, deletes=["c-2"])["deletes.actionNames[0]"]
    update(medialive, channel_id, deletes=["c-1"])
    for deletes in (["c-1"], ["never"]):
        faults = refused(medialive, channel_id, deletes=deletes)
        assert "no action" in faults["deletes.actionNames[0]"]
    medialive.stop_channel(ChannelId=channel_id)
    assert list(refused(medialive, channel_id, deletes=["c-2", "c-2"])) == [
        "deletes.actionNames[1]"
    ]
    update(medialive, channel_id, deletes=["c-2"])
    assert scheduled(medialive, channel_id) == []


def test_a_schedule_can_be_emptied(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    update(medialive, channel_id, switch("c-1"))
    medialive.delete_schedule(ChannelId=channel_id)
    assert scheduled(medialive, channel_id) == []
    assert on_air(medialive, channel_id) == {("slate", "c-1")}


def test_a_schedule_comes_in_pages(medialive: Any, channel: Channel) -> None:
    channel_id = channel()
    update(medialive, channel_id, *(switch(str(number), start=LATER) for number in range(3)))
    pages = list(
        medialive.get_paginator("describe_schedule").paginate(
            ChannelId=channel_id, PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["ScheduleActions"]) for page in pages] == [2, 1]
    with pytest.raises(medialive.exceptions.BadRequestException):
        medialive.describe_schedule(ChannelId=channel_id, NextToken="nonsense")


def test_an_unknown_channel_has_no_schedule(medialive: Any) -> None:
    for call in (
        medialive.batch_update_schedule,
        medialive.describe_schedule,
        medialive.delete_schedule,
    ):
        with pytest.raises(medialive.exceptions.NotFoundException):
            call(ChannelId="0000000")
