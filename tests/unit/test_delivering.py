from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ConnectTimeoutError

from framewarden import delivering, settings
from framewarden.aws.outbox import Outbox
from tests.unit.scenes import CHANNEL, MEDIALIVE
from tests.unit.wire import KilledError, refused

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
REVIEW = {"review_id": "r1", "status": "decided", "task_token": "token-1", "waiting_rung": 0}
ANSWER = {"decision": "allow"}
ROOM, OTHER_ROOM = (f"arn:aws:ivschat:us-east-1:111122223333:room/{name}" for name in ("a", "b"))
ROOMS = {"viewers": ROOM, "moderators": None}
SENT = {
    "roomIdentifier": ROOM,
    "eventName": "moderation:stream_stopped",
    "attributes": {"v": "1", "code": "stream_stopped"},
}


def callback(aws, **review):
    """Keep the answer of a review that waits, and return its row."""
    aws.put("reviews", REVIEW | review)
    row = delivering.callback("r1", 0, ANSWER, NOW)
    Outbox("outbox").put(row)
    return row


def send(row, now=NOW):
    return delivering.resend(row, settings.Sweep.read(), now)


def event(rooms=ROOMS, channel=CHANNEL):
    """Keep a code for a channel's viewers, and return its row."""
    row = delivering.viewers_event("stop#1", channel, rooms, "stream_stopped", NOW)
    Outbox("outbox").put(row)
    return row


def publish(row, now=NOW):
    return delivering.publish_kept(row, settings.StopStream.read(), now)


def tagged(aws, tags, spelt="tags"):
    aws.wire.serves("ListTagsForResource", lambda asked: {spelt: tags})


@pytest.fixture
def chat(aws):
    """Let IVS Chat take every event."""
    aws.wire.serves("SendEvent", lambda asked: {"id": "event1234567"})


def test_an_answer_is_forgotten_when_it_is_delivered(aws):
    assert send(callback(aws)) is True
    assert aws.answers() == [{"token": "token-1", **ANSWER}]
    assert aws.rows("outbox") == []


def test_an_answer_is_not_sent_to_the_wait_of_a_later_rung(aws):
    assert send(callback(aws, waiting_rung=1, task_token="token-2")) is True
    assert aws.answers() == []
    assert aws.rows("outbox") == []


def test_an_answer_to_a_review_that_is_gone_is_dropped(aws):
    row = delivering.callback("gone", 0, ANSWER, NOW)
    Outbox("outbox").put(row)
    assert send(row) is True
    assert aws.rows("outbox") == []


def test_an_answer_waits_until_the_wait_begins(aws):
    row = callback(aws, task_token="")
    assert send(row) is False
    [kept] = aws.rows("outbox")
    assert (kept["attempts"], kept["last_error"]) == (1, "nobody waits yet")
    aws.put("reviews", REVIEW)
    assert send(kept) is True


def test_the_pauses_double_from_a_minute_to_an_hour(aws):
    row, pauses = callback(aws), []
    for _ in range(9):
        aws.wire.fails("SendTaskSuccess", "ThrottlingException")
        send(row)
        [row] = aws.rows("outbox")
        pauses.append(row["due"] - SECONDS)
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert row["attempts"] == 9


@pytest.mark.parametrize("attempts", [50, 10_000])
def test_a_very_old_row_is_still_tried_hourly(aws, attempts):
    row = callback(aws) | {"attempts": attempts}
    Outbox("outbox").put(row)
    aws.wire.fails("SendTaskSuccess", "ThrottlingException")
    send(row)
    assert aws.rows("outbox")[0]["due"] == SECONDS + 3600


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InvalidOutput"])
def test_whatever_the_failure_the_row_is_kept(aws, code):
    aws.wire.fails("SendTaskSuccess", code)
    assert send(callback(aws)) is False
    assert len(aws.rows("outbox")) == 1


def test_a_connection_that_fails_keeps_the_row(aws):
    aws.wire.raises("Publish", ConnectTimeoutError(endpoint_url="https://example.invalid"))
    row = delivering.notice("n", "subject", "text", NOW)
    Outbox("outbox").put(row)
    assert delivering.publish_kept(row, settings.Sweep.read(), NOW) is False
    assert aws.rows("outbox")[0]["last_error"] == "StoreThrottledError"


def test_a_row_that_nobody_understands_holds_up_nobody(aws):
    strange = {"id": "notice#x", "kind": "from the future", "due": SECONDS}
    Outbox("outbox").put(strange)
    assert send(strange) is False
    assert aws.rows("outbox")[0]["last_error"] == "KeyError"


def test_a_kept_notice_is_forgotten_once_it_is_sent(aws):
    row = delivering.notice("stop#1", "subject", "text", NOW)
    Outbox("outbox").put(row)
    assert delivering.publish_kept(row, settings.Sweep.read(), NOW) is True
    assert aws.rows("outbox") == []
    assert aws.notices() == [{"subject": "subject", "text": "text"}]


