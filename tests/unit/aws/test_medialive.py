import pytest
from botocore.exceptions import ClientError

from framewarden.aws import medialive
from framewarden.aws.ivs import Session
from framewarden.domain.errors import (
    ChannelBusyError,
    ChannelNotFoundError,
    SlateInputMissingError,
    StopDeniedError,
    VideoServiceThrottledError,
)
from tests.unit.scenes import MEDIALIVE

OFF = ["IDLE", "STOPPING", "DELETING", "DELETED", "CREATE_FAILED", "UPDATE_FAILED"]
BETWEEN = ["STARTING", "CREATING", "UPDATING"]
ON_AIR = ["RUNNING", "RECOVERING"]


@pytest.mark.parametrize("state", ON_AIR)
def test_a_channel_on_air_has_one_session(aws, state):
    aws.medialive(state)
    assert medialive.live_session(MEDIALIVE) == Session(medialive.SESSION, None, "camera")
    assert medialive.is_live(MEDIALIVE, medialive.SESSION) is True


@pytest.mark.parametrize("state", OFF)
def test_a_channel_that_is_off_has_none(aws, state):
    aws.medialive(state)
    assert medialive.live_session(MEDIALIVE) is None
    assert medialive.is_live(MEDIALIVE, medialive.SESSION) is False


@pytest.mark.parametrize("state", BETWEEN)
def test_a_channel_between_two_states_is_looked_at_again(aws, state):
    aws.medialive(state)
    for look in (medialive.live_session, lambda arn: medialive.is_live(arn, "running")):
        with pytest.raises(ChannelBusyError, match=state):
            look(MEDIALIVE)


def test_a_running_channel_is_stopped_and_an_idle_one_started(aws):
    aws.medialive("RUNNING")
    medialive.stop(MEDIALIVE)
    assert medialive.live_session(MEDIALIVE) is None
    aws.medialive("IDLE")
    medialive.start(MEDIALIVE)
    assert aws.wire.made("StartChannel") == [{"ChannelId": "1234567"}]


@pytest.mark.parametrize("state", OFF)
def test_a_conflict_over_a_channel_that_is_off_is_a_stop(aws, state):
    aws.medialive(state)
    medialive.stop(MEDIALIVE)


@pytest.mark.parametrize("state", BETWEEN)
def test_a_conflict_over_a_channel_between_two_states_is_tried_again(aws, state):
    aws.medialive(state)
    with pytest.raises(ChannelBusyError):
        medialive.stop(MEDIALIVE)


@pytest.mark.parametrize("state", [*ON_AIR, *BETWEEN])
def test_a_channel_that_runs_or_starts_needs_no_start(aws, state):
    aws.medialive(state)
    medialive.start(MEDIALIVE)


def test_a_channel_that_still_stops_is_started_later(aws):
    aws.medialive("STOPPING")
    with pytest.raises(ChannelBusyError, match="STOPPING"):
        medialive.start(MEDIALIVE)


def described(**about):
    return lambda asked: {"State": "RUNNING", **about}


def pipelines(*names):
    return [{"PipelineId": str(n), "ActiveInputAttachmentName": v} for n, v in enumerate(names)]


class TestSlates:
    """A channel that shows its slate is not on air, whoever switched it."""

    def test_a_channel_is_switched_to_its_slate_and_back(self, aws):
        aws.medialive("RUNNING")
        medialive.switch(MEDIALIVE, "slate", "case-1")
        assert aws.shows() == {"slate"}
        assert medialive.live_session(MEDIALIVE, "slate") is None
        assert medialive.is_live(MEDIALIVE, "running", "slate") is False
        assert medialive.live_session(MEDIALIVE).shows == "slate"
        medialive.switch(MEDIALIVE, "camera", "back-1")
        assert aws.shows() == {"camera"}
        assert medialive.is_live(MEDIALIVE, "running", "slate") is True
        assert medialive.live_session(MEDIALIVE, "slate").shows == "camera"

    def test_a_switch_is_immediate_and_bears_the_name_of_its_case(self, aws):
        aws.medialive("RUNNING")
        medialive.switch(MEDIALIVE, "slate", "case-1")
        [asked] = aws.wire.made("BatchUpdateSchedule")
        assert asked == {
            "ChannelId": "1234567",
            "Creates": {
                "ScheduleActions": [
                    {
                        "ActionName": "case-1",
                        "ScheduleActionStartSettings": {
                            "ImmediateModeScheduleActionStartSettings": {}
                        },
                        "ScheduleActionSettings": {
                            "InputSwitchSettings": {"InputAttachmentNameReference": "slate"}
                        },
                    }
                ]
            },
        }

    def test_the_same_switch_asked_for_again_is_done_already(self, aws):
        aws.medialive("RUNNING")
        medialive.switch(MEDIALIVE, "slate", "case-1")
        medialive.switch(MEDIALIVE, "camera", "back-1")
        medialive.switch(MEDIALIVE, "slate", "case-1")
        assert aws.shows() == {"camera"}

    def test_an_input_that_the_channel_lacks_is_named(self, aws):
        aws.medialive("RUNNING")
        with pytest.raises(SlateInputMissingError, match="no input attachment 'panel'"):
            medialive.switch(MEDIALIVE, "panel", "case-1")

    def test_a_channel_without_any_input_lacks_this_one_too(self, aws):
        aws.wire.fails("BatchUpdateSchedule", "UnprocessableEntityException", status=422)
        aws.wire.serves("DescribeChannel", described())
        with pytest.raises(SlateInputMissingError):
            medialive.switch(MEDIALIVE, "slate", "case-1")

    @pytest.mark.parametrize(
        ("shown", "shows"),
        [
            (("slate", "slate"), None),
            (("slate", "camera"), "camera"),
            (("camera", "camera"), "camera"),
            (("door", "camera"), "camera"),
        ],
    )
    def test_one_pipeline_that_shows_something_else_is_on_air(self, aws, shown, shows):
        aws.wire.serves("DescribeChannel", described(PipelineDetails=pipelines(*shown)))
        session = medialive.live_session(MEDIALIVE, "slate")
        assert session == (Session("running", None, shows) if shows else None)

    @pytest.mark.parametrize("details", [[], [{"PipelineId": "0"}]])
    def test_what_medialive_does_not_say_is_not_taken_for_the_slate(self, aws, details):
        aws.wire.serves("DescribeChannel", described(PipelineDetails=details))
        assert medialive.live_session(MEDIALIVE, "slate") == Session("running", None, None)

    def test_an_action_of_the_other_kind_is_no_switch(self, aws):
        aws.wire.fails("BatchUpdateSchedule", "SomethingNew", status=400)
        with pytest.raises(ClientError, match="SomethingNew"):
            medialive.switch(MEDIALIVE, "slate", "case-1")


