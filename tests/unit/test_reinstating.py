"""Giving a channel back. Moments are the real clock's, since a stop is stamped by it."""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden.domain.errors import (
    ChannelBusyError,
    SlateInputMissingError,
    StopDeniedError,
    VideoServiceThrottledError,
)
from framewarden.domain.times import iso
from local.moto_ext import delays
from tests.unit.scenes import CHANNEL, MEDIALIVE, another, event, state
from tests.unit.stops import (
    ROOM,
    ROOMS,
    ROW,
    accepted,
    calls,
    chat,
    fail,
    live,
    operations,
    order,
    reinstate,
    restop,
    scene,
    stop,
    sweep,
    until_done,
)
from tests.unit.wire import KilledError

SLATE = {"medialive": "slate", "slate_input": "slate"}
ON_MEDIALIVE = {"channel_arn": MEDIALIVE, "channel": "1234567"}
BY_THE_CLOCK = {"by": "policy: ban_for", "via": "policy"}
NOTHING = {"lifted": False, "keys": None, "action": None}


@pytest.fixture
def now():
    return datetime.now(UTC)


def give_back(now, execution="order-9", **changes):
    return order(now, "reinstate", execution, **changes)


def after(now, seconds=60):
    return now + timedelta(seconds=seconds)


def stopped(aws, now, name="critical", **terms):
    """Stop a session, and forget what was said of it; return the session."""
    chat(aws)
    if name == "medialive":
        aws.medialive("RUNNING")
    else:
        live(aws, now)
    slot = stop(scene(now, name, rooms=ROOMS, **terms), now)
    assert slot["status"] == "stopped"
    aws.notices()
    aws.wire.forget()
    return slot["stream_id"]


