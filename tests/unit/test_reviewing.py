import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from framewarden import deciding, reviewing, settings
from framewarden.aws.ledger import Ledger
from framewarden.aws.reviews import SAMPLES, Reviews
from framewarden.domain.cases import offered
from framewarden.domain.errors import StoreConflictError, StoreThrottledError
from tests.unit.scenes import CHANNEL, another, state
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
HIGH = state("open_review/high")
CRITICAL = state("open_review/stop_failed")
UPLOAD = state("open_review/critical_upload")
INCIDENT = f"{CHANNEL}#Explicit"


def after(**passed):
    return NOW + timedelta(**passed)


def open_or_join(document=HIGH, now=NOW):
    if not Ledger("frames").get(document["frame"]["frame_id"]):
        Ledger("frames").admit(document["frame"], {"status": "started"}, now)
    return reviewing.open_or_join(document, settings.OpenReview.read(), now)


def decide(review_id, decision="allow", *, now=None, by="Ada", note=""):
    own = settings.ReviewPage.read()
    when = now or after(minutes=3)
    return deciding.decide(review_id, decision, by=by, via="link", note=note, now=when, own=own)


def close(slot, now):
    return deciding.close(slot, settings.CloseReview.read(), now)


def waits(review_id, token="token-1", rung=0):
    Reviews("reviews").waits(review_id, token, rung)


@pytest.fixture
def opened(aws):
    """Return the slot of a pending review whose execution waits."""
    slot = open_or_join()
    waits(slot["review_id"])
    aws.wire.forget()
    return slot


