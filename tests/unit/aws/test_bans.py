"""Bans, and the breaker: who may write over what, and how many stops are counted."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from framewarden.aws.bans import UNKNOWN, Bans, act_row
from framewarden.domain.errors import StoreConflictError, StoreThrottledError
from framewarden.domain.times import iso
from tests.unit.scenes import CHANNEL

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
EARLY, LATE = "2026-11-22T08:05:32.000Z", "2026-11-22T08:05:40.000Z"
ORDER = {
    "action": "ban",
    "channel_arn": CHANNEL,
    "channel": "AbCdef1G2hij",
    "session": None,
    "by": "Ada",
    "via": "desk",
    "note": "why",
    "at": EARLY,
}
ACT = act_row(ORDER, "order-1", {"status": "reinstated"}, LATE)


@pytest.fixture
def bans(aws):
    return Bans("channels", "outbox")


def ban(session="st-1", **changes):
    return {
        "since": EARLY,
        "until": None,
        "by": "policy: explicit-stop",
        "via": "policy",
        "note": None,
        "session": session,
        "session_started_at": f"start of {session}",
        "recording": f"recording of {session}",
        "stopped_at": None,
        "keys": "kept",
        "terms": {"ban_for": None},
        "action": "stop_stream",
        "input": None,
        "restops": 0,
        "open": "ban",
        **changes,
    }


class TestSetting:
    def test_a_first_ban_is_written_as_it_is(self, aws, bans):
        row = bans.put(CHANNEL, ban(), None)
        assert row == aws.ban()
        assert (row["status"], row["since"], row["session"]) == ("standing", EARLY, "st-1")
        assert [row["item"] for row in bans.open("ban")] == ["ban"]

    def test_a_ban_that_stands_covers_the_next_session_too(self, aws, bans):
        first = bans.put(CHANNEL, ban(stopped_at=EARLY), None)
        row = bans.put(CHANNEL, ban("st-2", since=LATE, by="Ada", action="slate", input="a"), first)
        assert row == aws.ban()
        assert (row["since"], row["by"]) == (EARLY, "policy: explicit-stop")
        assert (row["session"], row["session_started_at"]) == ("st-2", "start of st-2")
        assert (row["recording"], row["action"], row["input"]) == (
            "recording of st-2",
            "slate",
            "a",
        )
        assert row["stopped_at"] is None, "that was of the session before"

    def test_a_session_whose_recording_nobody_knows_leaves_the_known_one(self, bans):
        first = bans.put(CHANNEL, ban(), None)
        assert bans.put(CHANNEL, ban("st-2", recording=None), first)["recording"] == (
            "recording of st-1"
        )

    def test_a_ban_without_a_session_leaves_the_one_that_stands(self, bans):
        first = bans.put(CHANNEL, ban(stopped_at=EARLY), None)
        row = bans.put(CHANNEL, ban(None, stopped_at=None, recording=None), first)
        assert row == first

    @pytest.mark.parametrize(
        ("stands", "wanted", "until"),
        [
            (SECONDS, SECONDS + 60, SECONDS + 60),
            (SECONDS + 60, SECONDS, SECONDS + 60),
            (None, SECONDS, None),
            (SECONDS, None, None),
            (None, None, None),
        ],
    )
    def test_of_two_ends_the_later_one_holds(self, bans, stands, wanted, until):
        first = bans.put(CHANNEL, ban(until=stands), None)
        assert bans.put(CHANNEL, ban("st-2", until=wanted), first)["until"] == until

    def test_a_stop_of_one_session_opens_no_ban_and_closes_none(self, bans):
        short = ban(until=SECONDS)
        del short["open"]
        first = bans.put(CHANNEL, short, None)
        assert bans.open("ban") == []
        longer = bans.put(CHANNEL, ban("st-2"), first)
        assert (longer["until"], len(bans.open("ban"))) == (None, 1)
        bans.put(CHANNEL, short | {"session": "st-3"}, longer)
        assert len(bans.open("ban")) == 1

    @pytest.mark.parametrize("status", ["lifting", "lifted"])
    def test_a_ban_that_was_lifted_or_nearly_is_set_anew(self, aws, bans, status):
        bans.put(CHANNEL, ban(restops=3, by="Ada"), None)
        lifting = bans.lifting(CHANNEL, LATE, "Bo")
        if status == "lifted":
            assert bans.lifted(CHANNEL, "kept", [], ACT)
        row = bans.put(CHANNEL, ban("st-2", since=LATE), lifting | {"status": status})
        assert (row["status"], row["since"], row["restops"]) == ("standing", LATE, 0)
        assert "lifted_at" not in aws.ban()

    def test_a_ban_that_changed_since_it_was_read_is_read_again(self, aws, bans):
        first = bans.put(CHANNEL, ban(), None)
        with pytest.raises(StoreConflictError):
            bans.put(CHANNEL, ban("st-2"), None)
        bans.lifting(CHANNEL, LATE, "Bo")
        with pytest.raises(StoreConflictError):
            bans.put(CHANNEL, ban("st-2"), first)
        assert (aws.ban()["status"], aws.ban()["session"]) == ("lifting", "st-1")


class TestLifting:
    def test_a_ban_is_lifted_in_two_steps_and_by_whom_is_said(self, aws, bans):
        bans.put(CHANNEL, ban(), None)
        row = bans.lifting(CHANNEL, LATE, "Bo")
        assert (row["status"], row["lifted_at"], row["lifted_by"]) == ("lifting", LATE, "Bo")
        assert len(bans.open("ban")) == 1
        news = [{"id": "notice#1", "kind": "notice", "due": 1}]
        assert bans.lifted(CHANNEL, "fresh", news, ACT) is True
        assert (aws.ban()["status"], aws.ban()["keys"]) == ("lifted", "fresh")
        assert bans.open("ban") == []
        assert (aws.rows("outbox"), aws.acts()) == (news, [ACT])

    def test_who_goes_on_lifting_is_given_the_same_ban(self, bans):
        bans.put(CHANNEL, ban(), None)
        assert bans.lifting(CHANNEL, LATE, "Bo")["session"] == "st-1"
        assert bans.lifting(CHANNEL, LATE, "Cy")["lifted_by"] == "Cy"

    def test_where_no_ban_stands_none_is_lifted(self, aws, bans):
        assert bans.lifting(CHANNEL, LATE, "Bo") is None
        assert bans.lifted(CHANNEL, None, [], ACT) is False
        assert aws.rows("channels") == []

    def test_a_ban_that_was_lifted_or_set_meanwhile_is_not_lifted_again(self, aws, bans):
        bans.put(CHANNEL, ban(), None)
        assert bans.lifted(CHANNEL, None, [{"id": "n"}], ACT) is False
        bans.lifting(CHANNEL, LATE, "Bo")
        assert bans.lifted(CHANNEL, None, [], ACT) is True
        assert bans.lifted(CHANNEL, None, [{"id": "n"}], ACT) is False
        assert bans.lifting(CHANNEL, LATE, "Bo") is None
        assert aws.rows("outbox") == []


class TestFailing:
    def test_a_channel_that_could_not_be_kept_off_is_said_so(self, aws, bans):
        bans.failed(CHANNEL, LATE)
        assert aws.rows("channels") == []
        bans.put(CHANNEL, ban(), None)
        bans.failed(CHANNEL, LATE)
        assert aws.ban()["failed_at"] == LATE

    def test_a_ban_that_is_being_lifted_did_not_fail(self, aws, bans):
        bans.put(CHANNEL, ban(), None)
        bans.lifting(CHANNEL, LATE, "Bo")
        bans.failed(CHANNEL, LATE)
        assert "failed_at" not in aws.ban()

    def test_a_stop_that_failed_before_it_saw_a_session_is_seen_and_counted(self, aws, bans):
        bans.unlooked(CHANNEL, "order-1", "Ada", EARLY, "StopDeniedError")
        bans.unlooked(CHANNEL, "order-2", "Bo", LATE, "ChannelBusyError")
        row = aws.stop(UNKNOWN)
        assert (row["status"], row["stream_id"], row["failures"]) == ("failed", UNKNOWN, 2)
        assert (row["since"], row["failed_at"]) == (EARLY, LATE)
        assert (row["owner"], row["by"], row["error"]) == ("order-2", "Bo", "ChannelBusyError")
        assert [row["item"] for row in bans.open("stop")] == ["stop#unknown"]
        assert bans.close(CHANNEL, UNKNOWN, "ended", LATE, ("failed",), False)
        assert bans.open("stop") == []
        assert "failures" not in aws.stop(UNKNOWN)


class TestBreaker:
    def admits(self, bans, name, seconds=0, stops=3):
        return bans.admits(f"{CHANNEL}#{name}", NOW + timedelta(seconds=seconds), stops, 600)

    def stamps(self, aws):
        return aws.row("channels", channel="breaker", item="stamps")["stamps"]

    def test_so_many_are_admitted_and_no_more(self, aws, bans):
        admitted = [self.admits(bans, f"st-{number}", stops=20) for number in range(50)]
        assert admitted == [True] * 20 + [False] * 30
        assert len(self.stamps(aws)) == 20

    def test_however_they_meet_exactly_so_many_are_admitted(self, aws, bans):
        """Each write comes just before another's, so what was read before it is worth nothing."""
        admitted = []

        def next_one(number):
            if number < 50:
                aws.wire.before("UpdateItem", lambda: next_one(number + 1))
                admitted.append(self.admits(bans, f"st-{number}", stops=20))

        next_one(0)
        assert len(admitted) == 50
        assert admitted.count(True) == len(self.stamps(aws)) == 20

    def test_a_stop_counts_once_however_often_it_is_tried(self, aws, bans):
        for _ in range(5):
            assert self.admits(bans, "st-1")
        assert self.admits(bans, "st-2")
        assert self.admits(bans, "st-3")
        assert self.admits(bans, "st-4") is False
        assert self.admits(bans, "st-1"), "it is counted already"
        assert len(self.stamps(aws)) == 3

    def test_the_same_session_stopped_anew_counts_anew(self, aws, bans):
        assert self.admits(bans, "st-1")
        assert self.admits(bans, "st-1", seconds=5)
        assert len(self.stamps(aws)) == 2

    def test_stamps_of_long_ago_leave_when_there_is_no_room(self, aws, bans):
        assert [self.admits(bans, "st-1", seconds) for seconds in (0, 1, 300)] == [True] * 3
        assert self.admits(bans, "st-2", 600) is False, "all three are of the last ten minutes"
        assert self.admits(bans, "st-2", 601)
        assert len(self.stamps(aws)) == 3
        assert self.admits(bans, "st-3", 601) is False
        assert self.admits(bans, "st-3", 602)

    def test_all_of_them_may_leave(self, aws, bans):
        for name in ("st-1", "st-2", "st-3"):
            assert self.admits(bans, name)
        assert self.admits(bans, "st-4", 3600)
        assert self.stamps(aws) == {f"{iso(NOW + timedelta(hours=1))} {CHANNEL}#st-4"}

    @pytest.mark.parametrize("seconds", [3600, 1], ids=["just now", "by a clock that is late"])
    def test_room_that_somebody_else_took_at_once_is_taken(self, aws, bans, seconds):
        for name in ("st-1", "st-2", "st-3"):
            assert self.admits(bans, name)

        def others():
            for name in ("st-5", "st-6", "st-7"):
                assert self.admits(bans, name, seconds)

        # The third write is the second try to stamp: after the full set, and the forgetting.
        for do in (lambda: None, lambda: None, others):
            aws.wire.before("UpdateItem", do)
        assert self.admits(bans, "st-4", 3600) is False

    def test_a_policy_that_allows_fewer_than_were_counted_allows_none(self, bans):
        for name in ("st-1", "st-2", "st-3"):
            assert self.admits(bans, name)
        assert self.admits(bans, "st-4", stops=2) is False

    @pytest.mark.parametrize(
        ("code", "leaf"),
        [("ThrottlingException", StoreThrottledError), ("ValidationException", ClientError)],
    )
    def test_a_count_that_could_not_be_written_admits_nobody(self, aws, bans, code, leaf):
        aws.wire.fails("UpdateItem", code)
        with pytest.raises(leaf):
            self.admits(bans, "st-1")
        assert self.admits(bans, "st-1")


@pytest.mark.parametrize(
    ("slot", "error", "status", "session"),
    [
        ({"status": "stopped", "stream_id": "st-1"}, None, "done", "st-1"),
        ({"status": "already_offline", "stream_id": None}, None, "done", "st-0"),
        ({}, "StopDeniedError", "failed", "st-0"),
    ],
)
def test_an_act_says_who_wanted_what_and_what_came_of_it(slot, error, status, session):
    row = act_row(ORDER | {"session": "st-0"}, "order-1", slot, LATE, error)
    assert row == {
        "channel": CHANNEL,
        "item": f"act#{EARLY}#order-1",
        "action": "ban",
        "by": "Ada",
        "via": "desk",
        "note": "why",
        "at": EARLY,
        "execution": "order-1",
        "status": status,
        "result": slot.get("status"),
        "error": error,
        "session": session,
        "ended_at": LATE,
    }