class TestIvs:
    def test_a_ban_is_lifted_and_everybody_told(self, aws, now, counted):
        session = stopped(aws, now)
        later = after(now)
        slot = reinstate(give_back(later), later)
        assert slot == {
            "channel_arn": CHANNEL,
            "stream_id": session,
            "lifted": True,
            "keys": "kept",
            "action": "stop_stream",
        }
        ban = aws.ban()
        assert (ban["status"], ban["lifted_by"], ban["lifted_at"]) == ("lifted", "Ada", iso(later))
        assert "open" not in ban
        assert aws.stop(session)["status"] == "reinstated"
        [notice] = aws.notices()
        assert notice["subject"] == "reinstated: AbCdef1G2hij"
        assert "Ada" in notice["text"]
        [sent] = aws.wire.made("SendEvent")
        assert (sent["roomIdentifier"], sent["attributes"]["code"]) == (ROOM, "stream_reinstated")
        assert aws.rows("outbox") == []
        [act] = aws.acts()
        assert (act["action"], act["status"], act["result"]) == ("reinstate", "done", "reinstated")
        assert act["session"] == session
        assert counted()["ChannelsReinstated"] == 1

    def test_the_ban_goes_first_so_that_nobody_stops_what_comes_back(self, aws, now):
        stopped(aws, now, revoke_keys=True)
        reinstate(give_back(now), after(now))
        assert operations(aws) == [
            *("Query", "UpdateItem", "ListStreamKeys", "CreateStreamKey", "UpdateItem"),
            *("TransactWriteItems", "Publish", "DeleteItem", "SendEvent", "DeleteItem"),
        ]
        [lifting, _] = aws.wire.made("UpdateItem")
        assert lifting["Key"]["item"] == {"S": "ban"}

    def test_a_fresh_key_is_made_where_none_is_left(self, aws, now):
        stopped(aws, now, revoke_keys=True)
        assert aws.stream_keys() == []
        slot = reinstate(give_back(now), after(now))
        assert slot["keys"] == aws.ban()["keys"] == "fresh"
        [key] = aws.stream_keys()
        [notice] = aws.notices()
        assert "a fresh one was made" in notice["text"]
        assert key not in notice["text"]

    def test_a_key_that_somebody_made_meanwhile_is_kept(self, aws, now):
        stopped(aws, now, revoke_keys=True)
        aws.client("ivs").create_stream_key(channelArn=CHANNEL)
        before = aws.stream_keys()
        assert reinstate(give_back(now), after(now))["keys"] == "kept"
        assert aws.stream_keys() == before

    def test_a_key_that_may_not_be_made_leaves_the_ban_half_lifted(self, aws, now):
        stopped(aws, now, revoke_keys=True)
        aws.wire.fails("CreateStreamKey", "AccessDeniedException", status=403)
        document = give_back(now)
        with pytest.raises(StopDeniedError):
            reinstate(document, after(now))
        assert (aws.ban()["status"], aws.ban()["open"]) == ("lifting", "ban")
        assert aws.notices() == []
        fail(document, after(now))
        [act] = aws.acts()
        assert (act["status"], act["error"]) == ("failed", "StopDeniedError")
        slot = reinstate(give_back(now, "order-10"), after(now, 120))
        assert (slot["lifted"], slot["keys"]) == (True, "fresh")
        assert aws.ban()["status"] == "lifted"

    def test_what_comes_back_is_left_alone_until_it_is_flagged_again(self, aws, now):
        stopped(aws, now)
        later = after(now)
        reinstate(give_back(later), later)
        session = aws.go_live(later)
        assert stop(restop(later), later)["status"] == "ban_lifted"
        assert aws.client("ivs").get_stream(channelArn=CHANNEL)["stream"]["streamId"] == session
        flagged = another(scene(after(now, 70)), 58)
        assert stop(flagged, after(now, 70))["stream_id"] == session
        assert (aws.ban()["status"], aws.ban()["session"]) == ("standing", session)

    def test_every_stop_under_the_ban_is_taken_back(self, aws, now):
        first = stopped(aws, now)
        second = aws.go_live(after(now, 10))
        stop(restop(after(now, 11)), after(now, 11))
        reinstate(give_back(after(now)), after(now))
        assert aws.stop(first)["status"] == aws.stop(second)["status"] == "reinstated"
        for session in (first, second):
            row = aws.stop(session)
            assert row["accepted_at"] <= row["stopped_at"], "what was true of it is kept"

    @pytest.mark.parametrize("status", ["stopping", "failed"])
    def test_a_stop_that_did_not_succeed_is_taken_back_and_may_be_made_anew(self, aws, now, status):
        session = live(aws, now)
        aws.wire.fails("StopStream", "AccessDeniedException", status=403)
        with pytest.raises(StopDeniedError):
            stop(scene(now, revoke_keys=True), now)
        if status == "failed":
            fail(scene(now), now)
        assert reinstate(give_back(now), after(now))["lifted"] is True
        row = aws.stop(session)
        assert (row["status"], "open" in row) == ("reinstated", False)
        assert not {"keys", "called_at", "begun_at", "failures"} & set(row)
        later = after(now, 70)
        assert stop(another(scene(later, revoke_keys=True), 58), later)["keys"] == "revoked"
        assert aws.stream_keys() == [], "the fresh key too"

    def test_a_stop_of_an_earlier_ban_is_history(self, aws, now):
        stopped(aws, now)
        before = iso(now - timedelta(days=3))
        old = {"channel": CHANNEL, "item": "stop#st-old", "stream_id": "st-old", "owner": "e"}
        aws.put("channels", old | {"status": "stopped", "stopped_at": before})
        reinstate(give_back(now), after(now))
        assert aws.stop("st-old")["status"] == "stopped"

    @pytest.mark.parametrize("status", ["refused", "ended", "reinstated"])
    def test_what_ended_otherwise_stays_as_it_ended(self, aws, now, status):
        stopped(aws, now)
        row = {"channel": CHANNEL, "item": "stop#st-old", "stream_id": "st-old", "owner": "e"}
        aws.put("channels", row | {"status": status, "ended_at": iso(now)})
        reinstate(give_back(now), after(now))
        assert aws.stop("st-old") == row | {"status": status, "ended_at": iso(now)}

    def test_a_stop_without_a_ban_row_is_taken_back_quietly(self, aws, now):
        """As an earlier version of framewarden left them."""
        live(aws, now)
        row = {"channel": CHANNEL, "item": "stop#st-old", "stream_id": "st-old", "owner": "e"}
        aws.put("channels", row | {"status": "stopped", "stopped_at": iso(now)})
        slot = reinstate(give_back(now), after(now))
        assert (slot["lifted"], slot["keys"], slot["stream_id"]) == (True, "kept", None)
        assert aws.stop("st-old")["status"] == "reinstated"
        [act] = aws.acts()
        assert act["result"] == "reinstated"
        assert aws.notices() == []

    def test_of_a_deleted_channel_the_ban_alone_is_lifted(self, aws, now):
        stopped(aws, now)
        aws.client("ivs").delete_channel(arn=CHANNEL)
        slot = reinstate(give_back(now), after(now))
        assert (slot["lifted"], slot["keys"], slot["action"]) == (True, None, None)
        assert aws.ban()["status"] == "lifted"

    def test_a_throttled_look_is_tried_again(self, aws, now):
        stopped(aws, now, revoke_keys=True)
        aws.wire.fails("ListStreamKeys", "ThrottlingException", status=429)
        with pytest.raises(VideoServiceThrottledError):
            reinstate(give_back(now), after(now))
        assert until_done(give_back(now), after(now), reinstate)["keys"] == "fresh"

    @pytest.mark.parametrize("ban_for", [0, 60])
    def test_a_ban_for_a_while_or_for_nothing_is_lifted_too(self, aws, now, ban_for):
        session = stopped(aws, now, ban_for=ban_for)
        assert reinstate(give_back(now), after(now))["lifted"] is True
        assert aws.ban()["status"] == "lifted"
        assert aws.stop(session)["status"] == "reinstated"


