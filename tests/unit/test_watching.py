"""Live channels from which no frames come."""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden.aws import ivs, medialive
from framewarden.aws.bans import Bans
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.times import iso
from framewarden.watching import is_moderated, watch
from tests.unit.scenes import CHANNEL, MEDIALIVE
from tests.unit.wire import refused

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
TAGS = {"framewarden": "moderated", "team": "a"}
OTHER = CHANNEL.replace("AbCdef1G2hij", "ZyXwvu9T8srq")
SECONDS = 5  # between two frames
PATIENCE = 3 * SECONDS + 10


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def look(seconds=0, banned=()):
    live = ivs.live_sessions()
    return watch(Bans("channels"), "frames", live, set(banned), after(seconds))


def frame(aws, seconds, channel=CHANNEL):
    put_at = iso(after(seconds))
    frame_id = f"{channel}-{seconds}"
    aws.put("frames", {"frame_id": frame_id, "channel_arn": channel, "put_at": put_at})


def on_air(aws, channel=CHANNEL, tags=TAGS, seconds=SECONDS):
    """Let a moderated channel go live now, recorded every few seconds, or not at all."""
    recorded = {"recordingConfigurationArn": aws.recording(seconds)} if seconds else {}
    aws.ivs_channel(channel, tags=tags, **recorded)
    return aws.go_live(NOW, channel)


def running(aws, seconds=SECONDS, **about):
    capture = {"CaptureInterval": seconds, "CaptureIntervalUnits": "SECONDS"}
    video = {"Name": "frames", "CodecSettings": {"FrameCaptureSettings": capture}}
    settings = {
        "AudioDescriptions": [],
        "OutputGroups": [],
        "TimecodeConfig": {"Source": "SYSTEMCLOCK"},
        "VideoDescriptions": [video] if seconds else [],
    }
    aws.medialive("RUNNING", **{"Tags": TAGS, "EncoderSettings": settings} | about)


class TestIvs:
    def test_a_channel_is_unseen_after_three_intervals_and_an_upload(self, aws):
        session = on_air(aws)
        assert look(PATIENCE) == 0
        assert aws.rows("channels") == []
        assert look(PATIENCE + 1) == 1
        row = aws.unseen()
        assert (row["reason"], row["session"], row["open"]) == ("no_frames", session, "unseen")
        assert (row["since"], row["last_frame_at"]) == (iso(after(PATIENCE + 1)), None)

    def test_the_intervals_count_from_the_last_frame(self, aws):
        on_air(aws)
        frame(aws, 60)
        frame(aws, 65)
        assert look(65 + PATIENCE) == 0
        assert look(66 + PATIENCE) == 1
        assert aws.unseen()["last_frame_at"] == iso(after(65))

    def test_a_frame_of_the_session_before_is_no_frame_of_this_one(self, aws):
        frame(aws, -3600)
        on_air(aws)
        assert look(PATIENCE) == 0
        assert look(PATIENCE + 1) == 1

    def test_a_channel_that_is_still_unseen_is_so_since_the_first_look(self, aws):
        on_air(aws)
        for minute in (1, 2, 3):
            assert look(60 * minute) == 1
        assert aws.unseen()["since"] == iso(after(60))

    def test_a_frame_that_comes_again_is_seen(self, aws):
        on_air(aws)
        assert look(60) == 1
        frame(aws, 118)
        assert look(120) == 0
        assert aws.unseen() == {}

    def test_a_frame_from_before_it_was_missed_does_not_make_it_seen(self, aws):
        """A recording that failed is known at once, while frames of before are still fresh."""
        on_air(aws)
        frame(aws, -2)
        row = {"channel": CHANNEL, "session": "st-1", "since": iso(after(0)), "open": "unseen"}
        Bans("channels").unseen(row | {"reason": "recording_start_failure", "last_frame_at": None})
        assert look(5) == 1
        frame(aws, 6)
        assert look(7) == 0

    def test_what_failed_to_be_recorded_stays_so_when_frames_are_missed(self, aws):
        session = on_air(aws)
        row = {"channel": CHANNEL, "session": session, "since": iso(NOW), "open": "unseen"}
        Bans("channels").unseen(row | {"reason": "recording_start_failure", "last_frame_at": None})
        assert look(600) == 1
        assert (aws.unseen()["reason"], aws.unseen()["since"]) == (
            *("recording_start_failure", iso(NOW)),
        )

    def test_a_channel_that_is_not_recorded_at_all_is_unseen_at_once(self, aws):
        on_air(aws, seconds=None)
        assert look(10) == 0
        assert look(11) == 1

    def test_how_often_a_recording_takes_a_thumbnail_is_asked_once(self, aws):
        for channel in (CHANNEL, OTHER):
            on_air(aws, channel, seconds=SECONDS)
        for minute in range(3):
            look(minute * 60)
        assert len(aws.wire.made("GetRecordingConfiguration")) == 2, "once for each"

    @pytest.mark.parametrize("tags", [{}, {"framewarden": "no"}, {"moderated": "framewarden"}])
    def test_an_untagged_channel_is_left_alone(self, aws, tags):
        on_air(aws, tags=tags)
        assert look(3600) == 0
        assert aws.rows("channels") == []
        assert aws.wire.made("GetRecordingConfiguration") == []

    def test_a_stream_that_has_ended_is_forgotten(self, aws):
        on_air(aws)
        assert look(60) == 1
        aws.go_off()
        assert look(120) == 0
        assert aws.unseen() == {}

    def test_a_banned_channel_is_the_bans_matter(self, aws):
        on_air(aws)
        assert look(60, banned=[CHANNEL]) == 0
        assert look(60) == 1
        assert look(120, banned=[CHANNEL]) == 0
        assert aws.unseen() == {}

    def test_each_channel_has_frames_of_its_own(self, aws):
        for channel in (CHANNEL, OTHER):
            on_air(aws, channel)
        frame(aws, 60, OTHER)
        assert look(61) == 1
        assert (aws.unseen() != {}, aws.unseen(OTHER)) == (True, {})


