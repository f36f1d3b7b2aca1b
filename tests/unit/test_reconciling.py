"""Comparing what is on air with what may be. Moments are the real clock's."""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden import reconciling, settings
from framewarden.aws import medialive
from framewarden.domain.errors import StopDeniedError, StoreThrottledError
from framewarden.domain.times import iso
from local.moto_ext import delays
from tests.unit.scenes import CHANNEL, MEDIALIVE, another, event
from tests.unit.stops import (
    ROW,
    accepted,
    calls,
    fail,
    live,
    operations,
    reinstate,
    restop,
    scene,
    stop,
    until_done,
)
from tests.unit.wire import KilledError

SLATE = {"medialive": "slate", "slate_input": "slate"}
OTHER = CHANNEL.replace("AbCdef1G2hij", "ZyXwvu9T8srq")
TAGS = {"framewarden": "moderated"}


@pytest.fixture
def now():
    return datetime.now(UTC)


def reconcile(now):
    return reconciling.reconcile(settings.Reconcile.read(), now)


def heard(document, now):
    return reconciling.heard(document, settings.Reconcile.read(), now)


def start_of(session, channel=CHANNEL):
    """Return IVS's event of a stream that starts."""
    document = event("reconcile/stream_start")
    detail = document["detail"] | {"stream_id": session}
    return document | {"resources": [channel], "detail": detail}


def minutes(now, count):
    return now + timedelta(minutes=count)


def banned(aws, now, channel=CHANNEL, **terms):
    """Stop a channel for good, and forget how."""
    name = "medialive" if channel == MEDIALIVE else "critical"
    if channel == MEDIALIVE:
        aws.medialive("RUNNING")
    else:
        live(aws, now, channel)
    document = another(scene(now, name, **terms), 42, channel_arn=channel)
    assert stop(document, now)["status"] == "stopped"
    aws.wire.forget()


def carry_out(aws, execution, now):
    """Do what the last order says, as its execution would."""
    document = {"order": aws.ordered()[-1], "attempt": 1, "execution": execution}
    do = reinstate if document["order"]["action"] == "reinstate" else stop
    return until_done(document, now, do)


class TestEvents:
    """IVS's events are best effort: late, twice, out of order, or never."""

    def test_a_banned_channel_that_comes_back_is_ordered_stopped(self, aws, now):
        banned(aws, now)
        session = aws.go_live(minutes(now, 1))
        told = heard(start_of(session), minutes(now, 1))
        assert told["restopped"].startswith("restop-")
        [placed] = aws.ordered()
        assert placed == {
            "action": "restop",
            "channel_arn": CHANNEL,
            "channel": "AbCdef1G2hij",
            "session": None,
            "by": "policy: ban",
            "via": "policy",
            "note": None,
            "at": iso(minutes(now, 1)),
        }
        slot = carry_out(aws, told["restopped"], minutes(now, 1))
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)

    def test_an_event_that_comes_twice_is_one_order(self, aws, now):
        banned(aws, now)
        session = aws.go_live(now)
        first = heard(start_of(session), now)
        assert heard(start_of(session), now) == first
        assert len(aws.ordered()) == 1

    def test_an_event_of_a_session_that_was_stopped_since_is_late(self, aws, now):
        banned(aws, now)
        session = aws.go_live(minutes(now, 1))
        stop(restop(now), minutes(now, 1))
        for late in (1, 2, 200):
            assert heard(start_of(session), minutes(now, late)) == {"restopped": None}
        assert aws.ordered() == []

    def test_an_event_while_somebody_stops_that_session_is_no_news(self, aws, now):
        banned(aws, now)
        session = aws.go_live(now)
        aws.wire.raises("StopStream", KilledError())
        with pytest.raises(KilledError):
            stop(restop(now), now)
        assert heard(start_of(session), now) == {"restopped": None}
        assert heard(start_of(session), now + timedelta(seconds=41))["restopped"], "it is gone"

    @pytest.mark.parametrize("state", ["lifting", "lifted", "lapsed", "none"])
    def test_a_channel_that_is_not_banned_may_go_live(self, aws, now, state):
        if state != "none":
            banned(aws, now, ban_for=60)
        if state in ("lifting", "lifted"):
            aws.put("channels", aws.ban() | {"status": state})
        assert heard(start_of("st-1"), minutes(now, 2)) == {"restopped": None}
        assert aws.ordered() == []
        assert calls(aws, "GetStream") == 0

    def test_the_ban_is_read_as_it_stands_now(self, aws, now):
        heard(start_of("st-1"), now)
        [asked] = aws.wire.made("GetItem")
        assert asked["ConsistentRead"] is True

    def test_a_stream_that_is_not_recorded_is_seen_and_alarmed(self, aws, now, counted):
        aws.ivs_channel(tags=TAGS)
        document = event("reconcile/recording_start_failure")
        for _ in range(2):
            assert heard(document, now) == {"unseen": CHANNEL}
        row = aws.unseen()
        assert (row["reason"], row["open"]) == ("recording_start_failure", "unseen")
        assert (row["session"], row["since"]) == (document["detail"]["stream_id"], iso(now))
        assert row["last_frame_at"] is None
        assert counted()["RecordingFailed"] == 2

    def test_a_stream_of_a_channel_that_nobody_moderates_is_nobodys_business(
        self, aws, now, counted
    ):
        document = event("reconcile/recording_start_failure")
        assert heard(document, now) == {"unseen": None}, "the channel is gone"
        aws.ivs_channel(tags={"framewarden": "ignored"})
        assert heard(document, now) == {"unseen": None}
        assert aws.rows("channels") == []
        assert "RecordingFailed" not in counted()

    def test_where_its_tags_cannot_be_read_the_event_comes_again(self, aws, now):
        aws.wire.fails("BatchGetChannel", "AccessDeniedException", status=403)
        with pytest.raises(StopDeniedError):
            heard(event("reconcile/recording_start_failure"), now)