class TestNothing:
    def test_where_nothing_was_stopped_nothing_is_lifted(self, aws, now, counted):
        live(aws, now)
        slot = reinstate(give_back(now), now)
        assert slot == {"channel_arn": CHANNEL, "stream_id": None} | NOTHING
        [act] = aws.acts()
        assert (act["status"], act["result"]) == ("done", "not_banned")
        assert aws.ban() == {}
        assert aws.notices() == []
        assert "ChannelsReinstated" not in counted()

    def test_lifting_twice_is_lifting_once(self, aws, now):
        stopped(aws, now)
        reinstate(give_back(now), after(now))
        slot = reinstate(give_back(now, "order-10", by="Bo"), after(now))
        assert slot == {"channel_arn": CHANNEL, "stream_id": None} | NOTHING
        assert aws.ban()["lifted_by"] == "Ada"
        results = {act["execution"]: act["result"] for act in aws.acts()}
        assert results == {"order-9": "reinstated", "order-10": "not_banned"}
        assert len(aws.notices()) == 1

    def test_of_two_at_once_one_tells_and_both_are_recorded(self, aws, now):
        stopped(aws, now)
        rival = give_back(now, "order-10", by="Bo")
        aws.wire.before("TransactWriteItems", lambda: reinstate(rival, after(now)))
        assert reinstate(give_back(now), after(now))["lifted"] is True
        results = {act["execution"]: act["result"] for act in aws.acts()}
        assert results == {"order-9": "reinstated", "order-10": "reinstated"}
        assert len(aws.notices()) == 1
        assert calls(aws, "SendEvent") == 1