class TestOpening:
    def test_the_first_frame_opens_its_incident(self, aws, counted):
        slot = open_or_join()
        assert (slot["opener"], slot["rung"], slot["timeout_seconds"]) == (True, 0, 900)
        row = aws.review(slot["review_id"])
        assert (row["status"], row["severity"], row["incident"]) == ("pending", "high", INCIDENT)
        assert row["open_severity"] == "high"
        assert row["deadline"] == int(NOW.timestamp()) + 900
        assert (row["frames"], len(row["samples"])) == (1, 1)
        assert row["execution"] == HIGH["execution"]
        assert aws.frame(HIGH["frame"]["frame_id"])["review_id"] == slot["review_id"]
        assert aws.review(f"incident#{INCIDENT}")["current"] == slot["review_id"]
        assert counted() == {"ReviewsOpened": 1}

    def test_opening_again_is_the_same_answer(self, aws, counted):
        assert open_or_join() == open_or_join(now=after(seconds=5))
        assert len(aws.reviews()) == 1
        assert counted()["ReviewsOpened"] == 1

    def test_a_second_frame_joins_and_shares_the_review(self, aws, counted):
        first, second = another(HIGH, 47), another(HIGH, 48)
        opener = open_or_join(first)
        joined = open_or_join(second, after(seconds=1))
        assert joined == opener | {"opener": False}
        row = aws.review(opener["review_id"])
        assert row["frames"] == 2
        assert [sample["key"][-11:] for sample in row["samples"]] == ["thumb47.jpg", "thumb48.jpg"]
        assert row["last_seen_at"] > row["opened_at"]
        assert aws.frame(second["frame"]["frame_id"])["review_id"] == opener["review_id"]
        assert counted()["ReviewsOpened"] == 1

    def test_joining_again_is_the_same_answer_and_counts_once(self, aws):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        assert open_or_join(second) == open_or_join(second)
        assert aws.review(opener["review_id"])["frames"] == 2

    def test_a_joined_frame_that_asks_again_after_the_review_ended_keeps_its_review(self, aws):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        open_or_join(second)
        decide(opener["review_id"])
        assert open_or_join(second)["review_id"] == opener["review_id"]

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_an_opener_killed_at_any_call_opens_once(self, aws, call, late):
        Ledger("frames").admit(HIGH["frame"], {"status": "started"}, NOW)
        own = settings.OpenReview.read()
        aws.wire.forget()
        try:
            with aws.wire.killed_at(call, after=late):
                reviewing.open_or_join(HIGH, own, NOW)
            assert call > 4, "an opener makes four calls"
        except KilledError:
            pass
        assert reviewing.open_or_join(HIGH, own, NOW)["opener"] is True
        assert [row["frames"] for row in aws.reviews()] == [1]

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_a_joiner_killed_at_any_call_joins_once(self, aws, call, late):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        own = settings.OpenReview.read()
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            reviewing.open_or_join(second, own, NOW)
        slot = reviewing.open_or_join(second, own, NOW)
        assert (slot["review_id"], slot["opener"]) == (opener["review_id"], False)
        assert [row["frames"] for row in aws.reviews()] == [2]

    def test_of_two_openers_at_once_one_opens_and_the_other_joins(self, aws):
        first, second = another(HIGH, 47), another(HIGH, 48)
        slots = []
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        aws.wire.before("TransactWriteItems", lambda: slots.append(open_or_join(first)))
        slots.append(open_or_join(second))
        assert [slot["opener"] for slot in slots] == [True, False]
        assert [row["frames"] for row in aws.reviews()] == [2]

    def test_a_review_that_is_decided_while_a_frame_joins_is_followed_by_a_new_one(self, aws):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        aws.wire.before("TransactWriteItems", lambda: decide(opener["review_id"]))
        slot = open_or_join(second)
        assert slot["opener"] is True
        assert aws.review(opener["review_id"])["frames"] == 1

    def test_writers_that_never_agree_are_tried_again_by_the_machine(self, aws):
        why = [{"Code": "ConditionalCheckFailed"}]
        canceled = {"CancellationReasons": why, "times": 3}
        aws.wire.fails("TransactWriteItems", "TransactionCanceledException", **canceled)
        with pytest.raises(StoreConflictError, match="being written by others"):
            open_or_join()

    def test_a_frame_after_the_incidents_window_opens_the_next_one(self, aws):
        first = open_or_join(another(HIGH, 47))
        within = open_or_join(another(HIGH, 48), after(seconds=599))
        beyond = open_or_join(another(HIGH, 49), after(seconds=600))
        assert within["review_id"] == first["review_id"]
        assert beyond["review_id"] != first["review_id"]
        assert beyond["opener"] is True

    def test_a_frame_after_the_deadline_does_not_join_what_nobody_can_answer(self, aws):
        short = another(HIGH, 47)
        short["verdict"] = short["verdict"] | {"review": {"ladder": [60], "default": "allow"}}
        first = open_or_join(short)
        assert open_or_join(another(HIGH, 48), after(seconds=60))["opener"] is True
        assert aws.review(first["review_id"])["frames"] == 1

    def test_other_channels_and_categories_are_other_incidents(self, aws):
        elsewhere = another(HIGH, 48, channel="Other", channel_arn=CHANNEL + "2")
        violence = another(HIGH, 49)
        violence["verdict"] = violence["verdict"] | {"category": "Violence"}
        slots = [open_or_join(frame) for frame in (HIGH, elsewhere, violence, UPLOAD)]
        assert all(slot["opener"] for slot in slots)
        incidents = {row["incident"] for row in aws.reviews()}
        expected = {INCIDENT, f"{CHANNEL}2#Explicit", f"{CHANNEL}#Violence", "upload#Explicit"}
        assert incidents == expected

    def test_a_row_keeps_the_first_twelve_samples_however_many_frames_join(self, aws):
        longest = HIGH | {"frame": HIGH["frame"] | {"key": "x" * 1010 + "/thumb42.jpg"}}
        opener = open_or_join(another(longest, 0))
        for number in range(1, SAMPLES + 4):
            open_or_join(another(longest, number), after(seconds=number))
        row = aws.review(opener["review_id"])
        assert (row["frames"], len(row["samples"])) == (SAMPLES + 4, SAMPLES)
        assert row["last_seen_at"].endswith("08:05:47.000Z")
        assert len(json.dumps(row)) < 40_000, "a row may hold 400 KB"

    def test_what_nobody_could_judge_is_an_incident_too(self, aws):
        slot = open_or_join(state("open_review/unscreened"))
        row = aws.review(slot["review_id"])
        assert (row["category"], row["reason"]) == ("unscreened", "analyzer_throttled")
        assert row["samples"][0]["confidence"] == 0

    def test_one_stop_is_confirmed_once_by_all_its_frames(self, aws):
        confirm = state("open_review/confirm")
        first, second = another(confirm, 47), another(confirm, 48)
        slots = [open_or_join(first), open_or_join(second)]
        assert [slot["opener"] for slot in slots] == [True, False]
        other = another(confirm, 49)
        other["stop"] = other["stop"] | {"stream_id": "st-next"}
        assert open_or_join(other)["opener"] is True

    def test_a_stop_to_confirm_does_not_join_a_question_whether_to_stop(self, aws):
        open_or_join(another(CRITICAL, 47))
        assert open_or_join(another(state("open_review/confirm"), 48))["opener"] is True

    def test_an_execution_that_asks_again_opens_another_review_and_ends_its_first(self, aws):
        first = open_or_join()
        again = HIGH | {"review": first, "error": {"Error": "GetParameterError"}}
        second = open_or_join(again, after(seconds=9))
        assert second["opener"] is True
        assert second["review_id"] != first["review_id"]
        ended = aws.review(first["review_id"])
        assert (ended["status"], ended["decision"], ended["via"]) == ("expired", None, "default")
        assert "open_severity" not in ended
        assert aws.review(second["review_id"])["previous"] == first["review_id"]
        assert open_or_join(again, after(seconds=9)) == second

    def test_an_execution_that_asks_again_never_joins_others(self, aws):
        first = open_or_join()
        decide(first["review_id"], "stop")
        other = open_or_join(another(HIGH, 48))
        second = open_or_join(HIGH | {"review": first, "stop_error": {"Error": "x"}})
        assert other["opener"] is second["opener"] is True
        assert aws.review(first["review_id"])["decision"] == "stop"