@pytest.mark.parametrize("due", [SECONDS + 1, SECONDS + 31])
def test_a_row_that_took_its_place_while_it_was_sent_is_kept(aws, due):
    row = delivering.notice("n", "subject", "text", NOW)
    newer = delivering.notice("n", "subject", "newer", NOW) | {"due": due}
    Outbox("outbox").put(row)
    aws.wire.before("DeleteItem", lambda: Outbox("outbox").put(newer))
    assert publish(row) is True
    assert aws.rows("outbox") == [newer]
    assert publish(newer) is True
    assert [notice["text"] for notice in aws.notices()] == ["text", "newer"]


def test_a_row_that_another_worker_has_delivered_is_delivered(aws):
    row = delivering.notice("n", "subject", "text", NOW)
    assert publish(row) is True
    assert aws.rows("outbox") == []


def test_a_row_that_cannot_be_forgotten_is_sent_again(aws):
    row = delivering.notice("n", "subject", "text", NOW)
    Outbox("outbox").put(row)
    aws.wire.fails("DeleteItem", "ValidationException")
    assert publish(row) is False
    [kept] = aws.rows("outbox")
    assert (kept["attempts"], kept["last_error"]) == (1, "ClientError")


def test_a_fresh_row_is_left_to_the_worker_that_wrote_it():
    assert delivering.notice("n", "s", "t", NOW)["due"] > (NOW + timedelta(seconds=15)).timestamp()
    assert delivering.callback("r", 0, {}, NOW)["due"] > (NOW + timedelta(seconds=15)).timestamp()


def test_what_is_logged_about_a_failure_is_its_name_and_the_row(aws, logged):
    aws.wire.fails("SendTaskSuccess", "ThrottlingException")
    send(callback(aws))
    assert "StoreThrottledError" in logged.getvalue()
    assert "callback#r1#0" in logged.getvalue()
    assert "token-1" not in logged.getvalue()
    assert "allow" not in logged.getvalue()


class TestRooms:
    def test_viewers_are_told_a_code_in_the_policys_room(self, aws, chat):
        tagged(aws, {"framewarden-viewers-room": OTHER_ROOM})
        assert publish(event()) is True
        assert aws.wire.made("SendEvent") == [SENT]
        assert aws.wire.made("ListTagsForResource") == []
        assert aws.rows("outbox") == []

    @pytest.mark.parametrize("rooms", [None, {"viewers": None, "moderators": OTHER_ROOM}])
    @pytest.mark.parametrize(("channel", "spelt"), [(CHANNEL, "tags"), (MEDIALIVE, "Tags")])
    def test_else_in_the_room_of_the_channels_tags(self, aws, chat, rooms, channel, spelt):
        tags = {"framewarden-viewers-room": ROOM, "framewarden-moderators-room": OTHER_ROOM}
        tagged(aws, tags, spelt)
        assert publish(event(rooms, channel)) is True
        assert aws.wire.made("SendEvent") == [SENT]

    @pytest.mark.parametrize("tags", [{}, {"framewarden-viewers-room": ""}, {"other": ROOM}])
    def test_a_channel_without_a_room_has_nobody_to_tell(self, aws, counted, tags):
        tagged(aws, tags)
        assert publish(event(None)) is True
        assert aws.wire.made("SendEvent") == []
        assert aws.rows("outbox") == []
        assert counted() == {}

    def test_a_deleted_channel_has_taken_its_tags_along(self, aws, counted):
        aws.wire.serves("ListTagsForResource", lambda asked: refused("ResourceNotFoundException"))
        assert publish(event(None)) is True
        assert aws.rows("outbox") == []
        assert counted() == {}

    @pytest.mark.parametrize("operation", ["ListTagsForResource", "SendEvent"])
    def test_a_throttled_event_is_sent_later(self, aws, chat, operation):
        tagged(aws, {"framewarden-viewers-room": ROOM})
        aws.wire.fails(operation, "ThrottlingException", status=429)
        assert publish(event(None)) is False
        [row] = aws.rows("outbox")
        assert (row["attempts"], row["due"]) == (1, SECONDS + 60)
        assert "given_up_at" not in row
        assert send(row) is True
        assert aws.rows("outbox") == []

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", [1, 2, 3])
    def test_a_worker_killed_at_any_call_leaves_nobody_untold(self, aws, chat, call, late):
        tagged(aws, {"framewarden-viewers-room": ROOM})
        row = event(None)
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            publish(row)
        for kept in aws.rows("outbox"):
            assert send(kept) is True
        told = aws.wire.made("SendEvent")
        assert told in ([SENT], [SENT, SENT]), "twice only if it died between telling and noting"
        assert aws.rows("outbox") == []


