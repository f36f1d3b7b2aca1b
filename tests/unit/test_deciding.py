import os

import pytest

from framewarden import deciding, settings
from framewarden.aws.reviews import Reviews
from framewarden.domain.cases import offered
from framewarden.domain.errors import StoreConflictError, StoreThrottledError
from tests.unit.scenes import another
from tests.unit.waits import CRITICAL, HIGH, NOW, UPLOAD, after, close, decide, open_or_join, waits
from tests.unit.wire import KilledError


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
        assert sorted(row["kind"] for row in aws.rows("outbox")) == ["chat", "review"]
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

    def test_a_session_that_is_on_air_all_the_same_is_told_on_every_review(self, aws):
        first = open_or_join()
        second = open_or_join(HIGH | {"review": first})
        live = {"stream_id": "st-2", "started_at": None}
        ending = ("stopped", "already_offline", NOW)
        deciding.end(Reviews("reviews"), second["review_id"], *ending, live)
        assert [aws.review(slot["review_id"])["live_session"] for slot in (first, second)] == [
            live,
            live,
        ]

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
