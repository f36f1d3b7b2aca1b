import pytest
from botocore.exceptions import ClientError

from framewarden.aws import ivs
from framewarden.domain.errors import (
    ChannelNotFoundError,
    StopDeniedError,
    StreamUnavailableError,
    VideoServiceThrottledError,
)
from tests.unit.scenes import CHANNEL
from tests.unit.wire import refused

OTHER = CHANNEL.replace("AbCdef1G2hij", "ZyXwvu9T8srq")
RECORDING = CHANNEL.replace("channel/AbCdef1G2hij", "recording-configuration/R1")
LEAVES = [
    ("ResourceNotFoundException", ChannelNotFoundError),
    ("ValidationException", ChannelNotFoundError),
    ("AccessDeniedException", StopDeniedError),
    ("PendingVerification", StopDeniedError),
    ("StreamUnavailable", StreamUnavailableError),
    ("ThrottlingException", VideoServiceThrottledError),
    ("TooManyRequestsException", VideoServiceThrottledError),
    ("InternalServerException", VideoServiceThrottledError),
]


def calls(aws):
    return [call.operation for call in aws.wire.calls]


@pytest.mark.parametrize(("code", "leaf"), LEAVES)
def test_every_failure_of_stop_stream_has_a_leaf(aws, code, leaf):
    aws.wire.fails("StopStream", code, status=503 if code == "StreamUnavailable" else 400)
    with pytest.raises(leaf):
        ivs.stop(CHANNEL)
    assert len(aws.wire.made("StopStream")) == 1


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("GetStream", lambda: ivs.is_live(CHANNEL, "st-1")),
        ("ListStreams", ivs.live_sessions),
        ("ListStreamKeys", lambda: ivs.revoke_keys(CHANNEL)),
        ("DeleteStreamKey", lambda: ivs.revoke_keys(CHANNEL)),
        ("CreateStreamKey", lambda: ivs.renew_key(OTHER)),
        ("ListTagsForResource", lambda: ivs.tags(CHANNEL)),
        ("BatchGetChannel", lambda: ivs.recorded([CHANNEL])),
        ("GetRecordingConfiguration", lambda: ivs.thumbnail_seconds(RECORDING)),
    ],
)
def test_a_call_that_is_denied_says_so(aws, operation, call):
    aws.go_live()
    aws.ivs_channel(OTHER)
    ivs.revoke_keys(OTHER)
    aws.wire.fails(operation, "AccessDeniedException", status=403)
    with pytest.raises(StopDeniedError, match=f"{operation}: AccessDeniedException"):
        call()


class TestSessions:
    def test_a_live_channel_has_a_session_that_began_at_a_moment(self, aws):
        session = aws.go_live()
        seen = ivs.live_session(CHANNEL)
        assert seen.session_id == session
        assert seen.started_at.tzinfo
        assert seen.shows is None

    def test_a_stopped_channel_is_off_and_stopping_it_again_is_as_good(self, aws):
        aws.go_live()
        ivs.stop(CHANNEL)
        assert ivs.live_session(CHANNEL) is None
        ivs.stop(CHANNEL)

    def test_a_stream_that_says_it_is_offline_is_off(self, aws):
        stream = {"streamId": "st-1", "state": "OFFLINE"}
        aws.wire.serves("GetStream", lambda asked: {"stream": stream})
        assert ivs.live_session(CHANNEL) is None
        assert ivs.is_live(CHANNEL, "st-1") is False

    def test_a_channel_that_nobody_made_is_not_taken_for_an_offline_one(self, aws):
        with pytest.raises(ChannelNotFoundError):
            ivs.live_session(CHANNEL)
        with pytest.raises(ChannelNotFoundError):
            ivs.is_live(CHANNEL, "st-1")

    def test_only_the_very_session_is_still_live(self, aws):
        session = aws.go_live()
        assert ivs.is_live(CHANNEL, session) is True
        assert ivs.is_live(CHANNEL, "st-before") is False

    @pytest.mark.parametrize(
        ("operation", "call"), [("GetStream", ivs.live_session), ("StopStream", ivs.stop)]
    )
    def test_what_ivs_never_said_before_is_taken_for_neither_live_nor_stopped(
        self, aws, operation, call
    ):
        aws.wire.fails(operation, "SomethingNew", status=403)
        with pytest.raises(ClientError, match="SomethingNew"):
            call(CHANNEL)


class TestThrottled:
    """ListStreams has a quota of its own, so it stands in for GetStream."""

    def throttle(self, aws, operation="GetStream"):
        aws.wire.fails(operation, "ThrottlingException", status=429)

    def test_a_session_in_the_list_is_live(self, aws):
        session = aws.go_live()
        self.throttle(aws)
        seen = ivs.live_session(CHANNEL)
        assert seen.session_id == session
        assert seen.started_at.tzinfo

    def test_before_the_stop_a_channel_that_is_not_listed_is_not_taken_for_off(self, aws):
        self.throttle(aws)
        with pytest.raises(VideoServiceThrottledError, match="GetStream"):
            ivs.live_session(CHANNEL)

    def test_after_the_stop_a_session_that_is_not_listed_any_more_is_off(self, aws):
        self.throttle(aws)
        assert ivs.is_live(CHANNEL, "st-1") is False

    def test_after_the_stop_a_session_that_is_still_listed_is_live(self, aws):
        session = aws.go_live()
        self.throttle(aws)
        assert ivs.is_live(CHANNEL, session) is True
        self.throttle(aws)
        assert ivs.is_live(CHANNEL, "st-before") is False

    def test_where_the_list_is_throttled_too_nobody_knows(self, aws):
        session = aws.go_live()
        for call in (lambda: ivs.live_session(CHANNEL), lambda: ivs.is_live(CHANNEL, session)):
            self.throttle(aws)
            self.throttle(aws, "ListStreams")
            with pytest.raises(VideoServiceThrottledError, match="ListStreams"):
                call()

    def test_a_longer_list_than_a_few_pages_does_not_stand_in(self, aws):
        aws.go_live()
        self.throttle(aws)
        pages = iter(range(99))
        aws.wire.serves(
            "ListStreams", lambda asked: {"streams": [], "nextToken": f"page-{next(pages)}"}
        )
        with pytest.raises(VideoServiceThrottledError, match="too many live streams"):
            ivs.is_live(CHANNEL, "st-1")
        assert len(aws.wire.made("ListStreams")) == ivs.LISTED_PAGES


