"""Stopping a frame's session. Moments are the real clock's, since a stop is stamped by it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from framewarden.domain.errors import (
    ChannelBusyError,
    ChannelNotFoundError,
    SlateInputMissingError,
    StopDeniedError,
    StopInProgressError,
    StoreThrottledError,
    StreamStillLiveError,
    StreamUnavailableError,
    VideoServiceThrottledError,
)
from framewarden.domain.times import iso, parse
from framewarden.saga import LEASE_SECONDS
from local.moto_ext import delays
from tests.unit.scenes import CHANNEL, MEDIALIVE, ROOT, another, state
from tests.unit.stops import ROW, calls, fail, live, operations, scene, stop, until_done
from tests.unit.wire import KilledError


@pytest.fixture
def now():
    return datetime.now(UTC)


class TestIvs:
    def test_the_session_is_stopped_verified_and_told(self, aws, now, counted):
        session = live(aws, now)
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert slot["channel_arn"] == CHANNEL
        assert slot["by"] == "policy: explicit-stop"
        assert slot["accepted_at"] <= slot["stopped_at"]
        assert slot["confirm"] is False
        assert (slot["action"], slot["keys"]) == ("stop_stream", "kept")
        assert (slot["banned_until"], slot["live_session"]) == ("until_reinstated", None)
        row = aws.stop(session)
        assert (row["status"], row["owner"]) == ("stopped", scene(now)["execution"])
        assert (row["accepted_at"], row["stopped_at"]) == (slot["accepted_at"], slot["stopped_at"])
        [notice] = aws.notices()
        assert notice["subject"] == "stopped: AbCdef1G2hij"
        assert session in notice["text"]
        assert aws.rows("outbox") == []
        told = counted()
        assert told["StreamsStopped"] == 1
        assert 900 < told["PutToStop"] < 60_000

    def test_a_stop_is_asked_for_once_however_often_the_step_is_tried(self, aws, now):
        live(aws, now)
        first = stop(scene(now), now)
        assert stop(scene(now), now + timedelta(seconds=9)) == first
        assert calls(aws) == 1
        assert len(aws.notices()) == 1

    def test_other_frames_of_the_session_find_it_stopped(self, aws, now, counted):
        session = live(aws, now)
        stop(scene(now), now)
        first = aws.stop(session)
        aws.wire.forget()
        slot = stop(another(scene(now), 57), now + timedelta(seconds=1))
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert (slot["action"], slot["keys"]) == ("stop_stream", "kept")
        assert (slot["accepted_at"], slot["stopped_at"]) == (
            *(first["accepted_at"], first["stopped_at"]),
        )
        assert operations(aws) == ["Query"], "IVS is asked nothing"
        assert len(aws.notices()) == 1
        assert counted()["StreamsStopped"] == 1

    def test_a_stop_to_confirm_says_so_to_every_frame_of_it(self, aws, now):
        live(aws, now)
        first = scene(now)
        first["verdict"] = first["verdict"] | {"confirm_stop": True}
        assert stop(first, now)["confirm"] is True
        assert stop(another(first, 57), now)["confirm"] is True
        assert stop(first | {"decision": {"decision": "stop"}}, now)["confirm"] is False

    def test_a_channel_that_went_off_by_itself_is_off(self, aws, now):
        live(aws, now)
        aws.go_off()
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stream_id"]) == ("already_offline", None)
        assert (slot["action"], slot["keys"], slot["banned_until"]) == (None, None, None)
        assert slot["live_session"] is None
        assert calls(aws) == 0
        assert aws.rows("channels") == []
        assert aws.notices() == []

    def test_an_encoder_that_leaves_between_look_and_call_is_a_stop(self, aws, now):
        live(aws, now)
        aws.wire.before("StopStream", aws.go_off)
        assert stop(scene(now), now)["status"] == "stopped"

    def test_a_frame_of_an_earlier_session_stops_nothing(self, aws, now):
        aws.go_live(now)
        slot = stop(scene(now, seconds=-60), now)
        assert (slot["status"], slot["stream_id"]) == ("not_current_session", None)
        assert slot["live_session"] is None
        assert calls(aws) == 0
        assert aws.rows("channels") == []

    def test_a_person_who_stops_an_earlier_session_is_told_of_the_live_one(self, aws, now):
        session = aws.go_live(now)
        slot = stop(scene(now, "by_person", seconds=-60), now)
        assert (slot["status"], slot["by"]) == ("already_offline", "Ada")
        assert slot["live_session"] == {"stream_id": session, "started_at": iso(now)}
        assert calls(aws) == 0
        assert aws.rows("channels") == []

    def test_a_frame_put_in_the_second_in_which_its_session_began_is_of_it(self, aws, now):
        aws.go_live(now)
        assert stop(scene(now, seconds=-0.9), now)["status"] == "stopped"

    def test_a_throttled_look_is_made_up_for_by_the_list_of_streams(self, aws, now):
        session = live(aws, now)
        aws.wire.fails("GetStream", "ThrottlingException", times=2, status=429)
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert calls(aws, "ListStreams") == 2

    def test_before_the_stop_what_is_not_listed_is_looked_for_again(self, aws, now):
        live(aws, now)
        aws.go_off()
        aws.wire.fails("GetStream", "ThrottlingException", status=429)
        with pytest.raises(VideoServiceThrottledError):
            stop(scene(now), now)
        assert aws.rows("channels") == []

    def test_a_stream_that_reconnects_is_another_session_and_is_stopped_too(self, aws, now):
        first = live(aws, now)
        stop(scene(now), now)
        second = aws.go_live(now + timedelta(seconds=10))
        later = another(scene(now, seconds=12), 58)
        slot = stop(later, now + timedelta(seconds=13))
        assert (slot["status"], slot["stream_id"]) == ("stopped", second)
        assert aws.stop(first)["status"] == aws.stop(second)["status"] == "stopped"
        assert len(aws.notices()) == 2

    def test_a_frame_of_the_next_session_is_not_taken_for_one_of_the_last(self, aws, now):
        live(aws, now)
        stop(scene(now), now)
        second = aws.go_live(now)
        frame = another(scene(now, seconds=0), 58, session="anotherRecord")
        assert stop(frame, now + timedelta(seconds=1))["stream_id"] == second
        assert calls(aws) == 2

    def test_a_stream_that_takes_a_moment_is_verified_and_not_asked_again(self, aws, now):
        live(aws, now)
        delays.change(stream_stop_seconds=3600)
        for seconds in (0, 1, 4):
            with pytest.raises(StreamStillLiveError):
                stop(scene(now), now + timedelta(seconds=seconds))
        assert calls(aws) == 1
        with pytest.raises(StreamStillLiveError):
            stop(scene(now), now + timedelta(seconds=8))
        assert calls(aws) == 2, "patience is over"
        aws.go_off()
        assert stop(scene(now), now + timedelta(seconds=9))["status"] == "stopped"
        assert len(aws.notices()) == 1

    def test_a_stream_that_cannot_be_stopped_now_is_stopped_a_little_later(self, aws, now):
        session = live(aws, now)
        aws.wire.fails("StopStream", "StreamUnavailable", status=503)
        with pytest.raises(StreamUnavailableError):
            stop(scene(now), now)
        assert aws.stop(session)["status"] == "stopping"
        assert stop(scene(now), now + timedelta(seconds=1))["status"] == "stopped"
        assert calls(aws) == 2

    @pytest.mark.parametrize(
        ("operation", "code", "leaf"),
        [
            ("Query", "ThrottlingException", StoreThrottledError),
            ("GetStream", "AccessDeniedException", StopDeniedError),
            ("StopStream", "ThrottlingException", VideoServiceThrottledError),
            ("StopStream", "AccessDeniedException", StopDeniedError),
            ("StopStream", "ResourceNotFoundException", ChannelNotFoundError),
            ("UpdateItem", "ThrottlingException", StoreThrottledError),
            ("PutItem", "ThrottlingException", StoreThrottledError),
            ("TransactWriteItems", "ThrottlingException", StoreThrottledError),
        ],
    )
    def test_each_failure_has_its_name_and_the_next_try_goes_on(
        self, aws, now, operation, code, leaf
    ):
        live(aws, now)
        aws.wire.fails(operation, code)
        with pytest.raises(leaf):
            stop(scene(now), now)
        assert stop(scene(now), now + timedelta(seconds=1))["status"] == "stopped"
        assert len(aws.notices()) == 1

    def test_a_still_has_no_stream(self, aws, now):
        upload = scene(now) | {"frame": state("open_review/critical_upload")["frame"]}
        with pytest.raises(ChannelNotFoundError, match="a still"):
            stop(upload, now)
        assert aws.wire.calls == []

    def test_an_unscreened_frame_stops_by_the_policys_word(self, aws, now):
        live(aws, now)
        assert stop(scene(now, "on_error"), now)["by"] == "policy: on_error"

    def test_a_person_or_the_default_is_named_as_who_wanted_it(self, aws, now):
        live(aws, now)
        assert stop(scene(now, "by_person"), now)["by"] == "Ada"
        [notice] = aws.notices()
        assert "Ada" in notice["text"]
        bare = scene(now) | {"decision": {"decision": "stop", "by": "", "via": "link"}}
        assert stop(bare, now)["by"] == "link"
        assert stop(scene(now) | {"verdict": None}, now)["by"] == "policy"


class TestOwners:
    def test_another_owners_stop_in_progress_is_waited_for(self, aws, now):
        live(aws, now)
        delays.change(stream_stop_seconds=3600)
        with pytest.raises(StreamStillLiveError):
            stop(scene(now), now)
        with pytest.raises(StopInProgressError):
            stop(another(scene(now), 57), now + timedelta(seconds=39))
        assert calls(aws) == 1

    def test_an_owner_that_is_gone_is_replaced_when_its_lease_lapses(self, aws, now):
        session = live(aws, now)
        aws.wire.raises("StopStream", KilledError())
        with pytest.raises(KilledError):
            stop(scene(now), now)
        assert aws.stop(session)["status"] == "stopping"
        heir = another(scene(now), 57)
        with pytest.raises(StopInProgressError):
            stop(heir, now + timedelta(seconds=LEASE_SECONDS))
        slot = stop(heir, now + timedelta(seconds=LEASE_SECONDS + 1))
        assert slot["status"] == "stopped"
        assert aws.stop(session)["owner"] == heir["execution"]
        assert calls(aws) == 2, "one was never sent"

    def test_a_new_owner_keeps_the_patience_of_the_one_before(self, aws, now):
        live(aws, now)
        delays.change(stream_stop_seconds=3600)
        with pytest.raises(StreamStillLiveError):
            stop(scene(now), now)
        fail(scene(now), now)
        with pytest.raises(StreamStillLiveError):
            stop(another(scene(now), 57), now + timedelta(seconds=2))
        assert calls(aws) == 1

    def test_two_executions_at_once_make_one_call_and_one_notice(self, aws, now):
        live(aws, now)
        rival = another(scene(now), 57)
        aws.wire.before("StopStream", lambda: refused_stop(rival, now))
        assert stop(scene(now), now)["status"] == "stopped"
        assert until_done(rival, now)["status"] == "stopped"
        assert calls(aws) == 1
        assert len(aws.notices()) == 1

    def test_of_two_that_see_the_channel_off_one_tells_of_it(self, aws, now):
        session = live(aws, now)
        rival = another(scene(now), 57)
        aws.wire.before("TransactWriteItems", lambda: stop(rival, now))
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stopped_at"]) == ("stopped", aws.stop(session)["stopped_at"])
        assert len(aws.notices()) == 1

    def test_a_look_that_lags_behind_a_verified_stop_asks_for_no_other(self, aws, now):
        session = live(aws, now)
        row = {"channel": CHANNEL, "item": f"stop#{session}", "stream_id": session}
        row |= {"status": "stopped", "stopped_at": iso(now), "accepted_at": iso(now)}
        aws.wire.before("UpdateItem", lambda: aws.put("channels", row | {"owner": "another"}))
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stopped_at"]) == ("stopped", iso(now))
        assert calls(aws) == 0


def refused_stop(document, now):
    with pytest.raises(StopInProgressError):
        stop(document, now)


class TestOffline:
    """What an off-air channel means depends on whose session was stopped."""

    def row(self, aws, status, **more):
        aws.put(
            "channels",
            {
                "channel": CHANNEL,
                "item": "stop#st-old",
                "stream_id": "st-old",
                "status": status,
                "owner": "somebody",
                "lease_until": 0,
                **more,
            },
        )

    def off(self, aws, now):
        live(aws, now)
        aws.go_off()

    @pytest.mark.parametrize("status", ["stopping", "failed"])
    def test_a_stop_that_somebody_began_is_finished_by_whoever_sees_it_off(self, aws, now, status):
        self.off(aws, now)
        self.row(aws, status, lease_until=int(now.timestamp()) + 20, started_at=None)
        assert stop(scene(now), now)["stream_id"] == "st-old"
        assert aws.stop("st-old")["status"] == "stopped"
        assert len(aws.notices()) == 1

    @pytest.mark.parametrize("status", ["stopping", "failed"])
    def test_an_old_stop_that_nobody_finished_is_not_this_sessions(self, aws, now, status):
        self.off(aws, now)
        long_ago = now - timedelta(days=3)
        self.row(aws, status, lease_until=int(long_ago.timestamp()))
        assert stop(scene(now), now)["status"] == "already_offline"
        assert aws.stop("st-old")["status"] == status
        assert aws.notices() == []

    def test_an_earlier_frame_of_a_stopped_session_is_stopped(self, aws, now):
        self.off(aws, now)
        self.row(aws, "stopped", stopped_at=iso(now), accepted_at=iso(now))
        slot = stop(scene(now, seconds=-30), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", "st-old")
        assert slot["accepted_at"] == iso(now)

    def test_of_two_stops_that_may_be_meant_the_last_one_is_told(self, aws, now):
        self.off(aws, now)
        self.row(aws, "stopped", stopped_at=iso(now))
        [row] = aws.rows("channels")
        for name, moment in (("st-0", -5), ("st-9", 5), ("st-1", -5)):
            at = iso(now + timedelta(seconds=moment))
            aws.put("channels", row | {"item": f"stop#{name}", "stream_id": name, "stopped_at": at})
        assert stop(scene(now, seconds=-30), now)["stream_id"] == "st-9"

    def test_a_frame_after_the_last_stop_is_of_another_session(self, aws, now):
        self.off(aws, now)
        self.row(aws, "stopped", stopped_at=iso(now - timedelta(minutes=9)))
        assert stop(scene(now), now)["status"] == "already_offline"

    def test_a_frame_before_the_stopped_session_began_is_of_another_one(self, aws, now):
        self.off(aws, now)
        begun = iso(now - timedelta(minutes=1))
        self.row(aws, "stopped", stopped_at=iso(now), started_at=begun)
        assert stop(scene(now, seconds=-300), now)["status"] == "already_offline"

    def test_a_stop_that_was_taken_back_is_none(self, aws, now):
        self.off(aws, now)
        self.row(aws, "reinstated", stopped_at=iso(now))
        assert stop(scene(now), now)["status"] == "already_offline"


class TestFailing:
    def denied(self, aws, now, document=None):
        aws.wire.fails("StopStream", "AccessDeniedException")
        with pytest.raises(StopDeniedError):
            stop(document or scene(now), now)

    def test_a_stop_whose_retries_are_spent_is_marked_counted_and_may_be_taken_over(
        self, aws, now, counted
    ):
        session = live(aws, now)
        self.denied(aws, now)
        told = fail(scene(now), now)
        assert told == {"error": "StopDeniedError", "sessions": [session]}
        row = aws.stop(session)
        assert (row["status"], row["error"], row["failures"]) == ("failed", "StopDeniedError", 1)
        assert aws.ban()["failed_at"] == row["failed_at"] == iso(now)
        assert counted()["StopFailed"] == 1
        assert stop(another(scene(now), 57), now)["status"] == "stopped"
        assert "failed_at" not in aws.ban()
        assert not {"failed_at", "error", "failures", "open"} & set(aws.stop(session))

    def test_another_owners_stop_is_not_marked(self, aws, now):
        session = live(aws, now)
        delays.change(stream_stop_seconds=3600)
        with pytest.raises(StreamStillLiveError):
            stop(scene(now), now)
        told = fail(another(scene(now), 57), now, "StopInProgressError")
        assert told["sessions"] == []
        assert aws.stop(session)["status"] == "stopping"
        assert aws.stop("unknown") == {}, "its owner knows what became of it"

    def test_a_stop_that_somebody_ended_just_now_is_not_marked(self, aws, now):
        session = live(aws, now)
        self.denied(aws, now)
        heir = another(scene(now), 57)
        aws.wire.before("UpdateItem", lambda: stop(heir, now + timedelta(seconds=41)))
        assert fail(scene(now), now)["sessions"] == []
        assert aws.stop(session)["status"] == "stopped"
        assert aws.stop("unknown") == {}
        assert "failed_at" not in aws.ban()

    def test_a_failure_before_its_session_was_seen_is_seen_by_people(self, aws, now, counted):
        live(aws, now)
        told = fail(scene(now), now)
        assert told["sessions"] == []
        row = aws.stop("unknown")
        assert (row["status"], row["error"], row["open"]) == ("failed", "StopDeniedError", "stop")
        assert (row["by"], row["owner"]) == ("policy: explicit-stop", scene(now)["execution"])
        assert counted()["StopFailed"] == 1

    @pytest.mark.parametrize("status", ["refused", "ended", "reinstated"])
    def test_an_earlier_stop_of_the_same_case_that_is_over_hides_no_failure(self, aws, now, status):
        live(aws, now)
        row = {"channel": CHANNEL, "item": "stop#st-1", "stream_id": "st-1", "status": status}
        aws.put("channels", row | {"owner": scene(now)["execution"], "ended_at": iso(now)})
        assert fail(scene(now, "by_person"), now)["sessions"] == []
        assert aws.stop("unknown")["by"] == "Ada"
        assert aws.stop("st-1")["status"] == status

    def test_what_a_ban_could_not_keep_off_is_looked_at_again(self, aws, now):
        live(aws, now)
        stop(scene(now), now)
        assert "failed_at" not in aws.ban()
        fail(another(scene(now), 57), now)
        assert aws.ban()["failed_at"] == iso(now)

    def test_a_still_that_cannot_be_stopped_is_no_alarm(self, aws, now, counted):
        upload = scene(now) | {"frame": state("open_review/critical_upload")["frame"]}
        assert fail(upload, now, "ChannelNotFoundError")["sessions"] == []
        assert fail(upload, now, "StoreThrottledError")["sessions"] == []
        assert counted()["StopFailed"] == 1
        assert aws.rows("channels") == []

    def test_nobody_is_woken_for_a_channel_that_is_gone(self, aws, now, counted):
        session = live(aws, now)
        aws.wire.fails("StopStream", "ResourceNotFoundException", status=404)
        with pytest.raises(ChannelNotFoundError):
            stop(scene(now), now)
        told = fail(scene(now), now, "ChannelNotFoundError")
        assert told == {"error": "ChannelNotFoundError", "sessions": [session]}
        assert aws.stop(session)["error"] == "ChannelNotFoundError"
        assert "failed_at" not in aws.ban()
        assert "StopFailed" not in counted()

    def test_failing_twice_is_failing_once(self, aws, now):
        session = live(aws, now)
        self.denied(aws, now)
        fail(scene(now), now)
        assert fail(scene(now), now)["sessions"] == [session]
        assert (aws.stop(session)["status"], aws.stop(session)["failures"]) == ("failed", 1)
        assert aws.stop("unknown") == {}

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", [1, 2, 3])
    def test_a_worker_killed_at_any_call_marks_it_all_the_same(self, aws, now, call, late):
        session = live(aws, now)
        self.denied(aws, now)
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            fail(scene(now), now)
        assert fail(scene(now), now)["sessions"] == [session]
        assert (aws.stop(session)["status"], aws.stop(session)["failures"]) == ("failed", 1)
        assert aws.ban()["failed_at"]


class TestMediaLive:
    def test_a_running_channel_is_stopped_and_told(self, aws, now):
        aws.medialive("RUNNING")
        slot = stop(scene(now, "medialive"), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", ROW)
        assert slot["channel_arn"] == MEDIALIVE
        assert slot["action"] == aws.stop(ROW, MEDIALIVE)["action"] == "stop_channel"
        assert aws.stop(ROW, MEDIALIVE)["input"] == "camera"
        assert calls(aws, "StopChannel") == 1
        assert len(aws.notices()) == 1

    @pytest.mark.parametrize("channel", ["IDLE", "STOPPING", "DELETED"])
    def test_a_channel_that_is_off_needs_no_stop(self, aws, now, channel):
        aws.medialive(channel)
        assert stop(scene(now, "medialive"), now)["status"] == "already_offline"
        assert calls(aws, "StopChannel") == 0

    @pytest.mark.parametrize("channel", ["STARTING", "UPDATING", "CREATING"])
    def test_a_channel_between_two_states_is_looked_at_again(self, aws, now, channel):
        aws.medialive(channel)
        with pytest.raises(ChannelBusyError):
            stop(scene(now, "medialive"), now)
        assert aws.rows("channels") == []

    def test_a_conflict_over_a_channel_that_just_stopped_is_a_stop(self, aws, now):
        aws.medialive("RUNNING")
        aws.wire.before("StopChannel", lambda: aws.medialive("STOPPING"))
        assert stop(scene(now, "medialive"), now)["status"] == "stopped"

    def test_a_channel_that_runs_again_is_stopped_again_and_told_again(self, aws, now):
        aws.medialive("RUNNING")
        first = stop(scene(now, "medialive"), now)
        aws.medialive("RUNNING")
        later = now + timedelta(minutes=10)
        frame = another(scene(later, "medialive"), 58, key="medialive/1234567/frame.00058.jpg")
        with pytest.raises(StopInProgressError):
            stop(frame, later)
        assert aws.stop(ROW, MEDIALIVE)["status"] == "reinstated"
        second = stop(frame, later + timedelta(seconds=1))
        assert second["status"] == "stopped"
        assert calls(aws, "StopChannel") == 2
        assert second["accepted_at"] >= first["stopped_at"]
        assert len(aws.notices()) == 2

    def test_a_frame_that_looked_just_before_anothers_stop_takes_nothing_back(self, aws, now):
        aws.medialive("RUNNING")
        rival = another(scene(now, "medialive"), 57)
        aws.wire.before("UpdateItem", lambda: stop(scene(now, "medialive"), now))
        with pytest.raises(StopInProgressError):
            stop(rival, now)
        stop_row = aws.stop(ROW, MEDIALIVE)
        assert stop_row["status"] == "stopped"
        assert stop(rival, now)["status"] == "stopped"
        assert len(aws.notices()) == 1


SLATE = {"medialive": "slate", "slate_input": "slate"}


class TestSlates:
    """A MediaLive channel that goes on without its own picture."""

    def scene(self, now, **terms):
        return scene(now, "medialive", **SLATE | terms)

    def test_a_channel_is_switched_to_its_slate_and_verified(self, aws, now):
        aws.medialive("RUNNING")
        slot = stop(self.scene(now), now)
        assert (slot["status"], slot["stream_id"], slot["action"]) == ("stopped", ROW, "slate")
        assert aws.shows() == {"slate"}
        row = aws.stop(ROW, MEDIALIVE)
        assert (row["action"], row["input"], row["status"]) == ("slate", "camera", "stopped")
        assert (aws.ban(MEDIALIVE)["action"], aws.ban(MEDIALIVE)["input"]) == ("slate", "camera")
        assert calls(aws, "StopChannel") == 0
        [notice] = aws.notices()
        assert "slate" in notice["text"]

    def test_the_switch_bears_the_name_of_the_incident_whoever_asks_again(self, aws, now):
        aws.medialive("RUNNING")
        delays.change(medialive_seconds=3600)  # the switch takes its time
        with pytest.raises(StreamStillLiveError):
            stop(self.scene(now), now)
        incident = aws.stop(ROW, MEDIALIVE)["incident"]
        heir = another(self.scene(now), 57)
        with pytest.raises(StreamStillLiveError):
            stop(heir, now + timedelta(seconds=41))
        [first, second] = [
            asked["Creates"]["ScheduleActions"][0]["ActionName"]
            for asked in aws.wire.made("BatchUpdateSchedule")
        ]
        assert first == second == f"framewarden-{incident}"

    def test_a_channel_that_shows_its_slate_is_off(self, aws, now):
        aws.medialive("RUNNING")
        stop(self.scene(now), now)
        later = now + timedelta(minutes=10)
        slot = stop(another(self.scene(later), 58), later)
        assert slot["status"] == "already_offline"
        assert calls(aws, "BatchUpdateSchedule") == 1

    def test_a_channel_that_lacks_the_slate_stays_on_air_and_says_so(self, aws, now, counted):
        aws.medialive("RUNNING")
        frame = self.scene(now, slate_input="panel")
        with pytest.raises(SlateInputMissingError):
            stop(frame, now)
        fail(frame, now, "SlateInputMissingError")
        assert aws.shows() == {"camera"}
        row = aws.stop(ROW, MEDIALIVE)
        assert (row["status"], row["error"]) == ("failed", "SlateInputMissingError")
        assert "accepted_at" not in row
        assert aws.ban(MEDIALIVE)["failed_at"]
        assert counted()["StopFailed"] == 1

    def test_a_policy_that_stops_channels_again_does(self, aws, now):
        aws.medialive("RUNNING")
        stop(self.scene(now), now)
        later = now + timedelta(minutes=10)
        frame = another(scene(later, "medialive"), 58)
        with pytest.raises(StopInProgressError):
            stop(frame, later)
        slot = stop(frame, later + timedelta(seconds=1))
        assert (slot["status"], slot["action"]) == ("stopped", "stop_channel")
        assert aws.ban(MEDIALIVE)["action"] == "stop_channel"
        assert aws.medialive("IDLE")


def test_a_lease_outlives_one_try_of_the_task_and_its_retries_outlive_a_lease():
    machine = json.loads((ROOT / "statemachines" / "moderate.asl.json").read_text())
    task = machine["States"]["StopStream"]
    assert task["TimeoutSeconds"] < LEASE_SECONDS
    [waiting] = [retry for retry in task["Retry"] if "StopInProgressError" in retry["ErrorEquals"]]
    delay, total = float(waiting["IntervalSeconds"]), 0.0
    for _ in range(waiting["MaxAttempts"]):
        total += delay / 2  # full jitter waits half of it on average
        delay = min(delay * waiting["BackoffRate"], waiting["MaxDelaySeconds"])
    assert total > LEASE_SECONDS


def test_moments_of_a_stop_are_written_in_the_one_form(aws, now):
    session = live(aws, now)
    stop(scene(now), now)
    row = aws.stop(session)
    for name in ("accepted_at", "called_at", "stopped_at", "started_at"):
        assert iso(parse(row[name])) == row[name]