class TestBans:
    """Every minute what is on air is held against the bans: an event may never have come."""

    def test_a_banned_channel_that_is_live_is_ordered_stopped(self, aws, now, counted):
        banned(aws, now)
        aws.go_live(minutes(now, 1))
        told = reconcile(minutes(now, 1))
        assert told == {"live": 1, "banned": 1, "hanging": 0, "unseen": 0}
        [placed] = aws.ordered()
        assert (placed["action"], placed["channel_arn"]) == ("restop", CHANNEL)
        assert counted()["ChannelsBanned"] == 1

    def test_a_list_that_cannot_be_read_hides_no_ban_and_no_stop_that_hangs(
        self, aws, now, counted
    ):
        banned(aws, now)
        aws.go_live(now)
        aws.wire.fails("ListChannels", "ForbiddenException", status=403)
        with pytest.raises(StopDeniedError):
            reconcile(now)
        assert len(aws.ordered()) == 1
        told = counted()
        assert (told["ChannelsBanned"], told["StopsHanging"]) == (1, 0)
        assert "ChannelsUnseen" not in told, "nobody knows"

    def test_event_and_schedule_of_the_same_minute_are_one_order(self, aws, now):
        now = now.replace(second=10)
        banned(aws, now)
        session = aws.go_live(now)
        heard(start_of(session), now)
        reconcile(now + timedelta(seconds=40))
        assert len(aws.ordered()) == 1

    def test_an_order_that_came_before_the_stream_was_seen_is_placed_again(self, aws, now):
        banned(aws, now)
        early = heard(start_of("st-soon"), now)["restopped"]
        assert carry_out(aws, early, now)["status"] == "already_offline"
        session = aws.go_live(now)
        reconcile(minutes(now, 1))
        assert carry_out(aws, "restop-2", minutes(now, 1))["stream_id"] == session

    def test_a_banned_channel_that_is_off_is_left_alone(self, aws, now):
        banned(aws, now)
        aws.go_live(now, OTHER)
        reconcile(minutes(now, 1))
        assert aws.ordered() == []

    def test_a_list_that_lags_behind_a_stop_asks_for_no_other(self, aws, now):
        banned(aws, now)
        session = aws.stop(aws.ban()["session"])["stream_id"]
        stream = {"channelArn": CHANNEL, "streamId": session, "state": "LIVE"}
        aws.wire.serves("ListStreams", lambda asked: {"streams": [stream]})
        assert reconcile(minutes(now, 1))["live"] == 1
        assert aws.ordered() == []

    def test_a_ban_whose_time_is_over_is_ordered_lifted_once(self, aws, now):
        banned(aws, now, ban_for=90)
        reconcile(minutes(now, 1))
        assert aws.ordered() == []
        aws.go_live(minutes(now, 2))
        for minute in (2, 3):
            reconcile(minutes(now, minute))
        [placed] = aws.ordered()
        assert (placed["action"], placed["by"], placed["via"]) == (
            *("reinstate", "policy: ban_for", "policy"),
        )
        carry_out(aws, "order-2", minutes(now, 3))
        assert aws.ban()["status"] == "lifted"
        assert reconcile(minutes(now, 4))["banned"] == 0

    def test_a_ban_that_is_being_lifted_is_left_alone(self, aws, now):
        banned(aws, now)
        aws.put("channels", aws.ban() | {"status": "lifting"})
        aws.go_live(now)
        reconcile(minutes(now, 1))
        assert aws.ordered() == []

    @pytest.mark.parametrize(("state", "unseen"), [("standing", 0), ("lifting", 1)])
    def test_only_a_ban_that_stands_excuses_missing_frames(self, aws, now, state, unseen):
        aws.ivs_channel(tags=TAGS)
        banned(aws, now)
        aws.put("channels", aws.ban() | {"status": state})
        aws.go_live(now)
        assert reconcile(minutes(now, 1))["unseen"] == unseen

    def test_a_stop_of_one_session_is_no_ban(self, aws, now):
        banned(aws, now, ban_for=0)
        aws.go_live(now)
        assert reconcile(minutes(now, 1))["banned"] == 0
        assert aws.ordered() == []

    def test_three_executions_try_to_stop_a_session_and_then_people_must(self, aws, now, counted):
        banned(aws, now)
        session = aws.go_live(now)
        for minute in range(1, 7):
            reconcile(minutes(now, minute))
            orders = aws.ordered()
            if len(orders) == minute:
                aws.wire.fails("StopStream", "AccessDeniedException", status=403)
                document = restop(now, f"restop-{minute}")
                with pytest.raises(StopDeniedError):
                    stop(document, minutes(now, minute))
                fail(document, minutes(now, minute))
        assert len(aws.ordered()) == reconciling.TRIES == 3
        assert aws.stop(session)["failures"] == 3
        assert counted()["StopsHanging"] == 5, "a gauge: each minute but the first"

    def test_a_session_that_nobody_could_look_at_is_tried_as_often(self, aws, now):
        banned(aws, now)
        aws.go_live(now)
        for minute in range(1, 7):
            before = len(aws.ordered())
            reconcile(minutes(now, minute))
            if len(aws.ordered()) > before:
                aws.wire.fails("GetStream", "AccessDeniedException", status=403)
                document = restop(now, f"restop-{minute}")
                with pytest.raises(StopDeniedError):
                    stop(document, minutes(now, minute))
                fail(document, minutes(now, minute))
        assert len(aws.ordered()) == 3

    def test_the_next_session_is_tried_as_often_again(self, aws, now):
        banned(aws, now)
        session = aws.go_live(now)
        row = {"channel": CHANNEL, "stream_id": session, "status": "failed", "open": "stop"}
        row |= {"owner": "e", "since": iso(now), "lease_until": 0, "failures": 3}
        for name in (session, "unknown"):
            aws.put("channels", row | {"item": f"stop#{name}", "stream_id": name})
        reconcile(minutes(now, 1))
        assert aws.ordered() == []
        aws.go_off()
        reconcile(minutes(now, 2))
        assert aws.stop(session)["status"] == aws.stop("unknown")["status"] == "ended"
        aws.go_live(now)
        reconcile(minutes(now, 3))
        assert len(aws.ordered()) == 1

    def test_a_medialive_channel_that_runs_again_is_ordered_stopped(self, aws, now):
        banned(aws, now, MEDIALIVE)
        reconcile(minutes(now, 1))
        assert aws.ordered() == []
        for minute in (2, 3):
            aws.medialive("RUNNING")
            reconcile(minutes(now, minute))
            [*_, placed] = aws.ordered()
            assert (placed["channel"], placed["action"]) == ("1234567", "restop")
            slot = carry_out(aws, f"restop-{minute}", minutes(now, minute))
            assert slot["status"] == "stopped"
        assert len(aws.ordered()) == 2
        assert accepted("StopChannel") == 3

    def test_three_failures_of_a_medialive_run_are_not_the_next_runs(self, aws, now):
        banned(aws, now, MEDIALIVE)
        aws.medialive("RUNNING")
        failing = aws.stop(ROW, MEDIALIVE) | {"status": "failed", "open": "stop", "failures": 3}
        aws.put("channels", failing)
        reconcile(minutes(now, 1))
        assert aws.ordered() == []
        aws.medialive("IDLE")
        reconcile(minutes(now, 2))
        aws.medialive("RUNNING")
        reconcile(minutes(now, 3))
        assert len(aws.ordered()) == 1

    def test_a_banned_channel_that_shows_its_slate_is_off(self, aws, now):
        banned(aws, now, MEDIALIVE, **SLATE)
        reconcile(minutes(now, 1))
        assert aws.ordered() == []
        medialive.switch(MEDIALIVE, "camera", "by-hand")
        reconcile(minutes(now, 2))
        [placed] = aws.ordered()
        assert placed["action"] == "restop"

    def test_a_channel_that_was_deleted_is_off_for_good(self, aws, now, counted):
        banned(aws, now, MEDIALIVE)
        failing = aws.stop(ROW, MEDIALIVE) | {"status": "failed", "open": "stop"}
        aws.put("channels", failing)
        aws.wire.fails("DescribeChannel", "NotFoundException", times=2, status=404)
        assert reconcile(minutes(now, 1))["hanging"] == 0
        assert aws.stop(ROW, MEDIALIVE)["status"] == "ended"
        assert "ReconcileFailures" not in counted()
        assert aws.ordered() == []


