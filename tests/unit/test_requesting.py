import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from framewarden import deciding, requesting, reviewing, settings, sweeping
from framewarden.aws.ledger import Ledger
from framewarden.domain import links
from framewarden.domain.errors import StoreConflictError, StoreThrottledError
from tests.unit.conftest import CONSOLE_URL, LINK_KEY
from tests.unit.scenes import another, state
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
HIGH = state("open_review/high")


def after(**passed):
    return NOW + timedelta(**passed)


@pytest.fixture
def slot(aws):
    """Return the slot of a review that was just opened."""
    Ledger("frames").admit(HIGH["frame"], {"status": "started"}, NOW)
    slot = reviewing.open_or_join(HIGH, settings.OpenReview.read(), NOW)
    aws.wire.forget()
    return slot


def request(slot, token="token-1", now=NOW):
    wait = {"frame": HIGH["frame"], "review": slot, "task_token": token, "execution": "e"}
    return requesting.request(wait, settings.RequestReview.read(), now)


def sweep(now):
    return sweeping.sweep(settings.Sweep.read(), now)


def decide(slot, decision, now):
    own = settings.ReviewPage.read()
    who = {"by": "Ada", "via": "link", "note": ""}
    return deciding.decide(slot["review_id"], decision, **who, now=now, own=own)


def test_the_token_is_kept_and_people_are_told_once(aws, slot):
    assert request(slot) == {"review_id": slot["review_id"], "status": "pending"}
    row = aws.review(slot["review_id"])
    assert (row["task_token"], row["waiting_rung"], row["notified_rung"]) == ("token-1", 0, 0)
    [notice] = aws.notices()
    assert notice["subject"].startswith("high: ")
    assert aws.rows("outbox") == []


def test_the_link_is_good_until_a_day_after_the_deadline_and_holds_no_token(aws, slot):
    request(slot)
    [notice] = aws.notices()
    [link] = re.findall(r"https://\S+", notice["text"])
    assert link.startswith(f"{CONSOLE_URL}/reviews/{slot['review_id']}?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    end = aws.review(slot["review_id"])["deadline"] + 86400
    assert int(asked["exp"]) == end
    links.verify_link([LINK_KEY], slot["review_id"], asked["exp"], asked["sig"], NOW)
    assert "token-1" not in notice["text"] + notice["subject"]


def test_a_retried_wait_keeps_its_new_token_and_tells_nobody_again(aws, slot):
    request(slot)
    aws.notices()
    request(slot, "token-2")
    assert aws.review(slot["review_id"])["task_token"] == "token-2"
    assert aws.notices() == []


def test_each_rung_calls_people_once(aws, slot):
    request(slot)
    climbed = deciding.close(slot, settings.CloseReview.read(), after(minutes=15))["review"]
    for token in ("token-2", "token-3"):
        request(climbed, token, after(minutes=15))
    first, second = aws.notices()
    assert second["subject"] == f"ESCALATED: {first['subject']}"


def test_a_notice_that_sns_refuses_is_kept_and_the_wait_goes_on(aws, slot):
    aws.wire.fails("Publish", "ThrottlingException")
    assert request(slot)["status"] == "pending"
    [row] = aws.rows("outbox")
    assert (row["kind"], row["attempts"], row["last_error"]) == ("review", 1, "StoreThrottledError")
    assert "token-1" not in str(row)
    assert request(slot, "token-2")["status"] == "pending"
    assert aws.notices() == []
    assert sweep(after(seconds=61))["sent"] == 1
    assert len(aws.notices()) == 1
    assert aws.rows("outbox") == []


@pytest.mark.parametrize("operation", ["GetSecretValue", "GetParameter"])
@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_a_link_that_cannot_be_made_now_is_made_later(aws, slot, operation, code):
    aws.wire.fails(operation, code)
    assert request(slot)["status"] == "pending"
    assert aws.notices() == []
    sweep(after(seconds=61))
    assert len(aws.notices()) == 1


def test_a_notice_that_cannot_even_be_kept_fails_the_wait_which_is_retried(aws, slot):
    aws.wire.fails("PutItem", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        request(slot)
    request(slot, "token-2")
    assert len(aws.notices()) == 1


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_worker_killed_at_any_call_leaves_nobody_untold(aws, slot, call, late):
    with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
        request(slot)
    request(slot, "token-2")
    sweep(after(minutes=5))
    assert aws.review(slot["review_id"])["task_token"] == "token-2"
    assert aws.rows("outbox") == []
    told = aws.notices()
    assert {notice["subject"] for notice in told} == {told[0]["subject"]}
    assert len(told) <= 2, "again only where the worker died between telling and noting it"


def test_what_was_decided_before_the_wait_began_is_answered(aws, slot):
    decide(slot, "allow", after(seconds=1))
    assert request(slot, now=after(seconds=2))["status"] == "decided"
    assert aws.notices() == []
    sweep(after(seconds=62))
    [answer] = aws.answers()
    assert (answer["token"], answer["decision"]) == ("token-1", "allow")
    assert aws.rows("outbox") == []


def test_what_was_decided_while_a_wait_was_retried_is_answered_to_the_new_token(aws, slot):
    request(slot)
    aws.wire.fails("SendTaskSuccess", "TaskTimedOut")
    decide(slot, "stop", after(seconds=3))
    request(slot, "token-2", after(seconds=4))
    sweep(after(seconds=64))
    assert aws.answers()[-1] | {"token": "token-2", "decision": "stop"} == aws.answers()[-1]


def test_what_was_passed_on_while_a_wait_was_retried_is_answered_too(aws, slot):
    request(slot)
    aws.notices()
    aws.wire.fails("SendTaskSuccess", "TaskTimedOut")
    decide(slot, "escalate", after(seconds=3))
    assert request(slot, "token-2", after(seconds=4))["status"] == "pending"
    assert aws.notices() == [], "the next rung is not waited for yet"
    sweep(after(seconds=64))
    answer = aws.answers()[-1]
    assert (answer["token"], answer["decision"]) == ("token-2", "escalate")
    assert answer["review"]["rung"] == 1


def test_a_review_that_cannot_be_read_yet_is_tried_again(aws):
    with pytest.raises(StoreConflictError, match="not stored"):
        request({"review_id": "unknown", "rung": 0})


def test_nobody_is_called_for_what_is_decided(aws, slot):
    aws.wire.fails("Publish", "ThrottlingException")
    request(slot)
    decide(slot, "allow", after(seconds=20))
    sweep(after(minutes=2))
    assert aws.notices() == []
    assert aws.rows("outbox") == []


def test_a_call_that_was_raised_says_the_new_severity(aws, slot):
    request(slot)
    aws.notices()
    grave = another(state("open_review/stop_failed"), 48)
    Ledger("frames").admit(grave["frame"], {"status": "started"}, NOW)
    reviewing.open_or_join(grave, settings.OpenReview.read(), after(seconds=5))
    sweep(after(seconds=6))
    [notice] = aws.notices()
    assert notice["subject"].startswith("critical: ")
    assert "may still be on air" in notice["text"]
