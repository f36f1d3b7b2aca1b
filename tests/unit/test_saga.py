"""The steps of a stop: in which order, each once, whenever the worker dies, and as the policy says.

Moments are the real clock's, since a stop is stamped by it.
"""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden.domain.errors import (
    StoreConflictError,
    StoreThrottledError,
    StreamStillLiveError,
    VideoServiceThrottledError,
)
from framewarden.domain.times import iso
from local.moto_ext import delays
from tests.unit.scenes import CHANNEL, MEDIALIVE, another
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
    scene,
    stop,
    sweep,
    until_done,
)
from tests.unit.wire import KilledError

SLATE = {"medialive": "slate", "slate_input": "slate"}
HOUR = 3600
TIGHT = {"stops": 2, "within": 600}


@pytest.fixture
def now():
    return datetime.now(UTC)


class TestOrder:
    """The ban stands before the encoder is cut off, and nothing is told before it is off."""

    IVS = (
        *("Query", "GetStream", "UpdateItem", "UpdateItem", "PutItem"),  # look, take, count, ban
        *("StopStream", "UpdateItem", "GetStream", "TransactWriteItems"),  # stop, verify, keep
        *("Publish", "DeleteItem", "SendEvent", "DeleteItem"),  # tell
    )
    KEYS = ("ListStreamKeys", "DeleteStreamKey", "UpdateItem", "UpdateItem")
    MEDIALIVE = (
        *("Query", "DescribeChannel", "UpdateItem", "UpdateItem", "PutItem"),
        *("StopChannel", "UpdateItem", "DescribeChannel", "TransactWriteItems"),
        *("Publish", "DeleteItem", "SendEvent", "DeleteItem"),
    )

    def test_ban_stop_verify_keep_tell(self, aws, now):
        chat(aws)
        live(aws, now)
        stop(scene(now, rooms=ROOMS), now)
        assert tuple(operations(aws)) == self.IVS

    def test_keys_go_between_the_ban_and_the_stop(self, aws, now):
        chat(aws)
        live(aws, now)
        stop(scene(now, rooms=ROOMS, revoke_keys=True), now)
        assert tuple(operations(aws)) == self.IVS[:5] + self.KEYS + self.IVS[5:]

    def test_a_medialive_channel_goes_the_same_way(self, aws, now):
        chat(aws)
        aws.medialive("RUNNING")
        aws.wire.forget()
        stop(scene(now, "medialive", rooms=ROOMS, revoke_keys=True), now)
        assert tuple(operations(aws)) == self.MEDIALIVE, "it has no keys"

    def test_a_slate_is_switched_where_a_channel_would_be_stopped(self, aws, now):
        chat(aws)
        aws.medialive("RUNNING")
        aws.wire.forget()
        stop(scene(now, "medialive", rooms=ROOMS, **SLATE), now)
        switched = [name.replace("StopChannel", "BatchUpdateSchedule") for name in self.MEDIALIVE]
        assert operations(aws) == switched

    def test_where_the_ban_cannot_be_set_nothing_is_stopped(self, aws, now):
        live(aws, now)
        aws.wire.fails("PutItem", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            stop(scene(now, revoke_keys=True), now)
        assert calls(aws) == calls(aws, "ListStreamKeys") == 0


class TestTold:
    def test_viewers_are_sent_a_code_and_nothing_else(self, aws, now):
        chat(aws)
        live(aws, now)
        stop(scene(now, rooms=ROOMS), now)
        [sent] = aws.wire.made("SendEvent")
        assert sent == {
            "roomIdentifier": ROOM,
            "eventName": "moderation:stream_stopped",
            "attributes": {"v": "1", "code": "stream_stopped"},
        }

    def test_a_room_that_takes_nothing_holds_up_no_stop(self, aws, now):
        live(aws, now)
        aws.wire.fails("SendEvent", "ThrottlingException", status=429)
        assert stop(scene(now, rooms=ROOMS), now)["status"] == "stopped"
        [row] = aws.rows("outbox")
        assert (row["kind"], row["attempts"], row["rooms"]) == ("chat", 1, ROOMS)
        assert len(aws.notices()) == 1

    def test_a_notice_that_sns_refuses_is_kept_and_the_stop_stands(self, aws, now):
        live(aws, now)
        aws.wire.fails("Publish", "ThrottlingException")
        assert stop(scene(now), now)["status"] == "stopped"
        assert aws.notices() == []
        assert [row["kind"] for row in aws.rows("outbox")] == ["notice"]
        sweep(now + timedelta(seconds=61))
        assert len(aws.notices()) == 1

    def test_an_answer_that_is_lost_is_no_second_notice(self, aws, now):
        live(aws, now)
        aws.wire.loses("TransactWriteItems")
        with pytest.raises(StoreThrottledError):
            stop(scene(now), now)
        assert stop(scene(now), now)["status"] == "stopped"
        sweep(now + timedelta(seconds=31))
        assert len(aws.notices()) == 1

    def test_a_notice_says_until_when_and_how_to_undo_it(self, aws, now):
        live(aws, now)
        slot = stop(scene(now, ban_for=HOUR), now)
        [notice] = aws.notices()
        assert f"until {slot['banned_until']}" in notice["text"]
        assert f"framewarden channels reinstate {CHANNEL}" in notice["text"]


class TestBans:
    def test_a_stop_keeps_its_channel_off_until_somebody_reinstates_it(self, aws, now):
        session = live(aws, now)
        frame = scene(now)
        slot = stop(frame, now)
        ban = aws.ban()
        assert (ban["status"], ban["until"], ban["open"]) == ("standing", None, "ban")
        assert (ban["since"], ban["by"], ban["via"]) == (
            iso(now),
            "policy: explicit-stop",
            "policy",
        )
        assert (ban["session"], ban["recording"]) == (session, frame["frame"]["session"])
        assert ban["session_started_at"] == iso(now - timedelta(minutes=5))
        assert ban["stopped_at"] == slot["stopped_at"]
        assert (ban["keys"], ban["action"], ban["restops"]) == ("kept", "stop_stream", 0)
        assert ban["terms"] == frame["verdict"]["stops"]
        assert slot["banned_until"] == "until_reinstated"

    def test_a_ban_may_have_an_end(self, aws, now):
        live(aws, now)
        slot = stop(scene(now, ban_for=HOUR), now)
        end = int(now.timestamp()) + HOUR
        assert (aws.ban()["until"], aws.ban()["open"]) == (end, "ban")
        assert slot["banned_until"] == iso(datetime.fromtimestamp(end, UTC))

    def test_a_stop_without_a_ban_ends_this_session_only(self, aws, now):
        session = live(aws, now)
        slot = stop(scene(now, ban_for=0), now)
        ban = aws.ban()
        assert (ban["status"], ban["until"]) == ("standing", int(now.timestamp()))
        assert (ban["session"], ban["stopped_at"]) == (session, slot["stopped_at"])
        assert "open" not in ban, "nobody need enforce or lift it"
        assert slot["banned_until"] is None

    @pytest.mark.parametrize(
        ("first", "second", "longer"),
        [(HOUR, 60, HOUR), (60, HOUR, HOUR), (None, 60, None), (60, None, None), (HOUR, 0, HOUR)],
    )
    def test_a_ban_that_stands_is_only_ever_widened(self, aws, now, first, second, longer):
        live(aws, now)
        stop(scene(now, ban_for=first), now)
        session = aws.go_live(now + timedelta(seconds=10))
        later = now + timedelta(seconds=12)
        stop(another(scene(later, ban_for=second), 58), later)
        ban = aws.ban()
        ends = {first: now, second: later}
        end = None if longer is None else int(ends[longer].timestamp()) + longer
        assert (ban["until"], ban["since"], ban["session"]) == (end, iso(now), session)
        assert ban["stopped_at"] == aws.stop(session)["stopped_at"]
        assert ban["open"] == "ban"

    def test_the_next_try_of_a_stop_leaves_its_ban_as_it_is(self, aws, now):
        live(aws, now)
        delays.change(stream_stop_seconds=HOUR)
        for seconds in (0, 2, 7):
            with pytest.raises(StreamStillLiveError):
                stop(scene(now, ban_for=60), now + timedelta(seconds=seconds))
        assert aws.ban()["until"] == int(now.timestamp()) + 60

    def test_who_wants_a_stop_bans(self, aws, now):
        live(aws, now)
        stop(scene(now, "by_person"), now)
        assert (aws.ban()["by"], aws.ban()["via"], aws.ban()["note"]) == ("Ada", "review", None)

    def test_a_ban_that_somebody_else_changes_is_read_again(self, aws, now):
        live(aws, now)
        rival = {"channel": CHANNEL, "item": "ban", "status": "standing", "until": None}
        rival |= {"session": None, "stopped_at": None, "recording": None, "restops": 0}
        aws.wire.before("PutItem", lambda: aws.put("channels", rival))
        with pytest.raises(StoreConflictError):
            stop(scene(now), now)
        assert calls(aws) == 0
        assert stop(scene(now), now + timedelta(seconds=1))["status"] == "stopped"

    @pytest.mark.parametrize("status", ["lifting", "lifted"])
    def test_a_reinstate_that_is_over_or_hangs_is_in_no_stops_way(self, aws, now, status):
        live(aws, now)
        stop(scene(now), now)
        aws.put("channels", aws.ban() | {"status": status})
        session = aws.go_live(now + timedelta(seconds=10))
        later = now + timedelta(seconds=12)
        slot = stop(another(scene(later), 58), later)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert (aws.ban()["status"], aws.ban()["since"]) == ("standing", iso(later))

    def test_each_run_of_a_medialive_channel_is_a_session_of_its_own(self, aws, now):
        aws.medialive("RUNNING")
        stop(scene(now, "medialive"), now)
        aws.medialive("RUNNING")
        later = now + timedelta(minutes=10)
        frame = another(scene(later, "medialive"), 58, session="20261122T081500")
        assert until_done(frame, later)["status"] == "stopped"
        ban = aws.ban(MEDIALIVE)
        assert (ban["since"], ban["recording"]) == (iso(now), "20261122T081500")


class TestKeys:
    def test_keys_are_kept_unless_the_policy_says_otherwise(self, aws, now):
        live(aws, now)
        assert stop(scene(now), now)["keys"] == "kept"
        assert len(aws.stream_keys()) == 1
        assert calls(aws, "ListStreamKeys") == 0

    def test_keys_are_revoked_where_the_policy_says_so(self, aws, now):
        session = live(aws, now)
        slot = stop(scene(now, revoke_keys=True), now)
        assert aws.stream_keys() == []
        assert slot["keys"] == aws.ban()["keys"] == aws.stop(session)["keys"] == "revoked"
        [notice] = aws.notices()
        assert "revoked" in notice["text"]

    @pytest.mark.parametrize("operation", ["ListStreamKeys", "DeleteStreamKey"])
    @pytest.mark.parametrize("code", ["AccessDeniedException", "PendingVerification"])
    def test_where_keys_may_not_be_revoked_the_stop_is_made_all_the_same(
        self, aws, now, operation, code
    ):
        session = live(aws, now)
        aws.wire.fails(operation, code, status=403)
        slot = stop(scene(now, revoke_keys=True), now)
        assert (slot["status"], slot["keys"]) == ("stopped", "denied")
        assert aws.ban()["keys"] == aws.stop(session)["keys"] == "denied"
        assert accepted("StopStream") == 1
        [notice] = aws.notices()
        assert "could not be revoked" in notice["text"]

    def test_keys_that_were_seen_to_are_left_alone_by_the_next_try(self, aws, now):
        live(aws, now)
        delays.change(stream_stop_seconds=HOUR)
        for seconds in (0, 6):
            with pytest.raises(StreamStillLiveError):
                stop(scene(now, revoke_keys=True), now + timedelta(seconds=seconds))
        assert calls(aws, "ListStreamKeys") == 1

    def test_a_throttled_revocation_is_tried_again_before_the_stop(self, aws, now):
        live(aws, now)
        aws.wire.fails("DeleteStreamKey", "ThrottlingException", status=429)
        with pytest.raises(VideoServiceThrottledError):
            stop(scene(now, revoke_keys=True), now)
        assert calls(aws) == 0
        assert aws.ban()["status"] == "standing"
        assert stop(scene(now, revoke_keys=True), now)["keys"] == "revoked"


class TestBreaker:
    """So many automatic stops of the whole stack; a person's stop is not counted."""

    def channels(self, aws, now, count):
        for number in range(count):
            channel = f"{CHANNEL}{number}"
            live(aws, now, channel)
            yield number, channel

    def frame(self, now, number, channel, name="critical"):
        return another(scene(now, name, breaker=TIGHT), number, channel_arn=channel)

    def test_the_rest_is_left_to_people_and_alarmed(self, aws, now, counted):
        slots = [
            stop(self.frame(now, number, channel), now)
            for number, channel in self.channels(aws, now, 4)
        ]
        assert [slot["status"] for slot in slots] == ["stopped"] * 2 + ["breaker_open"] * 2
        told = counted()
        assert (told["BreakerOpen"], told["StreamsStopped"]) == (2, 2)
        for slot in slots[2:]:
            arn, session = slot["channel_arn"], slot["stream_id"]
            assert aws.stop(session, arn)["status"] == "refused"
            assert aws.ban(arn) == {}
            assert (slot["confirm"], slot["action"], slot["banned_until"]) == (False, None, None)
            assert aws.client("ivs").get_stream(channelArn=arn)["stream"]["streamId"] == session
        assert len(aws.notices()) == 2
        assert aws.rows("outbox") == []

    def test_what_was_refused_is_stopped_once_there_is_room_again(self, aws, now):
        [*_, (_, last)] = [
            (stop(self.frame(now, number, channel), now), (number, channel))
            for number, channel in self.channels(aws, now, 3)
        ]
        assert stop(self.frame(now, *last), now)["status"] == "breaker_open"
        later = now + timedelta(seconds=601)
        assert stop(self.frame(later, *last), later)["status"] == "stopped"
        assert aws.ban(last[1])["status"] == "standing"

    def test_what_was_not_stopped_is_not_to_be_confirmed(self, aws, now):
        for number, channel in self.channels(aws, now, 3):
            frame = self.frame(now, number, channel)
            frame["verdict"] = frame["verdict"] | {"confirm_stop": True}
            slot = stop(frame, now)
            assert slot["confirm"] is (number < 2)
        assert slot["status"] == "breaker_open"

    def test_a_person_stops_what_was_refused(self, aws, now):
        for number, channel in self.channels(aws, now, 3):
            slot = stop(self.frame(now, number, channel), now)
        assert slot["status"] == "breaker_open"
        asked = self.frame(now, number, channel, "by_person")
        assert stop(asked, now)["status"] == "stopped"
        stamps = aws.row("channels", channel="breaker", item="stamps")["stamps"]
        assert len(stamps) == 2

    def test_a_default_that_nobody_prevented_is_automatic_too(self, aws, now):
        for number, channel in self.channels(aws, now, 3):
            frame = self.frame(now, number, channel, "by_person")
            frame["decision"] = frame["decision"] | {"status": "expired"}
            slot = stop(frame, now)
        assert slot["status"] == "breaker_open"

    def test_tries_of_one_stop_count_once(self, aws, now):
        session = live(aws, now)
        delays.change(stream_stop_seconds=HOUR)
        frame = scene(now, breaker=TIGHT)
        for seconds in (0, 6, 12, 18):
            with pytest.raises(StreamStillLiveError):
                stop(frame, now + timedelta(seconds=seconds))
        fail(frame, now)
        with pytest.raises(StreamStillLiveError):
            stop(another(frame, 57), now + timedelta(seconds=24))
        stamps = aws.row("channels", channel="breaker", item="stamps")["stamps"]
        assert stamps == {f"{iso(now)} {CHANNEL}#{session}"}

    def test_a_refusal_whose_answer_is_lost_refuses_again(self, aws, now):
        for number, channel in self.channels(aws, now, 2):
            stop(self.frame(now, number, channel), now)
        session = live(aws, now)
        frame = scene(now, breaker=TIGHT)
        with aws.wire.killed_at(5, after=True), pytest.raises(KilledError):
            stop(frame, now)
        assert operations(aws)[-1] == "UpdateItem"
        assert aws.stop(session)["status"] == "refused"
        assert stop(frame, now + timedelta(seconds=1))["status"] == "breaker_open"


# Each way to stop a frame's session: the scenario, its terms, and how the service is asked.
WAYS = {
    "ivs": ("critical", {}, "StopStream"),
    "keys": ("critical", {"revoke_keys": True}, "StopStream"),
    "channel": ("medialive", {}, "StopChannel"),
    "slate": ("medialive", SLATE, "BatchUpdateSchedule"),
}
STEPS = {"ivs": 13, "keys": 17, "channel": 13, "slate": 13}
KILLS = [
    (way, call, late)
    for way, steps in STEPS.items()
    for call in range(1, steps + 1)
    for late in (False, True)
]


class TestCrashes:
    """A worker may die before or after any call: one stop, one ban, and everybody is told once."""

    def begin(self, aws, now, way):
        name, terms, _ = WAYS[way]
        chat(aws)
        session = live(aws, now) if name == "critical" else ROW
        if name == "medialive":
            aws.medialive("RUNNING")
            aws.wire.forget()
        return session, scene(now, name, rooms=ROOMS, **terms)

    def killed(self, aws, document, now, call, late):
        """Kill the worker, and return the last call that took effect."""
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            stop(document, now)
        return [None, *operations(aws)][-1]

    def ended(self, aws, now, way, session, died_after):
        """Hold the world to one stop that stands, and that everybody knows of."""
        name, _, operation = WAYS[way]
        channel = CHANNEL if name == "critical" else MEDIALIVE
        sweep(now + timedelta(minutes=5))
        row, ban = aws.stop(session, channel), aws.ban(channel)
        assert (row["status"], "open" in row) == ("stopped", False)
        assert accepted(operation) == 1
        assert calls(aws, operation) <= 2, "again only where nobody noted that it was accepted"
        assert (ban["status"], ban["session"], ban["restops"]) == ("standing", session, 0)
        assert ban["stopped_at"] == row["stopped_at"]
        assert aws.rows("outbox") == []
        assert len(aws.notices()) == 1 + (died_after == "Publish")
        assert calls(aws, "SendEvent") == 1 + (died_after == "SendEvent")
        assert calls(aws, "DeleteStreamKey") == (way == "keys")
        if way == "keys":
            assert row["keys"] == ban["keys"] == "revoked"

    @pytest.mark.parametrize("way", WAYS)
    def test_nothing_fails_and_each_call_is_counted_below(self, aws, now, way):
        session, document = self.begin(aws, now, way)
        stop(document, now)
        assert len(operations(aws)) == STEPS[way]
        self.ended(aws, now, way, session, None)

    @pytest.mark.parametrize(("way", "call", "late"), KILLS)
    def test_its_own_next_try_ends_it(self, aws, now, way, call, late):
        session, document = self.begin(aws, now, way)
        died_after = self.killed(aws, document, now, call, late)
        slot = until_done(document, now)
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        assert slot["stopped_at"] == aws.stop(session, slot["channel_arn"])["stopped_at"]
        self.ended(aws, now, way, session, died_after)

    @pytest.mark.parametrize(
        ("way", "call", "late"), [kill for kill in KILLS if kill[0] in ("keys", "slate")]
    )
    def test_another_frame_ends_what_its_worker_left(self, aws, now, way, call, late):
        session, document = self.begin(aws, now, way)
        died_after = self.killed(aws, document, now, call, late)
        heir = another(document, 57)
        slot = until_done(heir, now + timedelta(seconds=41))
        assert (slot["status"], slot["stream_id"]) == ("stopped", session)
        self.ended(aws, now, way, session, died_after)
