"""What waits for somebody, in the words that the page and the terminal share."""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden.domain import attention
from framewarden.domain.times import iso

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
SECOND = int(NOW.timestamp())
IVS = "arn:aws:ivs:us-east-1:111122223333:channel/studio"
MEDIALIVE = "arn:aws:medialive:us-east-1:111122223333:channel:1234567"


def at(seconds):
    return iso(NOW + timedelta(seconds=seconds))


def ban(**row):
    standing = {"channel": IVS, "status": "standing", "since": at(-9), "until": None, "by": "Ada"}
    return attention.ban_entry(standing | row, NOW)


def stop(status, **row):
    known = {"channel": IVS, "stream_id": "st-1", "status": status, "since": at(-9), "by": "Ada"}
    return attention.stop_entry(known | row, NOW)


class TestBans:
    def test_one_that_stands_for_good(self):
        assert ban() == {
            "channel_arn": IVS,
            "status": "standing",
            "since": at(-9),
            "until": "until_reinstated",
            "by": "Ada",
            "says": "studio is banned until reinstated, by Ada",
        }

    def test_one_that_ends(self):
        found = ban(until=SECOND + 60)
        assert found["until"] == at(60)
        assert found["says"] == f"studio is banned until {at(60)}, by Ada"

    def test_one_that_is_being_lifted_is_told_even_after_its_end(self):
        found = ban(status="lifting", until=SECOND - 60, lifted_at=at(-2), lifted_by="Bob")
        assert found["says"] == f"the ban of studio is being lifted since {at(-2)} by Bob"

    def test_one_that_is_over_is_none(self):
        assert ban(until=SECOND - 1) is None
        assert ban(status="lifted") is None
        assert attention.ban_words(None, NOW) is None


class TestStops:
    def test_one_that_failed_says_what_is_still_true(self):
        found = stop("failed", error="StreamStillLiveError", failed_at=at(-3))
        assert (found["error"], found["session"], found["by"]) == (
            *("StreamStillLiveError", "st-1", "Ada"),
        )
        assert found["says"] == (
            f"studio: the stop of session st-1 failed at {at(-3)}: the stop was accepted but the "
            "stream is still there; it is still on air"
        )

    def test_one_that_nobody_works_on_hangs(self):
        found = stop("stopping", lease_until=SECOND - 1, begun_at=at(-90))
        assert found["error"] is None
        assert found["says"].endswith(
            f"hangs: begun at {at(-90)}, taken up by nobody; it may still be on air"
        )

    def test_one_that_is_under_way_or_done_is_none(self):
        assert stop("stopping", lease_until=SECOND) is None
        assert stop("stopped") is None


def test_a_channel_that_nobody_sees_says_why():
    row = {"channel": MEDIALIVE, "session": "running", "since": at(-9), "reason": "no_frames"}
    found = attention.unseen_entry(row | {"last_frame_at": at(-99)})
    assert found["says"] == (
        f"1234567: live, but its frames do not come (the last came at {at(-99)}): nobody looks "
        "at it"
    )
    never = attention.unseen_entry(row)
    assert "(none has come at all)" in never["says"]
    assert never["last_frame_at"] is None
    unrecorded = attention.unseen_entry(row | {"reason": "recording_start_failure"})
    assert f"live without a recording since {at(-9)}" in unrecorded["says"]


def test_a_message_is_told_by_what_it_is():
    row = {"id": "notice#1", "kind": "notice", "due": SECOND, "text": "secret"}
    fresh = attention.undelivered_entry(row)
    assert fresh == {
        "id": "notice#1",
        "kind": "notice",
        "attempts": 0,
        "last_error": None,
        "due": at(0),
        "says": "notice notice#1 is not delivered yet: new",
    }
    assert attention.given_up_entry(row) is None
    tried = attention.undelivered_entry(row | {"attempts": 2, "last_error": "RoomNotFoundError"})
    assert tried["says"].endswith("tried 2 times (RoomNotFoundError)")
    gone = row | {"given_up_at": at(-1), "expires_at": SECOND + 9, "last_error": "E", "attempts": 3}
    found = attention.given_up_entry(gone)
    assert attention.undelivered_entry(gone) is None
    assert (found["given_up_at"], found["expires_at"], found["attempts"]) == (at(-1), at(9), 3)
    assert found["says"] == "notice notice#1 was given up: E"
    assert "secret" not in str((fresh, tried, found))


@pytest.mark.parametrize(("left", "channel"), [(240, "studio"), (-1, None)])
def test_the_nearest_deadline_says_what_is_left(left, channel):
    row = {"review_id": "r1", "severity": "high", "deadline": SECOND + left, "task_token": "T"}
    found = attention.oldest_entry(row | ({"channel": channel} if channel else {}), NOW)
    assert found == {
        "review_id": "r1",
        "severity": "high",
        "channel": channel,
        "deadline": at(left),
        "seconds_left": left,
    }
