"""The Channels table's own rules: who may write over what."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from framewarden.aws.channels import Channels
from framewarden.aws.outbox import Outbox
from tests.unit.scenes import CHANNEL

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
EARLY, LATE = "2026-11-22T08:05:32.000Z", "2026-11-22T08:05:40.000Z"
NOTICE = {"id": "notice#1", "kind": "notice", "subject": "s", "text": "t", "due": SECONDS}
EVENT = {"id": "chat#1", "kind": "chat", "code": "stream_stopped", "due": SECONDS}
ACT = {"channel": CHANNEL, "item": f"act#{EARLY}#order-1", "result": "stopped"}
UNSEEN = {"channel": CHANNEL, "session": "st-1", "reason": "no_frames", "since": EARLY}


@pytest.fixture
def channels(aws):
    channels = Channels("channels", "outbox")
    aws.put("channels", {"channel": CHANNEL, "item": "ban", "status": "standing", "restops": 0})
    return channels


def take(channels, owner="a", now=SECONDS, session="st-1", **more):
    details = {
        "owner": owner,
        "stream_id": session,
        "incident": f"incident of {owner}",
        "begun_at": f"begun by {owner}",
        "since": EARLY,
        "started_at": None,
        "input": None,
    }
    return channels.take(CHANNEL, session, details | more, now, now + 40)


def stopped(channels, at=EARLY, news=(NOTICE,), act=None, restop=0):
    return channels.stopped(CHANNEL, "st-1", at, list(news), act, restop)


def close(channels, status="reinstated", was=("stopped",), keep=False):
    return channels.close(CHANNEL, "st-1", status, LATE, was, keep)


def opened(channels):
    return [row["item"] for row in channels.open("stop")]


class TestTaking:
    def test_a_stop_has_one_owner_until_its_lease_lapses(self, channels):
        assert take(channels)["status"] == "stopping"
        assert take(channels, "b") is None
        assert take(channels, "a", SECONDS + 10)["lease_until"] == SECONDS + 50
        assert take(channels, "b", SECONDS + 50) is None
        assert take(channels, "b", SECONDS + 51)["owner"] == "b"
        assert take(channels, "a", SECONDS + 52) is None

    def test_what_names_a_stop_is_its_first_owners(self, channels):
        first = take(channels, input="camera", since=EARLY)
        second = take(channels, "b", SECONDS + 41, input="slate", since=LATE, by="Ada")
        for name in ("incident", "begun_at", "since", "input", "started_at"):
            assert second[name] == first[name]
        assert (second["owner"], second["by"]) == ("b", "Ada")

    def test_a_failed_stop_is_taken_over_and_a_finished_one_never(self, channels):
        take(channels)
        assert channels.fail(CHANNEL, "st-1", LATE, "StopDeniedError") is True
        assert channels.fail(CHANNEL, "st-1", LATE, "StopDeniedError") is False
        row = take(channels, "b")
        assert (row["owner"], row["failures"], row["error"]) == ("b", 1, "StopDeniedError")
        assert stopped(channels) is True
        assert take(channels, "b") is None
        assert channels.fail(CHANNEL, "st-1", LATE, "StopDeniedError") is False

    @pytest.mark.parametrize("ended", ["refused", "ended", "reinstated"])
    def test_a_stop_that_ended_otherwise_begins_anew(self, channels, ended):
        take(channels)
        channels.accepted(CHANNEL, "st-1", EARLY)
        channels.keys(CHANNEL, "st-1", "revoked")
        assert close(channels, ended, ("stopping",))
        row = take(channels, "b", input="camera")
        assert (row["incident"], row["begun_at"]) == ("incident of b", "begun by b")
        assert row["input"] == "camera"
        assert not {"accepted_at", "called_at", "keys", "failures"} & set(row)

    def test_the_stops_of_two_sessions_are_two(self, channels):
        assert take(channels)
        assert take(channels, "b", session="st-2")
        assert channels.stop(CHANNEL, "st-1")["owner"] == "a"
        assert channels.stop(CHANNEL, "st-3") is None


class TestEnding:
    def test_acceptance_is_noted_first_and_last(self, channels):
        take(channels)
        channels.accepted(CHANNEL, "st-1", EARLY)
        row = channels.accepted(CHANNEL, "st-1", LATE)
        assert (row["accepted_at"], row["called_at"]) == (EARLY, LATE)
        assert channels.accepted(CHANNEL, "st-2", LATE) is None
        assert channels.stop(CHANNEL, "st-2") is None

    def test_what_became_of_the_keys_is_said_of_the_stop_and_of_the_ban(self, aws, channels):
        take(channels)
        channels.keys(CHANNEL, "st-1", "denied")
        assert aws.stop("st-1")["keys"] == aws.ban()["keys"] == "denied"
        channels.keys(CHANNEL + "2", "st-1", "denied")
        assert {row["channel"] for row in aws.rows("channels")} == {CHANNEL}

    def test_a_stop_its_words_and_its_act_are_kept_together_or_not_at_all(self, aws, channels):
        assert stopped(channels, news=(NOTICE, EVENT), act=ACT) is False
        assert aws.rows("outbox") == aws.acts() == []
        take(channels)
        assert stopped(channels, news=(NOTICE, EVENT), act=ACT) is True
        assert sorted(aws.rows("outbox"), key=lambda row: row["id"]) == [EVENT, NOTICE]
        assert aws.acts() == [ACT]
        assert aws.stop("st-1")["stopped_at"] == aws.ban()["stopped_at"] == EARLY
        Outbox("outbox").delivered(NOTICE["id"])
        Outbox("outbox").delivered(EVENT["id"])
        assert stopped(channels, LATE) is False
        assert aws.rows("outbox") == []
        assert aws.stop("st-1")["stopped_at"] == EARLY

    def test_a_stop_that_succeeds_forgets_that_it_failed(self, aws, channels):
        take(channels)
        channels.fail(CHANNEL, "st-1", LATE, "StopDeniedError")
        aws.put("channels", aws.ban() | {"failed_at": LATE})
        assert stopped(channels)
        assert not {"failed_at", "failures", "error", "open"} & set(aws.stop("st-1"))
        assert "failed_at" not in aws.ban()

    def test_stops_of_a_channel_that_came_back_are_counted(self, aws, channels):
        for session, restop in (("st-1", 1), ("st-2", 0), ("st-3", 1)):
            take(channels, session=session)
            assert channels.stopped(CHANNEL, session, EARLY, [], None, restop)
        assert aws.ban()["restops"] == 2

    def test_a_stop_without_a_ban_is_not_written(self, aws, channels):
        take(channels)
        aws.client("dynamodb").delete_item(
            TableName="channels", Key={"channel": {"S": CHANNEL}, "item": {"S": "ban"}}
        )
        assert stopped(channels) is False
        assert aws.stop("st-1")["status"] == "stopping"

    def test_only_a_stop_in_one_of_some_states_is_closed(self, aws, channels):
        take(channels)
        assert close(channels, "ended", ("stopped", "failed")) is False
        assert close(channels, "ended", ("stopping", "failed")) is True
        assert close(channels, "ended", ("stopping", "failed")) is False
        assert (aws.stop("st-1")["status"], aws.stop("st-1")["ended_at"]) == ("ended", LATE)

    def test_what_was_true_of_a_session_that_is_over_is_kept(self, aws, channels):
        take(channels)
        channels.accepted(CHANNEL, "st-1", EARLY)
        stopped(channels)
        close(channels, keep=True)
        row = aws.stop("st-1")
        assert (row["status"], row["accepted_at"], row["stopped_at"]) == (
            *("reinstated", EARLY, EARLY),
        )
        assert row["begun_at"] == "begun by a"
        assert opened(channels) == []


class TestOpen:
    """The index holds what somebody must still do something about."""

    def test_a_stop_is_open_until_it_is_done_or_ends(self, channels):
        for status in ("stopped", "ended", "refused", "reinstated"):
            take(channels)
            assert opened(channels) == ["stop#st-1"]
            channels.fail(CHANNEL, "st-1", LATE, "StopDeniedError")
            assert opened(channels) == ["stop#st-1"]
            if status == "stopped":
                stopped(channels)
                assert opened(channels) == []
                close(channels)
            close(channels, status, ("failed",))
            assert opened(channels) == []

    def test_the_oldest_comes_first_and_each_kind_by_itself(self, aws, channels):
        take(channels, session="st-late", since=LATE)
        take(channels, session="st-early", since=EARLY)
        aws.put("channels", aws.ban() | {"open": "ban", "since": EARLY})
        assert opened(channels) == ["stop#st-early", "stop#st-late"]
        assert [row["item"] for row in channels.open("ban")] == ["ban"]
        assert channels.open("unseen") == []

    def test_a_channels_rows_are_its_own(self, aws, channels):
        take(channels)
        aws.put("channels", {"channel": CHANNEL + "2", "item": "stop#st-1", "status": "x"})
        assert {row["item"] for row in channels.rows(CHANNEL)} == {"ban", "stop#st-1"}
        assert [asked["ConsistentRead"] for asked in aws.wire.made("Query")] == [True]

    @pytest.mark.parametrize("consistent", [True, False])
    def test_a_ban_is_read_by_one_look(self, aws, channels, consistent):
        assert channels.ban(CHANNEL, consistent=consistent)["status"] == "standing"
        assert channels.ban(CHANNEL + "2", consistent=consistent) is None
        looks = aws.wire.made("GetItem")
        assert [asked["ConsistentRead"] for asked in looks] == [consistent] * 2
        assert {asked["Key"]["item"]["S"] for asked in looks} == {"ban"}


class TestActs:
    def test_what_was_recorded_with_a_stop_is_not_overwritten_by_a_later_try(self, aws, channels):
        channels.act(ACT)
        channels.act(ACT | {"result": "already_offline"})
        assert aws.acts() == [ACT]

    def test_a_stop_has_the_last_word(self, aws, channels):
        channels.act(ACT | {"result": "already_offline"})
        take(channels)
        assert stopped(channels, act=ACT)
        assert aws.acts() == [ACT]

    def test_each_order_has_a_record(self, aws, channels):
        channels.act(ACT)
        channels.act(ACT | {"item": f"act#{EARLY}#order-2"})
        assert len(aws.acts()) == 2


class TestUnseen:
    def see(self, aws, channels, **changes):
        channels.unseen(UNSEEN | {"open": "unseen"} | changes)
        return aws.unseen()

    def test_the_first_word_about_a_session_stands(self, aws, channels):
        assert self.see(aws, channels, reason="recording_start_failure")["since"] == EARLY
        row = self.see(aws, channels, since=LATE)
        assert (row["since"], row["reason"]) == (EARLY, "recording_start_failure")
        assert [row["item"] for row in channels.open("unseen")] == ["unseen"]

    def test_another_session_or_another_kind_is_news(self, aws, channels):
        self.see(aws, channels, open="watched")
        assert self.see(aws, channels, since=LATE)["since"] == LATE
        assert self.see(aws, channels, session="st-2")["since"] == EARLY

    def test_what_is_seen_again_is_forgotten(self, aws, channels):
        self.see(aws, channels)
        channels.seen(CHANNEL)
        channels.seen(CHANNEL)
        assert aws.unseen() == {}


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("PutItem", lambda channels: channels.act(ACT)),
        ("PutItem", lambda channels: channels.unseen(UNSEEN | {"open": "unseen"})),
        ("UpdateItem", lambda channels: channels.fail(CHANNEL, "s", LATE, "why")),
        ("UpdateItem", close),
        ("UpdateItem", take),
        ("TransactWriteItems", stopped),
    ],
)
def test_a_write_that_is_refused_for_no_condition_is_no_answer(aws, channels, operation, call):
    aws.wire.fails(operation, "ValidationException")
    with pytest.raises(ClientError, match="ValidationException"):
        call(channels)