class TestLists:
    def test_every_running_channel_is_listed_with_its_tags_over_all_pages(self, aws):
        states = ["RUNNING", "IDLE", "RECOVERING", "STARTING", "RUNNING"]
        channels = [
            {"Arn": f"{MEDIALIVE}{number}", "State": state, "Tags": {"n": str(number)}}
            for number, state in enumerate(states)
        ]
        del channels[4]["Tags"]

        def page(asked):
            at = int(asked.get("NextToken", 0))
            more = {"NextToken": str(at + 1)} if at + 1 < len(channels) else {}
            return {"Channels": channels[at : at + 1], **more}

        aws.wire.serves("ListChannels", page)
        assert medialive.running() == {
            f"{MEDIALIVE}0": {"n": "0"},
            f"{MEDIALIVE}2": {"n": "2"},
            f"{MEDIALIVE}4": {},
        }
        assert len(aws.wire.made("ListChannels")) == 5

    def test_a_channel_says_its_tags(self, aws):
        aws.medialive("RUNNING", Tags={"framewarden": "moderated"})
        assert medialive.tags(MEDIALIVE) == {"framewarden": "moderated"}
        assert medialive.running() == {MEDIALIVE: {"framewarden": "moderated"}}
        aws.wire.serves("ListTagsForResource", lambda asked: {})
        assert medialive.tags(MEDIALIVE) == {}

    @pytest.mark.parametrize(
        ("capture", "seconds"),
        [
            ({"CaptureInterval": 5, "CaptureIntervalUnits": "SECONDS"}, 5),
            ({"CaptureInterval": 500, "CaptureIntervalUnits": "MILLISECONDS"}, 0.5),
            ({"CaptureInterval": 2}, 2),
            ({}, 0),
            (None, 0),
        ],
    )
    def test_a_channel_says_how_often_it_captures_a_frame(self, aws, capture, seconds):
        videos = [
            {"Name": "main", "CodecSettings": {"H264Settings": {}}},
            {"Name": "bare"},
            {"Name": "frames", "CodecSettings": {"FrameCaptureSettings": capture}},
        ]
        if capture is None:
            videos.pop()
        settings = {"VideoDescriptions": videos}
        aws.wire.serves("DescribeChannel", described(EncoderSettings=settings))
        assert medialive.capture_seconds(MEDIALIVE) == seconds

    def test_a_channel_that_says_nothing_captures_nothing(self, aws):
        aws.wire.serves("DescribeChannel", described())
        assert medialive.capture_seconds(MEDIALIVE) == 0


CALLS = {
    "StopChannel": medialive.stop,
    "StartChannel": medialive.start,
    "DescribeChannel": medialive.live_session,
    "BatchUpdateSchedule": lambda arn: medialive.switch(arn, "slate", "case-1"),
    "ListTagsForResource": medialive.tags,
    "ListChannels": lambda arn: medialive.running(),
}


@pytest.mark.parametrize(
    ("code", "leaf"),
    [
        ("NotFoundException", ChannelNotFoundError),
        ("BadRequestException", ChannelNotFoundError),
        ("ForbiddenException", StopDeniedError),
        ("AccessDeniedException", StopDeniedError),
        ("TooManyRequestsException", VideoServiceThrottledError),
        ("BadGatewayException", VideoServiceThrottledError),
    ],
)
@pytest.mark.parametrize("operation", CALLS)
def test_every_failure_of_medialive_has_a_leaf(aws, operation, code, leaf):
    aws.wire.fails(operation, code)
    with pytest.raises(leaf):
        CALLS[operation](MEDIALIVE)


@pytest.mark.parametrize(
    ("operation", "call"), [("StopChannel", medialive.stop), ("StartChannel", medialive.start)]
)
def test_what_medialive_never_said_before_is_no_conflict(aws, operation, call):
    aws.wire.fails(operation, "UnprocessableEntityException", status=422)
    with pytest.raises(ClientError, match="UnprocessableEntity"):
        call(MEDIALIVE)
    assert aws.wire.made("DescribeChannel") == []
