import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from framewarden import calling, closing, deciding, requesting, reviewing, settings, sweeping
from framewarden.aws.ledger import Ledger
from framewarden.domain import links
from framewarden.domain.errors import StoreConflictError, StoreThrottledError
from tests.unit.conftest import CONSOLE_URL, LINK_KEY
from tests.unit.scenes import another, state
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
HIGH = state("open_review/high")
ROOM = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"


def after(**passed):
    return NOW + timedelta(**passed)


@pytest.fixture
def slot(aws):
    """Return the slot of a review that was just opened."""
    Ledger("frames").admit(HIGH["frame"], {"status": "started"}, NOW)
    slot = reviewing.open_or_join(HIGH, settings.OpenReview.read(), NOW)
    tags = {"framewarden-moderators-room": ROOM, "framewarden-viewers-room": "another"}
    aws.wire.serves("ListTagsForResource", lambda asked: {"tags": tags})
    aws.wire.serves("SendEvent", lambda asked: {"id": "event1234567"})
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
    link, sign_in = re.findall(r"https://\S+", notice["text"])
    page = f"reviews/{slot['review_id']}"
    assert link.startswith(f"{CONSOLE_URL}/{page}?")
    assert sign_in == f"{CONSOLE_URL}/sign-in?next={page}"
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
    climbed = closing.close(slot, settings.CloseReview.read(), after(minutes=15))["review"]
    for token in ("token-2", "token-3"):
        request(climbed, token, after(minutes=15))
    first, second = aws.notices()
    assert first["subject"].endswith(", by 08:20 UTC")
    assert second["subject"] == f"ESCALATED: {first['subject'].replace('08:20', '08:35')}"
    asked = "people were asked at 08:05 UTC."
    assert f"Nobody decided, so a lead is asked; {asked}" in second["text"].replace("\n", " ")


def test_the_policys_ladder_is_climbed_as_it_says(aws, slot):
    request(slot)
    for minute in range(10, 13):
        sweep(after(minutes=minute))
    climbed = closing.close(slot, settings.CloseReview.read(), after(minutes=15))["review"]
    request(climbed, "token-2", after(minutes=15))
    sweep(after(minutes=30, seconds=16))
    told = aws.wire.made("Publish")
    calls = [asked["MessageAttributes"]["call"]["StringValue"] for asked in told]
    assert calls == ["ask", "reminder", "escalation"]
    assert {asked["MessageAttributes"]["severity"]["StringValue"] for asked in told} == {"high"}
    assert "reminded at 08:15 UTC" in told[2]["Message"].replace("\n", " ")
    row = aws.review(slot["review_id"])
    assert (row["status"], row["decision"]) == ("expired", "allow")


def test_a_review_that_was_passed_on_reminds_nobody(aws, slot):
    request(slot)
    decide(slot, "escalate", after(minutes=1))
    sweep(after(minutes=12))
    assert [notice["subject"][:5] for notice in aws.notices()] == ["high:"]


def test_an_execution_of_an_earlier_version_reminds_nobody(aws):
    document = another(HIGH, 50, channel_arn="arn:aws:ivs:us-east-1:111122223333:channel/Old")
    del document["verdict"]["review"]["remind"]
    Ledger("frames").admit(document["frame"], {"status": "started"}, NOW)
    request(reviewing.open_or_join(document, settings.OpenReview.read(), NOW))
    sweep(after(minutes=12))
    assert [notice["subject"][:5] for notice in aws.notices()] == ["high:"]


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
@pytest.mark.parametrize("call", range(1, 14))
def test_a_worker_killed_at_any_call_leaves_nobody_untold(aws, slot, call, late):
    with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
        request(slot)
    request(slot, "token-2")
    sweep(after(minutes=5))
    assert 1 <= len(aws.wire.made("SendEvent")) <= 2
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


