"""The stop saga. Moments are the real clock's, since a stop is stamped by it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from framewarden import settings, stopping, sweeping
from framewarden.domain.errors import (
    ChannelBusyError,
    ChannelNotFoundError,
    StopDeniedError,
    StopInProgressError,
    StoreThrottledError,
    StreamStillLiveError,
    StreamUnavailableError,
    TransientError,
    VideoServiceThrottledError,
)
from framewarden.domain.times import iso, parse
from local.moto_ext import delays
from tests.unit.scenes import CHANNEL, MEDIALIVE, ROOT, another, put, state
from tests.unit.wire import KilledError

ROW = "running"


@pytest.fixture
def now():
    return datetime.now(UTC)


def scene(now, name="critical", seconds=-1):
    return put(state(f"stop_stream/{name}"), now + timedelta(seconds=seconds))


def stop(document, now):
    return stopping.stop(document, settings.StopStream.read(), now)


def fail(document, now, error="StopDeniedError"):
    failed = document | {"stop_error": {"Error": error}}
    return stopping.failed(failed, settings.StopFailed.read(), now)


def live(aws, now):
    session = aws.go_live(now - timedelta(minutes=5))
    aws.wire.forget()
    return session


def calls(aws, operation="StopStream"):
    return len(aws.wire.made(operation))


def until_done(document, now):
    """Try as the machine does, with time passing between the tries."""
    for attempt in range(9):
        try:
            return stop(document, now + timedelta(seconds=6 * attempt))
        except TransientError:
            continue
    raise AssertionError("the retries are spent")


class TestIvs:
    def test_the_session_is_stopped_verified_and_told(self, aws, now, counted):
        session = live(aws, now)
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert slot["channel_arn"] == CHANNEL
        assert slot["by"] == "policy: explicit-stop"
        assert slot["accepted_at"] <= slot["stopped_at"]
        assert slot["confirm"] is False
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
        slot = stop(another(scene(now), 57), now + timedelta(seconds=1))
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert calls(aws) == 1
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
        assert calls(aws) == 0
        assert aws.rows("channels") == []

    def test_a_person_who_stops_an_earlier_session_finds_it_ended(self, aws, now):
        aws.go_live(now)
        slot = stop(scene(now, "by_person", seconds=-60), now)
        assert (slot["status"], slot["by"]) == ("already_offline", "Ada")
        assert calls(aws) == 0

    def test_a_stream_that_reconnects_is_another_session_and_is_stopped_too(self, aws, now):
        first = live(aws, now)
        stop(scene(now), now)
        second = aws.go_live(now + timedelta(seconds=10))
        later = another(scene(now, seconds=12), 58)
        slot = stop(later, now + timedelta(seconds=13))
        assert (slot["status"], slot["stream_id"]) == ("stopped", second)
        assert aws.stop(first)["status"] == aws.stop(second)["status"] == "stopped"
        assert len(aws.notices()) == 2

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
            ("GetStream", "ThrottlingException", VideoServiceThrottledError),
            ("GetStream", "AccessDeniedException", StopDeniedError),
            ("StopStream", "ThrottlingException", VideoServiceThrottledError),
            ("StopStream", "AccessDeniedException", StopDeniedError),
            ("StopStream", "ResourceNotFoundException", ChannelNotFoundError),
            ("UpdateItem", "ThrottlingException", StoreThrottledError),
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
        with aws.wire.killed_at(3, after=False), pytest.raises(KilledError):
            stop(scene(now), now)
        assert aws.stop(session)["status"] == "stopping"
        heir = another(scene(now), 57)
        with pytest.raises(StopInProgressError):
            stop(heir, now + timedelta(seconds=stopping.LEASE_SECONDS))
        slot = stop(heir, now + timedelta(seconds=stopping.LEASE_SECONDS + 1))
        assert slot["status"] == "stopped"
        assert aws.stop(session)["owner"] == heir["execution"]
        assert calls(aws) == 1

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
        aws.put("channels", row)
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stopped_at"]) == ("stopped", iso(now))
        assert calls(aws) == 0


def refused_stop(document, now):
    with pytest.raises(StopInProgressError):
        stop(document, now)


class TestCrashes:
    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 10))
    def test_a_worker_killed_at_any_call_leaves_nothing_on_air_and_nobody_untold(
        self, aws, now, call, late
    ):
        session = live(aws, now)
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            stop(scene(now), now)
        slot = until_done(scene(now), now)
        sweeping.sweep(settings.Sweep.read(), now + timedelta(minutes=5))
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert aws.stop(session)["status"] == "stopped"
        assert calls(aws) <= 2
        assert aws.rows("outbox") == []
        assert 1 <= len(aws.notices()) <= 2, "again only after a death between telling and noting"

    def test_a_notice_that_sns_refuses_is_kept_and_the_stop_stands(self, aws, now):
        live(aws, now)
        aws.wire.fails("Publish", "ThrottlingException")
        assert stop(scene(now), now)["status"] == "stopped"
        assert aws.notices() == []
        assert [row["kind"] for row in aws.rows("outbox")] == ["notice"]
        sweeping.sweep(settings.Sweep.read(), now + timedelta(seconds=61))
        assert len(aws.notices()) == 1

    def test_an_answer_that_is_lost_is_no_second_notice(self, aws, now):
        live(aws, now)
        aws.wire.loses("TransactWriteItems")
        with pytest.raises(StoreThrottledError):
            stop(scene(now), now)
        assert stop(scene(now), now)["status"] == "stopped"
        sweeping.sweep(settings.Sweep.read(), now + timedelta(seconds=31))
        assert len(aws.notices()) == 1

    def test_a_stop_whose_acceptance_could_not_be_noted_is_finished(self, aws, now):
        session = live(aws, now)
        with aws.wire.killed_at(3, after=True), pytest.raises(KilledError):
            stop(scene(now), now)
        slot = stop(scene(now), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert calls(aws) == 1


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
    def test_a_stop_whose_retries_are_spent_is_marked_counted_and_may_be_taken_over(
        self, aws, now, counted
    ):
        session = live(aws, now)
        aws.wire.fails("StopStream", "AccessDeniedException")
        with pytest.raises(StopDeniedError):
            stop(scene(now), now)
        told = fail(scene(now), now)
        assert told == {"error": "StopDeniedError", "sessions": [session]}
        assert aws.stop(session)["status"] == "failed"
        assert counted()["StopFailed"] == 1
        assert stop(another(scene(now), 57), now)["status"] == "stopped"

    def test_another_owners_stop_is_not_marked(self, aws, now):
        session = live(aws, now)
        delays.change(stream_stop_seconds=3600)
        with pytest.raises(StreamStillLiveError):
            stop(scene(now), now)
        assert fail(another(scene(now), 57), now)["sessions"] == []
        assert aws.stop(session)["status"] == "stopping"

    def test_a_failure_before_any_row_and_a_still_are_counted_too(self, aws, now, counted):
        assert fail(scene(now), now)["sessions"] == []
        upload = scene(now) | {"frame": state("open_review/critical_upload")["frame"]}
        assert fail(upload, now)["sessions"] == []
        assert counted()["StopFailed"] == 2

    def test_failing_twice_is_failing_once(self, aws, now):
        session = live(aws, now)
        aws.wire.fails("StopStream", "AccessDeniedException")
        with pytest.raises(StopDeniedError):
            stop(scene(now), now)
        fail(scene(now), now)
        assert fail(scene(now), now)["sessions"] == []
        assert aws.stop(session)["status"] == "failed"


class TestMediaLive:
    def test_a_running_channel_is_stopped_and_told(self, aws, now):
        aws.medialive("RUNNING")
        slot = stop(scene(now, "medialive"), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", ROW)
        assert slot["channel_arn"] == MEDIALIVE
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

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 9))
    def test_a_worker_killed_at_any_call_leaves_nothing_on_air(self, aws, now, call, late):
        aws.medialive("RUNNING")
        aws.wire.forget()
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            stop(scene(now, "medialive"), now)
        assert until_done(scene(now, "medialive"), now)["status"] == "stopped"
        assert aws.stop(ROW, MEDIALIVE)["status"] == "stopped"


class TestReinstating:
    def reinstate(self, aws, slot, now, name="critical"):
        document = scene(now, name) | {"stop": slot}
        return stopping.reinstate(document, settings.Reinstate.read(), now)

    def test_an_ivs_session_is_given_back(self, aws, now):
        session = live(aws, now)
        slot = stop(scene(now), now)
        told = self.reinstate(aws, slot, now)
        assert told == {"channel_arn": CHANNEL, "stream_id": session, "lifted": True}
        assert aws.stop(session)["status"] == "reinstated"
        assert self.reinstate(aws, slot, now)["lifted"] is False

    def test_a_medialive_channel_starts_again_once(self, aws, now):
        aws.medialive("RUNNING")
        slot = stop(scene(now, "medialive"), now)
        for lifted in (True, False):
            assert self.reinstate(aws, slot, now, "medialive")["lifted"] is lifted
        assert aws.medialive("RUNNING").state == "RUNNING"

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_worker_killed_at_any_call_gives_it_back_all_the_same(self, aws, now, call, late):
        aws.medialive("RUNNING")
        slot = stop(scene(now, "medialive"), now)
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            self.reinstate(aws, slot, now, "medialive")
        self.reinstate(aws, slot, now, "medialive")
        assert aws.stop(ROW, MEDIALIVE)["status"] == "reinstated"

    def test_a_channel_that_still_stops_is_started_later(self, aws, now):
        aws.medialive("STOPPING")
        with pytest.raises(ChannelBusyError):
            self.reinstate(aws, {"stream_id": ROW}, now, "medialive")

    def test_where_nothing_was_stopped_nothing_is_lifted(self, aws, now):
        assert self.reinstate(aws, None, now)["lifted"] is False


def test_a_lease_outlives_one_try_of_the_task_and_its_retries_outlive_a_lease():
    machine = json.loads((ROOT / "statemachines" / "moderate.asl.json").read_text())
    task = machine["States"]["StopStream"]
    assert task["TimeoutSeconds"] < stopping.LEASE_SECONDS
    [waiting] = [retry for retry in task["Retry"] if "StopInProgressError" in retry["ErrorEquals"]]
    delay, total = float(waiting["IntervalSeconds"]), 0.0
    for _ in range(waiting["MaxAttempts"]):
        total += delay / 2  # full jitter waits half of it on average
        delay = min(delay * waiting["BackoffRate"], waiting["MaxDelaySeconds"])
    assert total > stopping.LEASE_SECONDS


def test_moments_of_a_stop_are_written_in_the_one_form(aws, now):
    session = live(aws, now)
    stop(scene(now), now)
    row = aws.stop(session)
    for name in ("accepted_at", "called_at", "stopped_at", "started_at"):
        assert iso(parse(row[name])) == row[name]
