"""Stops that people, or a ban, order without a case.

Moments are the real clock's, since a stop is stamped by it.
"""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden.domain.errors import (
    ChannelNotFoundError,
    StopDeniedError,
    StopInProgressError,
    StreamStillLiveError,
    VideoServiceThrottledError,
)
from framewarden.domain.policy_stops import DEFAULT_STOPS
from framewarden.domain.times import iso
from local.moto_ext import delays
from tests.unit import scenes
from tests.unit.scenes import CHANNEL, MEDIALIVE
from tests.unit.stops import (
    ROW,
    accepted,
    calls,
    chat,
    fail,
    live,
    operations,
    order,
    restop,
    scene,
    stop,
    sweep,
    terms,
    until_done,
)
from tests.unit.wire import KilledError

ON_MEDIALIVE = {"channel_arn": MEDIALIVE, "channel": "1234567"}


@pytest.fixture
def now():
    return datetime.now(UTC)


def banned(aws, now, **changes):
    """Let a ban stand that nobody's session was stopped for yet."""
    row = {
        "channel": CHANNEL,
        "item": "ban",
        "status": "standing",
        "open": "ban",
        "since": iso(now - timedelta(hours=1)),
        "until": None,
        "by": "Ada",
        "via": "desk",
        "note": None,
        "session": None,
        "recording": None,
        "stopped_at": None,
        "keys": "kept",
        "terms": DEFAULT_STOPS.document(),
        "action": None,
        "input": None,
        "restops": 0,
    }
    aws.put("channels", row | changes)


def without_policy(aws):
    """Return the calls so far, but for those that read the policy."""
    return [name for name in operations(aws) if not name.endswith(("Session", "Configuration"))]