class TestRaising:
    def test_a_graver_frame_raises_the_review_and_people_are_told_again(self, aws):
        slot = open_or_join(another(HIGH, 47))
        grave = another(CRITICAL, 48)
        assert open_or_join(grave, after(seconds=9)) == slot | {"opener": False}
        [row] = aws.reviews()
        assert (row["severity"], row["open_severity"]) == ("critical", "critical")
        assert row["frame"]["key"].endswith("thumb48.jpg")
        assert row["labels"] == grave["verdict"]["labels"]
        assert row["stop_failed"] is True
        assert (row["default"], row["ladder"]) == ("stop", [300])
        assert row["deadline"] == int(after(seconds=9).timestamp()) + 300
        assert row["frames"] == 2
        [call] = aws.rows("outbox")
        assert (call["kind"], call["review_id"]) == ("review", slot["review_id"])
        assert call["due"] == int(after(seconds=9).timestamp())

    def test_a_milder_frame_changes_nothing_and_nobody_is_told(self, aws):
        slot = open_or_join(another(CRITICAL, 47))
        assert open_or_join(another(HIGH, 48))["review_id"] == slot["review_id"]
        [row] = aws.reviews()
        assert (row["severity"], row["frames"]) == ("critical", 2)
        assert row["frame"]["key"].endswith("thumb47.jpg")
        assert aws.rows("outbox") == []

    def test_a_deadline_only_ever_comes_nearer(self, aws):
        short = another(HIGH, 47)
        short["verdict"] = short["verdict"] | {"review": {"ladder": [60], "default": "allow"}}
        open_or_join(short)
        open_or_join(another(CRITICAL, 48), after(seconds=9))
        assert aws.reviews()[0]["deadline"] == int(NOW.timestamp()) + 60

    def test_a_stop_that_failed_is_told_however_grave_the_review_is(self, aws):
        calm = another(CRITICAL, 47)
        del calm["stop_error"]
        open_or_join(calm)
        open_or_join(another(CRITICAL, 48))
        [row] = aws.reviews()
        assert row["stop_failed"] is True
        assert row["frame"]["key"].endswith("thumb47.jpg")
        assert len(aws.rows("outbox")) == 1
        open_or_join(another(CRITICAL, 49))
        assert aws.reviews()[0]["frames"] == 3

    def test_a_review_that_is_raised_while_a_frame_joins_is_read_again(self, aws):
        open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        aws.wire.before("TransactWriteItems", lambda: open_or_join(another(CRITICAL, 49)))
        open_or_join(second)
        [row] = aws.reviews()
        assert (row["severity"], row["frames"], len(row["samples"])) == ("critical", 3, 3)

    def test_raising_again_counts_and_tells_once(self, aws):
        open_or_join(another(HIGH, 47))
        for _ in range(2):
            open_or_join(another(CRITICAL, 48))
        assert aws.reviews()[0]["frames"] == 2
        assert len(aws.rows("outbox")) == 1

    def test_a_raised_ladder_begins_on_the_rung_that_is_waited_for(self, aws):
        slot = open_or_join()
        waits(slot["review_id"])
        climbed = close(slot, after(minutes=9))["review"]
        open_or_join(another(CRITICAL, 48), after(minutes=9, seconds=5))
        row = aws.review(slot["review_id"])
        assert (row["rung"], row["ladder"]) == (1, [900, 300])
        answer = close(climbed, after(minutes=24))
        assert (answer["decision"], answer["status"]) == ("stop", "expired")