class TestCases:
    """A review's decision takes a stop back as an order does."""

    def decided(self, now, slot, name="critical"):
        decision = state("reinstate/confirmed_stop")["decision"] | {"decided_at": iso(now)}
        return scene(now, name) | {"stop": slot, "decision": decision}

    def test_a_session_is_given_back(self, aws, now):
        live(aws, now)
        slot = stop(scene(now), now)
        told = reinstate(self.decided(now, slot), after(now))
        assert (told["stream_id"], told["lifted"]) == (slot["stream_id"], True)
        assert aws.stop(slot["stream_id"])["status"] == "reinstated"
        [act] = aws.acts()
        assert (act["by"], act["via"], act["at"]) == ("Ada", "link", iso(now))
        assert (act["execution"], act["note"]) == (scene(now)["execution"], None)
        assert reinstate(self.decided(now, slot), after(now))["lifted"] is False
        assert len(aws.acts()) == 1

    def test_a_decision_that_says_little_is_worded_all_the_same(self, aws, now):
        live(aws, now)
        slot = stop(scene(now), now)
        reinstate(self.decided(now, slot) | {"decision": None}, after(now))
        [act] = aws.acts()
        assert (act["by"], act["via"], act["at"]) == (
            *("policy: explicit-stop", "link", iso(after(now))),
        )

    def test_where_nothing_was_stopped_nothing_is_lifted(self, aws, now):
        told = reinstate(self.decided(now, None), now)
        assert told == {"channel_arn": CHANNEL, "stream_id": None} | NOTHING

    def test_the_scenario_of_a_confirmed_stop_is_one(self, aws, now):
        document = event("reinstate/confirmed_stop")["state"]
        assert document["stop"]["confirm"] is document["verdict"]["confirm_stop"] is True


class TestMediaLive:
    def test_a_person_starts_the_channel_again_once(self, aws, now):
        stopped(aws, now, "medialive")
        aws.medialive("IDLE")
        slot = reinstate(give_back(now, **ON_MEDIALIVE), after(now))
        assert (slot["lifted"], slot["action"], slot["keys"]) == (True, "stop_channel", None)
        assert accepted("StartChannel") == 1
        assert aws.stop(ROW, MEDIALIVE)["status"] == "reinstated"
        assert aws.ban(MEDIALIVE)["status"] == "lifted"
        [notice] = aws.notices()
        assert "the channel was started again" in notice["text"]
        again = reinstate(give_back(now, "order-10", **ON_MEDIALIVE), after(now))
        assert again["lifted"] is False
        assert accepted("StartChannel") == 1

    def test_the_clock_lifts_the_ban_and_starts_nothing(self, aws, now):
        stopped(aws, now, "medialive", ban_for=60)
        aws.medialive("IDLE")
        slot = reinstate(give_back(now, **ON_MEDIALIVE, **BY_THE_CLOCK), after(now))
        assert (slot["lifted"], slot["action"]) == (True, None)
        assert calls(aws, "StartChannel") == 0
        assert aws.ban(MEDIALIVE)["status"] == "lifted"
        [notice] = aws.notices()
        assert "started again" not in notice["text"]

    @pytest.mark.parametrize("by", [{}, BY_THE_CLOCK], ids=["a person", "the clock"])
    def test_a_slate_goes_back_to_the_input_that_was_on_air(self, aws, now, by):
        stopped(aws, now, "medialive", **SLATE)
        assert aws.shows() == {"slate"}
        slot = reinstate(give_back(now, **ON_MEDIALIVE, **by), after(now))
        assert (slot["lifted"], slot["action"]) == (True, "slate")
        assert aws.shows() == {"camera"}
        [notice] = aws.notices()
        assert "switched back from the slate" in notice["text"]
        assert calls(aws, "StartChannel") == 0

    def test_a_slate_is_left_where_nobody_knows_what_was_on_air(self, aws, now):
        stopped(aws, now, "medialive", **SLATE)
        for row in (aws.ban(MEDIALIVE), aws.stop(ROW, MEDIALIVE)):
            aws.put("channels", row | {"input": None})
        slot = reinstate(give_back(now, **ON_MEDIALIVE), after(now))
        assert (slot["lifted"], slot["action"]) == (True, None)
        assert aws.shows() == {"slate"}
        [notice] = aws.notices()
        assert "switched back" not in notice["text"]

    def test_an_input_that_was_detached_since_cannot_come_back(self, aws, now):
        stopped(aws, now, "medialive", **SLATE)
        aws.put("channels", aws.ban(MEDIALIVE) | {"input": "gone"})
        with pytest.raises(SlateInputMissingError):
            reinstate(give_back(now, **ON_MEDIALIVE), after(now))
        assert aws.ban(MEDIALIVE)["status"] == "lifting"

    def test_a_ban_that_stopped_nothing_is_just_lifted(self, aws, now):
        aws.medialive("IDLE")
        stop(order(now, "ban", **ON_MEDIALIVE), now)
        slot = reinstate(give_back(now, **ON_MEDIALIVE), after(now))
        assert (slot["lifted"], slot["action"]) == (True, None)
        assert calls(aws, "StartChannel") == 0

    def test_a_channel_that_still_stops_is_started_later(self, aws, now):
        stopped(aws, now, "medialive")
        aws.medialive("STOPPING")
        with pytest.raises(ChannelBusyError):
            reinstate(give_back(now, **ON_MEDIALIVE), after(now))
        assert aws.ban(MEDIALIVE)["status"] == "lifting"
        aws.medialive("IDLE")
        assert reinstate(give_back(now, **ON_MEDIALIVE), after(now))["lifted"] is True

    def test_what_runs_again_after_it_is_stopped_anew_under_another_name(self, aws, now):
        stopped(aws, now, "medialive", **SLATE)
        reinstate(give_back(now, **ON_MEDIALIVE), after(now))
        later = after(now, 120)
        flagged = another(scene(later, "medialive", **SLATE), 58)
        assert stop(flagged, later)["status"] == "stopped"
        assert aws.shows() == {"slate"}
        reinstate(give_back(now, "order-10", **ON_MEDIALIVE), after(now, 180))
        assert aws.shows() == {"camera"}