# Every moment from the one on at which the stop was taken.
KILLS = [(3, True), *((call, late) for call in range(4, 13) for late in (False, True))]


class TestHanging:
    """Stops that nobody works on any more."""

    def left(self, aws, now, name="critical", **terms):
        """Let the worker of a stop die, and its execution with it, before the service is asked."""
        session = live(aws, now)
        if name == "medialive":
            aws.medialive("RUNNING")
            session = ROW
        aws.wire.raises("StopChannel" if name == "medialive" else "StopStream", KilledError())
        with pytest.raises(KilledError):
            stop(scene(now, name, **terms), now)
        return session

    def test_a_stop_without_a_ban_is_resumed(self, aws, now, counted):
        session = self.left(aws, now, ban_for=0)
        assert reconcile(now + timedelta(seconds=39))["hanging"] == 0, "its owner's lease runs"
        assert aws.ordered() == []
        assert reconcile(minutes(now, 1))["hanging"] == 1
        reconcile(minutes(now, 2))
        [placed] = aws.ordered()
        assert (placed["action"], placed["session"]) == ("stop", session)
        assert (placed["by"], placed["via"]) == ("policy: explicit-stop", "policy")
        assert counted()["StopsHanging"] == 2
        slot = carry_out(aws, "order-2", minutes(now, 2))
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert reconcile(minutes(now, 3))["hanging"] == 0

    def test_the_ban_sees_to_a_stop_that_has_one(self, aws, now):
        session = self.left(aws, now)
        reconcile(minutes(now, 1))
        [placed] = aws.ordered()
        assert placed["action"] == "restop"
        slot = carry_out(aws, "restop-2", minutes(now, 1))
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)

    def test_a_stop_that_failed_is_peoples(self, aws, now):
        session = self.left(aws, now, ban_for=0)
        fail(scene(now), now)
        assert reconcile(minutes(now, 1))["hanging"] == 1
        assert aws.ordered() == []
        assert aws.stop(session)["status"] == "failed"

    @pytest.mark.parametrize("failing", [True, False])
    def test_a_stop_whose_session_went_off_by_itself_has_ended(self, aws, now, failing):
        session = self.left(aws, now)
        if failing:
            fail(scene(now), now)
        aws.go_off()
        assert reconcile(minutes(now, 1))["hanging"] == 0
        row = aws.stop(session)
        assert (row["status"], row["ended_at"]) == ("ended", iso(minutes(now, 1)))
        assert aws.ordered() == []

    def test_a_stop_of_a_session_that_the_next_one_followed_has_ended(self, aws, now):
        session = self.left(aws, now, ban_for=0)
        aws.go_off()
        aws.go_live(now)
        reconcile(minutes(now, 1))
        assert aws.stop(session)["status"] == "ended"
        assert aws.ordered() == []

    def test_a_channel_that_nobody_could_look_at_is_open_until_it_is_off(self, aws, now):
        live(aws, now)
        fail(scene(now), now)
        assert reconcile(minutes(now, 1))["hanging"] == 1
        assert aws.stop("unknown")["status"] == "failed"
        assert aws.ordered() == []
        aws.go_off()
        assert reconcile(minutes(now, 2))["hanging"] == 0
        assert aws.stop("unknown")["status"] == "ended"

    def test_a_medialive_channel_that_runs_on_is_resumed(self, aws, now):
        session = self.left(aws, now, "medialive", ban_for=0)
        reconcile(minutes(now, 1))
        [placed] = aws.ordered()
        assert (placed["channel_arn"], placed["session"]) == (MEDIALIVE, session)
        assert carry_out(aws, "order-2", minutes(now, 1))["status"] == "stopped"

    def test_a_slate_that_shows_by_now_has_ended_its_stop(self, aws, now):
        aws.medialive("RUNNING")
        delays.change(medialive_seconds=3600)
        document = scene(now, "medialive", **SLATE)
        with pytest.raises(Exception, match="still on air"):
            stop(document, now)
        fail(document, now, "StreamStillLiveError")
        reconcile(minutes(now, 1))
        assert aws.stop(ROW, MEDIALIVE)["status"] == "failed"
        delays.change(medialive_seconds=0)
        aws.medialive("RUNNING").schedule._switches.clear()
        medialive.switch(MEDIALIVE, "slate", "shows")
        reconcile(minutes(now, 2))
        assert aws.stop(ROW, MEDIALIVE)["status"] == "ended"

    @pytest.mark.parametrize(("call", "late"), KILLS)
    def test_wherever_an_execution_died_its_session_is_off_in_the_end(self, aws, now, call, late):
        session = live(aws, now)
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            stop(scene(now, ban_for=0), now)
        for minute in (1, 2):
            reconcile(minutes(now, minute))
            if aws.ordered():
                carry_out(aws, "order-2", minutes(now, minute))
        assert aws.stop(session)["status"] in ("stopped", "ended")
        assert aws.client("ivs").list_streams()["streams"] == []
        assert accepted("StopStream") == 1
        assert reconcile(minutes(now, 3))["hanging"] == 0


