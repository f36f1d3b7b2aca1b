"""What waits for somebody, read from the tables and queues as far as a bound."""

import pytest

from framewarden.aws import attention
from framewarden.domain.errors import StoreThrottledError
from tests.unit.scenes import CHANNEL


def keep(aws, kind, number, **row):
    key = {"channel": f"{CHANNEL}{number}", "item": kind}
    aws.put("channels", key | {"open": kind, "since": f"2026-11-22T08:00:{number:02}.000Z"} | row)


def message(aws, number, **row):
    known = {"id": f"notice#{number}", "kind": "notice", "due": 100 - number, "text": "secret"}
    aws.put("outbox", known | {"task_token": "secret", "subject": "secret"} | row)


def test_open_rows_of_a_kind_come_the_oldest_first_as_far_as_asked(aws):
    for number in (3, 1, 2):
        keep(aws, "ban", number)
    keep(aws, "unseen", 9)
    rows, more = attention.open_rows("channels", "ban", 3)
    assert [row["channel"][-1] for row in rows] == ["1", "2", "3"]
    assert not more or attention.open_rows("channels", "ban", 4) == (rows, False)
    rows, more = attention.open_rows("channels", "ban", 2)
    assert ([row["channel"][-1] for row in rows], more) == (["1", "2"], True)
    assert attention.open_rows("channels", "stop", 2) == ([], False)


def test_messages_are_read_without_what_they_say(aws):
    for number in (1, 2, 3):
        message(aws, number, attempts=number, last_error="E")
    rows, more = attention.messages("outbox", 9)
    assert [row["id"] for row in rows] == ["notice#3", "notice#2", "notice#1"], "by their turn"
    assert not more
    assert rows[0] == {
        "id": "notice#3", "kind": "notice", "due": 97, "attempts": 3, "last_error": "E",
    }  # fmt: skip
    [asked] = aws.wire.made("Scan")
    assert set(asked["ExpressionAttributeNames"].values()) == {
        *("id", "kind", "attempts", "last_error", "due", "given_up_at", "expires_at"),
    }
    assert asked["Select"] == "SPECIFIC_ATTRIBUTES"
    rows, more = attention.messages("outbox", 2)
    assert (len(rows), more) == (2, True)


def test_unscreened_frames_are_counted_as_far_as_asked_in_one_call(aws):
    for number in range(3):
        row = {"frame_id": f"f{number}", "put_at": f"2026-11-22T08:00:0{number}.000Z"}
        aws.put("frames", row | {"unscreened": "frame", "key": "uploads/a.jpg"})
    aws.put("frames", {"frame_id": "looked-at", "put_at": "2026-11-22T08:00:09.000Z"})
    assert attention.unscreened("frames", 9) == 3
    assert attention.unscreened("frames", 2) == 2
    assert [asked["Select"] for asked in aws.wire.made("Query")] == ["COUNT", "COUNT"]


def test_dead_letters_are_the_sum_of_the_queues(aws):
    first, second = (
        aws.client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("one", "two")
    )
    assert attention.dead_letters((first, second)) == 0
    for url in (first, second, second):
        aws.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    assert attention.dead_letters((first, second)) == 3


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ("Query", lambda: attention.open_rows("channels", "ban", 1)),
        ("Query", lambda: attention.unscreened("frames", 1)),
        ("Scan", lambda: attention.messages("outbox", 1)),
        ("GetQueueAttributes", lambda: attention.dead_letters(["https://sqs/queue"])),
    ],
)
def test_a_throttle_has_a_name(aws, operation, read):
    aws.wire.fails(operation, "ThrottlingException", times=3)
    with pytest.raises(StoreThrottledError):
        read()