class TestGivingUp:
    @pytest.mark.parametrize(
        ("code", "name"),
        [
            ("ResourceNotFoundException", "RoomNotFoundError"),
            ("AccessDeniedException", "MessageRefusedError"),
            ("ValidationException", "MessageRefusedError"),
            ("PendingVerification", "MessageRefusedError"),
        ],
    )
    def test_what_a_room_will_never_take_is_given_up_and_seen(self, aws, counted, code, name):
        aws.wire.fails("SendEvent", code, status=403)
        assert publish(event()) is False
        [row] = aws.rows("outbox")
        assert (row["last_error"], row["attempts"]) == (name, 1)
        assert row["given_up_at"] == "2026-11-22T08:05:32.000Z"
        assert row["expires_at"] == SECONDS + 14 * 86400
        assert counted() == {"NoticeGivenUp": 1}

    @pytest.mark.parametrize("code", ["AuthorizationError", "NotFound", "InvalidParameter"])
    def test_a_notice_that_sns_will_never_take_is_given_up_too(self, aws, counted, code):
        aws.wire.fails("Publish", code)
        row = delivering.notice("n", "subject", "text", NOW)
        Outbox("outbox").put(row)
        assert publish(row) is False
        [kept] = aws.rows("outbox")
        assert kept["last_error"] == "MessageRefusedError"
        assert "given_up_at" in kept
        assert counted() == {"NoticeGivenUp": 1}

    def test_a_room_that_may_not_be_looked_for_is_given_up(self, aws, counted):
        aws.wire.fails("ListTagsForResource", "AccessDeniedException", status=403)
        publish(event(None))
        assert aws.rows("outbox")[0]["last_error"] == "StopDeniedError"
        assert counted() == {"NoticeGivenUp": 1}

    @pytest.mark.parametrize("operation", ["Publish", "SendEvent"])
    def test_more_than_forty_eight_attempts_are_enough(self, aws, counted, operation):
        row = event() if operation == "SendEvent" else delivering.notice("n", "s", "t", NOW)
        Outbox("outbox").put(row | {"attempts": 47})
        aws.wire.fails(operation, "ThrottlingException", times=2)
        [row] = aws.rows("outbox")
        assert send(row) is False
        [row] = aws.rows("outbox")
        assert (row["attempts"], row["due"]) == (48, SECONDS + 3600)
        assert counted() == {}
        assert send(row) is False
        [row] = aws.rows("outbox")
        assert (row["attempts"], row["last_error"]) == (49, "StoreThrottledError")
        assert "given_up_at" in row
        assert counted() == {"NoticeGivenUp": 1}

    @pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
    def test_an_answer_is_never_given_up_because_its_execution_waits(self, aws, counted, code):
        row = callback(aws) | {"attempts": 1000}
        Outbox("outbox").put(row)
        aws.wire.fails("SendTaskSuccess", code)
        send(row)
        [kept] = aws.rows("outbox")
        assert "given_up_at" not in kept
        assert kept["due"] == SECONDS + 3600
        assert counted() == {}

    def test_of_two_who_give_up_one_counts(self, aws, counted):
        row = event()
        aws.wire.fails("SendEvent", "AccessDeniedException", times=2)
        publish(row)
        publish(row, NOW + timedelta(seconds=9))
        assert aws.rows("outbox")[0]["given_up_at"] == "2026-11-22T08:05:32.000Z"
        assert counted() == {"NoticeGivenUp": 1}

    def test_what_was_delivered_meanwhile_is_not_brought_back_to_be_given_up(self, aws, counted):
        row = event()
        aws.wire.fails("SendEvent", "AccessDeniedException")
        aws.wire.before("UpdateItem", lambda: Outbox("outbox").delivered(row["id"]))
        assert publish(row) is False
        assert aws.rows("outbox") == []
        assert counted() == {}

    @pytest.mark.parametrize("code", ["ThrottlingException", "ValidationException"])
    def test_a_row_that_cannot_even_be_given_up_stays_due_and_fails_nobody(self, aws, code, logged):
        aws.wire.fails("SendEvent", "AccessDeniedException")
        aws.wire.fails("UpdateItem", code)
        row = event()
        assert publish(row) is False
        assert aws.rows("outbox") == [row]
        assert "not postponed" in logged.getvalue()

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_worker_killed_while_it_gives_up_leaves_the_row_to_the_next(self, aws, call, late):
        aws.wire.serves("SendEvent", lambda asked: refused("AccessDeniedException", 403))
        row = event()
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            publish(row)
        for kept in aws.rows("outbox"):
            if "given_up_at" not in kept:
                send(kept)
        [kept] = aws.rows("outbox")
        assert kept["last_error"] == "MessageRefusedError"
        assert "given_up_at" in kept