class TestLists:
    def test_every_live_session_is_listed_by_its_channel_over_all_pages(self, aws):
        streams = [
            {"channelArn": f"{CHANNEL}{number}", "streamId": f"st-{number}", "state": state}
            for number, state in enumerate(["LIVE", "OFFLINE", "LIVE", "LIVE", "LIVE"])
        ]

        def page(asked):
            at = int(asked.get("nextToken", 0))
            more = {"nextToken": str(at + 1)} if at + 1 < len(streams) else {}
            return {"streams": streams[at : at + 1], **more}

        aws.wire.serves("ListStreams", page)
        found = ivs.live_sessions()
        assert {arn: session.session_id for arn, session in found.items()} == {
            f"{CHANNEL}{number}": f"st-{number}" for number in (0, 2, 3, 4)
        }
        assert [asked.get("nextToken") for asked in aws.wire.made("ListStreams")] == [
            *(None, "1", "2", "3", "4")
        ]
        assert {asked["maxResults"] for asked in aws.wire.made("ListStreams")} == {100}

    def test_nothing_is_live(self, aws):
        assert ivs.live_sessions() == {}

    def test_tags_and_recordings_come_fifty_channels_at_a_time(self, aws):
        def batch(asked):
            assert len(asked["arns"]) <= 50
            return {"channels": [{"arn": arn} for arn in asked["arns"][1:]]}

        aws.wire.serves("BatchGetChannel", batch)
        wanted = [f"{CHANNEL}{number}" for number in range(120)]
        found = ivs.recorded(wanted)
        assert len(aws.wire.made("BatchGetChannel")) == 3
        assert set(wanted) - set(found) == {wanted[0], wanted[50], wanted[100]}
        assert set(map(str, found.values())) == {"({}, '')"}

    def test_a_channel_says_its_tags_and_with_what_it_is_recorded(self, aws):
        recording = aws.recording()
        aws.ivs_channel(tags={"framewarden": "moderated"}, recordingConfigurationArn=recording)
        assert ivs.recorded([CHANNEL]) == {CHANNEL: ({"framewarden": "moderated"}, recording)}
        assert ivs.tags(CHANNEL) == {"framewarden": "moderated"}
        assert ivs.recorded([]) == {}

    def test_a_recording_says_how_often_it_takes_a_thumbnail(self, aws):
        assert ivs.thumbnail_seconds(aws.recording(5)) == 5
        assert ivs.thumbnail_seconds(aws.recording()) == ivs.DEFAULT_INTERVAL == 60
        bare = {"recordingConfiguration": {"arn": RECORDING}}
        aws.wire.serves("GetRecordingConfiguration", lambda asked: bare)
        assert ivs.thumbnail_seconds(RECORDING) == 60


class TestKeys:
    def test_every_key_of_a_channel_is_revoked_and_a_fresh_one_made_once(self, aws):
        aws.go_live()
        [before] = aws.stream_keys()
        assert ivs.renew_key(CHANNEL) is False
        ivs.revoke_keys(CHANNEL)
        assert aws.stream_keys() == []
        assert ivs.renew_key(CHANNEL) is True
        assert ivs.renew_key(CHANNEL) is False
        [after] = aws.stream_keys()
        assert after != before

    def test_revoking_nothing_and_what_is_gone_already_is_as_good(self, aws):
        aws.go_live()
        aws.wire.before("DeleteStreamKey", lambda: ivs.revoke_keys(CHANNEL))
        ivs.revoke_keys(CHANNEL)
        aws.wire.forget()
        ivs.revoke_keys(CHANNEL)
        assert calls(aws) == ["ListStreamKeys"]

    def test_a_key_that_somebody_else_made_meanwhile_is_as_good(self, aws):
        aws.go_live()
        ivs.revoke_keys(CHANNEL)
        aws.wire.before("CreateStreamKey", lambda: ivs.renew_key(CHANNEL))
        assert ivs.renew_key(CHANNEL) is True
        assert len(aws.stream_keys()) == 1

    def test_a_channel_that_is_gone_has_no_keys_to_revoke_or_make(self, aws):
        for call in (ivs.revoke_keys, ivs.renew_key, ivs.tags):
            with pytest.raises(ChannelNotFoundError):
                call(CHANNEL)

    def test_a_deletion_that_fails_otherwise_is_a_failure(self, aws):
        aws.go_live()
        aws.wire.serves("DeleteStreamKey", lambda asked: refused("ThrottlingException", 429))
        with pytest.raises(VideoServiceThrottledError):
            ivs.revoke_keys(CHANNEL)
        assert len(aws.stream_keys()) == 1
