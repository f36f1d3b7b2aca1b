"""Waits that nobody answered in time, or whose execution is over."""

import pytest

from framewarden import closing, settings
from framewarden.aws.reviews import Reviews
from framewarden.domain.errors import StoreConflictError
from tests.unit.scenes import another
from tests.unit.waits import CRITICAL, HIGH, NOW, after, claim, close, decide, open_or_join
from tests.unit.wire import KilledError


class TestOverdue:
    """A raised review is due before its execution's own time-out: the sweep keeps the deadline."""

    def overdue(self, review_id, now):
        return closing.close_overdue(review_id, settings.Sweep.read(), now)

    def test_it_ends_by_its_default_and_its_execution_is_answered(self, aws, opened, counted):
        open_or_join(another(CRITICAL, 48))
        assert self.overdue(opened["review_id"], after(minutes=6)) is True
        row = aws.review(opened["review_id"])
        assert (row["status"], row["decision"], row["via"]) == ("expired", "stop", "default")
        [answer] = aws.answers()
        assert (answer["token"], answer["decision"]) == ("token-1", "stop")
        assert sorted(row["kind"] for row in aws.rows("outbox")) == ["chat", "review"]
        assert counted()["ReviewsExpired"] == 1

    def test_a_ladder_is_climbed_instead(self, aws, opened, counted):
        assert self.overdue(opened["review_id"], after(minutes=16)) is True
        assert aws.review(opened["review_id"])["rung"] == 1
        assert counted()["ReviewsEscalated"] == 1
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


class TestClosing:
    def test_a_rung_that_ran_out_leads_to_the_next(self, aws, opened):
        answer = close(opened, after(minutes=15))
        assert answer["decision"] == "escalate"
        assert answer["review"] == opened | {"rung": 1}
        row = aws.review(opened["review_id"])
        assert (row["status"], row["rung"]) == ("pending", 1)
        assert row["deadline"] == int(after(minutes=30).timestamp())

    def test_the_next_rung_is_nobodys_and_has_its_own_place(self, aws, opened, counted):
        claim(opened["review_id"], "ada", after(minutes=14))
        assert "remind_at" in aws.review(opened["review_id"])
        close(opened, after(minutes=15))
        row = aws.review(opened["review_id"])
        assert row["rung_times"] == ["2026-11-22T08:05:32.000Z", "2026-11-22T08:20:32.000Z"]
        assert (row["open"], row["place"]) == ("review", f"1#{row['deadline']}")
        assert not [name for name in row if name.startswith("claimed") or name == "remind_at"]
        assert counted()["ReviewsEscalated"] == 1

    def test_a_review_of_an_earlier_version_has_one_rung_that_is_known(self, aws, opened):
        row = aws.review(opened["review_id"])
        del row["rung_times"]
        aws.put("reviews", row)
        close(opened, after(minutes=15))
        assert len(aws.review(opened["review_id"])["rung_times"]) == 2

    def test_a_graver_frame_meanwhile_is_seen_by_the_retry(self, aws, opened):
        grave = another(CRITICAL, 48)
        aws.wire.before("TransactWriteItems", lambda: open_or_join(grave, after(minutes=9)))
        with pytest.raises(StoreConflictError, match="moved"):
            close(opened, after(minutes=15))
        assert aws.review(opened["review_id"])["rung"] == 0
        assert close(opened, after(minutes=15))["decision"] == "stop"

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
        assert not {"open", "place"} & set(aws.review(opened["review_id"]))
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
        ended = closing.end(Reviews("reviews"), second["review_id"], "stopped", "by_policy", NOW)
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
        closing.end(Reviews("reviews"), second["review_id"], *ending, live)
        assert [aws.review(slot["review_id"])["live_session"] for slot in (first, second)] == [
            live,
            live,
        ]

    def test_a_decision_stays_what_it_was(self, aws, opened):
        decide(opened["review_id"])
        closing.end(Reviews("reviews"), opened["review_id"], "reviewed", "allow", NOW)
        row = aws.review(opened["review_id"])
        assert (row["status"], row["decision"], row["outcome"]) == ("decided", "allow", "reviewed")

    def test_a_review_that_is_gone_ends_nothing(self, aws):
        assert closing.end(Reviews("reviews"), "unknown", "cleared", "x", NOW) == 1