class TestMediaLive:
    def test_a_channel_is_watched_from_the_first_look_on(self, aws):
        """MediaLive does not say when a channel started."""
        running(aws)
        assert look(0) == 0
        row = aws.unseen(MEDIALIVE)
        assert (row["open"], row["since"]) == ("watched", iso(NOW))
        assert row["session"] == medialive.SESSION
        assert look(PATIENCE) == 0
        assert aws.unseen(MEDIALIVE)["since"] == iso(NOW)
        assert look(PATIENCE + 1) == 1
        row = aws.unseen(MEDIALIVE)
        assert (row["open"], row["since"]) == ("unseen", iso(after(PATIENCE + 1)))
        assert look(PATIENCE + 61) == 1
        assert aws.unseen(MEDIALIVE)["since"] == iso(after(PATIENCE + 1))

    def test_a_frame_ends_the_watch(self, aws):
        running(aws)
        look(0)
        frame(aws, 5, MEDIALIVE)
        assert look(10) == 0
        assert aws.unseen(MEDIALIVE) == {}

    def test_a_channel_whose_frames_come_is_never_watched(self, aws):
        running(aws)
        frame(aws, -2, MEDIALIVE)
        look(0)
        assert aws.rows("channels") == []

    def test_a_channel_that_stops_is_forgotten(self, aws):
        running(aws)
        look(0)
        aws.medialive("IDLE")
        look(60)
        assert aws.unseen(MEDIALIVE) == {}

    def test_a_channel_that_captures_nothing_is_unseen_soon(self, aws):
        running(aws, seconds=0)
        assert [look(0), look(10), look(11)] == [0, 0, 1]

    def test_an_untagged_channel_is_left_alone(self, aws):
        running(aws, Tags={"framewarden": "no"})
        assert look(3600) == 0
        assert aws.rows("channels") == []
        assert aws.wire.made("DescribeChannel") == []

    def test_a_banned_channel_is_the_bans_matter(self, aws):
        running(aws)
        assert look(0, banned=[MEDIALIVE]) == 0
        assert aws.rows("channels") == []


class TestFailures:
    def test_one_channels_failure_is_no_other_channels(self, aws, counted):
        on_air(aws)
        running(aws)
        aws.wire.fails("GetRecordingConfiguration", "AccessDeniedException", times=2, status=403)
        aws.wire.fails("DescribeChannel", "NotFoundException", status=404)
        assert look(60) == 0
        assert counted()["ReconcileFailures"] == 2
        assert look(120) == 0
        assert aws.unseen(MEDIALIVE)["open"] == "watched"
        assert look(180) == 2

    def test_a_frame_that_cannot_be_looked_for_is_no_missing_frame(self, aws, counted):
        on_air(aws)
        aws.wire.before("Query", lambda: None)
        aws.wire.before("Query", lambda: None)
        aws.wire.fails("Query", "ThrottlingException")
        assert look(60) == 0
        assert counted()["ReconcileFailures"] == 1
        assert look(120) == 1

    def test_what_is_known_must_be_readable(self, aws):
        aws.wire.fails("Query", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            look()


@pytest.mark.parametrize(
    ("tags", "moderated"), [(TAGS, True), ({}, False), ({"framewarden": "observed"}, False)]
)
def test_a_channel_is_moderated_by_its_tag(aws, tags, moderated):
    aws.ivs_channel(tags=tags)
    assert is_moderated(CHANNEL) is moderated
    assert is_moderated(OTHER) is False


def test_a_channel_whose_tags_are_refused_is_neither(aws):
    aws.wire.serves("BatchGetChannel", lambda asked: refused("InternalServerException", 500))
    with pytest.raises(Exception, match="InternalServerException"):
        is_moderated(CHANNEL)