class TestStop:
    def test_whatever_is_live_is_stopped_and_banned_by_the_policy(self, aws, now, counted):
        session = live(aws, now)
        document = order(now, note="three viewers complained")
        slot = stop(document, now)
        assert (slot["status"], slot["stream_id"], slot["by"]) == ("stopped", session, "Ada")
        assert slot["banned_until"] == "until_reinstated"
        ban, row = aws.ban(), aws.stop(session)
        assert (ban["by"], ban["via"], ban["note"]) == ("Ada", "desk", "three viewers complained")
        assert (ban["session"], ban["recording"]) == (session, None)
        assert (row["owner"], row.get("frame_id"), row["by"]) == ("order-1", None, "Ada")
        [notice] = aws.notices()
        assert notice["subject"] == "stopped: AbCdef1G2hij"
        assert "Ada" in notice["text"]
        told = counted()
        assert told["StreamsStopped"] == 1
        assert "PutToStop" not in told, "no frame asked for it"

    def test_what_came_of_it_is_recorded_once(self, aws, now):
        session = live(aws, now)
        slot = stop(order(now), now)
        assert stop(order(now), now + timedelta(seconds=9)) == slot
        [act] = aws.acts()
        assert act["item"] == f"act#{iso(now)}#order-1"
        assert (act["status"], act["result"], act["error"]) == ("done", "stopped", None)
        assert (act["session"], act["by"], act["action"]) == (session, "Ada", "stop")
        assert len(aws.notices()) == 1

    def test_where_nothing_is_live_nothing_is_done_and_that_is_recorded(self, aws, now):
        live(aws, now)
        aws.go_off()
        slot = stop(order(now), now)
        assert (slot["status"], slot["live_session"]) == ("already_offline", None)
        [act] = aws.acts()
        assert (act["status"], act["result"]) == ("done", "already_offline")
        assert aws.ban() == {}

    def test_a_session_that_is_meant_is_stopped(self, aws, now):
        session = live(aws, now)
        assert stop(order(now, session=session), now)["status"] == "stopped"

    def test_an_order_for_one_session_never_hits_the_next(self, aws, now):
        before = live(aws, now)
        aws.go_off()
        after = aws.go_live(now - timedelta(seconds=5))
        slot = stop(order(now, session=before), now)
        assert slot["status"] == "already_offline"
        assert slot["live_session"] == {
            "stream_id": after,
            "started_at": iso(now - timedelta(seconds=5)),
        }
        assert calls(aws) == 0
        assert aws.ban() == aws.stop(before) == aws.stop(after) == {}
        [act] = aws.acts()
        assert (act["result"], act["session"]) == ("already_offline", before)

    def test_an_order_for_a_session_that_is_stopped_asks_ivs_nothing(self, aws, now):
        session = live(aws, now)
        first = stop(scene(now), now)
        aws.go_live(now + timedelta(seconds=10))
        aws.wire.forget()
        slot = stop(order(now, session=session), now + timedelta(seconds=12))
        assert (slot["status"], slot["stopped_at"]) == ("stopped", first["stopped_at"])
        assert without_policy(aws) == ["Query", "PutItem"]
        [act] = aws.acts()
        assert (act["result"], act["session"]) == ("stopped", session)

    def test_an_order_finishes_what_somebody_began_on_that_session(self, aws, now):
        session = live(aws, now)
        aws.wire.fails("StopStream", "AccessDeniedException")
        with pytest.raises(StopDeniedError):
            stop(scene(now), now)
        fail(scene(now), now)
        aws.go_off()
        slot = stop(order(now, session=session), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert len(aws.notices()) == 1

    def test_an_order_waits_for_another_stop_of_the_session(self, aws, now):
        live(aws, now)
        delays.change(stream_stop_seconds=3600)
        with pytest.raises(StreamStillLiveError):
            stop(scene(now), now)
        with pytest.raises(StopInProgressError):
            stop(order(now), now + timedelta(seconds=1))
        assert aws.acts() == []
        aws.go_off()
        stop(scene(now), now + timedelta(seconds=2))
        assert stop(order(now), now + timedelta(seconds=3))["status"] == "already_offline"

    def test_the_breaker_counts_no_order(self, aws, now):
        aws.publish(scenes.policy(breaker={"stops": 1, "within": "10m"}))
        for number in range(3):
            arn = f"{CHANNEL}{number}"
            live(aws, now, arn)
            document = order(now, execution=f"order-{number}", channel_arn=arn)
            assert stop(document, now)["status"] == "stopped"
        assert aws.row("channels", channel="breaker", item="stamps") is None

    def test_a_channel_between_two_runs_of_medialive_is_looked_at(self, aws, now):
        """MediaLive names no session: an order for `running` means what runs now."""
        aws.medialive("RUNNING")
        stop(scene(now, "medialive"), now)
        aws.medialive("RUNNING")
        later = now + timedelta(minutes=10)
        document = order(later, session=ROW, **ON_MEDIALIVE)
        assert until_done(document, later)["status"] == "stopped"
        assert accepted("StopChannel") == 2
        [act] = aws.acts()
        assert act["result"] == "stopped"


class TestTerms:
    """An order brings no verdict, so what the policy says of stops is read."""

    def test_the_policys_terms_hold(self, aws, now):
        chat(aws)
        terms(aws, ban_for="1h", revoke_keys=True)
        live(aws, now)
        slot = stop(order(now), now)
        assert slot["keys"] == "revoked"
        assert aws.ban()["until"] == int(now.timestamp()) + 3600
        assert calls(aws, "SendEvent") == 1

    @pytest.mark.parametrize("known_as", ["AbCdef1G2hij", CHANNEL])
    def test_the_channels_own_terms_hold(self, aws, now, known_as):
        aws.publish(scenes.policy({known_as: {"stops": {"revoke_keys": True}}}))
        live(aws, now)
        assert stop(order(now), now)["keys"] == "revoked"

    @pytest.mark.parametrize(
        "policy", [b"no policy", b'{"rules": 1}', None], ids=["not JSON", "not valid", "unreadable"]
    )
    def test_where_no_policy_can_be_read_the_defaults_hold(self, aws, now, logged, policy):
        if policy is None:
            aws.wire.fails("StartConfigurationSession", "AccessDeniedException", times=9)
        else:
            aws.publish(policy)
        live(aws, now)
        assert stop(order(now), now)["status"] == "stopped"
        assert aws.ban()["terms"] == DEFAULT_STOPS.document()
        assert "no policy" in logged.getvalue()

    @pytest.mark.parametrize("name", ["critical", "by_person", "on_error", "medialive"])
    def test_a_frame_brings_its_terms_and_reads_no_policy(self, aws, now, name):
        live(aws, now)
        aws.medialive("RUNNING")
        aws.wire.forget()
        slot = stop(scene(now, name, ban_for=60), now)
        assert aws.ban(slot["channel_arn"])["until"] == int(now.timestamp()) + 60
        assert calls(aws, "StartConfigurationSession") == 0

    def test_a_frame_that_was_judged_without_a_policy_stops_by_the_defaults(self, aws, now):
        live(aws, now)
        document = scene(now, "on_error")
        document["unscreened"] = document["unscreened"] | {"stops": None}
        stop(document, now)
        assert aws.ban()["terms"] == DEFAULT_STOPS.document()
        assert calls(aws, "StartConfigurationSession") == 0


class TestBan:
    def test_a_channel_that_is_off_is_kept_off(self, aws, now):
        live(aws, now)
        aws.go_off()
        slot = stop(order(now, "ban", note="by contract"), now)
        assert (slot["status"], slot["banned_until"]) == ("already_offline", "until_reinstated")
        ban = aws.ban()
        assert (ban["status"], ban["session"], ban["action"]) == ("standing", None, None)
        assert (ban["by"], ban["note"], ban["open"]) == ("Ada", "by contract", "ban")
        assert ban["stopped_at"] is None
        [act] = aws.acts()
        assert (act["action"], act["result"]) == ("ban", "already_offline")

    @pytest.mark.parametrize("ban_for", ["none", "1h"])
    def test_what_is_live_is_stopped_and_kept_off_whatever_the_policy_says(self, aws, now, ban_for):
        terms(aws, ban_for=ban_for)
        session = live(aws, now)
        slot = stop(order(now, "ban"), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        ban = aws.ban()
        assert (ban["until"], ban["open"], ban["session"]) == (None, "ban", session)
        assert ban["action"] == "stop_stream"

    def test_a_ban_is_set_before_anybody_looks(self, aws, now):
        aws.wire.fails("GetStream", "ThrottlingException", status=429)
        with pytest.raises(VideoServiceThrottledError):
            stop(order(now, "ban"), now)
        assert aws.ban()["status"] == "standing"
        assert calls(aws) == 0

    def test_a_ban_with_an_end_loses_it(self, aws, now):
        live(aws, now)
        stop(scene(now, ban_for=60), now)
        stop(order(now, "ban"), now + timedelta(seconds=1))
        assert aws.ban()["until"] is None

    def test_a_ban_of_one_session_becomes_one(self, aws, now):
        session = live(aws, now)
        slot = stop(scene(now, ban_for=0), now)
        stop(order(now, "ban"), now + timedelta(seconds=1))
        ban = aws.ban()
        assert (ban["until"], ban["open"]) == (None, "ban")
        assert (ban["session"], ban["stopped_at"]) == (session, slot["stopped_at"])

    def test_banning_twice_is_banning_once(self, aws, now):
        live(aws, now)
        stop(order(now, "ban"), now)
        stop(order(now, "ban", "order-2", by="Bo"), now + timedelta(seconds=1))
        assert (aws.ban()["by"], aws.ban()["until"]) == ("Ada", None)
        assert len(aws.acts()) == 2


class TestRestop:
    def test_a_banned_channel_that_came_back_is_stopped_again(self, aws, now, counted):
        banned(aws, now)
        session = live(aws, now)
        slot = stop(restop(now), now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        ban = aws.ban()
        assert (ban["session"], ban["restops"], ban["by"]) == (session, 1, "Ada")
        assert ban["stopped_at"] == slot["stopped_at"]
        [act] = aws.acts()
        assert (act["action"], act["by"], act["via"]) == ("restop", "policy: ban", "policy")
        [notice] = aws.notices()
        assert notice["subject"].startswith("stopped again")
        assert "came back" in notice["text"]
        told = counted()
        assert told["StreamsRestopped"] == 1
        assert "StreamsStopped" not in told

    def test_of_an_encoder_that_keeps_coming_back_people_hear_once(self, aws, now):
        banned(aws, now)
        for number in range(4):
            moment = now + timedelta(seconds=10 * number)
            session = aws.go_live(moment)
            assert stop(restop(moment, f"restop-{number}"), moment)["status"] == "stopped"
        assert len(aws.notices()) == 1
        assert aws.rows("outbox") == []
        assert aws.ban()["restops"] == accepted("StopStream") == 4
        assert len(aws.acts()) == 1, "the ban counts the others"
        kept = [row for row in aws.rows("channels") if row["item"].startswith("stop#")]
        assert [row["stream_id"] for row in kept] == [session], "thousands would be read each time"

    def test_the_stop_that_began_the_ban_is_kept_whatever_comes_back(self, aws, now):
        first = live(aws, now)
        stop(scene(now), now)
        for number in (1, 2, 3):
            moment = now + timedelta(seconds=10 * number)
            last = aws.go_live(moment)
            stop(restop(moment, f"restop-{number}"), moment)
        kept = [row for row in aws.rows("channels") if row["item"].startswith("stop#")]
        assert {row["stream_id"] for row in kept} == {first, last}

    def test_an_order_that_takes_over_a_frames_stop_leaves_it_its_frame(self, aws, now):
        session = live(aws, now)
        with aws.wire.killed_at(3, after=True), pytest.raises(KilledError):
            stop(scene(now), now)
        later = now + timedelta(seconds=60)
        assert stop(order(later), later)["status"] == "stopped"
        row = aws.stop(session)
        assert (row["owner"], row["frame_id"]) == ("order-1", scene(now)["frame"]["frame_id"])

    def test_after_a_stop_by_a_verdict_the_first_comeback_is_told(self, aws, now):
        live(aws, now)
        stop(scene(now), now)
        for number in (1, 2):
            moment = now + timedelta(seconds=10 * number)
            aws.go_live(moment)
            stop(restop(moment, f"restop-{number}"), moment)
        subjects = [notice["subject"] for notice in aws.notices()]
        assert subjects == ["stopped: AbCdef1G2hij", "stopped again: AbCdef1G2hij"]

    @pytest.mark.parametrize(
        "changes", [{"status": "lifted"}, {"status": "lifting"}, {"until": 1}], ids=str
    )
    def test_a_channel_that_is_banned_no_more_is_left_alone(self, aws, now, changes):
        banned(aws, now, **changes)
        live(aws, now)
        slot = stop(restop(now), now)
        assert slot["status"] == "ban_lifted"
        assert without_policy(aws) == ["Query", "PutItem"]
        [act] = aws.acts()
        assert act["result"] == "ban_lifted"

    def test_a_channel_that_was_never_banned_is_left_alone(self, aws, now):
        live(aws, now)
        assert stop(restop(now), now)["status"] == "ban_lifted"

    def test_a_stream_that_is_gone_again_needs_no_stop(self, aws, now):
        banned(aws, now)
        live(aws, now)
        aws.go_off()
        assert stop(restop(now), now)["status"] == "already_offline"
        assert aws.ban()["restops"] == 0
        assert aws.notices() == []

    def test_two_that_were_placed_for_one_session_stop_it_once(self, aws, now):
        banned(aws, now)
        live(aws, now)
        aws.wire.before("StopStream", lambda: waits(restop(now, "restop-2"), now))
        assert stop(restop(now), now)["status"] == "stopped"
        assert stop(restop(now, "restop-2"), now)["status"] == "already_offline"
        assert accepted("StopStream") == aws.ban()["restops"] == len(aws.notices()) == 1

    def test_a_key_is_revoked_each_time_where_the_policy_says_so(self, aws, now):
        terms(aws, revoke_keys=True)
        chat(aws)
        banned(aws, now)
        for number in (1, 2):
            moment = now + timedelta(seconds=10 * number)
            aws.go_live(moment)
            slot = stop(restop(moment, f"restop-{number}"), moment)
            assert slot["keys"] == "revoked"
            assert aws.stream_keys() == []
            aws.client("ivs").create_stream_key(channelArn=CHANNEL)  # somebody hands out another


def waits(document, now):
    with pytest.raises(StopInProgressError):
        stop(document, now)


class TestFailed:
    def test_an_order_that_fails_before_it_looks_says_so(self, aws, now, counted):
        aws.wire.fails("GetStream", "AccessDeniedException", status=403)
        with pytest.raises(StopDeniedError):
            stop(order(now), now)
        told = fail(order(now), now)
        assert told == {"error": "StopDeniedError", "sessions": []}
        [act] = aws.acts()
        assert (act["status"], act["error"], act["result"]) == ("failed", "StopDeniedError", None)
        assert aws.stop("unknown")["by"] == "Ada"
        assert counted()["StopFailed"] == 1

    def test_an_order_that_fails_at_its_session_names_it(self, aws, now):
        session = live(aws, now)
        aws.wire.fails("StopStream", "AccessDeniedException", status=403)
        with pytest.raises(StopDeniedError):
            stop(order(now, session=session), now)
        assert fail(order(now, session=session), now)["sessions"] == [session]
        [act] = aws.acts()
        assert (act["session"], act["error"]) == (session, "StopDeniedError")
        assert aws.stop("unknown") == {}

    def test_an_order_about_a_channel_that_is_gone_wakes_nobody(self, aws, now, counted):
        with pytest.raises(ChannelNotFoundError):
            stop(order(now), now)
        fail(order(now), now, "ChannelNotFoundError")
        [act] = aws.acts()
        assert (act["status"], act["error"]) == ("failed", "ChannelNotFoundError")
        assert aws.stop("unknown") == {}
        assert "StopFailed" not in counted()

    def test_a_reinstate_that_fails_is_recorded_and_no_stop_that_failed(self, aws, now, counted):
        banned(aws, now, status="lifting")
        fail(order(now, "reinstate"), now, "ChannelBusyError")
        [act] = aws.acts()
        assert (act["action"], act["error"]) == ("reinstate", "ChannelBusyError")
        assert "failed_at" not in aws.ban()
        assert aws.stop("unknown") == {}
        assert "StopFailed" not in counted()

    def test_what_was_done_is_not_recorded_as_failed_because_its_answer_was_lost(self, aws, now):
        session = live(aws, now)
        aws.wire.loses("TransactWriteItems")
        with pytest.raises(Exception, match="ConnectionClosed"):
            stop(order(now), now)
        assert fail(order(now), now, "StoreThrottledError")["sessions"] == []
        [act] = aws.acts()
        assert (act["status"], act["result"]) == ("done", "stopped")
        assert aws.stop(session)["status"] == "stopped"
        assert "failed_at" not in aws.ban()
        assert aws.stop("unknown") == {}


# Each kind of order about a live channel, with the number of its calls.
STEPS = {"stop": 18, "ban": 19, "restop": 18}
KILLS = [
    (action, call, late)
    for action, steps in STEPS.items()
    for call in range(1, steps + 1)
    for late in (False, True)
]


class TestCrashes:
    """A worker may die before or after any call of an order: one stop, one act, one ban."""

    def begin(self, aws, now, action):
        chat(aws)
        terms(aws, revoke_keys=True)
        if action == "restop":
            banned(aws, now)
        session = live(aws, now)
        return session, restop(now) if action == "restop" else order(now, action)

    def ended(self, aws, now, action, session, died_after):
        sweep(now + timedelta(minutes=5))
        row, ban = aws.stop(session), aws.ban()
        assert (row["status"], "open" in row) == ("stopped", False)
        assert accepted("StopStream") == accepted("DeleteStreamKey") == 1
        assert (ban["status"], ban["session"]) == ("standing", session)
        assert (ban["stopped_at"], ban["restops"]) == (row["stopped_at"], action == "restop")
        assert row["keys"] == ban["keys"] == "revoked"
        [act] = aws.acts()
        assert (act["action"], act["status"], act["result"]) == (action, "done", "stopped")
        assert act["session"] == session
        assert aws.rows("outbox") == []
        assert len(aws.notices()) == 1 + (died_after == "Publish")
        assert calls(aws, "SendEvent") == 1 + (died_after == "SendEvent")

    @pytest.mark.parametrize("action", STEPS)
    def test_nothing_fails_and_each_call_is_counted_below(self, aws, now, action):
        session, document = self.begin(aws, now, action)
        stop(document, now)
        assert len(operations(aws)) == STEPS[action]
        self.ended(aws, now, action, session, None)

    @pytest.mark.parametrize(("action", "call", "late"), KILLS)
    def test_its_next_try_ends_it(self, aws, now, action, call, late):
        session, document = self.begin(aws, now, action)
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            stop(document, now)
        died_after = [None, *operations(aws)][-1]
        slot = until_done(document, now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        self.ended(aws, now, action, session, died_after)