class TestOverdue:
    """A raised review is due before its execution's own time-out: the sweep keeps the deadline."""

    def overdue(self, review_id, now):
        return deciding.close_overdue(review_id, settings.Sweep.read(), now)

    def test_it_ends_by_its_default_and_its_execution_is_answered(self, aws, opened, counted):
        open_or_join(another(CRITICAL, 48))
        assert self.overdue(opened["review_id"], after(minutes=6)) is True
        row = aws.review(opened["review_id"])
        assert (row["status"], row["decision"], row["via"]) == ("expired", "stop", "default")
        [answer] = aws.answers()
        assert (answer["token"], answer["decision"]) == ("token-1", "stop")
        assert [row["kind"] for row in aws.rows("outbox")] == ["review"]
        assert counted()["ReviewsExpired"] == 1

    def test_a_ladder_is_climbed_instead(self, aws, opened):
        assert self.overdue(opened["review_id"], after(minutes=16)) is True
        assert aws.review(opened["review_id"])["rung"] == 1
        [answer] = aws.answers()
        assert (answer["decision"], answer["review"]["rung"]) == ("escalate", 1)

    def test_an_answer_that_is_throttled_is_kept(self, aws, opened):
        open_or_join(another(CRITICAL, 48))
        aws.wire.fails("SendTaskSuccess", "ThrottlingException")
        assert self.overdue(opened["review_id"], after(minutes=6)) is False
        assert "callback" in {row["kind"] for row in aws.rows("outbox")}

    def test_what_the_lagging_index_still_shows_is_read_again(self, aws, opened):
        assert self.overdue("unknown", after(minutes=16)) is False
        assert self.overdue(opened["review_id"], after(minutes=14)) is False
        decide(opened["review_id"])
        assert self.overdue(opened["review_id"], after(minutes=16)) is False
        assert aws.review(opened["review_id"])["decision"] == "allow"

    @pytest.mark.parametrize("rung", [0, 1])
    def test_a_click_meanwhile_wins(self, aws, opened, rung):
        aws.put("reviews", aws.review(opened["review_id"]) | {"rung": rung})
        aws.wire.before("TransactWriteItems", lambda: decide(opened["review_id"], "stop"))
        assert self.overdue(opened["review_id"], after(minutes=16)) is False
        assert aws.review(opened["review_id"])["status"] == "decided"