# Each way that a channel was stopped, with the number of calls that give it back.
STEPS = {"ivs": 9, "keys": 10, "channel": 9, "slate": 9}
TERMS = {"keys": {"revoke_keys": True}, "slate": SLATE}
KILLS = [
    (way, call, late)
    for way, steps in STEPS.items()
    for call in range(1, steps + 1)
    for late in (False, True)
]


class TestCrashes:
    """A worker may die before or after any call: the channel is given back, and told of, once."""

    def begin(self, aws, now, way):
        on_medialive = way in ("channel", "slate")
        name = "medialive" if on_medialive else "critical"
        session = stopped(aws, now, name, **TERMS.get(way, {}))
        if way == "channel":
            delays.change(medialive_seconds=0)
            aws.medialive("IDLE")
            aws.wire.forget()
        return session, give_back(now, **(ON_MEDIALIVE if on_medialive else {}))

    def ended(self, aws, now, way, session, died_after):
        channel = MEDIALIVE if session == ROW else CHANNEL
        sweep(after(now, 300))
        row, ban = aws.stop(session, channel), aws.ban(channel)
        assert (row["status"], ban["status"]) == ("reinstated", "lifted")
        assert "open" not in row
        assert "open" not in ban
        [act] = aws.acts()
        assert (act["status"], act["result"]) == ("done", "reinstated")
        assert aws.rows("outbox") == []
        assert len(aws.notices()) == 1 + (died_after == "Publish")
        assert calls(aws, "SendEvent") == 1 + (died_after == "SendEvent")
        if way in ("ivs", "keys"):
            assert len(aws.stream_keys()) == 1
        assert accepted("CreateStreamKey") == (way == "keys")
        assert accepted("StartChannel") == (way == "channel")
        if way == "slate":
            assert aws.shows() == {"camera"}
            assert accepted("BatchUpdateSchedule") == 2, "there and back"

    @pytest.mark.parametrize("way", STEPS)
    def test_nothing_fails_and_each_call_is_counted_below(self, aws, now, way):
        session, document = self.begin(aws, now, way)
        reinstate(document, after(now))
        assert len(operations(aws)) == STEPS[way]
        self.ended(aws, now, way, session, None)

    @pytest.mark.parametrize(("way", "call", "late"), KILLS)
    def test_its_next_try_ends_it(self, aws, now, way, call, late):
        session, document = self.begin(aws, now, way)
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            reinstate(document, after(now))
        died_after = [None, *operations(aws)][-1]
        until_done(document, after(now, 61), reinstate)
        self.ended(aws, now, way, session, died_after)