class TestModerators:
    def test_are_told_what_was_found_in_their_room(self, aws, slot):
        request(slot)
        [asked] = aws.wire.made("SendEvent")
        assert (asked["roomIdentifier"], asked["eventName"]) == (ROOM, "moderation:review_opened")
        told = asked["attributes"]
        assert (told["code"], told["review_id"]) == ("review_opened", slot["review_id"])
        assert (told["severity"], told["channel"]) == ("high", "AbCdef1G2hij")
        labels = json.loads(told["labels"])
        assert labels[0]["name"] == HIGH["verdict"]["labels"][0]["name"]
        assert 0 < labels[0]["confidence"] <= 100
        assert "token-1" not in str(asked)
        assert aws.rows("outbox") == []

    def test_the_policys_room_goes_before_the_channels(self, aws, slot):
        rooms = {"viewers": None, "moderators": ROOM + "2"}
        aws.put("reviews", aws.review(slot["review_id"]) | {"rooms": rooms})
        request(slot)
        assert aws.wire.made("SendEvent")[0]["roomIdentifier"] == ROOM + "2"

    def test_are_told_on_every_rung_and_once(self, aws, slot):
        for token in ("token-1", "token-2"):
            request(slot, token)
        assert len(aws.wire.made("SendEvent")) == 1
        climbed = closing.close(slot, settings.CloseReview.read(), after(minutes=15))["review"]
        for token in ("token-3", "token-4"):
            request(climbed, token, after(minutes=15))
        assert len(aws.wire.made("SendEvent")) == 2

    @pytest.mark.parametrize("operation", ["SendEvent", "ListTagsForResource"])
    def test_an_event_that_fails_fails_no_wait_and_no_notice(self, aws, slot, operation):
        aws.wire.fails(operation, "ThrottlingException", status=429)
        assert request(slot)["status"] == "pending"
        assert len(aws.notices()) == 1
        [row] = aws.rows("outbox")
        assert (row["kind"], row["audience"], row["attempts"]) == ("chat", "moderators", 1)
        assert "Nipple" not in str(row), "the outbox holds facts, not texts"
        request(slot, "token-2")
        sweep(after(seconds=61))
        assert aws.notices() == []
        assert aws.rows("outbox") == []
        assert len(aws.wire.made("SendEvent")) == (2 if operation == "SendEvent" else 1)

    def test_a_room_that_does_not_exist_fails_no_wait_and_is_given_up(self, aws, slot, counted):
        aws.wire.fails("SendEvent", "ResourceNotFoundException", status=404)
        assert request(slot)["status"] == "pending"
        assert len(aws.notices()) == 1
        assert counted()["NoticeGivenUp"] == 1
        [row] = aws.rows("outbox")
        assert (row["last_error"], "given_up_at" in row) == ("RoomNotFoundError", True)

    def test_a_still_belongs_to_no_channel_and_has_a_room_by_policy_only(self, aws, slot):
        row = aws.review(slot["review_id"]) | {"channel_arn": None}
        aws.put("reviews", row)
        request(slot)
        assert aws.wire.made("ListTagsForResource") == aws.wire.made("SendEvent") == []
        assert aws.rows("outbox") == []

    def test_of_a_raised_review_they_are_told_by_whoever_sends_the_call(self, aws, slot):
        request(slot)
        grave = another(state("open_review/stop_failed"), 48)
        Ledger("frames").admit(grave["frame"], {"status": "started"}, NOW)
        reviewing.open_or_join(grave, settings.OpenReview.read(), after(seconds=5))
        sweep(after(seconds=6))
        severities = [asked["attributes"]["severity"] for asked in aws.wire.made("SendEvent")]
        assert severities == ["high", "critical"]

    def test_an_event_of_a_review_that_is_gone_is_dropped(self, aws, slot):
        row = aws.review(slot["review_id"])
        call, event = calling.keep(row, 0, settings.RequestReview.read(), NOW)
        for each in (call, event):
            gone = each | {"review_id": "gone"}
            assert calling.resend(gone, settings.RequestReview.read(), NOW) is True
        assert aws.wire.made("SendEvent") == []
        assert aws.notices() == []