class TestDeciding:
    def test_the_first_decision_is_stored_and_answered(self, aws, opened):
        decided = decide(opened["review_id"], "allow", note="a bunny")
        assert decided.first is True
        row = aws.review(opened["review_id"])
        assert (row["status"], row["decision"], row["by"]) == ("decided", "allow", "Ada")
        assert (row["via"], row["note"]) == ("link", "a bunny")
        assert "open_severity" not in row
        [answer] = aws.answers()
        assert answer["token"] == "token-1"
        assert (answer["decision"], answer["status"], answer["by"]) == ("allow", "decided", "Ada")
        assert aws.rows("outbox") == []

    def test_an_answer_never_carries_the_note_or_the_token(self, aws, opened):
        decide(opened["review_id"], note="private words")
        [sent] = aws.wire.made("SendTaskSuccess")
        assert "private words" not in sent["output"]
        assert "token-1" not in sent["output"]

    def test_a_second_decision_meets_the_first(self, aws, opened):
        decide(opened["review_id"], "stop")
        second = decide(opened["review_id"], "allow", by="Bob")
        assert second.first is False
        assert (second.review["decision"], second.review["by"]) == ("stop", "Ada")
        assert len(aws.answers()) == 1

    def test_of_two_clicks_at_once_one_counts(self, aws, opened):
        rival = []
        click = lambda: rival.append(decide(opened["review_id"], "stop", by="Bob"))  # noqa: E731
        aws.wire.before("TransactWriteItems", click)
        mine = decide(opened["review_id"], "allow")
        assert (rival[0].first, mine.first) == (True, False)
        assert mine.review["decision"] == "stop"
        assert [answer["decision"] for answer in aws.answers()] == ["stop"]

    @pytest.mark.parametrize(("seconds", "first"), [(899, True), (900, False), (4000, False)])
    def test_a_click_counts_until_the_deadline(self, aws, opened, seconds, first):
        assert decide(opened["review_id"], now=after(seconds=seconds)).first is first

    def test_a_click_after_the_review_expired_changes_nothing(self, aws, opened):
        last = opened | {"rung": 1}
        aws.put("reviews", aws.review(opened["review_id"]) | {"rung": 1})
        close(last, after(minutes=31))
        late = decide(opened["review_id"], "stop", now=after(minutes=4))
        assert late.first is False
        assert late.review["status"] == "expired"
        assert aws.answers() == []

    def test_a_decision_that_is_not_offered_is_refused(self, aws, opened):
        for word in ("block", "uphold", "reinstate", "", "ALLOW"):
            with pytest.raises(ValueError):
                decide(opened["review_id"], word)
        assert aws.review(opened["review_id"])["status"] == "pending"

    def test_a_review_that_does_not_exist_is_not_found(self, aws):
        with pytest.raises(LookupError):
            decide("unknown")

    def test_an_answer_that_is_throttled_is_kept_and_the_decision_stands(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "ThrottlingException")
        assert decide(opened["review_id"]).first is True
        [row] = aws.rows("outbox")
        assert (row["kind"], row["attempts"], row["last_error"]) == (
            "callback",
            1,
            "StoreThrottledError",
        )
        assert row["output"]["decision"] == "allow"
        assert "token-1" not in str(row)

    def test_an_answer_for_which_nobody_waits_is_dropped(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "TaskTimedOut")
        assert decide(opened["review_id"]).first is True
        assert aws.rows("outbox") == []

    def test_a_decision_before_the_wait_began_waits_for_it(self, aws):
        slot = open_or_join()
        assert decide(slot["review_id"]).first is True
        [row] = aws.rows("outbox")
        assert row["last_error"] == "nobody waits yet"

    @pytest.mark.parametrize("operation", ["DeleteItem", "UpdateItem"])
    def test_bookkeeping_that_fails_is_no_failure_of_the_click(self, aws, opened, operation):
        if operation == "UpdateItem":
            aws.wire.fails("SendTaskSuccess", "ThrottlingException")
        aws.wire.fails(operation, "ThrottlingException", times=2)
        assert decide(opened["review_id"]).first is True
        assert len(aws.rows("outbox")) == 1

    def test_a_write_that_is_throttled_is_no_decision(self, aws, opened):
        aws.wire.fails("TransactWriteItems", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            decide(opened["review_id"])
        assert aws.review(opened["review_id"])["status"] == "pending"
        assert decide(opened["review_id"]).first is True

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_a_worker_killed_at_any_call_loses_no_decision(self, aws, opened, call, late):
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            decide(opened["review_id"])
        decided = aws.review(opened["review_id"])["status"] == "decided"
        assert decided or decide(opened["review_id"]).first
        assert aws.answers() or aws.rows("outbox")

    def test_a_still_is_allowed_or_blocked(self, aws):
        slot = open_or_join(UPLOAD)
        assert offered(aws.review(slot["review_id"])) == ("allow", "block")
        assert decide(slot["review_id"], "block").first is True


class TestEscalating:
    def test_a_person_passes_a_review_on_with_a_new_deadline(self, aws, opened):
        decided = decide(opened["review_id"], "escalate")
        assert decided.first is True
        row = aws.review(opened["review_id"])
        assert (row["status"], row["rung"], row["escalated_by"]) == ("pending", 1, "Ada")
        assert row["deadline"] == int(after(minutes=3).timestamp()) + 900
        assert row["open_severity"] == "high"
        [answer] = aws.answers()
        assert answer["decision"] == "escalate"
        expected = {"opener": True, "rung": 1, "timeout_seconds": 900}
        assert answer["review"] == expected | {"review_id": opened["review_id"]}

    def test_the_last_rung_cannot_be_passed_on(self, aws, opened):
        decide(opened["review_id"], "escalate")
        with pytest.raises(ValueError):
            decide(opened["review_id"], "escalate")

    def test_two_people_pass_it_on_once(self, aws, opened):
        rival = []
        aws.wire.before(
            "TransactWriteItems", lambda: rival.append(decide(opened["review_id"], "escalate"))
        )
        mine = decide(opened["review_id"], "escalate", by="Bob")
        assert (rival[0].first, mine.first) == (True, False)
        assert aws.review(opened["review_id"])["rung"] == 1
        assert mine.review["escalated_by"] == "Ada"

    def test_the_next_person_decides(self, aws, opened):
        decide(opened["review_id"], "escalate")
        waits(opened["review_id"], "token-2", rung=1)
        assert decide(opened["review_id"], "stop", by="Lead").first is True
        assert [answer["token"] for answer in aws.answers()] == ["token-1", "token-2"]


class TestClosing:
    def test_a_rung_that_ran_out_leads_to_the_next(self, aws, opened):
        answer = close(opened, after(minutes=15))
        assert answer["decision"] == "escalate"
        assert answer["review"] == opened | {"rung": 1}
        row = aws.review(opened["review_id"])
        assert (row["status"], row["rung"]) == ("pending", 1)
        assert row["deadline"] == int(after(minutes=30).timestamp())

    def test_closing_a_rung_again_is_the_same_answer(self, aws, opened):
        first = close(opened, after(minutes=15))
        assert close(opened, after(minutes=16)) == first
        assert aws.review(opened["review_id"])["rung"] == 1

    def test_the_last_rung_ends_by_the_policys_default(self, aws, opened, counted):
        close(opened, after(minutes=15))
        answer = close(opened | {"rung": 1}, after(minutes=30))
        expected = {"decision": "allow", "status": "expired", "by": "policy", "via": "default"}
        assert {name: answer[name] for name in expected} == expected
        assert answer["review"] is None
        assert "open_severity" not in aws.review(opened["review_id"])
        assert close(opened | {"rung": 1}, after(minutes=31)) == answer
        assert counted()["ReviewsExpired"] == 1

    def test_a_decision_that_got_there_first_is_taken(self, aws, opened):
        decide(opened["review_id"], "stop")
        answer = close(opened, after(minutes=15))
        assert (answer["decision"], answer["status"], answer["by"]) == ("stop", "decided", "Ada")

    @pytest.mark.parametrize("rung", [0, 1])
    def test_a_click_while_the_deadline_is_handled_wins_and_the_retry_sees_it(
        self, aws, opened, rung
    ):
        aws.put("reviews", aws.review(opened["review_id"]) | {"rung": rung})
        slot = opened | {"rung": rung}
        aws.wire.before("TransactWriteItems", lambda: decide(opened["review_id"], "stop"))
        with pytest.raises(StoreConflictError, match="moved"):
            close(slot, after(minutes=15))
        answer = close(slot, after(minutes=15))
        assert (answer["decision"], answer["status"]) == ("stop", "decided")

    def test_a_person_who_passed_it_on_got_there_first(self, aws, opened):
        decide(opened["review_id"], "escalate")
        answer = close(opened, after(minutes=15))
        assert answer["decision"] == "escalate"
        assert aws.review(opened["review_id"])["rung"] == 1

    def test_a_review_that_cannot_be_read_yet_is_tried_again(self, aws):
        with pytest.raises(StoreConflictError, match="not stored"):
            close({"review_id": "unknown", "rung": 0}, NOW)

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", [1, 2])
    @pytest.mark.parametrize("rung", [0, 1])
    def test_a_worker_killed_at_any_call_closes_once(self, aws, opened, rung, call, late):
        aws.put("reviews", aws.review(opened["review_id"]) | {"rung": rung})
        slot = opened | {"rung": rung}
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            close(slot, after(minutes=15))
        answer = close(slot, after(minutes=15))
        assert answer["decision"] == ("escalate" if rung == 0 else "allow")
        assert aws.review(opened["review_id"])["rung"] == 1


class TestEnding:
    def test_every_review_of_an_execution_ends_with_it_and_counts_its_frames(self, aws):
        first = open_or_join()
        open_or_join(another(HIGH, 48))
        open_or_join(another(HIGH, 49))
        second = open_or_join(HIGH | {"review": first})
        open_or_join(another(HIGH, 50))
        ended = deciding.end(Reviews("reviews"), second["review_id"], "stopped", "by_policy", NOW)
        assert ended == 4
        for slot in (first, second):
            row = aws.review(slot["review_id"])
            assert (row["outcome"], row["outcome_reason"]) == ("stopped", "by_policy")
            assert row["status"] == "expired"

    def test_a_decision_stays_what_it_was(self, aws, opened):
        decide(opened["review_id"])
        deciding.end(Reviews("reviews"), opened["review_id"], "reviewed", "allow", NOW)
        row = aws.review(opened["review_id"])
        assert (row["status"], row["decision"], row["outcome"]) == ("decided", "allow", "reviewed")

    def test_a_review_that_is_gone_ends_nothing(self, aws):
        assert deciding.end(Reviews("reviews"), "unknown", "cleared", "x", NOW) == 1


def test_what_a_page_decides_with_is_what_the_settings_say(aws, opened):
    own = settings.ReviewPage.read(os.environ | {"OUTBOX_TABLE": "frames"})
    with pytest.raises(Exception, match="TransactWriteItems"):
        deciding.decide(opened["review_id"], "allow", by="", via="link", note="", now=NOW, own=own)