class TestFailures:
    """One channel's failure is no other's; what concerns all of them is the reconciler's."""

    def test_one_channels_failure_is_no_other_channels(self, aws, now, counted, logged):
        for channel in (CHANNEL, OTHER):
            banned(aws, now, channel)
            aws.go_live(now, channel)
        aws.wire.fails("StartExecution", "ThrottlingException")
        reconcile(minutes(now, 1))
        [placed] = aws.ordered()
        assert placed["channel_arn"] in (CHANNEL, OTHER)
        assert counted()["ReconcileFailures"] == 1
        assert "StoreThrottledError" in logged.getvalue()
        reconcile(minutes(now, 2))
        assert {placed["channel_arn"] for placed in aws.ordered()} == {CHANNEL, OTHER}

    def test_a_channel_between_two_states_is_looked_at_the_next_minute(self, aws, now, counted):
        banned(aws, now, MEDIALIVE)
        aws.medialive("STARTING")
        reconcile(minutes(now, 1))
        assert aws.ordered() == []
        assert counted()["ReconcileFailures"] == 1
        aws.medialive("RUNNING")
        reconcile(minutes(now, 2))
        assert len(aws.ordered()) == 1

    @pytest.mark.parametrize(
        ("operation", "code", "leaf"),
        [
            ("ListStreams", "AccessDeniedException", StopDeniedError),
            ("ListChannels", "ForbiddenException", StopDeniedError),
            ("Query", "ThrottlingException", StoreThrottledError),
        ],
    )
    def test_where_nothing_can_be_listed_the_reconciler_fails(
        self, aws, now, operation, code, leaf
    ):
        aws.wire.fails(operation, code, status=403)
        with pytest.raises(leaf):
            reconcile(now)

    def test_where_all_is_well_nothing_is_done(self, aws, now, counted):
        assert reconcile(now) == {"live": 0, "banned": 0, "hanging": 0, "unseen": 0}
        assert aws.ordered() == []
        assert aws.rows("channels") == []
        told = counted()
        for gauge in ("ChannelsBanned", "StopsHanging", "ChannelsUnseen"):
            assert told[gauge] == 0, "an alarm needs its zeros"
        assert "GetStream" not in operations(aws)
