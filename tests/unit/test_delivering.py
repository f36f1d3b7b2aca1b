from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ConnectTimeoutError

from framewarden import delivering, settings
from framewarden.aws.outbox import Outbox

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
REVIEW = {"review_id": "r1", "status": "decided", "task_token": "token-1", "waiting_rung": 0}
ANSWER = {"decision": "allow"}


def callback(aws, **review):
    """Keep the answer of a review that waits, and return its row."""
    aws.put("reviews", REVIEW | review)
    row = delivering.callback("r1", 0, ANSWER, NOW)
    Outbox("outbox").put(row)
    return row


def send(row, now=NOW):
    return delivering.resend(row, settings.Sweep.read(), now)


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
    strange = {"id": "x", "kind": "from the future", "due": SECONDS}
    Outbox("outbox").put(strange)
    assert send(strange) is False
    assert aws.rows("outbox")[0]["last_error"] == "KeyError"


def test_a_kept_notice_is_forgotten_once_it_is_sent(aws):
    row = delivering.notice("stop#1", "subject", "text", NOW)
    Outbox("outbox").put(row)
    assert delivering.publish_kept(row, settings.Sweep.read(), NOW) is True
    assert aws.rows("outbox") == []
    assert aws.notices() == [{"subject": "subject", "text": "text"}]


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
